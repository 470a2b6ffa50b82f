"""The scoring app judged: indices by either truth, cells, and what the paper says in words."""

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_masks import mask_fields
from scipy.ndimage import binary_fill_holes

from ki67.base.errors import InputError
from ki67.base.tables import rounded
from ki67.cells.cells import POSITIVE, Cells
from ki67.cells.evaluation import Resampling
from ki67.cells.metrics import summed_by
from ki67.masks import findings, judged_tables
from ki67.masks.comparison import Bench, index_rows
from ki67.masks.entrants import asked, classes_of, counted_before
from ki67.masks.fields import MaskFields
from ki67.masks.judged import JudgedSplit, judged_splits
from ki67.masks.judged_pictures import Example, example, matrices, near_middle_far, predictions
from ki67.masks.pixels import Maps, class_maps
from ki67.masks.predicted import PredictedMasks
from ki67.masks.published import TABLE_3
from ki67.masks.summary import summary
from ki67.study.printed import load_claims

CLAIMS = [
    claim
    for group in load_claims(Path(__file__).parents[1] / "claims.yaml")
    for claim in group.claims
    if claim.compared and group.paper == "mcconnell2021"
]
DRAWS = Resampling(seed=1, resamples=200)


def bench(truth: list[float], found: list[float], pathonet: list[float] | None = None) -> Bench:
    """A patient a field."""
    others = {} if pathonet is None else {"pathonet": np.array(pathonet)}
    patients = [f"p{place}" for place in range(len(truth))]
    return Bench("picture", "decoded", patients, np.array(truth), {"unet": np.array(found), **others})


def test_the_error_is_over_fields_that_have_both_indices() -> None:
    (row,) = index_rows(bench([0.1, 0.2, math.nan, 0.4], [0.2, 0.2, 0.3, math.nan]), DRAWS)
    assert [row.rmse, row.bias] == pytest.approx([math.sqrt(0.005), 0.05])
    assert (row.fields, row.undefined) == (2, 2)


def test_fields_of_one_patient_are_drawn_together() -> None:
    together = replace(bench([0.1] * 6, [0.1, 0.1, 0.1, 0.3, 0.3, 0.3]), patients=["a"] * 3 + ["b"] * 3)
    apart = bench([0.1] * 6, [0.1, 0.1, 0.1, 0.3, 0.3, 0.3])
    (wide,), (narrow,) = (index_rows(each, DRAWS) for each in (together, apart))
    assert wide.rmse == narrow.rmse
    assert wide.low == 0 < narrow.low


def test_sums_of_patients_come_in_the_patients_order() -> None:
    assert summed_by(["b", "a", "b"], np.array([1.0, 2.0, 4.0])).tolist() == [2, 5]


def test_a_bench_refuses_indices_of_other_fields() -> None:
    with pytest.raises(ValueError, match="unet"):
        bench([0.1, 0.2], [0.1])


@pytest.mark.parametrize(("ours", "answer"), [(0.01, "holds"), (0.2, "fails"), (0.1, "not settled")])
def test_one_index_is_nearer_than_another_where_the_interval_says_so(ours: float, answer: str) -> None:
    truth = np.linspace(0.1, 0.6, 20)
    compared = bench(truth.tolist(), (truth + ours).tolist(), (truth + 0.1).tolist())
    assert [said.answer for said in findings.against_pathonet(compared, compared, DRAWS)] == [answer, answer]


def test_extremes_are_told_better_only_where_the_middle_is_missed() -> None:
    truth = [0.05] * 20 + [0.15] * 20 + [0.5] * 20
    missed = bench(truth, [0.05] * 20 + [0.05, 0.15] * 10 + [0.5] * 20)
    assert [said.answer for said in findings.extremes(missed, DRAWS)] == ["holds", "holds"]
    perfect = bench(truth, truth)
    assert [said.answer for said in findings.extremes(perfect, DRAWS)] == ["not settled", "not settled"]


@pytest.mark.parametrize(
    ("iou", "answer"), [([0.5] * 9, "not settled"), ([0.5] * 9 + [0.501], "holds"), ([0.5] * 9 + [0.52], "fails")]
)
def test_a_plateau_needs_an_epoch_beyond_it(iou: list[float], answer: str) -> None:
    curve = pd.DataFrame({"epoch": range(1, len(iou) + 1), "validation_iou": iou})
    assert findings.plateau(curve).answer == answer


def test_other_methods_are_asked_by_the_fields_name() -> None:
    indices = {"image": ["a", "a", "b", "b"], "ki67_index_predicted": [1, 2, 3, 4]}
    table = pd.DataFrame({"method": ["pathonet", "classical"] * 2, **indices})
    counted = counted_before(table)
    assert asked(counted["pathonet"], ["b", "a"], "pathonet").tolist() == [3, 1]
    with pytest.raises(InputError, match="c: no index by classical"):
        asked(counted["classical"], ["c"], "classical")


@cache
def fields() -> MaskFields:
    """Two patients on each side."""
    made = mask_fields(6)
    return replace(made, split_by_patient=made.split_by_picture)


def perfect(made: MaskFields) -> PredictedMasks:
    """Of a network that learnt everything; in another order than the fields."""
    return PredictedMasks(made.names[::-1], made.split_by_picture[::-1], class_maps(made.masks)[::-1])


@cache
def judged() -> JudgedSplit:
    others = {"pathonet": dict.fromkeys(fields().names, 0.1)}
    return JudgedSplit.of("patient", fields(), perfect(fields()), others)


def with_test_maps(made: JudgedSplit, maps: Maps) -> JudgedSplit:
    return replace(made, predicted={**made.predicted, "test": maps})


def test_each_split_is_judged_by_its_own_masks_and_only_by_patient_beside_others(tmp_path: Path) -> None:
    made = perfect(fields())
    fields().save(tmp_path / "fields.npz")
    made.save(tmp_path / "predicted-picture.npz")
    replace(made, classes=np.zeros_like(made.classes)).save(tmp_path / "predicted-patient.npz")
    others = {"pathonet": dict.fromkeys(fields().names, 0.1)}
    by_picture, by_patient = judged_splits(tmp_path, others)
    assert [by_picture.split, by_patient.split] == ["picture", "patient"]
    assert [judged.pixels("test").of_class("positive").iou for judged in (by_picture, by_patient)] == [1, 0]
    assert ["pathonet" in judged.benches["decoded"].found for judged in (by_picture, by_patient)] == [False, True]


def test_parts_are_alike_where_their_pixels_are_told_alike() -> None:
    alike = findings.parts_alike(judged(), DRAWS)
    assert [(said.sentence, said.answer) for said in alike] == [("test_like_train", "holds"), ("validation_like_train", "holds")]
    wrong = judged().predicted["test"].copy()
    wrong[:, :128] = 0
    apart = findings.parts_alike(with_test_maps(judged(), wrong), DRAWS)
    assert [said.answer for said in apart] == ["fails", "holds"]


def test_filled_cells_have_fewer_holes_than_rings() -> None:
    assert findings.fewer_holes(judged(), DRAWS).answer == "not settled", "the masks themselves have as many"
    solid = np.array([np.where(binary_fill_holes(classes > 0), 1, 0) for classes in judged().predicted["test"]], np.uint8)
    assert findings.fewer_holes(with_test_maps(judged(), solid), DRAWS).answer == "holds"


def test_every_sentence_is_answered_once() -> None:
    curve = pd.DataFrame({"epoch": [1], "validation_iou": [0.5]})
    said = [direction.sentence for direction in findings.directions(judged(), judged(), curve, DRAWS)]
    asked_of = {str(claim.compared).split(".")[-1] for claim in CLAIMS}
    assert len(said) == len(set(said))
    assert set(said) == asked_of


def test_maps_are_found_by_name() -> None:
    made = fields()
    assert (classes_of(perfect(made), made.names) == class_maps(made.masks)).all()
    with pytest.raises(InputError, match="nobody: no predicted mask"):
        classes_of(perfect(made), ["nobody"])


def test_a_network_that_gives_the_mask_is_right_by_the_mask_and_off_by_the_labels() -> None:
    table = judged_tables.index_table([judged()], DRAWS).set_index(["truth", "method"])
    assert table.loc[("decoded", "unet"), "rmse"] == 0
    assert table.loc[("annotated", "unet"), "rmse"] == table.loc[("annotated", "mask"), "rmse"] > 0.01
    assert ("decoded", "mask") not in table.index, "of itself it is no news"
    assert table.loc[("decoded", "constant"), "rmse"] > 0


def test_every_table_has_its_rows() -> None:
    splits = [judged()]
    assert len(judged_tables.pixel_table(splits)) == 3 * 2 * 3
    assert len(judged_tables.category_table(splits)) == (3 + 4) * 9
    assert len(judged_tables.per_category_table(splits)) == (3 + 4) * 3
    assert len(judged_tables.agreement_table(splits)) == 3 + 4
    assert set(judged_tables.cell_table(splits, DRAWS)["cells"]) == {"positive", "negative", "any"}


def test_the_summary_has_each_figure_under_its_name() -> None:
    figures = rounded(summary([judged()], list(findings.extremes(judged().benches["decoded"], DRAWS)), DRAWS))
    assert figures["pixels"]["patient"]["test"]["published"]["iou"] == 1
    assert figures["background"]["patient"]["test"]["positive"]["iou"] == 0
    assert figures["parts"]["patient"]["shared_patients"] == 0
    assert figures["printed"]["table"] == TABLE_3.tolist()
    assert figures["printed"]["by_category"]["low"]["precision"] == pytest.approx(0.968, abs=0.001)
    assert sum(figures["categories"]["patient"]["annotated"]["unet"]["row_shares"].values()) == pytest.approx(1)
    assert 0 < figures["cells"]["patient"]["unet"]["right"] < 1
    assert figures["directions"]["low_above_middle"]["answer"] == "not settled"


def test_three_fields_are_shown_by_how_far_the_index_is_off() -> None:
    cells = [Cells.of_points([(x, 20) for x in range(many)], [POSITIVE] * many, "network") for many in (40, 40, 40, 40, 7)]
    test, truth = replace(fields().take([0] * 5), cells=tuple(cells)), np.array([0.5, 0.2, 0.3, 0.05, 0.3])
    found = np.array([0.8, 0.3, 0.5, 0.05, 0.3])
    off = replace(judged().benches["annotated"], truth=truth, patients=test.patients, found={"unet": found})
    compared = replace(judged(), sides={**judged().sides, "test": test}, benches={"annotated": off})
    assert near_middle_far(compared) == [1, 2, 0], "the fourth is low, the fifth has seven cells"
    nothing = replace(off, found={"unet": np.full(5, math.nan)})
    assert near_middle_far(replace(compared, benches={"annotated": nothing})) == []


def test_an_example_is_of_its_own_field() -> None:
    shown = example(judged(), 1, np.zeros((256, 256, 3), np.float32))
    assert (shown.predicted == shown.mask).all()
    assert (shown.image == judged().sides["test"].images[1]).all()


def test_figures_have_a_panel_for_all_that_they_show() -> None:
    made = fields()
    heat = np.zeros(made.masks[0].shape, np.float32)
    figure = predictions([Example("p0", made.images[0], made.masks[0], made.masks[0], heat)] * 2)
    assert [axes.get_title() for axes in figure.axes[:4]] == ["p0", "true mask", "predicted mask", "heat map: Ki-67+"]
    assert len(figure.axes) == 8
    counts = [text.get_text() for text in matrices({"paper": TABLE_3, "ours": TABLE_3}).axes[0].texts]
    assert counts[:3] == ["270", "25", "2"]
