"""A report in one file for people: a table a case that sorts, drawings that open large, room to sign, one case a page of paper.

It asks for nothing from elsewhere; the drawings that open large lie beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path
from string import Template

from ki67.base.files import write_whole
from ki67.pictures.markup import Mark, hashed, legend

HERE = "<!-- the cases -->"
TEMPLATE = Path(__file__).with_name("report.html")
SIMULATED = "simulated"  # what a network's description calls its training data where they are
WHAT_THAT_MEANS = "Nothing shows that its figures hold on real tissue: check them on labelled pictures of your own first."
ALL = "All pictures"  # the heading where nothing tells cases apart


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
class Case:
    """A case of the report: its name, what its pictures come to together, and a line of the table for each."""

    name: str
    total: str
    rows: Iterable[str]


@dataclass(frozen=True)
class Page:
    """A report but for its cases: what stands round them."""

    title: str
    origin: Origin
    summary: str
    heads: Sequence[str]
    marks: Sequence[Mark]
    failures: Sequence[str]

    def write(self, cases: Iterable[Case], path: Path) -> None:
        """The rows are made one at a time: there may be many, each with a picture."""
        origin = self.origin
        text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
            title=escape(self.title),
            origin=escape(origin.network),
            warning=_cautions(origin.cautions),
            summary=escape(self.summary),
            legend=legend(self.marks),
            cases=HERE,
            failed=_failed(self.failures),
            date=escape(origin.date),
            version=escape(origin.version),
            model=f"{escape(origin.name)}, {hashed('SHA-256', origin.digest)}, {escape(origin.precision)}",
        )
        before, after = text.split(HERE)
        write_whole(path, chain([before], *(self._case(case) for case in cases), [after]))

    def _case(self, case: Case) -> Iterable[str]:
        heads = "".join(f"<th scope=col><button>{escape(head)}</button></th>" for head in self.heads)
        yield f"<section class=case>\n<h2>{escape(case.name or ALL)}</h2>\n<p>{escape(case.total)}</p>\n"
        yield f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
        yield from (row + "\n" for row in case.rows)
        yield f"</tbody>\n</table>\n{SIGNED}\n</section>\n"


SIGNED = """<form class=signed autocomplete=off>
<label class=wide>Comment <textarea rows=3></textarea></label>
<label>Name <input></label> <label>Date <input></label> <label>Signature <span></span></label>
</form>"""


def cautions(trained_on: str) -> list[str]:
    """What speaks against every figure of a network, in the same words in the report, the record and the terminal."""
    return ["trained on simulated tissue"] if trained_on == SIMULATED else []


def _cautions(lines: Sequence[str]) -> str:
    return "".join(f'<p class="note"><strong>Warning: {escape(line)}.</strong> {WHAT_THAT_MEANS}</p>' for line in lines)


def _failed(failures: Sequence[str]) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in failures)
    return f"<section class=failed><h2>Not scored</h2><ul>{lines}</ul></section>" if failures else ""
