"""The outermost layer of a container: that it is one, of a known version, and every byte of it as it was written.

A container is a safetensors file. Its metadata hold one entry, `ki67`: the version and a checksum. The checksum is the
SHA-256 of the whole file with its own 64 digits as zeros.
"""

import hashlib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ki67.base import strict_json
from ki67.container.limits import HEAD, Refused, damaged

VERSION = 1
DTYPES = {"header": "U8", "codebooks": "F32", "indices": "U32", "vectors": "U32"}
BLANK = b"0" * 64


class Seal(BaseModel):
    """The one metadata entry. What a later version may add to it must not hide the version."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    version: int = Field(ge=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


def blank_metadata() -> dict[str, str]:
    """The metadata of a file that is not sealed yet."""
    return {"ki67": Seal(version=VERSION, sha256=BLANK.decode()).model_dump_json()}


def sealed(blank: bytes) -> bytes:
    """A file whose checksum is zeros, with the checksum put in."""
    place = blank.index(BLANK)
    return blank[:place] + hashlib.sha256(blank).hexdigest().encode() + blank[place + len(BLANK) :]


def check_seal(data: bytes) -> None:
    """Refuse what is no container, one of a newer version, and one of which any byte has changed."""
    head = _head(data)
    seal = _seal(head.pop("__metadata__", None))
    if seal.version > VERSION:
        raise Refused(f"made by a newer ki67 (container version {seal.version}, this reads {VERSION}); update ki67")
    digits = seal.sha256.encode()
    place = data.find(digits, 0, HEAD)
    digest = hashlib.sha256(data[:place] + BLANK)
    digest.update(memoryview(data)[place + len(digits) :])
    if place < 0 or digest.hexdigest() != seal.sha256:
        raise damaged("its checksum does not fit")
    if {name: _dtype(tensor) for name, tensor in head.items()} != DTYPES:
        raise damaged("it holds other tensors than a container")


def says_container(path: Path) -> bool:
    """Whether a file says of itself that it is a container, whole or not."""
    try:
        with path.open("rb") as stream:
            _seal(_head(stream.read(8 + HEAD)).get("__metadata__"))
    except (OSError, Refused):
        return False
    return True


def _head(data: bytes) -> dict[str, Any]:
    """Safetensors' own header."""
    size = int.from_bytes(data[:8], "little")
    try:
        head = strict_json.loads(data[8 : 8 + size]) if size <= HEAD else None
    except ValueError:
        head = None
    if not isinstance(head, dict):
        raise _no_container()
    return head


def _seal(metadata: Any) -> Seal:
    try:
        return Seal.model_validate(strict_json.loads(metadata["ki67"]))
    except (ValueError, TypeError, KeyError) as error:
        raise _no_container() from error


def _dtype(tensor: Any) -> Any:
    return tensor.get("dtype") if isinstance(tensor, dict) else None


def _no_container() -> Refused:
    return Refused("not a ki67 container; give a file that `ki67 compress` wrote")
