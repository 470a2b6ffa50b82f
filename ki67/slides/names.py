"""The numbers that the networks of a slide can be computed in, names alone: the command line knows them without the engine."""

from typing import Literal

Numbers = Literal["float32", "bfloat16"]
