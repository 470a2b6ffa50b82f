"""A question put to one network trial by trial; what a trial found is kept, so that a run that was cut off goes on."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import pandas as pd

from ki67.base.state import state_folder
from ki67.base.tables import read_json, write_csv, write_json
from ki67.data.frames import Frames
from ki67.finetune.choice import Table, Tried, Way
from ki67.finetune.command import frames_in, replayed, settings_with
from ki67.finetune.cross_validation import Judge
from ki67.finetune.learner import Learner
from ki67.finetune.start import Start, load_start
from ki67.settings.detection import FineTune
from ki67.study.other_laboratories import Trial

KEPT = Path("release")


class Row(Protocol):
    """A line of the table: a dataclass of numbers and names."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def line(self) -> str:
        """For the terminal."""
        ...


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Pupil:
    """A network that every trial teaches anew, how its cells are counted, and where unfinished work is kept."""

    start: Start
    learner: Learner
    judge: Judge
    state: Path

    @classmethod
    def of(cls, start: Start, settings: FineTune, state: Path) -> "Pupil":
        """Set up once for all trials."""
        return cls(start, Learner(start, settings, replayed(start, settings, state / "replayed.npz")), Judge.of(start), state)

    def place_of(self, trial: Trial) -> Path:
        """A folder for what one trial leaves."""
        return self.state / f"{trial.laboratory} {len(trial.labelled)}".replace(" ", "_")

    def before_and_after(self, judged: Frames, teach: Callable[[], object], thresholds: tuple[int, ...]) -> tuple[Table, Table]:
        """What the start finds in frames, and what the network finds at these places of the grid once it is taught."""
        self.learner.begin()
        rounds = [self.learner.maps(judged.images)]
        teach()
        rounds.append(self.learner.maps(judged.images))
        tried = Tried(self.judge.counts(rounds, judged), self.judge.start)
        return tried.at(tried.start), tried.at(Way(1, thresholds))


@dataclass(frozen=True)
class Question(Generic[R]):
    """What is done in every trial and which trials there are; the name is that of its tables."""

    name: str
    row: type[R]
    answer: Callable[[Pupil, Trial], Iterable[R]]
    simulated: Callable[[Path], Iterable[Trial]]
    of_folder: Callable[[Trial], Iterable[Trial]]

    def asked(self, network: Path, folder: Path | None, um_per_px: float | None) -> Iterator[str]:
        """Row by row, as lines, in a table and the same for prose. Simulated laboratories where no folder is named."""
        settings, start = settings_with({}), load_start(network)
        state = state_folder(self.name, settings.model_dump(), [network, *([folder] if folder else [])])
        if folder:
            frames = frames_in(folder, um_per_px, start)
            trials, out = self.of_folder(Trial(folder.name, frames, frames)), f"{self.name}_folder.csv"
        else:
            trials, out = self.simulated(state), f"{self.name}.csv"
        yield from self.written(Pupil.of(start, settings, state), trials, KEPT / out)

    def written(self, pupil: Pupil, trials: Iterable[Trial], out: Path) -> Iterator[str]:
        """The table is whole after every trial; what is kept of them goes when all are there."""
        rows = []
        for trial in trials:
            found = self.rows(pupil, trial)
            rows += [asdict(row) for row in found]
            write_csv(pd.DataFrame(rows), out)
            write_json(rows, out.with_suffix(".json"))
            yield from (row.line() for row in found)
        shutil.rmtree(pupil.state, ignore_errors=True)
        yield f"written: {out}"

    def rows(self, pupil: Pupil, trial: Trial) -> list[R]:
        """One trial's, from their file where that is there."""
        kept = pupil.place_of(trial) / "rows.json"
        if not kept.is_file():
            write_json([asdict(row) for row in self.answer(pupil, trial)], kept)
        return [self.row(**row) for row in read_json(kept)]
