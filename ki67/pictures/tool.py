"""What a tool brings to the way from pictures to results that all tools take: its scorer, its tables, its report.

The way itself is `run.py`. A new tool is one scorer and one subclass of `Tool`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Generic, Protocol, TypeVar

from PIL import Image

from ki67.base.hardware import CORES
from ki67.pictures.cases import ByFolder, CasePictures, CaseRule, case_rule
from ki67.pictures.header import MOST_PIXELS, Header
from ki67.pictures.markup import Cell, Mark
from ki67.pictures.outline import Outline, Outlines
from ki67.pictures.page import cautions
from ki67.pictures.scale import read_scales
from ki67.pictures.store import PictureResult, Result

Result_co = TypeVar("Result_co", bound=PictureResult, covariant=True)


@dataclass(frozen=True)
class Order:
    """What a user asked for, of whichever tool."""

    paths: Sequence[Path]
    out: Path
    um_per_px: float | None = None
    most_pixels: int = MOST_PIXELS
    cases: CaseRule = field(default_factory=ByFolder)  # which picture belongs to which case
    scales: Mapping[str, float] = field(default_factory=dict)  # µm/px of single pictures, by name
    inside: Outlines | None = None  # what alone is to be counted

    def outline(self, name: str) -> Outline | None:
        """The outline of a picture; an `InputError` where it should have one and has not."""
        return self.inside.of(name) if self.inside else None


def ordered(
    paths: Sequence[Path], out: Path, um_per_px: float | Path | None, most_pixels: int, case: str | None, inside: Path | None
) -> Order:
    """An order as the command line gives it: its tables and its outline are read before anything is done."""
    scales = read_scales(um_per_px) if isinstance(um_per_px, Path) else {}
    every = None if isinstance(um_per_px, Path) else um_per_px
    return Order(paths, out, every, most_pixels, case_rule(case), scales, Outlines(inside) if inside else None)


@dataclass(frozen=True)
class UsedNetwork:
    """What the record, the report and the terminal say of the network."""

    name: str  # of its file or folder
    digest: str
    precision: str
    trained_on: str
    record: Mapping[str, str | float]  # as it stands in `run.json`
    sentence: str  # of the report: what it is and was trained on
    unknown: Sequence[str] = ()  # what its file does not tell, and a reader of its figures should know

    @property
    def cautions(self) -> list[str]:
        """What speaks against every figure that it gives."""
        return [*cautions(self.trained_on), *self.unknown]


@dataclass(frozen=True)
class Table:
    """A table of the output and its columns."""

    file: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class PooledCase:
    """What the pictures of a case come to as one figure."""

    sentence: str  # for the terminal, and over its pictures in the report
    row: Sequence[str]  # of the table of cases
    cells: Sequence[Cell]  # of the report's first table, behind the case's name


class Scored(Protocol[Result_co]):
    """A picture that is scored, ready to be written."""

    @property
    def result(self) -> Result_co:
        """What scoring it came to, as it is kept and listed."""
        ...

    @property
    def drawn(self) -> Image.Image:
        """The picture with what was found in it; the report shows it in small."""
        ...

    def files(self) -> Mapping[str, Callable[[Path], None]]:
        """How to write each file of this picture alone: under the tool's `endings`, and what only some pictures get."""
        ...

    def write_details(self, path: Path) -> None:
        """Its part of the table of details, with that table's columns."""
        ...


class Scorer(Protocol[Result_co]):
    """A network that is ready for one picture after the other, from several threads."""

    def score(self, name: str, header: Header) -> Scored[Result_co]:
        """One pass over the pixels; what cannot be scored is an `InputError`."""
        ...


class Tool(ABC, Generic[Result]):
    """What tells one command from pictures to results from another; `run.py` does the rest."""

    command: ClassVar[str]
    results: ClassVar[Table]  # a row a picture
    details: ClassVar[Table]  # what was found in each
    endings: ClassVar[tuple[str, ...]]  # of the files that every picture gets beside the tables
    title: ClassVar[str]  # of the report
    heads: ClassVar[tuple[str, ...]]  # of the report's columns
    marks: ClassVar[tuple[Mark, ...]]  # the colours of its drawings
    case_table: ClassVar[Table | None] = None  # a row a case, of a tool that makes one figure of a case
    case_heads: ClassVar[tuple[str, ...]] = ()  # of the same in the report, behind the case's name

    @property
    @abstractmethod
    def result_type(self) -> type[Result]:
        """What the store restores."""

    @property
    @abstractmethod
    def network(self) -> UsedNetwork:
        """The network by which pictures are scored, as the record and the report name it."""

    @property
    def settings(self) -> Mapping[str, str]:
        """What else the user chose, for the record; it changes tables, not what is found."""
        return {}

    @property
    def pictures_at_once(self) -> int:
        """How many are scored side by side."""
        return CORES

    @abstractmethod
    def scorer(self, um_per_px: float | None, at_once: int) -> AbstractContextManager[Scorer[Result]]:
        """Ready to score, as long as the context lasts; `at_once` parts of pictures run side by side."""

    @abstractmethod
    def row(self, result: Result) -> Sequence[str]:
        """A line of the table of results, of which the picture's name is the first."""

    @abstractmethod
    def summary(self, results: Sequence[Result], failures: Sequence[str]) -> str:
        """What a reader of the report should know before its table."""

    @abstractmethod
    def total(self, results: Sequence[Result]) -> str:
        """What the pictures of a case come to together."""

    def pooled(self, case: CasePictures[Result]) -> PooledCase | None:
        """What a case comes to as one figure; nothing where the tool has no such figure."""
        return None

    @abstractmethod
    def report_row(self, result: Result, thumbnail: Path, digest: str) -> Sequence[Cell]:
        """A line of the report's table; `digest` is that of the picture's file."""
