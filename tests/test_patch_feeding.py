"""Feeding from raw slides: what a batch holds follows from its numbers alone, damage is left out, waiting is measured."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import pairwise
from pathlib import Path
from time import sleep

import numpy as np
import pytest
from made_slides import write_pyramid

from ki67.base.errors import Unreadable
from ki67.pictures.decoded import Decoded
from ki67.pictures.regions import Pixels, Region
from ki67.pictures.slide import open_slide
from ki67.slides.grid import Grid
from ki67.tumour.augmentation import augmented_patch
from ki67.tumour.feeding import PatchFeed, as_it_is
from ki67.tumour.open_slides import OpenSlides
from ki67.tumour.tree import LabelledSlide, PatchLabel, Tree

SIDE, ROWS, COLUMNS = 256, 2, 3


class Slide(Decoded):
    """A slide whose every patch has a colour of its own; some patches are damaged."""

    def __init__(self, number: int, broken: frozenset[tuple[int, int]] = frozenset(), slow: float = 0.0) -> None:
        colours = np.random.default_rng(number).integers(20, 220, (ROWS, COLUMNS, 3), dtype=np.uint8)
        colours[..., 0] = 10 * number
        super().__init__(colours.repeat(SIDE, axis=0).repeat(SIDE, axis=1), 1.0)
        self.broken, self.slow, self.damage = broken, slow, list[str]()

    def read(self, region: Region) -> Pixels:
        sleep(self.slow * np.random.default_rng().random() * 2)
        if (region.y // region.height, region.x // region.width) in self.broken:
            self.damage += ["a tile"] * ("a tile" not in self.damage)
        return super().read(region)


GRID = Grid(SIDE * COLUMNS, SIDE * ROWS)
LABELS = np.array([[1, 2, 0], [2, 2, 1]], np.uint8)


def feed(slides: dict[Path, Slide], **settings: object) -> PatchFeed:
    tree = Tree([LabelledSlide(path, 1 + i % 2, GRID, LABELS) for i, path in enumerate(slides)])
    usual = {"batch": 4, "steps": 6, "seed": 3, "view": augmented_patch, "threads": 3}
    return PatchFeed(tree, OpenSlides(lambda path: nullcontext(slides[path])), **(usual | settings))


def pixels_of(inputs: np.ndarray) -> np.ndarray:
    return np.rint(127.5 * (inputs + 1)).astype(np.uint8)


def with_note(patch: Pixels, rng: np.random.Generator) -> Pixels:
    noted = patch.copy()
    noted[0, 0] = rng.integers(256)
    return noted


def slides(count: int = 3, **settings: object) -> dict[Path, Slide]:
    return {Path(f"{i}.tif"): Slide(i, **settings) for i in range(count)}


def test_an_epoch_follows_from_its_number_whatever_threads_do() -> None:
    quick, slow = feed(slides(), threads=1, ahead=1), feed(slides(slow=0.002), threads=5)
    once, again, other = list(quick.epoch(1)), list(slow.epoch(1)), list(quick.epoch(2))
    for (given, wanted), (given_again, wanted_again) in zip(once, again, strict=True):
        assert (given.shape, wanted.shape) == quick.shapes == ((4, 256, 256, 3), (4, 2))
        np.testing.assert_array_equal(given, given_again)
        np.testing.assert_array_equal(wanted, wanted_again)
    assert len(once) == len(other) == quick.steps
    assert all((a != b).any() for (a, _), (b, _) in zip(once, other, strict=True))
    assert all((a != b).any() for (a, _), (b, _) in pairwise(once))


def test_targets_say_what_the_patch_is_and_dropped_patches_never_come() -> None:
    made = slides()
    of_colour = {
        slide.pixels[SIDE * row, SIDE * column].tobytes(): LABELS[row, column]
        for slide in made.values() for row in range(ROWS) for column in range(COLUMNS)
    }  # fmt: skip
    seen = set()
    for patches, targets in feed(made, view=as_it_is).epoch(0):
        for patch, target in zip(pixels_of(patches), targets, strict=True):
            assert (patch == patch[0, 0]).all()  # exactly one cell of the grid
            label = of_colour[patch[0, 0].tobytes()]
            assert target.tolist() == [label == PatchLabel.FREE, label == PatchLabel.TUMOUR]
            seen.add(int(label))
    assert seen == {1, 2}


def test_a_shrunk_patch_is_the_area_average_of_the_whole_one() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    whole, half = (Decoded(pixels, 1.0).read(GRID.region(1, 0, shrink)).astype(int) for shrink in (1, 2))
    average = whole.reshape(128, 2, 128, 2, 3).mean(axis=(1, 3))
    assert half.shape == (128, 128, 3)
    assert np.abs(half - average).max() <= 1  # rounded twice, across and down
    assert feed(slides(), shrink=2).shapes == ((4, 128, 128, 3), (4, 2))


def test_a_damaged_patch_is_left_out_another_drawn_and_the_damage_reported() -> None:
    sound, hurt = slides(), slides(broken=frozenset({(0, 0)}))
    whole, spared = feed(sound, view=as_it_is), feed(hurt, view=as_it_is)
    colours = {slide.pixels[0, 0].tobytes() for slide in hurt.values()}

    def of_broken(served: PatchFeed) -> int:
        patches = np.concatenate([pixels_of(given[:, 0, 0]) for given, _ in served.epoch(0)])
        return sum(patch.tobytes() in colours for patch in patches)

    assert of_broken(whole) > 0 == of_broken(spared)
    assert whole.slides.damage == []
    assert spared.slides.damage == ["0.tif: a tile", "1.tif: a tile", "2.tif: a tile"]


def test_real_slides_feed_as_they_were_drawn_at_half_the_scale_too(tmp_path: Path) -> None:
    y, x = np.mgrid[:512, :768]
    hills = np.stack([127 + 80 * np.sin(x / 31 + k) * np.cos(y / 23 + k) for k in range(3)], axis=2).astype(np.uint8)
    path = tmp_path / "hills.tif"
    write_pyramid(path, hills, 0.5)
    tree = Tree([LabelledSlide(path, 1, Grid(384, 256), np.array([[1, 2]], np.uint8))])  # 384 × 256 µm: a patch, and half of one
    for shrink in (1, 2):
        with OpenSlides(open_slide) as shared:
            given, wanted = next(PatchFeed(tree, shared, batch=8, steps=1, seed=1, shrink=shrink).epoch(0))
        factor = 2 * shrink
        drawn = hills.reshape(512 // factor, factor, 768 // factor, factor, 3).mean(axis=(1, 3))
        side = 256 // shrink
        for patch, (free, _) in zip(pixels_of(given).astype(float), wanted, strict=True):
            expected = np.full((side, side, 3), 255.0)
            part = drawn[:, :side] if free else drawn[:, side:]
            expected[:, : part.shape[1]] = part
            assert np.abs(patch - expected).max() <= 2  # a level is rounded on its way to the next


def test_what_is_fed_is_the_view_of_each_patch_by_a_chance_of_its_own() -> None:
    plain, noted = (np.concatenate([given for given, _ in feed(slides(), view=view).epoch(0)]) for view in (as_it_is, with_note))
    notes = pixels_of(noted[:, 0, 0, 0])
    assert len(set(notes.tolist())) > len(notes) / 2
    np.testing.assert_array_equal(noted[:, 1:], plain[:, 1:])


def test_damage_does_not_make_batches_depend_on_threads() -> None:
    one, many = (
        [given for given, _ in feed(slides(1, broken=frozenset({(0, 0), (0, 1)}), slow=0.001), threads=threads).epoch(0)]
        for threads in (1, 6)
    )
    np.testing.assert_array_equal(one, many)


def test_where_all_is_damaged_one_line_says_so() -> None:
    everything = frozenset((row, column) for row in range(ROWS) for column in range(COLUMNS))
    with pytest.raises(Unreadable, match=r"^\d\.tif: 20 patches in a row are damaged"):
        next(feed(slides(broken=everything)).epoch(0))


def test_waiting_is_of_the_consumer_and_is_little_where_it_is_the_slower() -> None:
    starved, sated = feed(slides(slow=0.01), batch=2, steps=5, threads=1), feed(slides(), batch=2, steps=5, view=as_it_is)
    list(starved.epoch(0))
    for _ in sated.epoch(0):
        sleep(0.15)
    assert starved.waiting[0].share > 0.5
    assert sated.waiting[0].share < 0.3  # of it, most for the first batch
    assert sated.waiting[0].lasted > 0.6
    assert [len(starved.waiting), len(sated.waiting)] == [1, 1]


def test_no_more_is_read_ahead_than_asked() -> None:
    made = slides(1)
    served = feed(made, batch=1, ahead=3, steps=20)
    reads: list[Region] = []
    made[Path("0.tif")].read = lambda region: reads.append(region) or Slide(0).read(region)  # type: ignore[method-assign]
    batches = served.epoch(0)
    next(batches)
    sleep(0.2)
    assert 2 <= len(reads) <= 4
    batches.close()  # what was begun ends, what waits is not begun
    assert len(reads) <= 4
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("patches")]
    assert served.waiting == []


class Door:
    """Opens slides and counts which are open."""

    def __init__(self) -> None:
        self.opened, self.open = list[str](), set[str]()

    @contextmanager
    def __call__(self, path: Path) -> Iterator[Slide]:
        self.opened.append(path.name)
        self.open.add(path.name)
        yield Slide(int(path.stem))
        self.open.remove(path.name)


def test_slides_are_opened_once_and_the_one_used_longest_ago_makes_room() -> None:
    door = Door()
    with OpenSlides(door, most=2) as shared:
        for name in ("0.tif", "1.tif", "0.tif", "2.tif"):
            shared.read(Path(name), GRID.region(0, 0))
        assert door.opened == ["0.tif", "1.tif", "2.tif"]
        assert door.open == {"0.tif", "2.tif"}
    assert door.open == set()


def test_a_slide_that_is_read_from_is_not_closed() -> None:
    class Checked(Slide):
        open = True

        def read(self, region: Region) -> Pixels:
            sleep(0.001)
            assert self.open
            return super().read(region)

    @contextmanager
    def door(path: Path) -> Iterator[Slide]:
        slide = Checked(int(path.stem))
        yield slide
        slide.open = False

    with OpenSlides(door, most=1) as shared:
        paths = slides(4)
        tree = Tree([LabelledSlide(path, 1, GRID, LABELS) for path in paths])
        assert len(list(PatchFeed(tree, shared, batch=4, steps=8, seed=1, threads=6).epoch(0))) == 8
