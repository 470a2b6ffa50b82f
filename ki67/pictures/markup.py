"""The pieces of a report's page: cells of its tables, marks of its legend. Whatever a user wrote is escaped here."""

import math
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from ki67.pictures.drawing import OVERLAY, PLAIN
from ki67.pictures.outline import said
from ki67.pictures.tables import NOT_DEFINED

Colour = tuple[int, int, int]
SHORT = 12  # digits of a hash on the screen; paper has them all


@dataclass(frozen=True)
class Cell:
    """A cell of a table: what it shows, by what it is sorted where that is another thing, and how it is set."""

    html: str
    key: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Mark:
    """A line of the legend: a colour of the drawing, as a ring or as a patch, and what it stands for."""

    colour: Colour
    text: str
    shape: Literal["ring", "patch"] = "ring"


def row(cells: Iterable[Cell], heads: Sequence[str]) -> str:
    """A line of the table; each cell knows its head, which narrow screens show beside it."""
    return "<tr>" + "".join(_cell(cell, head) for cell, head in zip(cells, heads, strict=True)) + "</tr>"


def _cell(cell: Cell, head: str) -> str:
    kind, key = (f' class="{cell.kind}"' if cell.kind else ""), (f' data-key="{cell.key}"' if cell.key else "")
    return f'<td data-head="{escape(head)}"{kind}{key}><div>{cell.html}</div></td>'


def small_picture(name: str, thumbnail: Path) -> Cell:
    """The thumbnail, which opens the drawing beside the report; the same view without marks lies there too."""
    small, shown = b64encode(thumbnail.read_bytes()).decode(), escape(name, quote=True)
    links = f'href="{quote(name + OVERLAY)}" data-plain="{quote(name + PLAIN)}" data-name="{shown}"'
    return Cell(f'<a class="view" {links}><img alt="{shown}, with marks" src="data:image/jpeg;base64,{small}"></a>')


def named(name: str, digest: str, inside_mm2: float | None = None) -> Cell:
    """A picture's name and the hash of its file, and that only a part of it was looked at, where that is so."""
    part = "" if inside_mm2 is None else f"<br><small>{escape(said(inside_mm2))}</small>"
    return Cell(f"{escape(name)}<br>{hashed('SHA-256', digest)}{part}", key=escape(name, quote=True))


def anchor(number: int) -> str:
    """Where in the page a case begins."""
    return f"case-{number}"


def linked(case: str, number: int) -> Cell:
    """A case's name, which leads to its pictures."""
    return Cell(f'<a href="#{anchor(number)}">{escape(case)}</a>', key=escape(case, quote=True))


def hashed(what: str, digest: str) -> str:
    """A hash, cut on the screen and whole on paper."""
    short, rest = escape(digest[:SHORT]), escape(digest[SHORT:])
    return f'<small title="{escape(digest)}">{what} <code>{short}<span class="rest">{rest}</span></code></small>'


def words(text: str) -> Cell:
    """Plain text, safe whatever it says."""
    return Cell(escape(text))


def doubted(text: str, warnings: Sequence[str]) -> Cell:
    """A category or a figure of words; where something speaks against it, that stands beside it."""
    flag = f' <strong class="warning flag" title="{escape("; ".join(warnings), quote=True)}">⚠ check</strong>' if warnings else ""
    return Cell(f"{escape(text)}{flag}", key=escape(text, quote=True))


def number(key: float | None, text: str) -> Cell:
    """Sorted by value; what is not defined comes first."""
    known = key is not None and not math.isnan(key)
    return Cell(text, f"{key:.6f}" if known else "-1", "number")


def warned(warnings: Iterable[str]) -> Cell:
    """What speaks against trusting a picture's figures."""
    return Cell("".join(f'<div class="warning">{escape(text)}</div>' for text in warnings))


def percent(value: float) -> str:
    """A share as people read it, in per cent; words where it is not defined."""
    return NOT_DEFINED if math.isnan(value) else f"{100 * value:.1f} %"


def legend(marks: Iterable[Mark]) -> str:
    """Which colour of the drawings is what."""
    return "".join(f'<li><i class="{m.shape}" style="color: rgb{m.colour}"></i>{escape(m.text)}</li>' for m in marks)
