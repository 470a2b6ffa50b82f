"""The tree of draws: at each of its forks every branch has an even chance, whatever hangs on it."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chisquare

from ki67.base.errors import InputError
from ki67.slides.grid import PATCH, Grid
from ki67.tumour import head
from ki67.tumour.tree import LEARNT, LabelledSlide, PatchLabel, Place, Tree

DRAWS = 6000
UNLIKELY = 1e-3  # a fair tree fails a test once in a thousand seeds; the seed is fixed


def slide(grade: int, free: int, tumour: int, dropped: int = 3) -> LabelledSlide:
    labels = np.repeat([PatchLabel.FREE, PatchLabel.TUMOUR, PatchLabel.DROPPED], [free, tumour, dropped])
    row = np.random.default_rng(free).permutation(labels)[None].astype(np.uint8)
    return LabelledSlide(Path(f"grade{grade}.tif"), grade, Grid(PATCH * row.size, PATCH), row)


# Grade 1 has one slide, grade 3 has four; the second has no free patch, the last nothing to learn from.
SLIDES = [slide(1, 40, 2), slide(2, 0, 9), slide(2, 30, 30), *(slide(3, 5, 50) for _ in range(4)), slide(3, 0, 0, 9)]


@pytest.fixture(scope="module")
def drawn() -> list[Place]:
    tree, rng = Tree(SLIDES), np.random.default_rng(1)
    return [tree.draw(rng) for _ in range(DRAWS)]


def is_even(counts: Counter, branches: int) -> bool:
    return len(counts) == branches and chisquare(list(counts.values())).pvalue > UNLIKELY


def test_grades_have_an_even_chance_however_many_slides_they_have(drawn: list[Place]) -> None:
    assert is_even(Counter(SLIDES[place.slide].grade for place in drawn), 3)


@pytest.mark.parametrize(("grade", "slides"), [(2, 2), (3, 4)])
def test_slides_of_a_grade_have_an_even_chance(drawn: list[Place], grade: int, slides: int) -> None:
    assert is_even(Counter(place.slide for place in drawn if SLIDES[place.slide].grade == grade), slides)


@pytest.mark.parametrize("number", [0, 2, 3])
def test_classes_of_a_slide_have_an_even_chance_however_many_patches_they_have(drawn: list[Place], number: int) -> None:
    assert is_even(Counter(place.label for place in drawn if place.slide == number), 2)


def test_a_slide_without_free_patches_gives_tumour_and_one_without_any_gives_nothing(drawn: list[Place]) -> None:
    assert {place.label for place in drawn if place.slide == 1} == {PatchLabel.TUMOUR}
    assert not [place for place in drawn if place.slide == 7]


@pytest.mark.parametrize(
    ("number", "label", "patches"), [(0, PatchLabel.FREE, 40), (0, PatchLabel.TUMOUR, 2), (1, PatchLabel.TUMOUR, 9)]
)
def test_patches_of_a_class_have_an_even_chance(drawn: list[Place], number: int, label: PatchLabel, patches: int) -> None:
    of_class = Counter(place.column for place in drawn if (place.slide, place.label) == (number, label))
    assert is_even(of_class, patches)


def test_a_patch_is_what_it_is_drawn_as(drawn: list[Place]) -> None:
    assert all(SLIDES[place.slide].labels[place.row, place.column] == place.label for place in drawn)


def test_the_test_tells_an_even_fork_from_patches_drawn_from_one_heap() -> None:
    heap = [(i, label) for i, of in enumerate(SLIDES) for label in of.labels[of.labels > 0]]
    rng = np.random.default_rng(1)
    chosen = [heap[k] for k in rng.integers(len(heap), size=DRAWS)]
    assert not is_even(Counter(SLIDES[i].grade for i, _ in chosen), 3)
    assert not is_even(Counter(label for i, label in chosen if i == 0), 2)


def test_the_same_generator_draws_the_same_patches() -> None:
    once, again, other = ([Tree(SLIDES).draw(np.random.default_rng(seed + i)) for i in range(20)] for seed in (5, 5, 50))
    assert once == again != other


def test_where_nothing_is_to_learn_from_there_is_no_tree() -> None:
    with pytest.raises(InputError, match="no slide has a patch"):
        Tree([slide(1, 0, 0)])


def test_classes_stand_in_the_order_of_the_network_s_outputs() -> None:
    assert tuple(label.name.lower() for label in LEARNT) == head.CLASSES
