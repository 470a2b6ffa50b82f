"""The situations that a Ki-67 field may be in: each holds what it says, and a field of another kind does not."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np
import pytest

from ki67.cells.cells import NEGATIVE, POSITIVE, TIL
from ki67.settings.names import Pool
from ki67.simulate import Field, Scene, render_field
from ki67.simulate.annotator import draw_annotator
from ki67.simulate.field import render_view, view_of
from ki67.simulate.laboratories import BCDATA_LIKE, POOLS, SHIDC_LIKE
from ki67.simulate.laboratory import Convention, Laboratory, Range
from ki67.simulate.nuclei import Kind, Nucleus, stamp
from ki67.simulate.patients import View, draw_patient
from ki67.simulate.realism import measure, optical_density, unmixed
from ki67.simulate.situations import SITUATIONS, Growth

SEED = 11
WHOLE = Scene()
PLACES = [(patient, field) for patient in range(1, 80) for field in (1, 2)]


def places_of(growth: Growth, laboratory: Laboratory | None = None) -> Iterator[tuple[int, int]]:
    """Patients and fields in which something grows, in one laboratory or in any."""
    for patient, field in PLACES:
        view = view_of(SEED, patient, field)
        if view.growth == growth and laboratory in (None, view.patient.laboratory):
            yield patient, field


@cache
def fields_of(growth: Growth, laboratory: Laboratory | None = None, scene: Scene = WHOLE) -> list[Field]:
    return [render_field(SEED, *place, scene) for place in islice(places_of(growth, laboratory), 4)]


def labelled(field: Field, *labels: int) -> int:
    return int(np.isin(field.cells.label, labels).sum())


def changed(view: View, growth: Growth, **tissue: float) -> Field:
    """A view with other tissue, by the same random numbers each time."""
    patient = replace(view.patient, tissue=replace(view.patient.tissue, **tissue))
    return render_view(View(patient, growth), WHOLE, np.random.default_rng(5))


@pytest.fixture(scope="module")
def view() -> View:
    """A patient of middling darkness in the SHIDC-like laboratory."""
    return view_of(SEED, *next(places_of("sheet", SHIDC_LIKE)))


def test_a_view_tells_what_its_field_will_show() -> None:
    view, field = view_of(SEED, 3, 1), render_field(SEED, 3, 1, Scene(size=300))
    assert (view.growth, view.patient) == (field.growth, field.patient)


def test_a_sheet_of_lymphocytes_has_more_than_a_hundred_and_a_sheet_of_tumour_has_not() -> None:
    infiltrates = fields_of("infiltrate")
    assert np.median([labelled(f, TIL) for f in infiltrates]) > 150
    assert all(labelled(f, POSITIVE, NEGATIVE) < 0.2 * labelled(f, TIL) for f in infiltrates)
    assert max(labelled(f, TIL) for f in fields_of("sheet")) < 30


def test_like_shidc_most_nuclei_around_islands_are_left_unlabelled_and_in_a_sheet_few() -> None:
    def share(growth: Growth) -> float:
        usual, every = (fields_of(growth, SHIDC_LIKE, scene) for scene in (WHOLE, replace(WHOLE, label_stroma=True)))
        return sum(len(f.cells) for f in usual) / sum(len(f.cells) for f in every)

    assert share("islands") < 0.4
    assert share("sheet") > 0.65


def test_large_pale_nuclei_are_hardly_darker_than_the_ground(view: View) -> None:
    pale, solid = (changed(view, "sheet", pallor=pallor, diameter=9.5, index=0.05, ghosts=0.0) for pallor in (1.0, 0.0))
    assert measure(pale.image, pale.cells).negative_contrast < 0.5 * measure(solid.image, solid.cells).negative_contrast


def test_a_pale_nucleus_is_an_outline_round_an_empty_middle_or_a_faint_even_disc() -> None:
    assert outline_over_middle(pallor=1.0, membrane=1.0) > 2.5
    assert 0.7 < outline_over_middle(pallor=1.0, membrane=0.0) < 1.5
    assert 0.7 < outline_over_middle(pallor=0.0, membrane=1.0) < 1.3


def outline_over_middle(pallor: float, membrane: float) -> float:
    """Haematoxylin of a round nucleus of 18 grid pixels, at its membrane beside its middle."""
    shape = dict(x=40.0, y=40.0, radius=18.0, aspect=1.0, angle=0.0, bumps=0.0, ragged=0.0, bend=0.0, depth=0)
    stains = dict(haematoxylin=0.4, dab=0.0, vesicular=0.0, granularity=0.1, dab_granularity=0.0, nucleoli=0)
    looks = dict(kind=Kind.TUMOUR, positive=False, crowded=False, pallor=pallor, membrane=membrane)
    nucleus = Nucleus(**shape, **stains, **looks)
    layers = np.zeros((3, 2, 81, 81), dtype=np.float32)
    stamp(layers, nucleus, np.random.default_rng(1))
    rows, columns = np.mgrid[-40:41, -40:41]
    distance = np.hypot(rows, columns)
    return float(layers[0, 0][np.abs(distance - 16) < 1.5].mean() / layers[0, 0][distance < 10].mean())


def test_positives_that_hold_both_stains_are_dark_in_red_light_too(view: View) -> None:
    def red_to_blue(both: float) -> float:
        field = changed(view, "sheet", both=both, masking=1.0, index=0.5)
        density = optical_density(field.image)
        columns, rows = field.cells.of(POSITIVE).xy.astype(int).T
        return float(np.median(density[rows, columns, 0] / density[rows, columns, 2]))

    assert labelled(changed(view, "sheet", both=1.0, index=0.5), POSITIVE) > 20
    assert red_to_blue(1.9) > 1.15 * red_to_blue(0.0)


def test_smears_of_dab_are_brown_and_bear_no_label(view: View) -> None:
    with_smears, without = (changed(view, "islands", smears=smears, index=0.02, haze=0.0, blush=0.0) for smears in (4.0, 0.0))
    assert brown(with_smears) > 3 * brown(without)
    assert labelled(with_smears, POSITIVE) < 8


def brown(field: Field) -> float:
    return float((unmixed(optical_density(field.image))[..., 1] > 0.15).mean())


def marked(kind: Kind, convention: Convention, growth: Growth = "islands", positive: bool = False) -> Counter[int]:
    """What two hundred bodies of a kind are called, each in a field of its own."""
    rng = np.random.default_rng(3)
    shape = dict(x=0.0, y=0.0, radius=8.0, aspect=1.0, angle=0.0, bumps=0.0, ragged=0.0, bend=0.0, depth=0)
    stains = dict(haematoxylin=0.4, dab=0.0, vesicular=0.0, granularity=0.1, dab_granularity=0.0, nucleoli=0)
    body = Nucleus(**shape, **stains, kind=kind, positive=positive, crowded=False)
    return Counter(draw_annotator(growth, False, convention, rng).label(body, 30.0, rng) for _ in range(200))


def test_plump_nuclei_beside_nests_count_in_one_laboratory_and_not_in_another() -> None:
    assert marked(Kind.PLUMP, BCDATA_LIKE.convention)[NEGATIVE] > 160
    assert marked(Kind.PLUMP, SHIDC_LIKE.convention)[NEGATIVE] < 60


def test_a_lymphocyte_is_a_til_where_lymphocytes_have_a_class_and_a_negative_or_nothing_where_not() -> None:
    named, unnamed = (marked(Kind.LYMPHOCYTE, lab.convention) for lab in (SHIDC_LIKE, BCDATA_LIKE))
    assert named[TIL] > 100 and named[NEGATIVE] == 0
    assert unnamed[TIL] == 0 and 20 < unnamed[NEGATIVE] < 120


def test_brown_is_mostly_taken_for_tumour_in_stroma_and_never_among_lymphocytes() -> None:
    assert 120 < marked(Kind.PLUMP, SHIDC_LIKE.convention, positive=True)[POSITIVE] < 190
    assert 40 < marked(Kind.SPINDLE, SHIDC_LIKE.convention, positive=True)[POSITIVE] < 120
    assert marked(Kind.SPINDLE, SHIDC_LIKE.convention, "infiltrate", positive=True)[POSITIVE] == 0
    assert marked(Kind.SPINDLE, SHIDC_LIKE.convention)[NEGATIVE] == 0


def test_every_situation_occurs_and_no_patient_has_one_alone() -> None:
    seen = [{view_of(SEED, patient, field).growth for field in range(1, 13)} for patient in range(1, 30)]
    assert set.union(*seen) == set(SITUATIONS)
    assert min(len(kinds) for kinds in seen) >= 2
    assert np.mean([len(kinds) for kinds in seen]) < len(SITUATIONS) - 2


def test_positives_are_as_brown_as_their_laboratory_makes_them() -> None:
    def dab(laboratory: Laboratory) -> float:
        places = islice((p for growth in ("sheet", "nests") for p in places_of(growth, laboratory)), 12)
        fields = [render_field(SEED, *place) for place in places]
        return float(np.nanmedian([measure(f.image, f.cells).positive_dab for f in fields]))

    assert 0.15 < dab(SHIDC_LIKE) < 0.45
    assert 0.8 < dab(BCDATA_LIKE) < 2.0


def apart(one: Range, other: Range) -> bool:
    return one[1] < other[0] or other[1] < one[0]


@pytest.mark.parametrize("other", [share.laboratory for share in POOLS["other"]], ids=lambda lab: lab.name)
def test_another_laboratory_has_nothing_that_a_familiar_one_has(other: Laboratory) -> None:
    for familiar in (share.laboratory for share in POOLS["familiar"]):
        for setting in ("gamma", "blur", "zoom"):
            assert apart(getattr(other, setting), getattr(familiar, setting)), (familiar.name, setting)
        assert apart(other.green, familiar.green) or apart(other.blue, familiar.blue)
        for stain in ("haematoxylin", "dab"):
            assert degrees_between(getattr(other, stain), getattr(familiar, stain)) > 5


def degrees_between(one: tuple[tuple[float, ...], ...], other: tuple[tuple[float, ...], ...]) -> float:
    """The least angle between stain vectors on two lines."""
    share = np.linspace(0, 1, 41)[:, None]
    lines = [(1 - share) * np.asarray(ends[0]) + share * np.asarray(ends[1]) for ends in (one, other)]
    first, second = (line / np.linalg.norm(line, axis=1, keepdims=True) for line in lines)
    return float(np.degrees(np.arccos(np.clip(first @ second.T, -1, 1)).min()))


@pytest.mark.parametrize("pool", ["familiar", "other"])
def test_a_pool_gives_each_laboratory_its_share(pool: Pool) -> None:
    names = [draw_patient(SEED, number, pool).laboratory.name for number in range(1, 201)]
    for share in POOLS[pool]:
        assert names.count(share.laboratory.name) / 200 == pytest.approx(share.part, abs=0.03)


def test_pictures_of_other_laboratories_differ_in_white_and_sharpness() -> None:
    def whites(pool: Pool) -> np.ndarray:
        fields = [render_field(SEED, patient, 1, Scene(size=300, laboratories=pool)) for patient in range(1, 13)]
        white = np.array([np.percentile(f.image.reshape(-1, 3), 98, axis=0) for f in fields])
        return white[:, 1:] / white[:, :1]

    familiar, other = whites("familiar"), whites("other")
    outside = (other < familiar.min(axis=0) - 0.01) | (other > familiar.max(axis=0) + 0.01)
    assert outside.any(axis=1).mean() > 0.7
