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
from ki67.study.claims import Figures, Tally, Verdict, judge, load_claims, tally, write_verdicts
from ki67.study.lookup import Reference, look_up

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


def test_simulated_tissue_never_reproduces_what_needs_the_real_data(tmp_path: Path) -> None:
    verdict = ours(tmp_path, 0.785, needs="shidc")
    assert verdict.verdict == "not run: needs SHIDC-B-Ki-67"
    assert (verdict.ours, verdict.basis) == (0.785, "simulated")


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
    ({"row": "r", "cell": "c", "value": 1, "ours": "gone.json:f1"}, "gone.json"),
])  # fmt: skip
def test_a_claim_that_is_written_wrongly_is_refused_by_name(tmp_path: Path, claim: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        study(tmp_path, [claim])


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
        assert counted == {
            f"metrics/backends.json:backends.{name}.parameters"
            for name in ("deeplab_mobilenetv2", "deeplab_xception", "fcrn_a", "fcrn_b", "pathonet")
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
