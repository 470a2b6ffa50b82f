"""All models side by side: what belongs to which start, who is nearer than the trees, and what the paper's sentences ask."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ki67.base.errors import InputError
from ki67.base.tables import write_csv, write_json
from ki67.cellularity import comparison as compare
from ki67.cellularity.findings import findings, imagenet_helps, leads, pyramid_leads
from ki67.cellularity.judging import mean_squared_error


def said(error: float, seed: int = 0, patients: int = 12) -> pd.DataFrame:
    """Predictions of 72 patches that are off by so much; the same seed gives the same errors, only larger."""
    rng = np.random.default_rng(seed)
    truth = np.round(np.linspace(0, 1, 6 * patients), 2)
    who = [f"p{i % patients:02d}" for i in range(len(truth))]
    names = [f"{i}_1" for i in range(len(truth))]
    return pd.DataFrame(
        {"name": names, "patient": who, "truth": truth, "predicted": truth + error * rng.normal(0, 1, len(truth))}
    )


MODELS = {
    "gbt": said(0.1),
    "sr_frozen": said(0.12),
    "sr": said(0.08),
    "xception": said(0.2),
    "xception_imagenet": said(0.05),
    "mean": compare.always(0.4, said(0)),
}


def test_differences_are_against_the_trees_whoever_is_best_and_say_which_way() -> None:
    found = compare.differences(MODELS, 300, 0).set_index("model")
    assert list(found.index) == ["sr_frozen", "sr", "xception", "xception_imagenet", "mean"]
    assert found.loc["sr", "high"] < 0 < found.loc["xception", "low"]
    assert found.loc["xception_imagenet", "difference"] == pytest.approx(-0.75 * mean_squared_error(MODELS["gbt"]))
    assert found.loc["xception_imagenet", "title"] == "Xception (R), from ImageNet"


def test_every_two_that_learnt_are_set_against_each_other_once() -> None:
    found = compare.pairs(MODELS, 300, 0).set_index(["model", "against"])
    assert len(found) == 5 * 4 // 2 and "mean" not in found.reset_index().to_numpy()
    assert found.loc[("xception", "xception_imagenet"), "low"] > 0 > found.loc[("gbt", "xception"), "high"]


def test_each_figure_stands_under_its_start_and_what_was_not_run_has_none() -> None:
    table = compare.compared(MODELS, 100, 0)
    found = compare.by_start(table)
    assert found["random"].keys() == found["imagenet"].keys() == compare.MODELS.keys()
    assert found["random"]["xception"]["mse"]["value"] == pytest.approx(mean_squared_error(MODELS["xception"]))
    assert found["imagenet"]["xception"]["mse"]["value"] == pytest.approx(mean_squared_error(MODELS["xception_imagenet"]))
    for start, name in (("imagenet", "gbt"), ("imagenet", "mean"), ("imagenet", "sr"), ("random", "resnet50")):
        assert set(found[start][name]["icc"].values()) == {None}
    assert found["random"]["gbt"]["kappa"]["low"] is not None


def test_what_shrinks_a_patch_makes_its_pixels_larger() -> None:
    assert compare.seen(0.5, 1)["networks"] == compare.seen(0.5, 1)["segmentation"] == {"side": 256, "um_per_px": 1.0}
    assert compare.seen(0.5, 2)["networks"] == {"side": 128, "um_per_px": 2.0}


def test_networks_are_counted_by_start() -> None:
    assert compare.started(["sr", "xception", "xception_imagenet"]) == {"random": 2, "imagenet": 1}


def folder_of(folder: Path, *networks: str) -> Path:
    for name in ("gbt", "gbt_stopped"):
        write_csv(said(0.1), folder / f"{name}.csv")
    for network in networks:
        for answer in compare.ROWS[network].answers:
            write_csv(said(0.2), folder / network / f"{answer}.csv")
    return folder


def test_both_starts_are_read_from_folders_of_their_own_in_the_paper_s_order(tmp_path: Path) -> None:
    networks = ["xception_classes_imagenet", "xception_classes", "sr"]
    found = compare.read_predictions(folder_of(tmp_path, *networks, "resnet50"), networks)
    assert list(found) == [
        "gbt", "gbt_stopped", "sr_frozen", "sr", "xception_classes", "xception_argmax",
        "xception_classes_imagenet", "xception_argmax_imagenet",
    ]  # fmt: skip
    assert mean_squared_error(found["sr"]) == pytest.approx(mean_squared_error(said(0.2)), rel=1e-3)


def test_other_patches_and_missing_files_are_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "xception")
    with pytest.raises(InputError, match=r"resnet50/resnet50\.csv: missing"):
        compare.read_predictions(folder, ["xception", "resnet50"])
    write_csv(said(0.2)[1:], folder / "xception/xception.csv")
    with pytest.raises(InputError, match=r"xception/xception\.csv: other patches than in gbt\.csv"):
        compare.read_predictions(folder, ["xception"])


@pytest.mark.parametrize(("before", "after"), [(0.6, 0.5), (0.5, 0.6)])
def test_tuning_says_which_way_maps_and_scores_went(tmp_path: Path, before: float, after: float) -> None:
    write_json({"jaccard": {"sr_frozen": {"mean": before}, "sr": {"mean": after}}}, tmp_path / "sr/result.json")
    better = compare.tuning(MODELS, tmp_path, 300, 0)
    assert better["jaccard_falls"] is (after < before) and better["error_falls"] is True
    assert better["jaccard"]["change"] == pytest.approx(after - before) and better["improvement"]["low"] > 0
    worse = compare.tuning(MODELS | {"sr": said(0.3)}, tmp_path, 300, 0)
    assert worse["error_falls"] is False and worse["improvement"]["high"] < 0


def test_without_sr_tuning_has_every_key_and_no_figure(tmp_path: Path) -> None:
    write_json({"jaccard": {"sr_frozen": {"mean": 0.5}, "sr": {"mean": 0.6}}}, tmp_path / "sr/result.json")
    run, without = (compare.tuning(models, tmp_path, 100, 0) for models in (MODELS, {"gbt": MODELS["gbt"]}))
    assert run.keys() == without.keys()
    for part in ("jaccard", "improvement"):
        assert run[part].keys() == without[part].keys() and set(without[part].values()) == {None}


class TestFindings:
    """The paper's sentences: yes, no, or no answer."""

    def test_the_best_of_one_side_leads_the_best_of_the_other_or_not(self) -> None:
        errors = {"gbt": 0.02, "sr": 0.013, "resnet34": 0.015, "resnet34_imagenet": 0.011}
        assert leads(errors, ["resnet34"], ["gbt", "sr"], "random") is False
        assert leads(errors | {"xception": 0.012}, ["resnet34", "xception"], ["gbt", "sr"], "random") is True
        assert leads(errors, ["resnet34"], ["gbt", "sr"], "imagenet") is None

    def test_imagenet_helps_only_if_it_helps_every_network(self) -> None:
        helped = {"resnet50": 0.025, "resnet50_imagenet": 0.011, "xception": 0.017}
        assert imagenet_helps(helped) is True
        assert imagenet_helps(helped | {"xception_imagenet": 0.018}) is False
        assert imagenet_helps({"xception": 0.017, "resnet50_imagenet": 0.011}) is None

    def test_the_pyramid_leads_by_its_maps_if_both_decoders_ran(self, tmp_path: Path) -> None:
        for decoder, index in (("fpn", 0.47), ("unet", 0.35)):
            write_json({"validation": {"jaccard": {"mean": index}}}, tmp_path / f"segment-{decoder}.json")
        assert pyramid_leads(tmp_path, ["fpn", "unet"]) == {"random": True, "imagenet": None}
        assert pyramid_leads(tmp_path, ["fpn"]) == {"random": None, "imagenet": None}
        write_json({"validation": {"jaccard": {"mean": 0.3}}}, tmp_path / "segment-fpn.json")
        assert pyramid_leads(tmp_path, ["fpn", "unet"])["random"] is False

    def test_the_printed_table_bears_out_what_is_said_of_it(self, tmp_path: Path) -> None:
        names = ("gbt", "sr", "resnet34", "resnet50", "xception", "xception_classes")
        random = dict(zip(names, (0.023, 0.013, 0.015, 0.025, 0.017, 0.012), strict=True))
        imagenet = dict(zip(names, (0.022, 0.013, 0.011, 0.011, 0.010, 0.010), strict=True))
        found = findings(random | {f"{name}_imagenet": error for name, error in imagenet.items()}, tmp_path, [])
        assert found.direct_leads == {"random": True, "imagenet": True}
        assert found.classes_lead == {"random": True, "imagenet": False}  # from ImageNet both Xceptions have 0.010
        assert found.imagenet_helps is True
