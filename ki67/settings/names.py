"""The answers that options and settings have in common, names alone, which the command line need not load more to know."""

from typing import Literal

ProfileName = Literal["smoke", "default", "paper", "release"]
Pool = Literal["familiar", "other"]  # of laboratories: those that networks learn from, and others to choose them by
DatasetName = Literal["shidc", "breastpathq", "bcs1"]
QuantizerName = Literal["cws", "pws", "uq", "ecsq"]
Scope = Literal["global", "layer"]  # of a codebook: all kernels share one, or each has its own
ReleasePart = Literal["pathonet", "scorer", "backends", "cellularity", "slides", "masks"]  # what the longest run can run alone
