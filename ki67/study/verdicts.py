"""The claims page as rows: a verdict of its kind for each claim, and how many there are of each, kinds never added up."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ki67.base.files import whole_file
from ki67.study.directions import Judged
from ki67.study.printed import Kind

# What each kind of verdict may be: as claimed, otherwise, or open.
WORDS: dict[Kind, tuple[str, ...]] = {
    "paper": ("agrees", "does not agree", "not recomputed"),
    "counted": ("as printed", "not as printed", "not counted"),
    "measured": ("reproduced", "differs", "not run"),
    "direction": ("holds", "fails", "not settled"),
}


@dataclass(frozen=True)
class Ruling:
    """One of the words of a kind; why nothing can be said, where it is open."""

    word: str
    why: str = ""


@dataclass(frozen=True)
class Verdict:
    """One row of the claims page: of a figure what is printed and ours, of an effect the comparison that decides it."""

    paper: str
    table: str
    title: str
    kind: Kind
    row: str
    cell: str
    printed: float | None
    tolerance: float | None
    ours: float | None
    basis: str  # where ours comes from: simulated, own data, measured (each also of the longest run), recomputed…
    note: str
    decisive: Judged | None = None
    comparisons: int | None = None  # in the family that the decisive one was corrected for
    ruling: Ruling = Ruling("")

    @property
    def verdict(self) -> str:
        """The word, and why it is open."""
        return f"{self.ruling.word}: {self.ruling.why}" if self.ruling.why else self.ruling.word

    @property
    def difference(self) -> float | None:
        """The comparison that bears out the claim least."""
        return self.decisive.comparison.difference if self.decisive else None

    @property
    def low(self) -> float | None:
        """The lower end of its interval."""
        return self.decisive.comparison.interval.low if self.decisive and self.decisive.comparison.interval else None

    @property
    def high(self) -> float | None:
        """The upper end of its interval."""
        return self.decisive.comparison.interval.high if self.decisive and self.decisive.comparison.interval else None

    @property
    def holm(self) -> float | None:
        """Its p with the whole family counted in."""
        return self.decisive.corrected if self.decisive and self.decisive.comparison.interval else None


COLUMNS = ("paper", "table", "title", "kind", "row", "cell", "printed", "tolerance", "ours", "basis", "difference", "low", "high",
           "holm", "comparisons", "verdict", "note")  # fmt: skip


def tally(verdicts: Sequence[Verdict]) -> dict[str, dict[str, dict[str, int]]]:
    """How the verdicts of each kind fared, of all papers and of each; kinds are never added up."""
    papers = {"all": verdicts} | {paper: [one for one in verdicts if one.paper == paper] for paper in _papers(verdicts)}
    return {
        kind: {paper: _counts(kind, [one for one in own if one.kind == kind]) for paper, own in papers.items()} for kind in WORDS
    }


def _papers(verdicts: Sequence[Verdict]) -> list[str]:
    return list(dict.fromkeys(verdict.paper for verdict in verdicts))


def _counts(kind: Kind, verdicts: Sequence[Verdict]) -> dict[str, int]:
    words = [verdict.ruling.word for verdict in verdicts]
    return {"claims": len(words)} | {word.replace(" ", "_"): words.count(word) for word in WORDS[kind]}


def write_verdicts(verdicts: Sequence[Verdict], path: Path) -> None:
    """One line a figure, for the claims page."""
    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for verdict in verdicts:
            values = (getattr(verdict, column) for column in COLUMNS)
            writer.writerow(f"{value:.10g}" if isinstance(value, float) else value for value in values)
