"""What people and programs may send as words, numbers and ids: what no database refuses and no page breaks on."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from ki67.app.access.passwords import LONGEST, SHORTEST

TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"  # lines may end, nothing else may move a cursor
MOST = 10_000_000  # cells that anybody counts in a picture
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=TEXT)]
Number = Annotated[int, Field(ge=0, le=MOST)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Login = Annotated[str, StringConstraints(to_lower=True, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]*$")]
Token = Annotated[SecretStr, Field(min_length=1, max_length=200)]
Password = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST)]  # as somebody signs in
NewPassword = Annotated[SecretStr, Field(min_length=SHORTEST, max_length=LONGEST)]
Saying = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=TEXT)]


class Asked(BaseModel):
    """What somebody asks for, as JSON. A name that nobody knows is refused: a slip in `blind` would else open what is blind."""

    model_config = ConfigDict(extra="forbid")
