"""A report in one file for people: a table that sorts, small pictures inside it, and no request to anywhere else."""

import math
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path
from string import Template
from urllib.parse import quote

from ki67.base.files import write_whole
from ki67.pictures.tables import NOT_DEFINED

HERE = "<!-- the rows -->"
TEMPLATE = Path(__file__).with_name("report.html")
SIMULATED = "simulated"  # what a network's description calls its training data where they are
WHAT_THAT_MEANS = "Nothing shows that its figures hold on real tissue: check them on labelled pictures of your own first."


@dataclass(frozen=True)
class Origin:
    """Where the figures of a report come from: the network, what speaks against all that it says, how the report was made."""

    network: str
    cautions: Sequence[str]
    made: str


@dataclass(frozen=True)
class Page:
    """What stands round the table."""

    title: str
    origin: Origin
    summary: str
    heads: Sequence[str]
    failures: Sequence[str]

    def write(self, rows: Iterable[str], path: Path) -> None:
        """The rows are made one at a time: there may be many, each with a picture."""
        text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
            title=escape(self.title),
            origin=escape(self.origin.network),
            warning=_cautions(self.origin.cautions),
            summary=escape(self.summary),
            heads="".join(f"<th scope=col><button>{head}</button></th>" for head in self.heads),
            rows=HERE,
            failed=_failed(self.failures),
            made=escape(self.origin.made),
        )
        before, after = text.split(HERE)
        write_whole(path, chain([before], (row + "\n" for row in rows), [after]))


def cautions(trained_on: str) -> list[str]:
    """What speaks against every figure of a network, in the same words in the report, the record and the terminal."""
    return ["trained on simulated tissue"] if trained_on == SIMULATED else []


def row(cells: Iterable[str]) -> str:
    """A line of the table."""
    return f"<tr>{''.join(cells)}</tr>"


def small_picture(name: str, thumbnail: Path) -> str:
    """The thumbnail, which leads to the picture beside the report."""
    small = b64encode(thumbnail.read_bytes()).decode()
    return f'<td><a href="{quote(name)}.png"><img alt="" src="data:image/jpeg;base64,{small}"></a></td>'


def words(text: str) -> str:
    """A cell of plain text."""
    return f"<td>{escape(text)}</td>"


def number(key: float | None, text: str) -> str:
    """Sorted by value; what is not defined comes first."""
    known = key is not None and not math.isnan(key)
    return f'<td class="number" data-key="{f"{key:.6f}" if known else -1}">{text}</td>'


def warned(warnings: Iterable[str]) -> str:
    """What speaks against trusting a picture's figures."""
    return "<td>" + "".join(f'<div class="warning">{escape(text)}</div>' for text in warnings) + "</td>"


def percent(value: float) -> str:
    """For people."""
    return NOT_DEFINED if math.isnan(value) else f"{100 * value:.1f} %"


def _cautions(lines: Sequence[str]) -> str:
    return "".join(f'<p class="note"><strong>Warning: {escape(line)}.</strong> {WHAT_THAT_MEANS}</p>' for line in lines)


def _failed(failures: Sequence[str]) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in failures)
    return f"<h2>Not scored</h2><ul>{lines}</ul>" if failures else ""
