"""One page for people: every picture with its index, what the index rests on, and what speaks against trusting it."""

import math
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from itertools import chain
from pathlib import Path
from string import Template
from urllib.parse import quote

from ki67.files import write_whole
from ki67.scores import CutOffs
from ki67.scoring.results import NOT_DEFINED, Kept, Result

HERE = "<!-- the rows -->"
TEMPLATE = Path(__file__).with_name("report.html")
HEADS = ("picture", "name", "Ki-67 index", "tumour cells", "hot spot", "TIL score", "category", "warnings")


def write_report(
    results: Sequence[Result], failures: Sequence[str], kept: Kept, cut_offs: CutOffs, told: dict[str, str], out: Path
) -> None:
    """`report.html`, one file that asks for nothing from outside; its rows are made one at a time."""
    page = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        origin=escape(told["origin"]),
        summary=summary(results, failures, cut_offs),
        heads="".join(f"<th scope=col><button>{head}</button></th>" for head in HEADS),
        rows=HERE,
        failed=_failed(failures),
        made=escape(told["made"]),
    )
    before, after = page.split(HERE)
    rows = (_row(result, kept.thumbnail(result.image), cut_offs) + "\n" for result in results)
    write_whole(out / "report.html", chain([before], rows, [after]))


def summary(results: Sequence[Result], failures: Sequence[str], cut_offs: CutOffs) -> str:
    """What a reader should know before the table."""
    cells, coarse = sum(result.scores.n_cells for result in results), sum(bool(result.warnings) for result in results)
    said = [f"{len(results)} pictures, {cells:,} cells.", f"Categories by the cut-offs {cut_offs.name}."]
    said += [f"{coarse} pictures carry a warning."] * bool(coarse) + [f"{len(failures)} could not be scored."] * bool(failures)
    said.append("The index is positive / (positive + negative) with the 95 % interval that the counted cells allow; the hot")
    said.append("spot is the highest index of 500 tumour cells that lie together.")
    return " ".join(said)


def _row(result: Result, thumbnail: Path, cut_offs: CutOffs) -> str:
    s, (low, high) = result.scores, result.scores.interval
    small = b64encode(thumbnail.read_bytes()).decode()
    picture = f'<a href="{quote(result.image)}.png"><img alt="" src="data:image/jpeg;base64,{small}"></a>'
    index = percent(s.ki67_index) + ("" if math.isnan(low) else f"<br><small>{percent(low)} to {percent(high)}</small>")
    spot = "–" if result.hot_spot is None else percent(result.hot_spot)
    said = "".join(f'<div class="warning">{escape(text)}</div>' for text in result.warnings)
    cells = [
        f"<td>{picture}</td>", f"<td>{escape(result.image)}</td>", _number(s.ki67_index, index),
        _number(s.n_tumour, f"{s.n_tumour:,}"), _number(result.hot_spot, spot), _number(s.til_score, percent(s.til_score)),
        f"<td>{result.category(cut_offs)}</td>", f"<td>{said}</td>",
    ]  # fmt: skip
    return f"<tr>{''.join(cells)}</tr>"


def _number(key: float | None, text: str) -> str:
    """Sorted by value; what is not defined comes first."""
    known = key is not None and not math.isnan(key)
    return f'<td class="number" data-key="{f"{key:.6f}" if known else -1}">{text}</td>'


def percent(value: float) -> str:
    """For people."""
    return NOT_DEFINED if math.isnan(value) else f"{100 * value:.1f} %"


def _failed(failures: Sequence[str]) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in failures)
    return f"<h2>Not scored</h2><ul>{lines}</ul>" if failures else ""
