"""Cells, what they come to as scores, and how found cells are judged against labelled ones. NumPy, SciPy and scikit-image."""
