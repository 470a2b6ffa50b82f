"""Simulated fields and patches: how many patients, and of which seeds; nothing is judged on what it learnt from."""

from pydantic import Field, ValidationInfo, field_validator

from ki67.settings.names import Pool
from ki67.settings.stage import Stage


class SimulatedCohort(Stage):
    """What both simulated cohorts have: a seed for what is learnt from, and another for the test, the same in every profile."""

    seed: int = Field(ge=0)
    test_seed: int = Field(ge=0)

    @field_validator("test_seed")
    @classmethod
    def of_its_own(cls, test_seed: int, known: ValidationInfo) -> int:
        """Said when settings are read, not after the training."""
        if test_seed == known.data.get("seed"):
            raise ValueError("training patients are of this seed; give the test one of its own")
        return test_seed


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
