"""The papers' figures get the verdict that they deserve: no more, no less."""

import csv
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from ki67.backends.fitted import TITLES
from ki67.base.errors import InputError
from ki67.cells.cells import CLASS_NAMES
from ki67.cells.evaluation import MEASURES
from ki67.cells.outcomes import RULES as MATCHINGS
from ki67.cells.scores import CUT_OFFS
from ki67.cellularity.comparison import TITLES as MODELS
from ki67.study.claims import judge
from ki67.study.lookup import Reference, look_up
from ki67.study.ours import Figures
from ki67.study.printed import load_claims
from ki67.study.rules import Numbers, pooled, tukey
from ki67.study.verdicts import Verdict, tally, write_verdicts

ROOT = Path(__file__).resolve().parents[1]
CLAIMS = load_claims(ROOT / "claims.yaml")
VERDICTS = judge(CLAIMS, ROOT)
GROUP: dict[str, Any] = {"paper": "p", "table": "Table 9", "title": "t", "kind": "paper", "tolerance": 0.001}


MEASURED: dict[str, Any] = {"kind": "measured", "needs": "shidc"}


def study(folder: Path, claims: list[dict[str, Any]], source: str = "simulated", **group: Any) -> list[Verdict]:
    """The verdicts of one group of claims, with `ours` in m.json."""
    (folder / "metrics").mkdir(exist_ok=True)
    (folder / "metrics/dataset.json").write_text(json.dumps({"source": source}))
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump([GROUP | group | {"claims": claims}]))
    return judge(load_claims(path), folder)


def ours(folder: Path, value: float | None, printed: float = 0.785, **kind: Any) -> Verdict:
    """The verdict on one figure of ours, counted if nothing else is said."""
    (folder / "m.json").write_text(json.dumps({"f1": value}))
    claims = [{"row": "r", "cell": "c", "value": printed, "ours": "m.json:f1"}]
    return study(folder, claims, **({"kind": "counted"} | kind))[0]


@pytest.mark.parametrize(("value", "verdict"), [
    (0.785, "reproduced"), (0.786, "reproduced"), (0.784, "reproduced"), (0.7862, "differs"), (0.7838, "differs"),
])  # fmt: skip
def test_a_figure_is_reproduced_within_its_tolerance(tmp_path: Path, value: float, verdict: str) -> None:
    assert ours(tmp_path, value, source="shidc", **MEASURED).verdict == verdict


def test_a_count_must_be_exact(tmp_path: Path) -> None:
    assert ours(tmp_path, 1656, 1656, tolerance=0).verdict == "as printed"
    assert ours(tmp_path, 1657, 1656, tolerance=0).verdict == "not as printed"


@pytest.mark.parametrize("source", ["simulated", "own data"])
def test_what_needs_the_published_data_is_reproduced_on_nothing_else(tmp_path: Path, source: str) -> None:
    verdict = ours(tmp_path, 0.785, source=source, **MEASURED)
    assert verdict.verdict == "not run: needs SHIDC-B-Ki-67"
    assert (verdict.ours, verdict.basis) == (0.785, source)


def test_the_real_data_is_judged(tmp_path: Path) -> None:
    right, wrong = (ours(tmp_path, value, source="shidc", **MEASURED) for value in (0.785, 0.9))
    assert (right.verdict, right.basis) == ("reproduced", "measured")
    assert wrong.verdict == "differs"


def test_a_check_settles_nothing_even_on_the_real_data_but_a_count_stands(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps({"kind": "check", "f1": 0.785}))
    claims = [{"row": "r", "cell": "c", "value": 0.785, "ours": "m.json:f1"}]
    real = study(tmp_path, claims, "shidc", **MEASURED)[0]
    assert (real.verdict, real.basis) == ("not run: ours is a check", "check")
    assert study(tmp_path, claims, kind="counted")[0].verdict == "as printed"


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
    found = study(tmp_path, claims, other, **MEASURED)[0]
    assert (found.ours, found.verdict, found.basis) == (0.785, verdict, basis)
    (tmp_path / "m.json").write_text(json.dumps({"kind": "comparison", "f1": 0.1}))
    assert study(tmp_path, claims, other, **MEASURED)[0].ours == 0.1, "a comparison of this run's own comes first"


def test_a_check_in_the_longest_run_stands_in_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "release").mkdir()
    for folder, f1 in ((tmp_path, 0.1), (tmp_path / "release", 0.785)):
        (folder / "m.json").write_text(json.dumps({"kind": "check", "f1": f1}))
    found = study(tmp_path, [{"row": "r", "cell": "c", "value": 0.785, "ours": "m.json:f1"}], "shidc", **MEASURED)[0]
    assert (found.ours, found.basis) == (0.1, "check")


def test_an_undefined_figure_of_ours_is_no_verdict(tmp_path: Path) -> None:
    assert ours(tmp_path, None, source="shidc", **MEASURED).verdict == "not run: no figure of ours"


@pytest.mark.parametrize(("rule", "value"), [
    ({"how": "sum", "of": [2, 3, 4]}, 9), ({"how": "quotient", "of": [22, 23]}, 22 / 23),
    ({"how": "harmonic", "of": [0.5, 1.0]}, 2 / 3), ({"how": "highest", "of": [0.3, 0.9, 0.5]}, 0.9),
    ({"how": "weighted", "of": [1.0, 0.0], "by": [3, 1]}, 0.75), ({"how": "saved", "of": [4, 1]}, 0.75),
    ({"how": "product", "of": [4, 3, 4]}, 48),
])  # fmt: skip
def test_a_rule_recomputes_a_figure(tmp_path: Path, rule: dict[str, Any], value: float) -> None:
    claim = {"row": "r", "cell": "c", "rule": rule}
    assert study(tmp_path, [claim | {"value": value}])[0].verdict == "agrees"
    assert study(tmp_path, [claim | {"value": value + 0.01}])[0].verdict == "does not agree"


def test_a_value_may_name_a_printed_figure(tmp_path: Path) -> None:
    first = {"row": "a", "cell": "cells", "value": 7, "rule": {"how": "sum", "of": [6, 1]}}
    again = {"row": "sum", "cell": "cells", "value": "Table 9/a/cells", "rule": {"how": "sum", "of": [3, 4]}}
    assert study(tmp_path, [first, again])[1].printed == 7


@pytest.mark.parametrize(("claim", "says"), [
    ({"row": "r", "cell": "c", "value": 1, "toleranse": 2}, "toleranse"),
    ({"row": "r", "cell": "c", "value": 1, "rule": {"how": "guess", "of": [1, 2]}}, "how"),
    ({"row": "r", "cell": "c", "value": "Table 9/no/where", "ours": "metrics/dataset.json:f1"}, "no figure 'Table 9/no/where'"),
    ({"row": "r", "cell": "c", "value": 1, "ours": "metrics/dataset.json:f1"}, "no 'f1'"),
])  # fmt: skip
def test_a_claim_that_is_written_wrongly_is_refused_by_name(tmp_path: Path, claim: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        study(tmp_path, [claim], kind="counted")


RULE: dict[str, Any] = {"rule": {"how": "sum", "of": [1, 2]}}


@pytest.mark.parametrize(("kind", "claim"), [
    ({"kind": "paper"}, {"value": 1}),
    ({"kind": "paper"}, RULE),
    ({"kind": "paper"}, {"value": 1, "ours": "m.json:f1"}),
    ({"kind": "paper", "needs": "shidc"}, {"value": 1} | RULE),
    ({"kind": "paper"}, {"value": 1, "rule": {"how": "quotient", "of": [1, "m.json:f1"]}}),
    ({"kind": "counted"}, {"value": 1}),
    ({"kind": "measured"}, {"value": 1, "ours": "m.json:f1"}),
    (MEASURED, {"ours": "m.json:f1"}),
    (MEASURED, {"value": 1, "compared": "m.json:f1"}),
    ({"kind": "direction"}, {"compared": "m.json:f1"}),
    (MEASURED | {"kind": "direction"}, {"value": 1, "compared": "m.json:f1"}),
    (MEASURED | {"kind": "direction"}, RULE),
    (MEASURED | {"kind": "direction"}, {"compared": "m.json:f1", "figures": ["m.json:f1", "m.json:f2"]}),
])  # fmt: skip
def test_a_claim_of_one_kind_cannot_pass_for_another(tmp_path: Path, kind: dict[str, Any], claim: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"Table 9/r/c is no claim of kind '{kind['kind']}'"):
        study(tmp_path, [{"row": "r", "cell": "c"} | claim], **kind)


def test_a_figure_whose_stage_has_not_run_is_no_verdict(tmp_path: Path) -> None:
    quotient = {"how": "quotient", "of": ["gone.json:f1", 2]}
    claims = [
        {"row": "r", "cell": cell, "value": 1} | own for cell, own in (("a", {"ours": "gone.json:f1"}), ("b", {"rule": quotient}))
    ]
    found = study(tmp_path, claims, kind="counted")
    assert [(v.ours, v.basis, v.verdict) for v in found] == [(None, "", "not counted: no figure of ours")] * 2


def test_data_of_which_no_run_says_that_it_had_it_was_not_there(tmp_path: Path) -> None:
    found = study(tmp_path, [{"row": "r", "cell": "c", "value": 1}], kind="measured", needs="bcs1")
    assert found[0].verdict == "not run: needs BCS-1"


@pytest.mark.parametrize(("within", "right"), [
    ("near", {0.049, 0.05, 0.0509, 0.051}), ("below", {0.01, 0.049, 0.05, 0.0509, 0.051}),
    ("above", {0.049, 0.05, 0.0509, 0.051, 0.9}), ("cut", {0.05, 0.0509}),
])  # fmt: skip
def test_ours_must_be_near_below_or_above_what_is_printed_or_have_it_when_cut(
    tmp_path: Path, within: str, right: set[float]
) -> None:
    values = (0.01, 0.049, 0.05, 0.0509, 0.051, 0.9)
    verdicts = {value: ours(tmp_path, value, 0.05, within=within).verdict for value in values}
    assert {value for value, verdict in verdicts.items() if verdict == "as printed"} == right


class TestEffects:
    """Whether what a paper reports shows here."""

    def asked(self, folder: Path, *found: dict[str, Any], source: str = "simulated", **claim: Any) -> list[Verdict]:
        """One question of so many comparisons, each at a place of its own."""
        (folder / "m.json").write_text(json.dumps({f"at{place}": row for place, row in enumerate(found)}))
        claims = [{"row": f"r{n}", "cell": "c", "compared": f"m.json:at{n}"} | claim for n in range(len(found))]
        return study(folder, claims, source, kind="direction", needs="shidc")

    def row(self, difference: float | None, low: float | None = None, high: float | None = None) -> dict[str, float | None]:
        return {"difference": difference, "low": low, "high": high}

    @pytest.mark.parametrize(("ends", "verdict"), [
        ((0.2, 0.1, 0.3), "holds"), ((-0.2, -0.3, -0.1), "fails"), ((0.2, -0.1, 0.5), "not settled"),
        ((-0.2, -0.5, 0.1), "not settled"), ((0.2, None, None), "not settled: no interval"),
        ((None, None, None), "not settled: not run"),
    ])  # fmt: skip
    def test_an_interval_that_holds_zero_settles_nothing(self, tmp_path: Path, ends: Any, verdict: str) -> None:
        found = self.asked(tmp_path, self.row(*ends))[0]
        assert (found.verdict, found.difference, found.low, found.high) == (verdict, *ends)

    def test_it_is_told_of_whatever_data_there_was_and_says_of_which(self, tmp_path: Path) -> None:
        for source, basis in (("simulated", "simulated"), ("shidc", "measured")):
            found = self.asked(tmp_path, self.row(0.2, 0.1, 0.3), source=source)[0]
            assert (found.verdict, found.basis) == ("holds", basis)

    def test_what_is_sure_alone_need_not_be_among_many(self, tmp_path: Path) -> None:
        barely = self.row(0.1, 0.01, 0.19)
        assert self.asked(tmp_path, barely)[0].verdict == "holds"
        among = self.asked(tmp_path, barely, *[self.row(0.0, -0.1, 0.1)] * 4)
        assert (among[0].verdict, among[0].comparisons) == ("not settled", 5)
        assert among[0].holm == pytest.approx(5 * float(self.asked(tmp_path, barely)[0].holm or 0))
        clear = self.asked(tmp_path, self.row(0.1, 0.08, 0.12), *[self.row(0.0, -0.1, 0.1)] * 4)
        assert clear[0].verdict == "holds"

    @pytest.mark.parametrize(("said", "ends", "verdict"), [
        ("lower", (-0.2, -0.3, -0.1), "holds"), ("lower", (0.2, 0.1, 0.3), "fails"),
        ("alike", (0.01, -0.01, 0.02), "holds"), ("alike", (0.2, 0.1, 0.3), "fails"), ("alike", (0.01, -0.1, 0.1), "not settled"),
        ("alike", (0.01, 0.005, 0.015), "holds"),
        ("no higher", (-0.2, -0.3, -0.1), "holds"), ("no higher", (0.2, 0.1, 0.3), "fails"),
        ("no higher", (0.02, -0.1, 0.2), "not settled"),
    ])  # fmt: skip
    def test_alike_is_a_whole_interval_within_the_margin(self, tmp_path: Path, said: str, ends: Any, verdict: str) -> None:
        assert self.asked(tmp_path, self.row(*ends), said=said)[0].verdict == verdict

    def pairs(self, folder: Path, *rows: tuple[str, str, float, float, float]) -> Verdict:
        """Whether `a` leads b and c."""
        (folder / "metrics").mkdir(exist_ok=True)
        lines = [f"{one},{other},R,all,{d},{low},{high}" for one, other, d, low, high in rows]
        (folder / "metrics/d.csv").write_text("\n".join(["method,against,matching,cells,difference,low,high", *lines]))
        pairs = {"table": "metrics/d.csv", "of": "a", "over": ["b", "c"], "where": {"matching": "R", "cells": "all"}}
        return study(folder, [{"row": "a", "cell": "leads", "pairs": pairs}], kind="direction", needs="shidc")[0]

    def test_a_leader_leads_every_other(self, tmp_path: Path) -> None:
        assert self.pairs(tmp_path, ("a", "b", 0.2, 0.1, 0.3), ("a", "c", 0.3, 0.2, 0.4)).verdict == "holds"
        assert self.pairs(tmp_path, ("a", "b", 0.2, 0.1, 0.3), ("a", "c", -0.3, -0.4, -0.2)).verdict == "fails"
        assert self.pairs(tmp_path, ("a", "b", 0.2, 0.1, 0.3), ("a", "c", 0.1, -0.2, 0.4)).verdict == "not settled"

    def test_a_pair_is_found_whichever_comes_first(self, tmp_path: Path) -> None:
        found = self.pairs(tmp_path, ("b", "a", -0.3, -0.4, -0.2), ("c", "a", -0.2, -0.3, -0.1))
        assert (found.verdict, found.difference, found.low, found.high) == ("holds", 0.2, 0.1, 0.3)

    def test_a_pair_that_was_left_out_is_not_run(self, tmp_path: Path) -> None:
        assert self.pairs(tmp_path, ("a", "b", 0.2, 0.1, 0.3)).verdict == "not settled: not run"

    def test_pairs_of_a_check_settle_nothing_and_those_of_the_longest_run_stand_in(self, tmp_path: Path) -> None:
        table = "method,against,matching,cells,difference,low,high\na,b,R,all,0.2,0.1,0.3\n"
        pairs = {"table": "metrics/backends_differences.csv", "of": "a", "over": ["b"], "where": {"cells": "all"}}
        claims = [{"row": "a", "cell": "leads", "pairs": pairs}]
        for root, kind in ((tmp_path, "check"), (tmp_path / "release", "comparison")):
            (root / "metrics").mkdir(parents=True)
            (root / "metrics/dataset.json").write_text('{"source": "simulated"}')
            (root / "metrics/backends_differences.csv").write_text(table)
            (root / "metrics/backends.json").write_text(json.dumps({"kind": kind}))
            found = study(tmp_path, claims, kind="direction", needs="shidc")[0]
            wanted = ("not settled: ours is a check", "check") if kind == "check" else ("holds", "simulated in the longest run")
            assert (found.verdict, found.basis) == wanted

    def test_figures_without_an_interval_are_shown_and_settle_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "m.json").write_text('{"a": 0.5, "b": 0.25, "c": 0.125, "none": null}')
        (tmp_path / "t.csv").write_text("variant,f1\nas_published,0.5\n")
        claims: list[dict[str, Any]] = [
            {"row": "a", "cell": "leads", "figures": ["m.json:a", "m.json:b", "m.json:c"]},
            {"row": "c", "cell": "is least", "said": "lower", "figures": ["m.json:c", "m.json:b", "m.json:a"]},
            {"row": "a", "cell": "leads what was not run", "figures": ["m.json:a", "m.json:none"]},
            {"row": "table", "cell": "leads", "figures": ["t.csv:as_published.0.f1", "m.json:b"]},
            {"row": "table", "cell": "lacks a row", "figures": ["t.csv:plain.0.f1", "m.json:b"]},
            {"row": "rank", "cell": "is first", "value": 1, "ours": "m.json:a"},
            {"row": "nothing", "cell": "was asked"},
        ]
        found = study(tmp_path, claims, kind="direction", needs="shidc")
        assert [(v.verdict, v.difference, v.ours) for v in found] == [
            ("not settled: no interval", 0.25, None), ("not settled: no interval", -0.125, None),
            ("not settled: not run", None, None), ("not settled: no interval", 0.25, None), ("not settled: not run", None, None),
            ("not settled: no interval", None, 0.5), ("not settled: not asked here", None, None),
        ]  # fmt: skip


def test_a_figure_stands_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 times"):
        study(tmp_path, [{"row": "r", "cell": "c", "value": 1} | RULE] * 2)


def test_verdicts_are_written_one_a_line(tmp_path: Path) -> None:
    claims = [{"row": "r", "cell": str(n), "value": n, "rule": {"how": "sum", "of": [0, 1]}} for n in (1, 2)]
    write_verdicts(study(tmp_path, claims), tmp_path / "claims.csv")
    rows = list(csv.DictReader((tmp_path / "claims.csv").open()))
    assert [(row["kind"], row["verdict"], row["ours"]) for row in rows] == [
        ("paper", "agrees", "1"), ("paper", "does not agree", "1"),
    ]  # fmt: skip


def test_a_claim_of_one_kind_is_counted_in_no_other(tmp_path: Path) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "paper": {"value": 3} | RULE, "counted": {"value": 0.5, "ours": "m.json:f1"},
        "measured": {"value": 0.5, "ours": "m.json:f1"}, "direction": {"compared": "m.json:apart"},
    }  # fmt: skip
    groups = []
    for kind, claim in kinds.items():
        needs = {"needs": "shidc"} if kind in ("measured", "direction") else {}
        claims = [{"row": kind, "cell": "c"} | claim]
        groups.append(GROUP | {"table": kind, "kind": kind} | needs | {"claims": claims})
    (tmp_path / "m.json").write_text(json.dumps({"f1": 0.5, "apart": {"difference": 0.2, "low": 0.1, "high": 0.3}}))
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics/dataset.json").write_text('{"source": "simulated"}')
    (tmp_path / "claims.yaml").write_text(yaml.safe_dump(groups))
    assert tally(judge(load_claims(tmp_path / "claims.yaml"), tmp_path)) == {
        kind: dict.fromkeys(("all", "p"), {"claims": 1} | counts)
        for kind, counts in {
            "paper": {"agrees": 1, "does_not_agree": 0, "not_recomputed": 0},
            "counted": {"as_printed": 1, "not_as_printed": 0, "not_counted": 0},
            "measured": {"reproduced": 0, "differs": 0, "not_run": 1},
            "direction": {"holds": 1, "fails": 0, "not_settled": 0},
        }.items()
    }  # fmt: skip


class TestThePaper:
    """claims.yaml itself."""

    figures = Figures(CLAIMS, ROOT)

    def test_table_4_is_complete(self) -> None:
        groups = [g for g in CLAIMS if (g.paper, g.table) == ("negahbani2021", "Table 4")]
        printed = Counter(claim.cell for group in groups for claim in group.claims)
        assert {cell: printed[cell] for cell in ("parameters", "frames per second", "avg. F1")} == {
            "parameters": 5, "frames per second": 5, "avg. F1": 5,
        }  # fmt: skip

    def test_tables_1_2_3_and_5_are_complete(self) -> None:
        groups = CLAIMS
        printed = {
            table: sum(len(g.claims) for g in groups if g.table == table and g.needs == "shidc")
            for table in ("Table 1", "Table 2", "Table 3", "Table 5")
        }
        assert printed == {"Table 1": 27, "Table 2": 60, "Table 3": 20, "Table 5": 15}

    @pytest.mark.parametrize("title", [
        "The averages that 701 does not give, with 700 test images (2,356 in all)",
        "Is the last row's average that of the three classes (cells ÷ images ÷ 3)?",
    ])  # fmt: skip
    def test_what_shows_700_test_images_would_not_pass_with_701(self, title: str) -> None:
        (group,) = [group for group in CLAIMS if group.title == title]
        for claim in (claim for claim in group.claims if "training" not in claim.cell):
            assert claim.rule and claim.value
            cells, images = map(self.figures.of, claim.rule.of)
            with_701 = cells / (images + images / (700 if "test" in claim.cell else 2356))
            printed = self.figures.of(claim.value)
            assert 0 <= cells / images - printed < 0.01
            assert not 0 <= with_701 - printed < 0.01

    def test_every_figure_of_a_backend_has_a_place_for_ours(self) -> None:
        groups = [g for g in CLAIMS if g.needs == "shidc" and g.paper == "negahbani2021"]
        claims = [claim for group in groups if group.table != "Table 1" for claim in group.claims if group.kind == "measured"]
        assert {row.row for row in claims if row.ours and row.ours.startswith("metrics/backends.json")} == {
            "DeepLabv3-MobileNetV2", "DeepLabv3-Xception", "FCRN-A", "FCRN-B", "PathoNet",
        }, "PathoNet among them: all on equal terms"  # fmt: skip
        assert all(claim.ours for claim in claims)

    def test_four_of_the_five_counts_stand_in_the_wrong_rows(self) -> None:
        rows = [v for v in VERDICTS if v.table == "Table 4"]
        own = {v.row: v.verdict for v in rows if v.cell == "parameters"}
        assert own.pop("DeepLabv3-Xception") == "as printed"
        assert set(own.values()) == {"not as printed"}
        assert len(own) == 4
        elsewhere = [v.verdict for v in rows if v.cell.startswith("the count printed for")]
        assert elsewhere == ["as printed"] * 4

    def test_nothing_but_the_real_data_can_settle_a_measured_figure(self) -> None:
        groups = [g for g in CLAIMS if g.needs == "none"]
        assert {group.kind for group in groups} == {"paper", "counted"}
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
        groups = [g for g in CLAIMS if g.paper == "gliozzo2023" and g.kind == "measured"]
        printed = Counter(g.table for g in groups for _ in g.claims)
        assert printed["Gliozzo, Table 1"] == 24
        assert printed["Gliozzo, Table 2"] == 8
        assert printed["Gliozzo, Table 3"] == 9 * 7 + 8 + 1  # the other seven spaces follow from k

    def test_gains_in_accuracy_are_whole_patients(self) -> None:
        for gained in ("least", "most"):
            patients = 23 * self.figures.of(f"Gliozzo, prose/{gained}/TIL accuracy gained")
            assert patients == pytest.approx(round(patients), abs=0.03)


class TestWhatTheTextsSay:
    """Sentences that the papers' own tables bear out, or do not."""

    def disagreeing(self, title: str) -> set[tuple[str, str]]:
        """Of one question, the claims that fail; there must be others, so that it could be answered."""
        rows = [verdict for verdict in VERDICTS if verdict.title.startswith(title)]
        failing = {(verdict.row, verdict.cell) for verdict in rows if verdict.verdict == "does not agree"}
        assert len(failing) < len(rows)
        return failing

    def test_the_trees_alone_are_not_above_the_predecessors(self) -> None:
        assert self.disagreeing("Superior to the predecessors") == {("GBT", "ICC above the predecessors")}

    def test_two_direct_networks_have_less_kappa_than_what_reads_maps(self) -> None:
        assert self.disagreeing("Are direct networks above") == {
            ("ResNet34 (R)", "kappa above SR"), ("ResNet50 (R)", "kappa above SR"),
        }  # fmt: skip

    def test_imagenet_helps_every_direct_network_as_printed(self) -> None:
        assert self.disagreeing("Is ImageNet superior") == set()

    def test_one_slow_down_is_a_little_more_than_a_fifth(self) -> None:
        assert self.disagreeing("Is the slow-down less than 20 %") == {("CWS", "slow-down below 1.2")}

    def test_xception_has_the_highest_positive_precision_and_not_the_highest_recall(self) -> None:
        assert self.disagreeing("Which method is best") == {("DeepLabv3-Xception", "highest positive recall")}

    def test_twelve_times_holds_with_the_true_count_alone(self) -> None:
        words = {v.cell: (v.kind, v.verdict) for v in VERDICTS if v.title.startswith("Twelve times")}
        assert words == {
            "12 times PathoNet's parameters": ("counted", "as printed"),
            "12 times PathoNet's printed parameters": ("paper", "does not agree"),
        }

    def test_around_one_and_a_half_leaves_room_to_round_and_no_more(self) -> None:
        (energy,) = [v for v in VERDICTS if v.row == "energy"]
        assert energy.verdict == "agrees" and energy.ours == pytest.approx(1.508, abs=0.001)
        assert energy.tolerance == 0.05

    def test_what_others_measured_is_quoted_and_judged_nowhere(self) -> None:
        quoted = [v for v in VERDICTS if v.row == "predecessors"]
        assert {v.verdict for v in quoted} == {"not run: needs the paper that is quoted"} and len(quoted) == 2

    def test_a_table_of_pairs_is_asked_for_what_a_stage_writes(self) -> None:
        pairs = [claim.pairs for group in CLAIMS for claim in group.claims if claim.pairs]
        quantizers = {"cws", "pws", "uq", "ecsq", "uncompressed", "cws_256", "pws_256", "uq_256", "ecsq_256"}
        scores = {f"{measure}_rmse" for measure in MEASURES} | {f"{cut.measure}_{cut.key}" for cut in CUT_OFFS}
        assert {name for pair in pairs for name in (pair.of, *pair.over)} <= {*TITLES, *MODELS, *quantizers}
        assert {pair.where["cells"] for pair in pairs if "cells" in pair.where} <= {*CLASS_NAMES.values(), "average"}
        assert {pair.where["matching"] for pair in pairs if "matching" in pair.where} <= {rule.name for rule in MATCHINGS}
        assert {pair.where["score"] for pair in pairs if "score" in pair.where} <= scores

    def test_an_answer_is_settled_by_an_interval_or_not_at_all(self) -> None:
        settled = [v for v in VERDICTS if v.kind == "direction" and v.verdict in ("holds", "fails")]
        assert settled and all(v.low is not None and v.holm is not None for v in settled)
        for failing in (v for v in settled if v.verdict == "fails"):
            assert not (failing.low or 0) <= 0 <= (failing.high or 0)


AS_SAID = {
    "higher": {"difference": 0.2, "low": 0.1, "high": 0.3}, "lower": {"difference": -0.2, "low": -0.3, "high": -0.1},
    "alike": {"difference": 0.0, "low": -0.01, "high": 0.01}, "no higher": {"difference": -0.2, "low": -0.5, "high": 0.01},
}  # fmt: skip


class TestWholeSlides:
    """What the printed tables of Pedersen et al. say of themselves."""

    groups = tuple(group for group in CLAIMS if group.paper == "pedersen2022")
    verdicts = tuple(verdict for verdict in VERDICTS if verdict.paper == "pedersen2022")

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
            node[last] = AS_SAID[claim.said] if claim.compared else printed.of(claim.value or 0.0)
        files["metrics/slides_dataset.json"].update(data)
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(json.dumps(content))

    def test_the_three_tables_are_complete_and_each_has_a_place_for_ours(self) -> None:
        measured = [group for group in self.groups if group.kind == "measured" and "prose" not in group.table]
        figures = [(group.table, claim) for group in measured for claim in group.claims]
        assert Counter(table for table, _ in figures) == {
            "Pedersen, Table 1": 9 * 3 * 2, "Pedersen, Table 2": 9 * 3 * 2 + 3, "Pedersen, Table 3": 2 * 3 * 2,
        }  # fmt: skip
        without = [(claim.row, claim.cell) for _, claim in figures if not claim.ours]
        assert {row for row, cell in without if not cell.endswith("SD")} == {"TensorRT"}, "no such machine is measured"

    def test_every_effect_in_the_prose_has_a_direction_of_its_own(self) -> None:
        effects = [claim.compared for group in self.groups for claim in group.claims if group.kind == "direction"]
        assert len(set(effects)) == len(effects) == 18

    def test_table_2_gives_table_1_in_means_and_deviations(self) -> None:
        rows = [verdict for verdict in self.verdicts if verdict.cell.endswith("from the grades")]
        assert (len(rows), {verdict.verdict for verdict in rows}) == (18, {"agrees"})

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
        (failing,) = [verdict for verdict in pairs if verdict.verdict == "does not agree"]
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

        assert [p(0.0005), p(-0.0005)] == pytest.approx([low, high], abs=0.0005)

    def test_whatever_simulated_sections_show_no_figure_of_the_tables_is_reproduced(self, tmp_path: Path) -> None:
        self.write(tmp_path, {"source": "simulated"})
        found = [v for v in judge(self.groups, tmp_path) if v.verdict.endswith("needs BCS-1")]
        assert len(found) == 54 + 57 + 4
        assert {verdict.basis for verdict in found} == {"simulated"}
        effects = [v for v in judge(self.groups, tmp_path) if v.kind == "direction"]
        assert [(v.verdict, v.basis) for v in effects] == [("holds", "simulated")] * 18

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
        rows = [v for v in judge(self.groups, tmp_path) if v.table == "Pedersen, prose" and v.kind == "counted"]
        assert {(v.row, v.cell) for v in rows if v.verdict == "as printed"} == {
            ("MobileNetV2", "parameters"), ("U-Net", "parameters"), ("AGU-Net", "parameters"), ("DoubleU-Net", "parameters"),
            ("DAGU-Net", "with plain normalisation"),
        }  # fmt: skip
        assert len(rows) == 2 + 4 + 4 + 1


class TestTheScoringApp:
    """What the printed tables of McConnell et al. say of themselves."""

    groups = tuple(group for group in CLAIMS if group.paper == "mcconnell2021")
    verdicts = tuple(v for v in VERDICTS if v.paper == "mcconnell2021")

    def test_the_four_tables_are_complete_and_each_figure_has_a_place_for_ours(self) -> None:
        printed = Counter(g.table for g in self.groups for c in g.claims if isinstance(c.value, float) and "Table" in g.table)
        assert printed == {
            "McConnell, Table 1": 3 * 5, "McConnell, Table 2": 6, "McConnell, Table 3": 3 * 3, "McConnell, Table 4": 3 * 3,
        }  # fmt: skip
        assert all(claim.place for group in self.groups if group.kind == "measured" for claim in group.claims)

    def test_every_effect_in_the_prose_has_a_direction_of_its_own(self) -> None:
        effects = [claim.compared for group in self.groups for claim in group.claims if group.kind == "direction"]
        assert len(set(effects)) == len(effects) == 9

    def test_the_printed_accuracies_count_each_pixel_once_a_channel(self) -> None:
        rows = [v for v in self.verdicts if v.cell == "accuracy from precision and recall"]
        assert [v.verdict for v in rows] == ["agrees"] * 3

    def test_only_of_the_training_part_do_f1_and_iou_count_the_same_pixels(self) -> None:
        rows = {v.row: v.verdict for v in self.verdicts if v.cell == "F1 from IoU"}
        assert rows == {"Train": "agrees", "Validation": "does not agree", "Test": "does not agree"}

    def test_table_4_follows_from_table_3(self) -> None:
        rows = [v for v in self.verdicts if v.title == "Does Table 4 follow from Table 3?"]
        assert (len(rows), {v.verdict for v in rows}) == (9, {"agrees"})

    def test_six_sentences_say_other_than_the_tables(self) -> None:
        assert {(v.row, v.cell) for v in self.verdicts if v.table == "McConnell, prose" and v.verdict == "does not agree"} == {
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
