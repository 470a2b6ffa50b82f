"""Settings: everything is declared, nothing is guessed, and a slip of the pen gets a hint."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

from ki67.base.errors import InputError
from ki67.settings import params
from ki67.settings.backends import BackendsCompared
from ki67.settings.cellularity import Regress, Segment
from ki67.settings.compression import Compress
from ki67.settings.detection import Split, Train, Tune
from ki67.settings.networks import ROWS
from ki67.settings.profiles import apply
from ki67.study.notebooks import declared

ROOT = Path(__file__).parents[1]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "params.yaml"
    path.write_text((ROOT / "params.yaml").read_text())
    return path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_study_s_own_settings_are_right() -> None:
    assert params.read(ROOT / "params.yaml")["profile"] == "default"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  epochs:", "  epoch:", "train has no setting 'epoch'; did you mean 'epochs'?"),
        ("learning_rate: 0.003", "learning_rate: fast", "train.learning_rate = 'fast'"),
        ("crop: 128", "crop: 100", "train.crop = 100"),
        ("kind: by_patient", "kind: by_image", "split.kind = 'by_image'"),
        ("tune:\n", "tone:\n", "no section 'tone'; did you mean 'tune'?"),
        ("patients: 90", "patients: 90.5", "simulate.patients = 90.5"),
        ("decoders: [fpn, unet]", "decoders: [unet]", "segment.decoders = ['unet']: the trees and sr read the maps of fpn"),
        ("networks: [mobilenetv2, inceptionv3]", "networks: [inceptionv3]", "clustering and refinement build on mobilenetv2"),
        ("networks: [unet_low, unet, agunet", "networks: [unet_low, agunet", "all refiners are set against unet; add unet"),
        ("folds: 0 ", "folds: 1 ", "one fold leaves nobody to learn from"),
        (
            "networks: [sr, resnet34, resnet50, xception, xception_classes]\n",
            "networks: [sr, xception_imagenet]\n",
            "regress.width = 0.25: weights from ImageNet fit 1.0 alone; set it so, or take xception_imagenet out of networks",
        ),
        ("networks: [sr, resnet34, ", "networks: [sr_imagenet, ", "regress.networks.0 = 'sr_imagenet'"),
        (
            "    simulate: {patients: 6,",
            "    simulated: {patients: 6,",
            "profile smoke: no section 'simulated'; did you mean 'simulate'?",
        ),
        ("tune:\n", "tune: ]\n", "not YAML"),
    ],
)
def test_a_wrong_setting_is_named_with_the_right_one(settings: Path, old: str, new: str, says: str) -> None:
    change(settings, old, new)
    with pytest.raises(InputError, match=re.escape(says)):
        params.read(settings)


@pytest.mark.parametrize("profile", params.PROFILES)
def test_a_profile_changes_what_it_lists_and_nothing_else(settings: Path, profile: str) -> None:
    before = yaml.safe_load(settings.read_text())
    apply(profile, settings)
    after = yaml.safe_load(settings.read_text())
    assert after["profile"] == profile
    for stage in params.STAGES:
        assert after[stage] == (before[stage] or {}) | before["profiles"][profile].get(stage, {})
    assert "# crops of each frame in one epoch" in settings.read_text()


def test_a_section_is_asked_for_by_its_type_and_comes_as_it(settings: Path) -> None:
    train = params.settings_of(Train, settings)
    assert isinstance(train, Train)
    assert train.model_dump(exclude={"out"}) == yaml.safe_load(settings.read_text())["train"]
    assert isinstance(params.check(Tune, params.values_of(Tune, settings), "here"), Tune)


def test_a_section_stands_in_the_file_under_its_type_s_name() -> None:
    assert set(params.SECTIONS) == {*params.STAGES, "fine_tune", "cluster"}
    assert params.SECTIONS["backends_compared"] is BackendsCompared
    assert params.STAGES["split"] is Split


def test_a_stage_of_trials_is_told_where_they_run(settings: Path) -> None:
    change(settings, 'address: ""', "address: tcp://host:8786")
    assert params.settings_of(Compress, settings).cluster == "tcp://host:8786"


def test_an_unknown_stage_is_refused_with_the_one_that_was_meant_or_all_there_are() -> None:
    with pytest.raises(InputError, match=r"no stage 'trian'; did you mean 'train'\?$"):
        params.stage_called("trian")
    with pytest.raises(InputError, match=r"no stage 'xyz'; there are simulate, split, train, .*, claims$"):
        params.stage_called("xyz")


@pytest.mark.parametrize(("text", "says"), [("epochs", "--set epochs: no value"), ("names=[a", "the value is not YAML")])
def test_what_is_set_on_the_command_line_is_a_name_with_a_value(text: str, says: str) -> None:
    assert params.assignments(["epochs=3", "names=[a, b]"]) == {"epochs": 3, "names": ["a", "b"]}
    with pytest.raises(InputError, match=re.escape(says)):
        params.assignments([text])


def test_without_its_settings_the_study_says_where_to_stand(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"params\.yaml: missing; run this at the top of the study"):
        params.settings_of(Train, tmp_path / "params.yaml")


@pytest.mark.parametrize("stage", params.STAGES)
def test_a_notebook_declares_its_stage_s_settings_with_the_default_values(stage: str) -> None:
    notebook = nbformat.read(ROOT / f"notebooks/{stage}.ipynb", as_version=4)
    assert notebook.metadata["ki67"]["stage"] == stage
    here = params.values_of(params.STAGES[stage], ROOT / "params.yaml")
    assert declared(notebook) == here | {"out": "."}


def test_every_network_of_table_2_may_start_from_imagenet_at_full_width_and_one_decoder_may_run_alone(settings: Path) -> None:
    regress, segment = params.values_of(Regress, settings), params.values_of(Segment, settings)
    assert params.check(Regress, regress | {"networks": ["xception_classes_imagenet"], "width": 1.0}, "here")
    assert params.check(Segment, segment | {"decoders": ["unet"]}, "here")


def test_the_published_study_trains_every_row_of_table_2(settings: Path) -> None:
    apply("paper", settings)
    assert set(params.settings_of(Regress, settings).networks) == ROWS.keys()
