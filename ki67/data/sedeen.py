"""Points clicked on nuclei, as the Sedeen viewer writes them: XML that is read without trusting it."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

import numpy as np

from ki67.base.errors import InputError
from ki67.cells.cells import FURTHEST
from ki67.data.patches import LYMPHOCYTE, MALIGNANT, NORMAL, Nuclei

LARGEST = 16_000_000  # bytes; the published files have a few thousand
# The labels that BreastPathQ's own notes list, in their three groups, and the groups' names.
LABELS = {
    NORMAL: ("normal", "UDH", "ADH", "normal epithelial"),
    LYMPHOCYTE: ("TIL-E", "TIL-S", "lymphocyte"),
    MALIGNANT: (
        "IDC", "ILC", "Muc C", "DCIS 1", "DCIS 2", "DCIS 3", "MC- E", "MC - C", "MC - M", "malignant", "malignant epithelial",
    ),
}  # fmt: skip


def plain(label: str) -> str:
    """A label without the case, spaces and dashes that differ from file to file."""
    return "".join(letter for letter in label.casefold() if letter.isalnum())


KIND_OF = {plain(label): kind for kind, labels in LABELS.items() for label in labels}


@dataclass
class _Reader:
    """What has been read of one file so far."""

    path: Path
    label: str | None = None
    text: list[str] | None = None
    xy: list[tuple[float, float]] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "graphic":
            self.label = attributes.get("description", "")
            if plain(self.label) not in KIND_OF:
                known = ", ".join(label for labels in LABELS.values() for label in labels)
                raise InputError(f"{self.path}: unknown cell type {self.label!r}; there are {known}")
        elif name == "point":
            self.text = []

    def text_read(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def closed(self, name: str) -> None:
        if name == "graphic":
            self.label = None
        elif name == "point":
            if self.label is None:
                raise InputError(f"{self.path}: a point outside of any <graphic>, so of no cell type; export it again")
            self.xy.append(self.point("".join(self.text or [])))
            self.kinds.append(KIND_OF[plain(self.label)])
            self.text = None

    def point(self, text: str) -> tuple[float, float]:
        try:
            x, y = (float(part) for part in text.split(","))
        except ValueError as error:
            raise InputError(f"{self.path}: a point reads {text.strip()!r}; write x,y in pixels") from error
        if not (abs(x) <= FURTHEST and abs(y) <= FURTHEST):
            raise InputError(f"{self.path}: a point reads {text.strip()!r}; write x,y in pixels")
        return x, y

    def doctype(self, *_: object) -> None:
        raise InputError(f"{self.path}: declares a document type, which can hide anything; export the points again")


def read_points(path: Path) -> Nuclei:
    """The nuclei of one file, in pixels of its picture; declarations that make XML dangerous are refused unread."""
    if path.stat().st_size > LARGEST:
        raise InputError(f"{path}: larger than {LARGEST // 1_000_000} MB, so no list of points; export it again")
    reader, parser = _Reader(path), expat.ParserCreate()
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.opened
    parser.CharacterDataHandler = reader.text_read
    parser.EndElementHandler = reader.closed
    try:
        parser.Parse(path.read_bytes(), True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: an encoding that expat cannot take
        raise InputError(f"{path}: not valid XML ({error}); export the points again, in UTF-8") from error
    if not reader.xy:
        raise InputError(f"{path}: no points in it; annotate the picture, or take both out of the folder")
    return Nuclei(np.array(reader.xy, np.float32), np.array(reader.kinds, np.uint8))
