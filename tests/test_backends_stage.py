"""The backends on equal terms: one trained end to end in small, differences that are real or not, and what is refused."""

from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from ki67.backends import plots as backend_plots
from ki67.backends import run as backends
from ki67.backends.compared import curves_table, f1_columns, load_cells, overview, paired, save_cells, write_report
from ki67.backends.fitted import ByClass, EmptyLoss, Fields, Fitted, Seed, TriedRate, keep, read_fits
from ki67.backends.run import Terms, run_backend
from ki67.base.errors import InputError
from ki67.base.tables import read_json, write_csv
from ki67.bench import backend_speed, from_files
from ki67.cells.cells import Cells
from ki67.cells.detect import GRID
from ki67.cells.evaluation import Resampling, evaluate
from ki67.cells.outcomes import Outcome
from ki67.data.frames import Frames, load_frames, save_frames
from ki67.engine.description import Thresholds
from ki67.engine.model import load_model
from ki67.models import imagenet
from ki67.models.experiment import Data, describe, feed
from ki67.models.own_data import train_on_folder
from ki67.models.store import BACKENDS, save_model, weights_by_name
from ki67.pictures.header import header
from ki67.score.scorer import CellScorer
from ki67.settings.backends import Backends
from ki67.settings.detection import Train, Tune
from ki67.settings.params import settings_of, values_of

ROOT = Path(__file__).parents[1]
PARAMS = ROOT / "params.yaml"
DRAWS = Resampling(0, 200)
SMALL = {
    "names": ["fcrn_a"],
    "crop": 32,
    "batch": 2,
    "epochs": 1,
    "crops_per_frame": 4,
    "learning_rates": [0.003, 1e-9],
    "precision": "float32",
}


def dotted(count: int, patients: int, seed: int = 0) -> Frames:
    """Brown and blue dots on a pale ground, and where they are."""
    rng = np.random.default_rng(seed)
    images, cells = np.full((count, 256, 256, 3), 220, np.uint8), []
    for image in images:
        xy, label = rng.integers(8, 248, (30, 2)), rng.integers(1, 4, 30)
        for (x, y), kind in zip(xy, label, strict=True):
            image[y - 3 : y + 4, x - 3 : x + 4] = ((120, 70, 30), (60, 80, 160), (30, 30, 60))[kind - 1]
        cells.append(Cells.of_points(xy, label, "network"))
    names = tuple(f"f{i}" for i in range(count))
    return Frames(names, tuple(f"p{i % patients}" for i in range(count)), images, tuple(cells))


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    for seed, part in enumerate(("train", "validation", "test")):
        save_frames(dotted(4, 2, seed), tmp_path / f"frames/{part}.npz")
    return tmp_path / "frames"


def terms(frames: Path, **changes: object) -> Terms:
    chosen = Backends.model_validate(values_of(Backends, PARAMS) | SMALL | changes)
    own = settings_of(Train, PARAMS), settings_of(Tune, PARAMS)
    return Terms.of(chosen, *own, frames, Data(0.135, "simulated", "x"))


class Killed(Exception):
    pass


def test_one_backend_runs_end_to_end_and_goes_on_where_it_was_killed(frames: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    trained = backends.train_network
    asked: list[float] = []

    def counted(settings: Train, *rest: object) -> tuple[keras.Model, pd.DataFrame]:
        asked.append(settings.learning_rate)
        if len(asked) == 3:
            raise Killed
        return trained(settings, *rest)

    monkeypatch.setattr(backends, "train_network", counted)
    with pytest.raises(Killed):
        run_backend("fcrn_a", terms(frames), [frames], tmp_path)
    fit = run_backend("fcrn_a", terms(frames), [frames], tmp_path)
    assert asked == [0.003, 1e-9, 0.003, 0.003], "the rates were not tried again"
    assert fit.rate == 0.003, "a rate at which nothing moves loses"
    assert (fit.parameters, fit.weights, fit.steps, fit.crops) == (1_365_888, "random", 4, 8)
    assert set(asdict(fit.seeds[0].thresholds).values()) <= set(GRID)
    folder = tmp_path / "models/backends/fcrn_a/seed-1"
    assert len(load_cells(folder / "cells.npz")) == fit.fields.test == 4
    assert load_model(folder).description.recipe.learning_rate == 0.003
    curve = pd.read_csv(tmp_path / "metrics/backends/fcrn_a.csv")
    assert list(curve.columns) == ["epoch", "loss", "validation_loss", "learning_rate", "seed"]
    assert not list((tmp_path / ".ki67").rglob("*.keras"))


class Asked(Exception):
    """What a training was asked for, in place of the training."""


def test_every_backend_is_fed_the_same_batches_and_tuned_on_validation(frames: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    fed: dict[str, list[np.ndarray]] = {}

    def asked(settings: Train, name: str, seed: int, parts: object, *rest: object) -> None:
        fed[name] = [array for pair in feed(parts.train, settings, seed).epoch(0) for array in pair]
        raise Asked

    monkeypatch.setattr(backends, "train_network", asked)
    for name in ("fcrn_a", "unet"):
        with pytest.raises(Asked):
            run_backend(name, terms(frames, learning_rates=[0.003]), [frames], tmp_path)
    assert len(fed["fcrn_a"]) == 2 * 4, "pictures and maps of four batches"
    assert all(np.array_equal(one, other) for one, other in zip(fed["fcrn_a"], fed["unet"], strict=True))
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    judged: list[list[Cells]] = []

    def tuned(model: keras.Model, on: Frames, settings: Tune) -> None:
        judged.append(list(on.cells))
        raise Asked

    monkeypatch.setattr(backends, "tuned", tuned)
    with pytest.raises(Asked):
        run_backend("fcrn_a", terms(frames, learning_rates=[0.003]), [frames], tmp_path)
    validation = load_frames(frames / "validation.npz").cells
    assert [cells.xy.tolist() for cells in judged[0]] == [cells.xy.tolist() for cells in validation]


def test_batchnorm_forgets_as_quickly_as_the_settings_say(frames: Path) -> None:
    model = BACKENDS["deeplab_mobilenetv2"]("linear", 0.0)
    backends.prepared("deeplab_mobilenetv2", terms(frames, momentum=0.75).chosen)(model)
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert {layer.momentum for layer in norms} == {0.75}


def found_by(name: str, test: Frames, predictions: list[Cells]) -> Outcome:
    return Outcome(name, test.names, test.patients, test.cells, predictions)


def moved(cells: Cells, by: float) -> Cells:
    return Cells.of_points(cells.xy + np.float32(by), cells.label, "network")


def test_a_difference_is_real_only_where_patients_agree_on_it() -> None:
    test = dotted(8, 8)
    right = found_by("pathonet", test, list(test.cells))
    beside = found_by("fcrn_a", test, [moved(cells, 15.0) for cells in test.cells])
    half = found_by("fcrn_b", test, [moved(cells, 15.0) if i % 2 else cells for i, cells in enumerate(test.cells)])
    odd = found_by("unet", test, [cells if i % 2 else moved(cells, 15.0) for i, cells in enumerate(test.cells)])
    table = paired([[right], [beside], [half], [odd]], DRAWS).set_index(["method", "against", "matching", "cells"])
    average = {pair: table.loc[(*pair, "strict R=6", "average")] for pair in (("pathonet", "fcrn_a"), ("fcrn_b", "unet"))}
    assert average["pathonet", "fcrn_a"]["real"] == "yes"
    assert average["pathonet", "fcrn_a"]["difference"] > 0.5
    assert average["fcrn_b", "unet"]["real"] == "no"
    assert len(table) == 6 * 2 * 5


def test_an_interval_over_several_networks_holds_the_luck_of_each_training() -> None:
    test = dotted(8, 8)
    right, wrong = list(test.cells), [moved(cells, 15.0) for cells in test.cells]
    lucky = [found_by("pathonet", test, right), found_by("pathonet", test, wrong)]
    steady = [found_by("unet", test, right), found_by("unet", test, right)]
    table = paired([lucky, steady], DRAWS).set_index(["matching", "cells"]).loc[("strict R=6", "average")]
    assert -0.55 < table["difference"] < -0.4, "the mean of right and wrong, less right"
    assert table["high"] == 0, "two lucky draws are as good"
    assert table["low"] < -0.9, "two unlucky ones find nothing"
    assert table["real"] == "no"
    columns = f1_columns(steady, DRAWS)
    assert columns["f1_average"] == columns["f1_low_average"] == columns["f1_high_average"] == 1.0


def fit_of(name: str, kind: str = "comparison") -> Fitted:
    seeds = [Seed(1, ByClass(5.0, 10.0, 15.0), ByClass(0.5, 0.5, None))]
    rates, parts = [TriedRate(0.1, None)], Fields(1, 1, 1)
    return Fitted(name, kind, 7, "random", 0.1, rates, 4, 8, parts, EmptyLoss(0.25, 0.5), seeds)


def test_the_overview_has_a_line_a_backend_and_says_how_each_was_fitted(tmp_path: Path) -> None:
    test = dotted(4, 4)
    for name, losses in {"fcrn_a": (0.4, 0.1), "unet": (0.5, 0.5)}.items():
        keep(fit_of(name), tmp_path / f"{name}.json")
        rows = {"epoch": [1, 2], "loss": losses, "validation_loss": losses, "learning_rate": [0.1, 0.0], "seed": [1, 1]}
        write_csv(pd.DataFrame(rows), tmp_path / f"{name}.csv")
    fits = read_fits(tmp_path)
    assert fits == [fit_of("fcrn_a"), fit_of("unet")]
    outcomes = [found_by("fcrn_a", test, list(test.cells)), found_by("unet", test, [Cells.empty("network")] * 4)]
    found, curves = evaluate(outcomes, DRAWS), curves_table(tmp_path, fits)
    table = overview(found, [[one] for one in outcomes], fits, curves, DRAWS).set_index("backend")
    both = table.loc[["fcrn_a", "unet"]]
    assert list(both["validation_share"]) == pytest.approx([0.2, 1.0])
    assert list(both["loss_share"]) == pytest.approx([0.4, 2.0]), "each loss by what empty maps cost in its own part"
    assert list(both["f1_average"]) == [1.0, 0.0]
    assert list(both["ki67_patients"]) == [4, 0], "where nothing is found there is no score to be wrong"
    assert table.loc["fcrn_a", "ki67_rmse"] == 0
    assert 0 < table.loc["chance", "published_f1_average"] < 1, "chance stands below all"
    assert table.loc["chance"].isna()["rate"]
    write_report(found, fits, {"pathonet": 9, "fcrn_a": 7, "unet": 7}, tmp_path / "report.json")
    report = read_json(tmp_path / "report.json")
    assert report["detection"]["fcrn_a"]["published"]["til"]["f1"] == 1
    assert report["kind"] == "comparison"
    assert report["backends"]["pathonet"]["parameters"] == 9, "a count is known of those that did not run"
    assert report["detection"]["pathonet"]["strict"]["any"]["f1"] is None
    write_report(found, [*fits, fit_of("fcrn_b", "check")], {}, tmp_path / "report.json")
    assert read_json(tmp_path / "report.json")["kind"] == "check", "one check makes it no comparison"
    images, cells = test.images[:2], list(test.cells[:2])
    figure = backend_plots.panel(images, cells, {one.method: one.predictions[:2] for one in outcomes})
    assert [axes.get_title() for axes in figure.axes[:3]] == ["labels", "FCRN-A", "U-Net"]
    assert len(backend_plots.fits(curves).axes) == 3


def test_cells_come_back_from_their_file_even_where_there_are_none(tmp_path: Path) -> None:
    first = Cells.of_points(np.array([[3.5, 4.25]]), np.array([2]), "network", np.array([0.5]))
    save_cells([Cells.empty("network"), first, Cells.empty("network")], tmp_path / "cells.npz")
    back = load_cells(tmp_path / "cells.npz")
    assert [len(cells) for cells in back] == [0, 1, 0]
    assert (back[1].xy.tolist(), back[1].label.tolist(), back[1].confidence.tolist()) == ([[3.5, 4.25]], [2], [0.5])


def test_imagenet_weights_fill_the_whole_backbone_that_they_fit_and_no_other(monkeypatch) -> None:
    theirs = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(32, 32, 3))
    monkeypatch.setattr(keras.applications, "MobileNetV2", lambda **settings: theirs)
    model = BACKENDS["deeplab_mobilenetv2"]("linear", 0.0)
    before = weights_by_name(model)
    begin = imagenet.beginning("deeplab_mobilenetv2", "imagenet")
    assert begin
    begin(model)
    after, trained = weights_by_name(model), weights_by_name(theirs)
    left = {name for name in after if name not in trained}
    assert {name.split("/")[0].removesuffix("_BN") for name in left} == {
        "aspp0", "image_pooling", "projection_places", "projection_whole", "projection", "maps",
    }  # fmt: skip
    assert all(np.array_equal(after[name], trained[name]) for name in after if name in trained)
    assert all(np.array_equal(after[name], before[name]) for name in left)
    assert {name for name in trained if name not in after} == {
        f"Conv_1{part}" for part in ("/kernel", "_bn/gamma", "_bn/beta", "_bn/moving_mean", "_bn/moving_variance")
    }
    assert [imagenet.weights_of(name, "imagenet") for name in ("deeplab_mobilenetv2", "deeplab_xception", "unet")] == [
        "imagenet", "random", "random",
    ]  # fmt: skip
    assert imagenet.beginning("deeplab_xception", "imagenet") is None


def test_imagenet_weights_that_cannot_be_had_are_one_line(monkeypatch) -> None:
    def offline(**settings: object) -> None:
        raise Exception("URL fetch failure\non somewhere")

    monkeypatch.setattr(keras.applications, "MobileNetV2", offline)
    with pytest.raises(InputError, match=r"cannot be had \(URL fetch failure on somewhere\); put that file .* or set weights to"):
        imagenet.put_imagenet(BACKENDS["deeplab_mobilenetv2"]("linear", 0.0))


def test_a_backend_trained_on_ones_own_pictures_scores_without_keras(dataset: Path, tmp_path: Path, monkeypatch) -> None:
    changes = {"epochs": 1, "crop": 32, "batch": 2, "precision": "float32"}
    said = train_on_folder(dataset / "Train", tmp_path / "mine", 0.135, changes, "fcrn_a")
    assert "fcrn_a trained on" in said[0]
    model = load_model(tmp_path / "mine")
    assert model.description.architecture == "fcrn_a"
    Image.fromarray(dotted(1, 1).images[0]).save(tmp_path / "picture.png")
    with CellScorer(model, "float32", um_per_px=model.um_per_px) as scorer:
        assert scorer.cells(header(tmp_path / "picture.png")).frame == "network"


def test_every_way_of_a_backend_is_timed(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(from_files, "PICTURES", 1)
    settings = Train.model_validate(values_of(Train, ROOT / "params.yaml") | {"activation": "linear"})
    described = describe(settings, "fcrn_a", 1, Data(0.135, "simulated", "x"))
    found = {"thresholds": Thresholds(positive=60, negative=60, til=60)}
    save_model(BACKENDS["fcrn_a"]("linear", 0.0), described.model_copy(update=found), tmp_path / "fcrn_a/seed-1")
    found = backend_speed.speeds(tmp_path, ["fcrn_a"], 1, 1).backends["fcrn_a"]
    assert min(getattr(found, way) for way in backend_speed.WAYS) > 0


def test_one_rate_alone_is_not_tried(frames: Path, tmp_path: Path) -> None:
    rates = backends.rates_tried("fcrn_a", terms(frames, learning_rates=[0.003]), tmp_path / "state")
    assert list(rates) == [0.003] and np.isnan(rates[0.003])
