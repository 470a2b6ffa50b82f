"""Simulated fields: how many patients, and what they are simulated with."""

from pydantic import Field

from ki67.settings.stage import Stage


class Simulate(Stage):
    """The simulated cohort."""

    patients: int = Field(ge=2)
    fields_per_patient: int = Field(ge=1)
    test_patients: int = Field(ge=1)
    test_fields_per_patient: int = Field(ge=1)
    seed: int = Field(ge=0)
    um_per_px: float = Field(gt=0)
    label_stroma: bool


SECTIONS = (Simulate,)
