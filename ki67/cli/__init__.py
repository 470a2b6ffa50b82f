"""`ki67`: the command line, and the one line that a failure becomes."""
