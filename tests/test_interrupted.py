"""Who stops a batch of pictures does not wait until the one that is under way is done."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, pthread_kill
from threading import Event, Timer, main_thread

from ki67.pictures.batch import score_each
from ki67.pictures.inputs import Picture

PICTURES = [Picture(Path(f"{name}.png"), name) for name in "abc"]


def test_a_picture_under_way_ends_when_its_scorer_is_closed_and_the_next_is_not_begun() -> None:
    closed, begun = Event(), list[str]()

    def score(picture: Picture) -> str:
        begun.append(picture.name)
        if picture.name == "b":
            Timer(0.2, pthread_kill, (main_thread().ident, SIGINT)).start()
            closed.wait(20)
        return picture.name

    @contextmanager
    def scoring(at_once: int) -> Iterator[Callable[[Picture], str]]:
        try:
            yield score
        finally:
            closed.set()

    start = time.monotonic()
    done = score_each(PICTURES, {}, scoring, pictures_at_once=1)
    assert time.monotonic() - start < 10
    assert done.interrupted and done.results == ["a"] and begun == ["a", "b"]
