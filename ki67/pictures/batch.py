"""Many pictures, one after the other: what is done is skipped, what fails is said, and the others go on."""

from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from tqdm import tqdm

from ki67.base.errors import InputError, one_line
from ki67.base.hardware import CORES
from ki67.pictures.header import AT_ONCE, header
from ki67.pictures.inputs import Picture

Found = TypeVar("Found")
Score = Callable[[Picture], Found]


@dataclass
class BatchResult(Generic[Found]):
    """What came of a batch of pictures."""

    results: list[Found] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)  # what they come to together, case by case
    skipped: int = 0
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 where all went well, 1 where some pictures failed, 2 where nothing was done."""
        return 0 if not (self.failures or self.interrupted) else 1 if self.results else 2

    def summary_line(self, report: Path, cautions: Sequence[str] = ()) -> str:
        """One line for the terminal; `cautions` are of the network."""
        count = len(self.results)
        before = f", {self.skipped} of them earlier" if self.skipped else ""
        failed = f"; {len(self.failures)} could not be scored" if self.failures else ""
        more = "; stopped: run it again to go on" if self.interrupted else ""
        use = "; ".join(["Research use only", *(f"warning: {caution}" for caution in cautions)])
        return f"{counted(count, 'picture')} scored{before}{failed}{more}; see {report}. {use}."


def counted(number: int, thing: str) -> str:
    """`1 picture`, `2 pictures`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def score_each(
    wanted: Sequence[Picture],
    known: Mapping[Picture, Found],
    scoring: Callable[[int], AbstractContextManager[Score[Found]]],
    pictures_at_once: int = CORES,
) -> BatchResult[Found]:
    """Whatever is not known yet. `scoring` is asked for the way to score only where something is left to do, and closed
    when it is done; its argument says how many windows are worth running side by side.
    """
    done = BatchResult[Found](skipped=len(known))
    found = dict(known)
    waiting = [picture for picture in wanted if picture not in known]
    try:
        if waiting:
            with (
                ThreadPoolExecutor(pictures_at_once) as workers,  # left last: what is interrupted ends once its scorer is closed
                scoring(windows_at_once(waiting)) as score,
                closing(_scored(waiting, score, workers)) as outcomes,
            ):
                for picture, outcome in outcomes:
                    if isinstance(outcome, _Failure):
                        done.failures.append(outcome.why)
                    else:
                        found[picture] = outcome
    except KeyboardInterrupt:
        done.interrupted = True
    done.results = [found[picture] for picture in wanted if picture in found]
    return done


def windows_at_once(waiting: Sequence[Picture]) -> int:
    """How many windows are worth running side by side: a single small picture is one, and memory is saved."""
    try:
        small = len(waiting) == 1 and header(waiting[0].path).pixels <= AT_ONCE
    except InputError:
        small = True
    return 1 if small else CORES


@dataclass(frozen=True)
class _Failure:
    why: str


def _scored(
    waiting: Sequence[Picture], score: Score[Found], workers: ThreadPoolExecutor
) -> Generator[tuple[Picture, Found | _Failure], None, None]:
    """Each picture's result, or why there is none, in order."""
    under_way = {picture: workers.submit(score, picture) for picture in waiting}
    try:
        for picture in tqdm(waiting, desc="scored", unit="picture", disable=None):
            try:
                yield picture, under_way.pop(picture).result()
            except Exception as error:
                yield picture, _Failure(one_line(why_not(picture, error)))
    finally:
        workers.shutdown(wait=False, cancel_futures=True)


def why_not(picture: Picture, error: Exception) -> str:
    """One line for every cause, also for one that nobody thought of: it must not cost the other pictures."""
    match error:
        case InputError():
            return str(error)
        case OSError():
            return f"{picture.path}: cannot be read ({error.strerror or error}); copy or export it again"
        case MemoryError():
            return f"{picture.path}: needs more memory than there is; cut it into smaller pictures"
        case _:
            what = " ".join(f"{type(error).__name__}: {error}".split())
            return f"{picture.path}: could not be scored ({what}); this is a fault of ki67: please report it"
