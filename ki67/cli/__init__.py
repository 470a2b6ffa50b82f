"""`ki67`: the command line."""
