"""Slides on a cluster: each is a task of one thread, and goes on where another worker left it when that one died.

Workers read the slides, the networks and what is kept of unfinished slides under the same paths as this process does.
"""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import get_ident
from types import TracebackType
from typing import Self

from ki67.base.cluster import RETRIES, client
from ki67.base.errors import InputError
from ki67.pictures.header import Header
from ki67.slides.model import OtherNetworks, SlideModel, load_slide_model
from ki67.slides.names import Numbers
from ki67.slides.scorer import ScoredSlide, SlideScorer


class RemoteScorer:
    """Hands slides to a cluster and waits for what they come to."""

    def __init__(self, model: SlideModel, folder: Path, um_per_px: float | None, address: str) -> None:
        self._order = model.path.absolute(), model.digest, model.numbers, folder.absolute(), um_per_px
        self._address, self._open = address, ExitStack()

    def __enter__(self) -> Self:
        self._client = self._open.enter_context(client(self._address))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    def score(self, name: str, header: Header) -> ScoredSlide:
        """As the worker found it; what is wrong with a slide is not tried again."""
        there = replace(header, path=header.path.absolute())
        found = self._client.submit(scored_there, *self._order, name, there, pure=False, retries=RETRIES).result()
        if isinstance(found, Refused):
            raise found.error from found.cause
        return found  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Refused:
    """An error on its way from a worker, which would arrive without its cause: what the system said, a full disk for one."""

    error: InputError
    cause: OSError | None

    @classmethod
    def of(cls, error: InputError) -> Self:
        """As it was caught."""
        return cls(error, error.__cause__ if isinstance(error.__cause__, OSError) else None)


def scored_there(
    networks: Path, digest: str, numbers: Numbers, folder: Path, um_per_px: float | None, name: str, header: Header
) -> ScoredSlide | Refused:
    """On the worker."""
    try:
        return ready(get_ident(), networks, digest, numbers, folder, um_per_px).score(name, header)
    except InputError as error:
        return Refused.of(error)


@cache
def ready(thread: int, networks: Path, digest: str, numbers: Numbers, folder: Path, um_per_px: float | None) -> SlideScorer:
    """The networks, made ready once in each thread of a worker."""
    model = load_slide_model(networks)
    if model.digest != digest:
        raise OtherNetworks(f"{networks}: a worker of the cluster has other networks there; give all of them the same")
    return SlideScorer(model.computed_in(numbers), folder, um_per_px, at_once=1)
