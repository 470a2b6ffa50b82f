"""A report in one file for people: a table a case that sorts, drawings that open large, room to sign, one case a page of paper.

It asks for nothing from elsewhere; the drawings that open large lie beside it. Where a case has one figure, it comes first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path
from string import Template

from ki67.base.files import write_whole
from ki67.pictures.markup import Cell, Mark, anchor, hashed, legend, linked, row

HERE = "<!-- the cases -->"
TEMPLATE = Path(__file__).with_name("report.html")
SIMULATED = "simulated"  # what a network's description calls its training data where they are
WHAT_THAT_MEANS = "Nothing shows that its figures hold on real tissue: check them on labelled pictures of your own first."
ALL, UNLISTED = "All pictures", "Without a case"  # headings of pictures that are of no case: of all, or of some


@dataclass(frozen=True)
class Origin:
    """Where the figures of a report come from: the network, what speaks against it, when and by what the report was made."""

    network: str
    name: str
    digest: str
    precision: str
    cautions: Sequence[str]
    date: str
    version: str


@dataclass(frozen=True)
class Section:
    """A case of the report: its name, what its pictures come to together, and a line of the table for each."""

    name: str
    total: str
    rows: Iterable[str]


@dataclass(frozen=True)
class FirstTable:
    """The cases before their pictures: a line for each of the first sections, which it leads to."""

    heads: Sequence[str]
    cases: Sequence[tuple[str, Sequence[Cell]]]

    def lines(self) -> Iterator[str]:
        """As a table; nothing where there is no case."""
        if self.cases:
            heads = ("case", *self.heads)
            yield from table(heads, (row([linked(name, n), *cells], heads) for n, (name, cells) in enumerate(self.cases, 1)))


@dataclass(frozen=True)
class Page:
    """A report but for its cases: what stands round them."""

    title: str
    origin: Origin
    summary: str
    heads: Sequence[str]
    marks: Sequence[Mark]
    failures: Sequence[str]
    first: FirstTable = FirstTable((), ())

    def write(self, sections: Iterable[Section], path: Path) -> None:
        """The rows are made one at a time: there may be many, each with a picture."""
        origin = self.origin
        text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
            title=escape(self.title),
            origin=escape(origin.network),
            warning=_cautions(origin.cautions),
            summary=escape(self.summary),
            first="".join(self.first.lines()),
            legend=legend(self.marks),
            cases=HERE,
            failed=_failed(self.failures),
            date=escape(origin.date),
            version=escape(origin.version),
            model=f"{escape(origin.name)}, {hashed('SHA-256', origin.digest)}, {escape(origin.precision)}",
        )
        before, after = text.split(HERE)
        write_whole(path, chain([before], *(self._section(n, section) for n, section in enumerate(sections, 1)), [after]))

    def _section(self, number: int, section: Section) -> Iterable[str]:
        yield f"<section class=case id={anchor(number)}>\n<h2>{escape(section.name)}</h2>\n<p>{escape(section.total)}</p>\n"
        yield from table(self.heads, section.rows)
        yield f"{SIGNED}\n</section>\n"


def table(heads: Sequence[str], rows: Iterable[str]) -> Iterator[str]:
    """Rows under heads that sort them."""
    buttons = "".join(f"<th scope=col><button>{escape(head)}</button></th>" for head in heads)
    yield f"<table>\n<thead><tr>{buttons}</tr></thead>\n<tbody>\n"
    yield from (line + "\n" for line in rows)
    yield "</tbody>\n</table>\n"


SIGNED = """<form class=signed autocomplete=off>
<label class=wide>Comment <textarea rows=3></textarea></label>
<label>Name <input></label> <label>Date <input></label> <label>Signature <span></span></label>
</form>"""


def cautions(trained_on: str) -> list[str]:
    """What speaks against every figure of a network, in the same words in the report, the record and the terminal."""
    return ["trained on simulated tissue"] if trained_on == SIMULATED else []


def _cautions(lines: Sequence[str]) -> str:
    simulated = cautions(SIMULATED)
    means = [WHAT_THAT_MEANS if line in simulated else "" for line in lines]
    notes = zip(lines, means, strict=True)
    return "".join(f'<p class="note"><strong>Warning: {escape(line)}.</strong> {meaning}</p>' for line, meaning in notes)


def _failed(failures: Sequence[str]) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in failures)
    return f"<section class=failed><h2>Not scored</h2><ul>{lines}</ul></section>" if failures else ""
