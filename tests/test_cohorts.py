"""Nothing is judged on what it learnt from: no simulated test is of a patient that any profile, or what ships, was trained on."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from ki67.base.errors import InputError
from ki67.container.container import read
from ki67.settings import params
from ki67.simulate import Cohort
from ki67.simulate import cohort as ihc
from ki67.simulate.he import TissueCohort
from ki67.simulate.he import cohort as he
from ki67.study.calibrating import COHORT
from ki67.weights import CELLULARITY, NETWORK
from ki67.weights import fields as shipped_fields

ROOT = Path(__file__).parents[1]
NOWHERE = Path()
Picture = tuple[int, ...]  # seed, patient and field; of H&E seed, patient, slide and region
# The shipped network of H&E patches is of a default run when that had these patients, tested and trained on in one cohort.
SHIPPED_TISSUE = {"patients": 48, "slides_per_patient": 2, "patches_per_slide": 3, "annotated_patients": 10,
                  "annotated_per_patient": 4, "seed": 2019}  # fmt: skip


def of_profile(profile: str, stage: str) -> dict[str, Any]:
    whole = params.read(ROOT / "params.yaml")
    return whole[stage] | whole["profiles"].get(profile, {}).get(stage, {})


def cohort(settings: Mapping[str, Any]) -> Cohort:
    """As the stage makes it; a test that old settings lack is none that anything learnt from."""
    known = {"test_seed": settings["seed"] + 1} | settings
    return Cohort(**{field.name: known[field.name] for field in fields(Cohort) if field.name in known})


def tissue(settings: Mapping[str, Any]) -> TissueCohort:
    known = {"test_seed": settings["seed"] + 1, "test_patients": 1, "test_patches_per_slide": 1} | settings
    return TissueCohort(**{field.name: known[field.name] for field in fields(TissueCohort)})


def ihc_pictures(orders: Iterable[ihc.Order]) -> set[Picture]:
    return {(order.seed, order.patient, order.field) for order in orders}


def he_pictures(orders: Iterable[he.Order]) -> set[Picture]:
    return {(order.seed, order.patient, order.slide, order.region) for order in orders}


def provenance(stage: str) -> list[dict[str, Any]]:
    """The settings of a stage behind what is kept in release/, and with that of the network for cells that ships."""
    found = [json.loads(path.read_text())["parameters"] for path in sorted((ROOT / "release").glob("provenance*.json"))]
    return [settings[stage] for settings in found if stage in settings]


def all_learnt(stage: str) -> set[Picture]:
    """What was trained and validated on: in every profile, in the longest run, for what ships."""
    ways = [*(of_profile(profile, stage) for profile in params.PROFILES), *provenance(stage)]
    if stage == "simulate":
        shown = {(2021, int(patient[1:]), int(name.split("_")[1])) for patient, name in
                 zip(shipped_fields().patients, shipped_fields().names, strict=True)}  # fmt: skip
        return shown.union(*(ihc_pictures(ihc.training_orders(NOWHERE, cohort(way))) for way in ways))
    cohorts = [tissue(way) for way in (*ways, SHIPPED_TISSUE)]
    orders = [order for each in cohorts for order in (*he.training_orders(NOWHERE, each), *he.annotated_orders(NOWHERE, each))]
    return he_pictures(orders)


def judged_on(profile: str, stage: str) -> set[Picture]:
    """What a profile tests on."""
    settings = of_profile(profile, stage)
    if stage == "simulate":
        return ihc_pictures(ihc.test_orders(NOWHERE, cohort(settings)))
    return he_pictures(he.test_orders(NOWHERE, tissue(settings)))


def leaks(learnt: set[Picture], test: set[Picture]) -> set[Picture]:
    """Test pictures that were learnt from, or are of a cohort that was."""
    seeds = {seed for seed, *_ in learnt}
    return {picture for picture in test if picture in learnt or picture[0] in seeds}


@pytest.mark.parametrize("stage", ["simulate", "tissue"])
@pytest.mark.parametrize("profile", params.PROFILES)
def test_no_test_picture_is_of_a_cohort_that_anything_learnt_from(profile: str, stage: str) -> None:
    assert judged_on(profile, stage)
    assert not leaks(all_learnt(stage), judged_on(profile, stage))


def test_what_ships_tells_its_error_by_fields_that_it_neither_learnt_from_nor_is_judged_on() -> None:
    told = ihc_pictures(ihc.training_orders(NOWHERE, COHORT))
    judged = set().union(*(judged_on(profile, "simulate") for profile in params.PROFILES))
    assert told and not leaks(all_learnt("simulate") | judged, told)


def test_what_ships_learnt_from_simulated_cohorts_whose_settings_are_known() -> None:
    assert read(NETWORK).description["trained_on"] == "simulated" and provenance("simulate")
    assert json.loads((CELLULARITY / "model.json").read_text())["trained_on"] == "simulated"
    assert {seed for seed, *_ in all_learnt("simulate")} == {2021}
    assert {seed for seed, *_ in all_learnt("tissue")} == {2019}


def test_the_check_catches_the_test_that_was_learnt_from() -> None:
    """The default profile once tested patients 91 to 113 of the seed that the longest run trains 180 patients of."""
    once = {(2021, patient, field) for patient in range(91, 114) for field in range(1, 5)}
    assert leaks(all_learnt("simulate"), once) == once
    other = cohort(of_profile("default", "simulate") | {"seed": 7, "test_seed": 2021})
    assert leaks(all_learnt("simulate"), ihc_pictures(ihc.test_orders(NOWHERE, other)))


@pytest.mark.parametrize("stage", ["simulate", "tissue"])
def test_a_profile_that_tests_on_its_training_seed_is_refused(stage: str, tmp_path: Path) -> None:
    whole = yaml.safe_load((ROOT / "params.yaml").read_text())
    whole["profiles"]["release"][stage]["test_seed"] = whole[stage]["seed"]
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(whole))
    with pytest.raises(InputError, match=rf"profile release: {stage}.test_seed = .*training patients are of this seed"):
        params.read(tmp_path / "params.yaml")


def test_fields_that_judge_thresholds_are_not_those_that_chose_them(tmp_path: Path) -> None:
    whole = yaml.safe_load((ROOT / "params.yaml").read_text())
    whole["scorer"]["judged_seed"] = whole["scorer"]["others_seed"]
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(whole))
    with pytest.raises(InputError, match=r"scorer.judged_seed = 4021.*chosen on fields of this seed"):
        params.read(tmp_path / "params.yaml")


@pytest.mark.parametrize(("stage", "count"), [("simulate", 23 * 4), ("tissue", 10 * 2 * 3)])
def test_the_test_is_the_same_in_every_profile_and_smoke_takes_some_of_it(stage: str, count: int) -> None:
    default = judged_on("default", stage)
    assert len(default) == count and judged_on("paper", stage) == judged_on("release", stage) == default
    assert judged_on("smoke", stage) < default


@pytest.mark.parametrize("profile", params.PROFILES)
def test_no_file_and_no_patient_has_the_name_of_another_part_s(profile: str) -> None:
    fields_of, patches_of = cohort(of_profile(profile, "simulate")), tissue(of_profile(profile, "tissue"))
    for learnt, test in (
        ([*ihc.training_orders(NOWHERE, fields_of)], [*ihc.test_orders(NOWHERE, fields_of)]),
        ([*he.training_orders(NOWHERE, patches_of)], [*he.test_orders(NOWHERE, patches_of)]),
    ):
        assert not {order.image.name for order in learnt} & {order.image.name for order in test}
        assert not {order.patient for order in learnt} & {order.patient for order in test}
    annotated = {order.patient for order in he.annotated_orders(NOWHERE, patches_of)}
    assert not annotated & {order.patient for order in he.training_orders(NOWHERE, patches_of)}
