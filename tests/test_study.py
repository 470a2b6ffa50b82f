"""What surrounds the stages: disk, time left, the results on the terminal, unfinished work under its own name."""

import os
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml

from ki67.base.errors import InputError
from ki67.base.quiet import quiet_libraries
from ki67.base.state import publish, state_folder
from ki67.base.tables import read_json, write_json
from ki67.cells.summary import Accuracy, Detection, Error, MethodScores, Summary
from ki67.settings.cellularity import Tissue
from ki67.settings.params import STAGES
from ki67.settings.simulation import Simulate
from ki67.settings.slides import Sections
from ki67.study import pipeline as study
from ki67.study.costs import Cost, minutes_of, write_cost
from ki67.study.results import main_results

ROOT = Path(__file__).parents[1]


def settings(patients: int) -> Simulate:
    return Simulate(patients=patients, fields_per_patient=5, test_patients=1, test_fields_per_patient=5, seed=0,
                    test_seed=1, um_per_px=0.135, label_stroma=False, laboratories="familiar")  # fmt: skip


def tissue(patients: int) -> Tissue:
    return Tissue(patients=patients, slides_per_patient=2, patches_per_slide=3, annotated_patients=2,
                  annotated_per_patient=4, seed=0, test_patients=1, test_patches_per_slide=3, test_seed=1)  # fmt: skip


def sections(patients: int, um_per_px: float = 1.0) -> Sections:
    return Sections(patients=patients, sections_per_patient=1, test_patients=1, seed=0, test_seed=1, um_per_px=um_per_px,
                    side_um=8000)  # fmt: skip


def test_more_fields_need_more_disk_and_a_full_disk_stops_the_study(monkeypatch) -> None:
    few = study.megabytes_needed(settings(50), tissue(4), sections(2))
    assert study.megabytes_needed(settings(100), tissue(4), sections(2)) - few == pytest.approx(250 * 1.6)
    assert study.megabytes_needed(settings(50), tissue(14), sections(2)) - few == pytest.approx(60 * 0.6)
    assert study.megabytes_needed(settings(50), tissue(4), sections(12)) - few == pytest.approx(10 * 64 * 0.5)
    assert study.megabytes_needed(settings(50), tissue(4), sections(2, 0.5)) - few == pytest.approx(3 * 64 * 3 * 0.5)
    monkeypatch.setattr(study.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 10**6})())
    with pytest.raises(InputError, match=r"0\.0 GB free, the study needs"):
        study.check_disk(ROOT)


def test_time_left_is_the_sum_of_what_stages_took_before(tmp_path: Path) -> None:
    for stage, seconds in {"train": 90.0, "tune": 30.0}.items():
        write_cost(Cost(seconds, seconds, 500, 2, resumed=False), stage, tmp_path)
    assert minutes_of(["train", "tune", "never measured"], tmp_path) == 2.0


def test_two_halves_side_by_side_count_once_in_the_time_left() -> None:
    left = study.Remaining({"simulate": {"simulate": 1.0}, "tissue": {"tissue": 2.0}, "train": {"train": 30.0},
                            "regress": {"regress-a": 10.0, "regress-b": 40.0}, "energy": {"energy": 5.0}})  # fmt: skip
    assert left.starts("simulate", "") == 52 + 5
    assert left.starts("tissue", "") == 52 + 5
    assert left.starts("regress", "a") == 50 + 5
    assert left.starts("regress", "b") == 40 + 5
    assert left.starts("train", "") == 30 + 5
    assert left.starts("energy", "") == 5


def test_neither_half_reads_what_the_other_writes() -> None:
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    he, fields = study.halves(list(stages))
    assert {*he, *fields, *study.ALONE} == set(stages)
    for half, other in ((he, fields), (fields, he)):
        folders = {name.split("${")[0] for stage in other for name in study.outputs_of(stages[stage])}
        read = {dep.split("${")[0] for stage in half for dep in stages[stage]["deps"]}
        assert [(dep, name) for dep in read for name in folders if dep.startswith(name) or name.startswith(f"{dep}/")] == []


def test_what_is_measured_alone_is_read_by_no_stage() -> None:
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    assert [name for name, stage in stages.items() if {*study.outputs_of(stages["energy"])} & {*stage["deps"]}] == []


def test_the_results_on_the_terminal_are_those_of_the_file(tmp_path: Path) -> None:
    half = Detection(0.5, 0.5, 0.5, 0.4, 0.6, 1, 1, 1)
    classes = dict.fromkeys(("positive", "negative", "til"), half)
    methods = {name: {"strict": classes, "published": classes} for name in ("pathonet", "classical", "chance")}
    undefined, better = replace(half, f1=None), replace(half, f1=0.8421)
    methods["pathonet"] = {"strict": classes | {"til": undefined}, "published": classes | {"positive": better}}
    error, right = Error(0.0312, 0.02, 0.04), Accuracy(0.5, 0.2, 0.8, 1, 2)
    scores = MethodScores(error, 0, error, error, error, right, right, right, right)
    write_json(asdict(Summary(8, 2, methods, {"pathonet": scores})), tmp_path / "evaluation.json")
    write_json({"source": "simulated"}, tmp_path / "dataset.json")
    shown = main_results(tmp_path)
    assert "8 simulated fields of 2 patients" in shown
    assert "0.842" in shown
    assert "undefined" in shown
    assert "0.031 (0.020 to 0.040)" in shown


def test_unfinished_work_is_found_again_only_for_the_same_settings_and_code(tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "a.py").write_text("1")
    first = state_folder("train", {"epochs": 1}, [code])
    assert state_folder("train", {"epochs": 1}, [code]) == first
    assert state_folder("train", {"epochs": 2}, [code]) != first
    (code / "a.py").write_text("2")
    assert state_folder("train", {"epochs": 1}, [code]) != first


def test_finished_work_replaces_what_was_there(tmp_path: Path) -> None:
    for name, text in (("new", "fresh"), ("place/target", "stale")):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").write_text(text)
    publish(tmp_path / "new", tmp_path / "place/target")
    assert (tmp_path / "place/target/file").read_text() == "fresh"
    assert not (tmp_path / "new").exists()


def test_what_is_not_a_number_becomes_null(tmp_path: Path) -> None:
    write_json({"a": float("nan"), "b": 0.1 + 0.2, "c": (1, 2)}, tmp_path / "x.json")
    assert read_json(tmp_path / "x.json") == {"a": None, "b": 0.3, "c": [1, 2]}
    assert "NaN" not in (tmp_path / "x.json").read_text()


def test_libraries_start_quietly_and_the_terminal_still_hears_the_rest(tmp_path: Path, capfd) -> None:
    with quiet_libraries(tmp_path / "log") as terminal:
        os.write(2, b"chatter")
        print("progress", file=terminal, flush=True)
    os.write(2, b"after")
    heard = capfd.readouterr().err
    assert "progress" in heard
    assert "after" in heard
    assert "chatter" not in heard
    assert (tmp_path / "log").read_text() == "chatter"


def test_every_stage_has_its_schema_its_notebook_and_its_place_in_the_pipeline() -> None:
    stages = study.stages_of(ROOT)
    assert stages == list(STAGES)
    assert sorted(p.stem for p in (ROOT / "notebooks").glob("*.ipynb")) == sorted(stages)
