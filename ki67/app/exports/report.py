"""A case's report for people, in the form that `ki67 score` gives its own: figures, doubts, room to sign."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from ki67.app.store.rows import Case, Picture, Result
from ki67.app.store.rows.base import now
from ki67.cells.scores import CUT_OFFS
from ki67.pictures import page
from ki67.pictures.cases import CasePictures
from ki67.pictures.markup import Cell, doubted, hashed, number, percent, row, warned
from ki67.pictures.tool import PooledCase
from ki67.score.case import pooled_case
from ki67.score.report import index, interval_of, spot
from ki67.score.results import CellResult, too_few
from ki67.weights import NETWORK

LIMITS = CUT_OFFS[0]
HEADS = ("picture", "Ki-67 index", "category", "positive", "negative", "hot spot", "TIL score", "µm/px", "warnings")


def write_report(case: Case, results: Sequence[tuple[Picture, Result]], path: Path) -> None:
    """One page; pictures are told by their numbers."""
    scored = [as_scored(picture, result) for picture, result in results]
    rows = [row(line(each, picture), HEADS) for each, (picture, _) in zip(scored, results, strict=True)]
    network = results[0][1].network if results else ""
    origin = page.Origin(
        "Counted by the network that ships with ki67, which was trained on simulated data.", NETWORK.name, network, "",
        page.cautions(page.SIMULATED), now().date().isoformat(), version("ki67"),
    )  # fmt: skip
    summary = f"Categories by the cut-offs {LIMITS.name}. Intervals are of {interval_of(scored)}. Research use only."
    section = page.Section(case.name, as_one(case, results).sentence, rows)
    page.Page("Ki-67 report", origin, summary, HEADS, (), ()).write([section], path)


def as_one(case: Case, results: Sequence[tuple[Picture, Result]]) -> PooledCase:
    """The case as one figure, as `ki67 score` has it."""
    return pooled_case(CasePictures(case.name, [as_scored(picture, result) for picture, result in results]), LIMITS)


def as_scored(picture: Picture, result: Result) -> CellResult:
    """As `ki67 score` has it, which tells itself where there are few cells."""
    name, size, few = str(picture.number), (picture.width, picture.height), too_few(result.scores)
    doubts = tuple(warning for warning in result.warnings if warning not in few)
    return CellResult(name, *size, result.um_per_px, result.scores, result.hot_spot, doubts, error=result.error)


def line(result: CellResult, picture: Picture) -> Sequence[Cell]:
    """Under `HEADS`."""
    s, warnings = result.scores, result.warnings
    return [
        Cell(f"{picture.number}<br>{hashed('SHA-256', picture.digest)}", key=str(picture.number)),
        index(s, result.interval), doubted(result.category(LIMITS), warnings), number(s.n_positive, f"{s.n_positive:,}"),
        number(s.n_negative, f"{s.n_negative:,}"), spot(result.hot_spot), number(s.til_score, percent(s.til_score)),
        number(result.um_per_px, f"{result.um_per_px:.3g}"), warned(warnings),
    ]  # fmt: skip
