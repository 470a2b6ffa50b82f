"""What a container says of its content: a JSON text, deflated, checked field by field before anything is made of it."""

import json
import math
import zlib
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from ki67.base import strict_json
from ki67.container.adaptive import Message
from ki67.container.codebook import MOST, Floats
from ki67.container.limits import CONTEXTS, LONGEST, damaged
from ki67.container.vectors import PLANES, by_kind

Name = Annotated[str, Field(min_length=1, max_length=256)]
Shape = Annotated[tuple[Annotated[int, Field(strict=True, ge=1, le=LONGEST)], ...], Field(max_length=8)]


class Part(BaseModel):
    """A tensor as the header lists it, so that its values can be cut out of the streams."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    shape: Shape

    @property
    def size(self) -> int:
        """Number of values that belong to it."""
        return math.prod(self.shape)


class Kernel(Part):
    """A shared kernel: which codebook it is in, and in how many groups its columns are coded."""

    codebook: int = Field(strict=True, ge=0)
    contexts: int = Field(default=1, strict=True, ge=1, le=CONTEXTS)

    @property
    def columns(self) -> int:
        """The length of the last axis, a layer's outputs."""
        return self.shape[-1] if self.shape else 1


class Header(BaseModel):
    """All that is needed to take the tensors apart, and what this room only passes on: architecture and description."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: JsonValue
    description: dict[str, JsonValue]
    codebooks: tuple[Annotated[int, Field(strict=True, ge=1, le=MOST)], ...]
    kernels: tuple[Kernel, ...]
    vectors: tuple[Part, ...]

    @model_validator(mode="after")
    def _consistent(self) -> "Header":
        names = [part.name for part in (*self.kernels, *self.vectors)]
        if len(set(names)) < len(names):
            raise ValueError("a name comes twice")
        if any(kernel.codebook >= len(self.codebooks) for kernel in self.kernels):
            raise ValueError("a codebook that is not there")
        return self

    @property
    def values(self) -> int:
        """Number of values in all vectors together."""
        return sum(vector.size for vector in self.vectors)

    def kernel_messages(self, codebooks: Sequence[Floats]) -> list[Message]:
        """How each kernel's indices are coded: kernels of one codebook are one family, and zero is in the middle."""
        centres = [int(np.abs(codebook).argmin()) for codebook in codebooks]
        return [
            Message(k.size, self.codebooks[k.codebook], k.codebook, k.columns, k.contexts, centres[k.codebook])
            for k in self.kernels
        ]

    @property
    def vector_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each vector by its name."""
        return {vector.name: vector.shape for vector in self.vectors}

    def vector_messages(self) -> list[Message]:
        """How vectors are coded: kind by kind, four planes of bytes each; a plane is of one family in all kinds."""
        sizes = {vector.name: vector.size for vector in self.vectors}
        totals = [sum(sizes[name] for name in names) for names in by_kind(sizes)]
        return [Message(total, 256, plane) for total in totals for plane in range(PLANES)]


def deflated(header: Header) -> bytes:
    """The header as it is stored; ValueError where it holds what JSON cannot say."""
    fields = header.model_dump(mode="json", exclude_defaults=True)
    return zlib.compress(json.dumps(fields, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode(), 9)


def inflated(data: bytes, most: int) -> bytes:
    """The header's text; one longer than `most` is refused before it fills memory."""
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, most)
    except zlib.error as error:
        raise damaged("its header cannot be inflated") from error
    if not inflater.eof or inflater.unused_data:
        raise damaged(f"its header is cut off, or longer than {most} bytes")
    return text


def parsed(text: bytes) -> Header:
    """The header that a text says, checked field by field."""
    try:
        return Header.model_validate(strict_json.loads(text))
    except ValueError as error:
        raise damaged(f"its header: {reason(error)}") from error


def reason(error: ValueError) -> str:
    """What is wrong with a header, and where, in a few words."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_input=False)[0]
    return ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))
