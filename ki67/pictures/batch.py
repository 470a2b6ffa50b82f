"""Many pictures, one after the other: what is done is skipped, what fails is said, and the others go on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Generic, TypeVar

from tqdm import tqdm

from ki67.base.errors import InputError
from ki67.base.hardware import CORES
from ki67.pictures.header import header
from ki67.pictures.inputs import Picture
from ki67.pictures.regions import AT_ONCE

PACKAGES = ("ki67", "openvino", "numpy", "scipy", "scikit-image", "pillow")
Found = TypeVar("Found")


@dataclass
class Done(Generic[Found]):
    """What came of it."""

    results: list[Found] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    skipped: int = 0
    interrupted: bool = False

    @property
    def code(self) -> int:
        """0 where all went well, 1 where some pictures failed, 2 where nothing was done."""
        return 0 if not (self.failures or self.interrupted) else 1 if self.results else 2

    def said(self, out: Path, cautions: Sequence[str] = ()) -> str:
        """One line for the terminal; `cautions` are of the network."""
        before = f", {self.skipped} of them earlier" if self.skipped else ""
        failed = f"; {len(self.failures)} could not be scored" if self.failures else ""
        more = "; stopped: run it again to go on" if self.interrupted else ""
        where = f"; see {out / 'report.html'}" if self.results else ""
        use = "; ".join(["Research use only", *(f"warning: {caution}" for caution in cautions)])
        return f"{len(self.results)} pictures scored{before}{failed}{more}{where}. {use}."


def score_each(
    wanted: Sequence[Picture],
    known: Mapping[Picture, Found],
    ready: Callable[[int], Callable[[Picture], Found]],
) -> Done[Found]:
    """Whatever is not known yet. `ready` is asked for the way to score only where something is left to do; its argument
    says how many windows are worth running side by side.
    """
    done = Done[Found](skipped=len(known))
    found = dict(known)
    waiting = [picture for picture in wanted if picture not in known]
    try:
        for picture, one in _scored(waiting, ready(at_once(waiting))) if waiting else ():
            if isinstance(one, _Failure):
                done.failures.append(one.why)
            else:
                found[picture] = one
    except KeyboardInterrupt:
        done.interrupted = True
    done.results = [found[picture] for picture in wanted if picture in found]
    return done


def at_once(waiting: Sequence[Picture]) -> int:
    """How many windows are worth running side by side: a single small picture is one, and memory is saved."""
    try:
        small = len(waiting) == 1 and header(waiting[0].path).pixels <= AT_ONCE
    except InputError:
        small = True
    return 1 if small else CORES


@dataclass(frozen=True)
class _Failure:
    why: str


def _scored(waiting: Sequence[Picture], score: Callable[[Picture], Found]) -> Iterator[tuple[Picture, Found | _Failure]]:
    """Each picture's result, or why there is none, in order; as many at once as there are cores."""
    workers = ThreadPoolExecutor(CORES)
    under_way = {picture: workers.submit(score, picture) for picture in waiting}
    try:
        for picture in tqdm(waiting, desc="scored", unit="picture", disable=None):
            try:
                yield picture, under_way.pop(picture).result()
            except InputError as error:
                yield picture, _Failure(str(error))
            except OSError as error:
                why = f"{picture.path}: not written ({error.strerror or error}); make room or name another folder"
                yield picture, _Failure(why)
    finally:
        workers.shutdown(cancel_futures=True)


def check_writable(out: Path, others: Sequence[str] = ()) -> None:
    """Say so before the work where the results would have no place, or would lie among the tables of another command."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        trial = out / ".ki67-trial"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise InputError(f"{out}: cannot be written to ({error.strerror}); name another folder with --out") from error
    for name in others:
        if (out / name).exists():
            raise InputError(f"{out}: holds the results of another command ({name}); name another folder with --out")


def versions() -> dict[str, str]:
    """Of everything that decides what is found."""
    return {name: version(name) for name in PACKAGES}
