"""A case's report for people, in the form that `ki67 score` gives its own: figures, doubts, room to sign."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from ki67.app.store.rows import Case, Picture, Result
from ki67.app.store.rows.base import now
from ki67.cells.scores import CUT_OFFS, Scores
from ki67.pictures import page
from ki67.pictures.markup import Cell, doubted, hashed, number, percent, row, warned
from ki67.score.report import total
from ki67.score.results import CellResult

LIMITS = CUT_OFFS[0]
HEADS = ("picture", "Ki-67 index", "category", "positive", "negative", "hot spot", "TIL score", "µm/px", "warnings")


def write_report(case: Case, results: Sequence[tuple[Picture, Result]], path: Path) -> None:
    """One page; pictures are told by their numbers."""
    scored = [as_scored(picture, result) for picture, result in results]
    rows = [row(line(each, picture), HEADS) for each, (picture, _) in zip(scored, results, strict=True)]
    network = results[0][1].network if results else ""
    origin = page.Origin(
        "Counted by the network that ships with ki67, which was trained on simulated data.", "pathonet.ki67", network, "",
        page.cautions(page.SIMULATED), now().date().isoformat(), version("ki67"),
    )  # fmt: skip
    summary = f"Categories by the cut-offs {LIMITS.name}. Research use only."
    page.Page("Ki-67 report", origin, summary, HEADS, (), ()).write([page.Case(case.name, total(scored), rows)], path)


def as_scored(picture: Picture, result: Result) -> CellResult:
    """As `ki67 score` has it; the stored warnings are all there are."""
    scores = Scores(result.n_positive, result.n_negative, result.n_til)
    name, size = str(picture.number), (picture.width, picture.height)
    return CellResult(name, *size, result.um_per_px, scores, result.hot_spot, tuple(result.warnings))


def line(result: CellResult, picture: Picture) -> Sequence[Cell]:
    """Under `HEADS`."""
    s, (low, high), warnings = result.scores, result.scores.interval, result.unfamiliar
    index = percent(s.ki67_index) + (f"<br><small>{percent(low)} to {percent(high)}</small>" if s.n_tumour else "")
    spot = "–" if result.hot_spot is None else percent(result.hot_spot)
    return [
        Cell(f"{picture.number}<br>{hashed('SHA-256', picture.digest)}", key=str(picture.number)),
        number(s.ki67_index, index), doubted(result.category(LIMITS), warnings), number(s.n_positive, f"{s.n_positive:,}"),
        number(s.n_negative, f"{s.n_negative:,}"), number(result.hot_spot, spot), number(s.til_score, percent(s.til_score)),
        number(result.um_per_px, f"{result.um_per_px:.3g}"), warned(warnings),
    ]  # fmt: skip
