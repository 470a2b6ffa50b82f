"""Simulated fields and patches: how many patients, and of which seeds; nothing is judged on what it learnt from."""

from typing import Annotated

from pydantic import Field

from ki67.settings.names import Pool
from ki67.settings.stage import Stage, other_than


class SimulatedCohort(Stage):
    """What both simulated cohorts have: a seed for what is learnt from, and another for the test, the same in every profile."""

    seed: int = Field(ge=0)
    test_seed: Annotated[int, Field(ge=0), other_than("seed", "training patients are of this seed; give the test one of its own")]


class Simulate(SimulatedCohort):
    """How many patients and fields of IHC tissue are simulated, at which scale, and in whose laboratories."""

    patients: int = Field(ge=2, le=1000)
    fields_per_patient: int = Field(ge=1)
    test_patients: int = Field(ge=1)
    test_fields_per_patient: int = Field(ge=1)
    um_per_px: float = Field(gt=0)
    label_stroma: bool
    laboratories: Pool


SECTIONS = (Simulate,)
