"""What came of a picture, as rows: a result with its cells as a file, or the line that says why there is none."""

from dataclasses import dataclass
from importlib.metadata import version

from sqlalchemy.orm import Session

from ki67.app.scoring.queue import Task
from ki67.app.store.cells import keep_cells
from ki67.app.store.files import Files
from ki67.app.store.log import append
from ki67.app.store.rows import Picture, Result
from ki67.cells.cells import Cells
from ki67.score.results import CellResult


@dataclass(frozen=True)
class Counted:
    """The network's answer, its cells in a file already."""

    result: CellResult
    network: str
    cells: str


@dataclass(frozen=True)
class Failed:
    """Why there is no answer, and never will be."""

    why: str


@dataclass(frozen=True)
class Hindered:
    """No fault of the picture: it is tried again."""


Outcome = Counted | Failed | Hindered


def counted(files: Files, task: Task, network: str, result: CellResult, cells: Cells) -> Counted:
    """The file first, so that no row ever names one that is not there."""
    return Counted(result, network, keep_cells(files, task.account_id, cells))


def write(session: Session, task: Task, outcome: Counted | Failed) -> None:
    """A result and the picture's new state."""
    picture = session.get_one(Picture, task.picture_id)
    if isinstance(outcome, Failed):
        picture.state, picture.why = "failed", outcome.why
    else:
        picture.state, picture.why = "scored", ""
        session.merge(row(task, outcome))
    append(session, None, f"picture.{picture.state}", picture.id)


def row(task: Task, outcome: Counted) -> Result:
    """As it is stored."""
    result, scores = outcome.result, outcome.result.scores
    return Result(
        picture_id=task.picture_id, network=outcome.network, version=version("ki67"), n_positive=scores.n_positive,
        n_negative=scores.n_negative, n_til=scores.n_til, hot_spot=result.hot_spot, um_per_px=result.um_per_px,
        cells=outcome.cells, warnings=list(result.warnings),
    )  # fmt: skip
