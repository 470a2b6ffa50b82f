"""The .ki67 file: weights that share values, coded, sealed, and read back by nothing but rules; no file is ever unpickled."""
