"""A finished network goes on with a laboratory's own labelled pictures; what is written is never worse than the start."""
