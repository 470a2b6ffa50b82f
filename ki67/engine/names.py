"""The numbers that a network can be computed in, names alone: the command line knows them without loading the engine."""

from typing import Literal, get_args

Precision = Literal["float32", "bfloat16", "int8"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
AskedPrecision = Literal["auto", Precision]  # auto: what `ki67 doctor` found best on this machine
