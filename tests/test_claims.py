"""The papers' figures get the verdict that they deserve: no more, no less."""

import csv
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from ki67.base.errors import InputError
from ki67.study.claims import Figures, Tally, Verdict, judge, tally, write_verdicts
from ki67.study.lookup import Reference, look_up
from ki67.study.printed import load_claims
from ki67.study.rules import Numbers, pooled, tukey

ROOT = Path(__file__).resolve().parents[1]
GROUP: dict[str, Any] = {"paper": "p", "table": "Table 9", "title": "t", "needs": "none", "tolerance": 0.001}


def study(folder: Path, claims: list[dict[str, Any]], source: str = "simulated", **group: Any) -> list[Verdict]:
    """The verdicts of one group of claims, with `ours` in m.json."""
    (folder / "metrics").mkdir(exist_ok=True)
    (folder / "metrics/dataset.json").write_text(json.dumps({"source": source}))
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump([GROUP | group | {"claims": claims}]))
    return judge(load_claims(path), folder)


def ours(folder: Path, value: float | None, printed: float = 0.785, **kind: Any) -> Verdict:
    """The verdict on one figure of ours."""
    (folder / "m.json").write_text(json.dumps({"f1": value}))
    return study(folder, [{"row": "r", "cell": "c", "value": printed, "ours": "m.json:f1"}], **kind)[0]


@pytest.mark.parametrize(("value", "verdict"), [
    (0.785, "reproduced"), (0.786, "reproduced"), (0.784, "reproduced"), (0.7862, "differs"), (0.7838, "differs"),
])  # fmt: skip
def test_a_figure_is_reproduced_within_the_digit_that_was_cut(tmp_path: Path, value: float, verdict: str) -> None:
    assert ours(tmp_path, value).verdict == verdict


def test_a_count_must_be_exact(tmp_path: Path) -> None:
    assert ours(tmp_path, 1656, 1656, tolerance=0).verdict == "reproduced"
    assert ours(tmp_path, 1657, 1656, tolerance=0).verdict == "differs"


@pytest.mark.parametrize("source", ["simulated", "own data"])
def test_what_needs_the_published_data_is_reproduced_on_nothing_else(tmp_path: Path, source: str) -> None:
    verdict = ours(tmp_path, 0.785, needs="shidc", source=source)
    assert verdict.verdict == "not run: needs SHIDC-B-Ki-67"
    assert (verdict.ours, verdict.basis) == (0.785, source)


def test_the_real_data_is_judged(tmp_path: Path) -> None:
    right, wrong = (ours(tmp_path, value, needs="shidc", source="shidc") for value in (0.785, 0.9))
    assert (right.verdict, right.basis) == ("reproduced", "measured")
    assert wrong.verdict == "differs"


def test_a_check_settles_nothing_even_on_the_real_data_but_a_count_stands(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps({"kind": "check", "f1": 0.785}))
    claims = [{"row": "r", "cell": "c", "value": 0.785, "ours": "m.json:f1"}]
    real = study(tmp_path, claims, "shidc", needs="shidc")[0]
    assert (real.verdict, real.basis) == ("not run: ours is a check", "check")
    assert study(tmp_path, claims)[0].verdict == "reproduced"


@pytest.mark.parametrize(("source", "verdict", "basis"), [
    ("simulated", "not run: needs SHIDC-B-Ki-67", "simulated in the longest run"),
    ("shidc", "reproduced", "measured in the longest run"),
])  # fmt: skip
def test_the_longest_run_stands_in_for_a_check_by_the_data_that_it_had(
    tmp_path: Path, source: str, verdict: str, basis: str
) -> None:
    longest = tmp_path / "release"
    (longest / "metrics").mkdir(parents=True)
    (longest / "metrics/dataset.json").write_text(json.dumps({"source": source}))
    (longest / "m.json").write_text(json.dumps({"kind": "comparison", "f1": 0.785}))
    (tmp_path / "m.json").write_text(json.dumps({"kind": "check", "f1": 0.1}))
    claims = [{"row": "r", "cell": "c", "value": 0.785, "ours": "m.json:f1"}]
    other = "simulated" if source == "shidc" else "shidc"  # this run's own data settles nothing about the other run
    found = study(tmp_path, claims, other, needs="shidc")[0]
    assert (found.ours, found.verdict, found.basis) == (0.785, verdict, basis)
    (tmp_path / "m.json").write_text(json.dumps({"kind": "comparison", "f1": 0.1}))
    assert study(tmp_path, claims, other, needs="shidc")[0].ours == 0.1, "a comparison of this run's own comes first"


def test_a_check_in_the_longest_run_stands_in_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "release").mkdir()
    for folder, f1 in ((tmp_path, 0.1), (tmp_path / "release", 0.785)):
        (folder / "m.json").write_text(json.dumps({"kind": "check", "f1": f1}))
    found = study(tmp_path, [{"row": "r", "cell": "c", "value": 0.785, "ours": "m.json:f1"}], "shidc", needs="shidc")[0]
    assert (found.ours, found.basis) == (0.1, "check")


def test_an_undefined_figure_of_ours_is_no_verdict(tmp_path: Path) -> None:
    assert ours(tmp_path, None, needs="shidc", source="shidc").verdict == "not run: no figure of ours"


@pytest.mark.parametrize(("rule", "value"), [
    ({"how": "sum", "of": [2, 3, 4]}, 9), ({"how": "quotient", "of": [22, 23]}, 22 / 23),
    ({"how": "harmonic", "of": [0.5, 1.0]}, 2 / 3), ({"how": "highest", "of": [0.3, 0.9, 0.5]}, 0.9),
    ({"how": "weighted", "of": [1.0, 0.0], "by": [3, 1]}, 0.75),
])  # fmt: skip
def test_a_rule_recomputes_a_figure(tmp_path: Path, rule: dict[str, Any], value: float) -> None:
    claim = {"row": "r", "cell": "c", "rule": rule}
    assert study(tmp_path, [claim | {"value": value}])[0].verdict == "reproduced"
    assert study(tmp_path, [claim | {"value": value + 0.01}])[0].verdict == "differs"


def test_a_value_may_name_a_printed_figure(tmp_path: Path) -> None:
    first = {"row": "a", "cell": "cells", "value": 7}
    again = {"row": "sum", "cell": "cells", "value": "Table 9/a/cells", "rule": {"how": "sum", "of": [3, 4]}}
    assert study(tmp_path, [first, again])[1].printed == 7


@pytest.mark.parametrize(("claim", "says"), [
    ({"row": "r", "cell": "c", "value": 1, "toleranse": 2}, "toleranse"),
    ({"row": "r", "cell": "c"}, "value"),
    ({"row": "r", "cell": "c", "value": 1, "rule": {"how": "guess", "of": [1, 2]}}, "how"),
    ({"row": "r", "cell": "c", "value": "Table 9/no/where"}, "no figure 'Table 9/no/where'"),
    ({"row": "r", "cell": "c", "value": 1, "ours": "metrics/dataset.json:f1"}, "no 'f1'"),
])  # fmt: skip
def test_a_claim_that_is_written_wrongly_is_refused_by_name(tmp_path: Path, claim: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        study(tmp_path, [claim])


def test_a_figure_whose_stage_has_not_run_is_no_verdict(tmp_path: Path) -> None:
    quotient = {"how": "quotient", "of": ["gone.json:f1", 2]}
    claims = [
        {"row": "r", "cell": cell, "value": 1} | own for cell, own in (("a", {"ours": "gone.json:f1"}), ("b", {"rule": quotient}))
    ]
    assert [(v.ours, v.basis, v.verdict) for v in study(tmp_path, claims)] == [(None, "", "not run: no figure of ours")] * 2


def test_data_of_which_no_run_says_that_it_had_it_was_not_there(tmp_path: Path) -> None:
    assert study(tmp_path, [{"row": "r", "cell": "c", "value": 1}], needs="bcs1")[0].verdict == "not run: needs BCS-1"


@pytest.mark.parametrize(("within", "reproduced"), [
    ("near", {0.049, 0.05, 0.051}), ("below", {0.01, 0.049, 0.05, 0.051}), ("above", {0.049, 0.05, 0.051, 0.9}),
])  # fmt: skip
def test_ours_must_be_near_below_or_above_what_is_printed(tmp_path: Path, within: str, reproduced: set[float]) -> None:
    verdicts = {value: ours(tmp_path, value, 0.05, within=within).verdict for value in (0.01, 0.049, 0.05, 0.051, 0.9)}
    assert {value for value, verdict in verdicts.items() if verdict == "reproduced"} == reproduced


def directed(folder: Path, outcome: str | None, source: str) -> Verdict:
    """The verdict on what a paper says happens, where ours has this outcome on that data."""
    (folder / "m.json").write_text(json.dumps({"refined": outcome}))
    (folder / "metrics").mkdir(exist_ok=True)
    (folder / "metrics/slides_dataset.json").write_text(json.dumps({"source": source}))
    return study(folder, [{"row": "r", "cell": "c", "value": 1, "direction": "m.json:refined"}], needs="bcs1")[0]


@pytest.mark.parametrize(("outcome", "yes", "real"), [
    ("holds", 1, "reproduced"), ("fails", 0, "differs"), ("not settled", None, "not run: no figure of ours"),
])  # fmt: skip
def test_a_direction_is_told_on_simulated_tissue_and_judged_on_the_real_data_alone(
    tmp_path: Path, outcome: str, yes: float | None, real: str
) -> None:
    simulated = directed(tmp_path, outcome, "simulated")
    assert (simulated.direction, simulated.basis, simulated.ours) == (outcome, "simulated", yes)
    assert simulated.verdict == "not run: needs BCS-1"
    assert directed(tmp_path, outcome, "bcs1").verdict == real


def test_a_direction_of_designs_that_were_not_run_is_empty(tmp_path: Path) -> None:
    unknown = directed(tmp_path, None, "simulated")
    assert (unknown.direction, unknown.ours, unknown.basis) == (None, None, "")


def test_an_unknown_direction_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none of holds, fails, not settled"):
        directed(tmp_path, "perhaps", "simulated")


def test_a_direction_of_which_no_stage_has_spoken_is_empty(tmp_path: Path) -> None:
    found = study(tmp_path, [{"row": "r", "cell": "c", "value": 1, "direction": "gone.json:refined"}], needs="bcs1")[0]
    assert (found.direction, found.ours, found.basis, found.verdict) == (None, None, "", "not run: needs BCS-1")


def test_a_figure_stands_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 times"):
        study(tmp_path, [{"row": "r", "cell": "c", "value": 1}] * 2)


def test_verdicts_are_written_one_a_line_and_tallied(tmp_path: Path) -> None:
    claims = [{"row": "r", "cell": str(n), "value": n, "rule": {"how": "sum", "of": [0, 1]}} for n in (1, 2)]
    verdicts = study(tmp_path, [*claims, {"row": "r", "cell": "x", "value": 3}])
    write_verdicts(verdicts, tmp_path / "claims.csv")
    rows = list(csv.DictReader((tmp_path / "claims.csv").open()))
    assert [row["verdict"] for row in rows] == ["reproduced", "differs", "not run: no figure of ours"]
    assert [row["ours"] for row in rows] == ["1", "1", ""]
    assert tally(verdicts) == Tally(figures=3, reproduced=1, differs=1, not_run=1)


class TestThePaper:
    """claims.yaml itself."""

    figures = Figures(load_claims(ROOT / "claims.yaml"), ROOT)

    def test_table_4_is_complete(self) -> None:
        groups = [g for g in load_claims(ROOT / "claims.yaml") if (g.paper, g.table) == ("negahbani2021", "Table 4")]
        printed = Counter(claim.cell for group in groups for claim in group.claims)
        assert {cell: printed[cell] for cell in ("parameters", "frames per second", "avg. F1")} == {
            "parameters": 5, "frames per second": 5, "avg. F1": 5,
        }  # fmt: skip

    def test_tables_1_2_3_and_5_are_complete(self) -> None:
        groups = load_claims(ROOT / "claims.yaml")
        printed = {
            table: sum(len(g.claims) for g in groups if g.table == table and g.needs == "shidc")
            for table in ("Table 1", "Table 2", "Table 3", "Table 5")
        }
        assert printed == {"Table 1": 27, "Table 2": 60, "Table 3": 20, "Table 5": 15}

    def test_the_printed_averages_fit_700_test_images_and_not_701(self) -> None:
        cells = self.figures.of("Table 1/Immunopositive/test cells")
        printed = self.figures.of("Table 1/Immunopositive/test per image")
        assert 0 <= cells / 700 - printed < 0.01
        assert abs(cells / 701 - printed) > 0.02

    def test_every_figure_of_a_backend_has_a_place_for_ours(self) -> None:
        groups = [g for g in load_claims(ROOT / "claims.yaml") if g.needs == "shidc" and g.paper == "negahbani2021"]
        claims = [claim for group in groups if group.table != "Table 1" for claim in group.claims]
        assert {row.row for row in claims if row.ours and row.ours.startswith("metrics/backends.json")} == {
            "DeepLabv3-MobileNetV2", "DeepLabv3-Xception", "FCRN-A", "FCRN-B", "PathoNet",
        }, "PathoNet among them: all on equal terms"  # fmt: skip
        assert all(claim.ours for claim in claims)

    def test_four_of_the_five_counts_stand_in_the_wrong_rows(self) -> None:
        rows = [v for v in judge(load_claims(ROOT / "claims.yaml"), ROOT) if v.table == "Table 4"]
        own = {v.row: v.verdict for v in rows if v.cell == "parameters"}
        assert own.pop("DeepLabv3-Xception") == "reproduced"
        assert set(own.values()) == {"differs"}
        assert len(own) == 4
        elsewhere = [v.verdict for v in rows if v.cell.startswith("the count printed for")]
        assert elsewhere == ["reproduced"] * 4

    def test_nothing_but_the_real_data_can_settle_a_measured_figure(self) -> None:
        groups = [g for g in load_claims(ROOT / "claims.yaml") if g.needs == "none"]
        read = [claim.ours for group in groups for claim in group.claims if claim.ours]
        counted = {name for name in read if not name.startswith("metrics/compression.json:space.")}  # from the architecture
        backends = ("deeplab_mobilenetv2", "deeplab_xception", "fcrn_a", "fcrn_b", "pathonet")
        refining = ("unet", "agunet", "dagunet", "doubleunet")
        slides = [f"{name}.{kind}" for name in refining for kind in ("parameters", "renormalised")]
        assert counted == {f"metrics/backends.json:backends.{name}.parameters" for name in backends} | {
            f"metrics/slides_networks.json:networks.{count}"
            for count in ("mobilenetv2.parameters", "inceptionv3.parameters", "doubleunet_as_printed.renormalised", *slides)
        }

    def test_the_tables_of_the_compression_paper_are_complete(self) -> None:
        groups = [g for g in load_claims(ROOT / "claims.yaml") if g.paper == "gliozzo2023" and g.needs != "none"]
        printed = Counter(g.table for g in groups for _ in g.claims)
        assert printed["Gliozzo, Table 1"] == 24
        assert printed["Gliozzo, Table 2"] == 8
        assert printed["Gliozzo, Table 3"] == 9 * 7 + 8 + 1  # the other seven spaces follow from k

    def test_gains_in_accuracy_are_whole_patients(self) -> None:
        for gained in ("least", "most"):
            patients = 23 * self.figures.of(f"Gliozzo, prose/{gained}/TIL accuracy gained")
            assert patients == pytest.approx(round(patients), abs=0.03)


class TestWholeSlides:
    """What the printed tables of Pedersen et al. say of themselves."""

    groups = tuple(group for group in load_claims(ROOT / "claims.yaml") if group.paper == "pedersen2022")
    verdicts = tuple(verdict for verdict in judge(load_claims(ROOT / "claims.yaml"), ROOT) if verdict.paper == "pedersen2022")

    def write(self, folder: Path, data: dict[str, Any]) -> None:
        """Every file that the claims read, where a run has just what the paper prints; of its data what is given."""
        printed = Figures(self.groups, ROOT)
        files: dict[str, dict[str, Any]] = {}
        for claim in (claim for group in self.groups for claim in group.claims if claim.place):
            place = Reference.of(str(claim.place))
            *path, last = place.key.split(".")
            node = files.setdefault(place.path, {})
            for part in path:
                node = node.setdefault(part, {})
            node[last] = "holds" if claim.direction else printed.of(claim.value)
        files["metrics/slides_dataset.json"].update(data)
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(json.dumps(content))

    def test_the_three_tables_are_complete_and_each_has_a_place_for_ours(self) -> None:
        measured = [group for group in self.groups if group.needs in ("bcs1", "machine") and "prose" not in group.table]
        figures = [(group.table, claim) for group in measured for claim in group.claims]
        assert Counter(table for table, _ in figures) == {
            "Pedersen, Table 1": 9 * 3 * 2, "Pedersen, Table 2": 9 * 3 * 2 + 3, "Pedersen, Table 3": 2 * 3 * 2,
        }  # fmt: skip
        without = [(claim.row, claim.cell) for _, claim in figures if not claim.ours]
        assert {row for row, cell in without if not cell.endswith("SD")} == {"TensorRT"}, "no such machine is measured"

    def test_every_effect_in_the_prose_has_a_direction_of_its_own(self) -> None:
        directions = [claim.direction for group in self.groups for claim in group.claims if claim.direction]
        assert len(set(directions)) == len(directions) == 18

    def test_table_2_gives_table_1_in_means_and_deviations(self) -> None:
        rows = [verdict for verdict in self.verdicts if verdict.cell.endswith("from the grades")]
        assert (len(rows), {verdict.verdict for verdict in rows}) == (18, {"reproduced"})

    def test_only_with_n_below_the_line_do_the_deviations_agree(self) -> None:
        """By the other reading that of UNet-LR would be 0.126; 0.128 is printed."""
        figures, sizes = Figures(self.groups, ROOT), (11, 48, 31)
        grades = [f"Pedersen, Table 2/UNet-LR/grade {grade}" for grade in ("I", "II", "III")]
        means, deviations = [figures.of(grade) for grade in grades], [figures.of(f"{grade} SD") for grade in grades]
        shrunk = [deviation * ((n - 1) / n) ** 0.5 for deviation, n in zip(deviations, sizes, strict=True)]
        other = pooled(Numbers(means, shrunk, sizes)) * (90 / 89) ** 0.5
        printed = figures.of("Pedersen, Table 1/UNet-LR/Dice SD")
        assert abs(pooled(Numbers(means, deviations, sizes)) - printed) < 0.0005 < 0.0015 < abs(other - printed)

    def test_one_pair_of_sixteen_is_not_shown_to_be_significant(self) -> None:
        pairs = [verdict for verdict in self.verdicts if verdict.cell.startswith("p < 0.05 against")]
        assert len(pairs) == 4 * 4
        (failing,) = [verdict for verdict in pairs if verdict.verdict == "differs"]
        assert (failing.row, failing.cell) == ("Mob-PW-AGUNet", "p < 0.05 against Inc-PW")
        assert failing.ours == pytest.approx(0.0521, abs=0.0001)

    def test_the_published_test_cannot_find_differences_of_four_hundredths(self) -> None:
        deviations = (0.128, 0.089, 0.094, 0.092, 0.069, 0.072, 0.072, 0.074)
        assert tukey(Numbers((0.9, 0.9401), deviations, (90,))) > 0.05 > tukey(Numbers((0.9, 0.9403), deviations, (90,)))

    @pytest.mark.parametrize(
        ("refined", "low", "high"), [("AGUNet", 0.040, 0.067), ("DAGUNet", 0.031, 0.055), ("UNet", 0.009, 0.017)]
    )
    def test_rounding_alone_may_decide_two_pairs_but_not_the_one_whose_p_is_printed(
        self, refined: str, low: float, high: float
    ) -> None:
        figures = Figures(self.groups, ROOT)
        rows = {claim.row for group in self.groups if group.title == "Nine designs on the test set" for claim in group.claims}
        deviations = [figures.of(f"Pedersen, Table 1/{row}/Dice SD") for row in sorted(rows - {"Otsu"})]
        means = [figures.of(f"Pedersen, Table 1/{row}/Dice") for row in (f"Mob-PW-{refined}", "Inc-PW")]

        def p(half: float) -> float:
            apart = [means[0] + half, means[1] - half]
            return tukey(Numbers(apart, [deviation - half for deviation in deviations], [90]))

        assert (p(0.0005), p(-0.0005)) == (pytest.approx(low, abs=0.0005), pytest.approx(high, abs=0.0005))

    def test_whatever_simulated_sections_show_no_figure_of_the_tables_is_reproduced(self, tmp_path: Path) -> None:
        self.write(tmp_path, {"source": "simulated"})
        found = [v for v in judge(self.groups, tmp_path) if v.verdict.endswith("needs BCS-1")]
        assert len(found) == 54 + 57 + 4 + 18
        assert {verdict.basis for verdict in found} == {"simulated"}
        assert [v.direction for v in found if v.direction] == ["holds"] * 18

    def test_on_the_published_sections_they_would_be(self, tmp_path: Path) -> None:
        self.write(tmp_path, {"source": "bcs1"})
        found = [
            v
            for v in judge(self.groups, tmp_path)
            if v.basis == "measured" and v.table in ("Pedersen, Table 1", "Pedersen, Table 2")
        ]
        assert (len(found), {verdict.verdict for verdict in found}) == (54 + 57, {"reproduced"})

    def test_no_one_way_of_counting_gives_all_printed_counts(self, tmp_path: Path) -> None:
        counts = {
            "mobilenetv2": {"parameters": 2_386_686}, "inceptionv3": {"parameters": 22_008_286},
            "unet": {"parameters": 11_572_562, "renormalised": 11_581_782},
            "agunet": {"parameters": 7_668_537, "renormalised": 7_677_275},
            "dagunet": {"parameters": 9_992_680, "renormalised": 10_002_904},
            "doubleunet": {"parameters": 16_025_076, "renormalised": 16_040_204},
            "doubleunet_as_printed": {"renormalised": 16_242_904},
        }  # fmt: skip
        (tmp_path / "metrics").mkdir()
        (tmp_path / "metrics/slides_networks.json").write_text(json.dumps({"networks": counts}))
        rows = [v for v in judge(self.groups, tmp_path) if v.table == "Pedersen, prose" and v.basis == "measured"]
        assert {(v.row, v.cell) for v in rows if v.verdict == "reproduced"} == {
            ("MobileNetV2", "parameters"), ("U-Net", "parameters"), ("AGU-Net", "parameters"), ("DoubleU-Net", "parameters"),
            ("DAGU-Net", "with plain normalisation"),
        }  # fmt: skip
        assert len(rows) == 2 + 4 + 4 + 1


class TestTheScoringApp:
    """What the printed tables of McConnell et al. say of themselves."""

    groups = tuple(group for group in load_claims(ROOT / "claims.yaml") if group.paper == "mcconnell2021")
    verdicts = tuple(v for v in judge(load_claims(ROOT / "claims.yaml"), ROOT) if v.paper == "mcconnell2021")

    def test_the_four_tables_are_complete_and_each_figure_has_a_place_for_ours(self) -> None:
        printed = Counter(g.table for g in self.groups for c in g.claims if isinstance(c.value, float) and "Table" in g.table)
        assert printed == {
            "McConnell, Table 1": 3 * 5, "McConnell, Table 2": 6, "McConnell, Table 3": 3 * 3, "McConnell, Table 4": 3 * 3,
        }  # fmt: skip
        assert all(claim.place for group in self.groups if group.needs == "shidc" for claim in group.claims)

    def test_every_effect_in_the_prose_has_a_direction_of_its_own(self) -> None:
        directions = [claim.direction for group in self.groups for claim in group.claims if claim.direction]
        assert len(set(directions)) == len(directions) == 9

    def test_the_printed_accuracies_count_each_pixel_once_a_channel(self) -> None:
        rows = [v for v in self.verdicts if v.cell == "accuracy from precision and recall"]
        assert [v.verdict for v in rows] == ["reproduced"] * 3

    def test_only_of_the_training_part_do_f1_and_iou_count_the_same_pixels(self) -> None:
        rows = {v.row: v.verdict for v in self.verdicts if v.cell == "F1 from IoU"}
        assert rows == {"Train": "reproduced", "Validation": "differs", "Test": "differs"}

    def test_table_4_follows_from_table_3(self) -> None:
        rows = [v for v in self.verdicts if v.title == "Does Table 4 follow from Table 3?"]
        assert (len(rows), {v.verdict for v in rows}) == (9, {"reproduced"})

    def test_six_sentences_say_other_than_the_tables(self) -> None:
        assert {(v.row, v.cell) for v in self.verdicts if v.table == "McConnell, prose" and v.verdict == "differs"} == {
            ("test", "share of all fields"), ("cells", "correctly classified"), ("masks", "IoU"),
            ("PathoNet", "RMSE in the text"), ("PathoNet", "accuracy of positive cells"),
            ("PathoNet", "accuracy of negative cells"),
        }  # fmt: skip


class TestLookingUp:
    """A figure by its name."""

    def test_keys_and_list_items_lead_to_it(self, tmp_path: Path) -> None:
        (tmp_path / "m.json").write_text('{"a": {"b": [1, {"c": 2.5}]}}')
        (tmp_path / "p.yaml").write_text("train: {epochs: 8}")
        assert look_up(tmp_path, Reference.of("m.json:a.b.1.c")) == 2.5
        assert look_up(tmp_path, Reference.of("p.yaml:train.epochs")) == 8

    def test_a_changed_file_is_read_again(self, tmp_path: Path) -> None:
        path = tmp_path / "m.json"
        for stamp, value in enumerate((1, 2), 1):
            path.write_text(json.dumps({"a": value}))
            os.utime(path, ns=(stamp, stamp))
            assert look_up(tmp_path, Reference.of("m.json:a")) == value

    @pytest.mark.parametrize(("name", "says"), [
        ("m.json:a.x", "no 'x' at a; it has b"), ("m.json:a.b.7", "2 items"), ("gone.json:a", "missing"),
        ("m.json", "path/to/file.json:key"), ("broken.json:a", "cannot be read"), ("m.json:a.b.0.c", "the value 1"),
    ])  # fmt: skip
    def test_a_wrong_name_says_what_there_is(self, tmp_path: Path, name: str, says: str) -> None:
        (tmp_path / "m.json").write_text('{"a": {"b": [1, 2]}}')
        (tmp_path / "broken.json").write_text('{"a": ')
        with pytest.raises(InputError, match=says):
            look_up(tmp_path, Reference.of(name))
