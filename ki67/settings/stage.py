"""What all sections of params.yaml have in common, and the kinds of values that several of them take."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

Precision = Literal["float32", "mixed_bfloat16"]  # of the arithmetic while training
Crop = Annotated[int, Field(ge=32, le=256, multiple_of=16)]  # pixels of a frame that a network trains on


class Section(BaseModel):
    """A part of params.yaml. Numbers are not read from text, and no name is taken that is not declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Stage(Section):
    """The settings of one notebook, which is told besides under which folder it writes."""

    out: str = "."


def section_name(schema: type[Section]) -> str:
    """What its section is called, and its notebook where it has one: BackendsCompared is `backends_compared`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", schema.__name__).lower()


def other_than(field: str, otherwise: str) -> AfterValidator:
    """A value that an earlier field must not have: said when settings are read, not after the training."""

    def checked(value: int, known: ValidationInfo) -> int:
        if value == known.data.get(field):
            raise ValueError(otherwise)
        return value

    return AfterValidator(checked)
