"""What came of a picture, as rows: an answer with its files, or the line that says why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

from sqlalchemy.orm import Session

from ki67.app.scoring.queue import Task
from ki67.app.store.cells import keep_cells
from ki67.app.store.files import Files
from ki67.app.store.log import append
from ki67.app.store.rows import Base, Picture, Result
from ki67.cells.cells import Cells
from ki67.score.results import CellResult


class Answered(Protocol):
    """A network's answer, whatever belongs to it in files already, so that no row ever names one that is not there."""

    @property
    def contents(self) -> Sequence[str]:
        """The files that its row names."""
        ...

    def row(self, task: Task) -> Base:
        """As it is stored."""
        ...


@dataclass(frozen=True)
class Counted:
    """The cells of a field."""

    result: CellResult
    network: str
    cells: str

    @property
    def contents(self) -> Sequence[str]:
        """The cells."""
        return (self.cells,)

    def row(self, task: Task) -> Result:
        """As it is stored."""
        result, scores, error = self.result, self.result.scores, self.result.error
        return Result(
            picture_id=task.picture_id, network=self.network, version=version("ki67"), n_positive=scores.n_positive,
            n_negative=scores.n_negative, n_til=scores.n_til, hot_spot=result.hot_spot, um_per_px=result.um_per_px,
            cells=self.cells, warnings=list(result.warnings), error_cells=error and error.cells,
            error_shared=error and error.shared,
        )  # fmt: skip


@dataclass(frozen=True)
class Failed:
    """Why there is no answer, and never will be."""

    why: str


@dataclass(frozen=True)
class Hindered:
    """No fault of the picture: it is tried again."""


Outcome = Answered | Failed | Hindered


def counted(files: Files, task: Task, network: str, result: CellResult, cells: Cells) -> Counted:
    """An answer whose cells are kept."""
    return Counted(result, network, keep_cells(files, task.account_id, cells))


def write(session: Session, task: Task, outcome: Answered | Failed) -> None:
    """A result and the picture's new state."""
    picture = session.get_one(Picture, task.picture_id)
    if isinstance(outcome, Failed):
        picture.state, picture.why = "failed", outcome.why
    else:
        picture.state, picture.why = "scored", ""
        session.merge(outcome.row(task))
    append(session, None, f"picture.{picture.state}", picture.id)
