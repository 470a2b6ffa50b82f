"""Nine designs side by side: tables by hand, tests that agree with the published figures, sentences that can fail."""

import re
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ki67.base.errors import InputError
from ki67.base.tables import read_json, write_json
from ki67.cells.evaluation import Resampling
from ki67.cells.metrics import Estimate
from ki67.tumour.comparison import Verdict, as_published, by_grade, compared, paired, signed_ranks, table_of
from ki67.tumour.designs import DESIGNS, PUBLISHED_DEEP
from ki67.tumour.directions import SENTENCES, answered, directions, grades_alike
from ki67.tumour.summary import summary

DRAWS = Resampling(0, 400)
PATIENTS = 24


def made(shifts: dict[str, float], noise: float = 0.01, hard: float = 0.1) -> pd.DataFrame:
    """Two sections a patient; a design is off by its shift, all find the same patients hard, and each errs by itself a little."""
    rng = np.random.default_rng(0)
    level = 0.7 + hard * rng.normal(size=(PATIENTS, 1)) + 0.02 * rng.normal(size=(PATIENTS, 2))
    verdicts = []
    for design, shift in shifts.items():
        dice = level + shift + noise * rng.normal(size=level.shape)
        for patient, number in product(range(PATIENTS), range(2)):
            value = float(dice[patient, number])
            verdicts.append(
                Verdict(design, f"{patient:02d}-{number}", f"{patient:02d}", 1 + patient % 3, value + 0.1, value - 0.1, value)
            )
    return table_of(verdicts)


TABLE = made({"mob_pw_unet": 0.04, "inc_pw": 0.0, "mob_pw": 0.0, "otsu": -0.2})


def test_the_registry_holds_the_papers_nine_and_eight_of_them_are_deep() -> None:
    assert [d.number for d in DESIGNS.values() if d.number] == ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]
    assert len(PUBLISHED_DEEP) == 8
    assert {"otsu", "chance", "all_tissue", "crossfitted_unet"}.isdisjoint(PUBLISHED_DEEP)


def test_table_1_has_means_and_deviations_over_sections_in_the_papers_order() -> None:
    found = compared(TABLE, DRAWS).set_index("design")
    assert list(found.index) == ["otsu", "inc_pw", "mob_pw", "mob_pw_unet"]
    dice = TABLE.loc[TABLE["design"] == "mob_pw", "dice"]
    row = found.loc["mob_pw"]
    assert (row["sections"], row["patients"], row["number"]) == (48, 24, "IV")
    assert (row["dice"], row["dice_sd"]) == pytest.approx((dice.mean(), dice.std(ddof=0)))
    assert row["recall"] == pytest.approx(row["precision"] + 0.2)
    # over patients: about √2 wider than if both sections of a patient told of two
    width = 2 * 1.96 * dice.std() / np.sqrt(24)
    assert row["dice_high"] - row["dice_low"] == pytest.approx(width, rel=0.2)


def test_table_2_divides_the_sections_by_grade_and_adds_up_to_table_1() -> None:
    grades, whole = by_grade(TABLE), compared(TABLE, DRAWS).set_index("design")
    assert list(grades["design"].unique()) == list(whole.index)
    for design, rows in grades.groupby("design"):
        assert rows["grade"].tolist() == [1, 2, 3]
        assert rows["sections"].sum() == 48
        assert np.average(rows["dice"], weights=rows["sections"]) == pytest.approx(whole.loc[design, "dice"])


def test_designs_judged_on_other_sections_are_refused() -> None:
    rows = [Verdict(design, section, "1", 1, 1, 1, 1) for design, section in (("mob_pw", "a"), ("mob_pw", "b"), ("otsu", "a"))]
    with pytest.raises(InputError, match="mob_pw: judged on other sections than otsu"):
        table_of(rows)


def test_tukeys_test_takes_paired_sections_for_strangers_and_the_paired_one_does_not() -> None:
    tukey, together = (t.set_index(["design", "against"]) for t in (as_published(TABLE), paired(TABLE, DRAWS)))
    pair = ("mob_pw_unet", "mob_pw")
    assert list(tukey.index) == list(together.index) and len(tukey) == 3
    assert tukey.loc[pair, "difference"] == pytest.approx(together.loc[pair, "difference"]) == pytest.approx(0.04, abs=0.005)
    assert together.loc[pair, "significant"] > tukey.loc[pair, "significant"]
    assert tukey.loc[pair, "low"] < 0 < together.loc[pair, "low"]
    assert not together.loc[("mob_pw", "inc_pw"), "significant"]


def test_tukeys_p_is_that_of_the_printed_table() -> None:
    """Eight groups of 90 with the printed means and deviations give the printed p of Mob-PW-UNet against Inc-PW, .012."""
    printed = {
        "unet_lr": (0.874, 0.128), "inc_pw": (0.887, 0.089), "mob_pw": (0.885, 0.094), "mob_km_pw": (0.872, 0.092),
        "mob_pw_unet": (0.933, 0.069), "mob_pw_agunet": (0.927, 0.072), "mob_pw_dagunet": (0.928, 0.072),
        "mob_pw_doubleunet": (0.929, 0.074),
    }  # fmt: skip
    shape = stats.zscore(np.random.default_rng(0).normal(size=90))
    table = pd.DataFrame(
        {"design": name, "dice": mean + deviation * shape} for name, (mean, deviation) in printed.items()
    ).explode("dice")
    table["dice"] = table["dice"].astype(float)
    found = as_published(table).set_index(["design", "against"])
    assert found.loc[("mob_pw_unet", "inc_pw"), "p"] == pytest.approx(0.0124, abs=2e-4)
    assert not found.loc[("mob_pw_agunet", "inc_pw"), "significant"]


def test_designs_that_never_differ_are_not_told_apart() -> None:
    assert signed_ranks(np.zeros(9)) == 1
    assert signed_ranks(np.arange(1, 10)) == pytest.approx(2 / 2**9)


@pytest.mark.parametrize(
    ("said", "low", "high", "answer"),
    [
        ("higher", 0.01, 0.2, "holds"),
        ("higher", -0.2, -0.01, "fails"),
        ("higher", -0.01, 0.2, "not settled"),
        ("lower", -0.2, -0.01, "holds"),
        ("lower", 0.01, 0.2, "fails"),
        ("alike", -0.02, 0.02, "holds"),
        ("alike", 0.01, 0.04, "fails"),
        ("alike", -0.01, 0.04, "not settled"),
        ("no higher", -0.2, 0.02, "holds"),
        ("no higher", 0.01, 0.2, "fails"),
        ("no higher", -0.2, 0.04, "not settled"),
        ("higher", np.nan, np.nan, "not settled"),
    ],
)
def test_an_interval_answers(said, low, high, answer) -> None:
    assert answered(said, Estimate((low + high) / 2, low, high)) == answer


def test_every_sentence_has_an_answer_or_none_where_a_design_was_not_run() -> None:
    found = {direction.sentence: direction for direction in directions(TABLE, DRAWS)}
    assert found.keys() == {s.name for s in SENTENCES} | {f"grades_{a}_and_{b}_alike" for a, b in ((1, 2), (1, 3), (2, 3))}
    assert found["refinement_beats_patches"].answer == "holds"
    assert found["backbones_alike"].answer == "holds"
    assert found["patches_beat_otsu"].answer == "holds"
    assert found["clustering_does_not_help"].answer is found["clustering_does_not_help"].difference is None


def test_grades_that_differ_are_found_out_and_few_patients_settle_nothing() -> None:
    calm = made({"mob_pw_unet": 0.0}, hard=0.01)
    worse = calm.assign(dice=calm["dice"] - 0.1 * (calm["grade"] == 3))
    assert [d.answer for d in grades_alike(calm, DRAWS)] == ["holds"] * 3
    assert [d.answer for d in grades_alike(worse, DRAWS)] == ["holds", "fails", "fails"]
    assert "not settled" in {d.answer for d in grades_alike(TABLE, DRAWS)}
    alone = worse[(worse["grade"] < 3) | (worse["patient"] == "02")]
    assert [d.answer for d in grades_alike(alone, DRAWS)] == ["holds", "not settled", "not settled"]


def test_the_summary_names_every_design_and_has_figures_of_those_that_were_run(tmp_path: Path) -> None:
    found = summary(compared(TABLE, DRAWS), by_grade(TABLE), directions(TABLE, DRAWS))
    write_json(found, tmp_path / "slides.json")
    kept = read_json(tmp_path / "slides.json")
    assert list(kept["designs"]) == list(kept["grades"]) == list(DESIGNS)
    assert kept["designs"]["mob_pw"]["dice"]["low"] < kept["designs"]["mob_pw"]["dice"]["mean"]
    assert kept["grades"]["mob_pw"]["III"]["sections"] == 16
    assert kept["designs"]["unet_lr"]["recall"] == {"mean": None, "sd": None} and kept["grades"]["unet_lr"]["I"]["mean"] is None
    assert kept["directions"]["refinement_beats_patches"]["answer"] == "holds"


def test_the_book_and_the_claims_ask_for_directions_that_there_are() -> None:
    root = Path(__file__).parents[1]
    texts = "".join(path.read_text() for path in (root / "claims.yaml", *sorted((root / "book").glob("slides*.md"))))
    asked = set(re.findall(r"slides\.json:directions\.(\w+)", texts))
    assert asked and asked <= {direction.sentence for direction in directions(TABLE, DRAWS)}
