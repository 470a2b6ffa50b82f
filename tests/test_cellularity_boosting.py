"""Trees on features: views are rows, patients stay apart, the same data give the same bytes, and the right feature counts."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.cellularity.boosting import as_published, load_trees, predicted, save_trees, stopped_early
from ki67.cellularity.feature_tables import TOGETHER, view_table, view_tables
from ki67.cellularity.features import NAMES, features
from ki67.cellularity.importance import LEADING, importance_figure, importances, reading
from ki67.data.patches import Nuclei, Patches, save_patches
from ki67.figures.plots import save
from ki67.settings.cellularity import Boost

SETTINGS = Boost(
    views=2, rounds=60, learning_rate=0.1, leaves=8, depth=5, feature_fraction=0.95, most_rounds=400, patience=20, seed=1
)
NONE = Nuclei(np.empty((0, 2), np.float32), np.empty(0, np.uint8))


def patches(number: int, side: int = 32) -> Patches:
    """Pictures that grow redder with their score, in a pattern of their own."""
    rng = np.random.default_rng(number)
    scores = np.linspace(0, 1, number).astype(np.float32)
    images = rng.integers(0, 60, (number, side, side, 3), np.uint8)
    images[..., 0] += (180 * scores).astype(np.uint8)[:, None, None]
    names = tuple(f"s_{i}" for i in range(number))
    return Patches(names, tuple(f"p{i // 3}" for i in range(number)), images, scores, (NONE,) * number)


class Network:
    """Stands in for the segmentation network: a channel of maps for a colour, and it counts what it is asked."""

    def __init__(self, breaks_after: int = 10**9) -> None:
        self.seen, self.left = 0, breaks_after

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        self.seen += len(images)
        return np.concatenate([images, images[..., :1]], -1).astype(np.float32) / 255


def table(rows: int = 240, seed: int = 0, noise: float = 0.05) -> pd.DataFrame:
    """Two views of each patch; the score is one feature, a second one echoes it, the others say nothing."""
    rng = np.random.default_rng(seed)
    values = rng.random((rows, len(NAMES)))
    truth = np.repeat(rng.random(rows // 2), 2)
    values[:, NAMES.index("malignant_activation_above_0.5")] = truth + rng.normal(0, noise, rows)
    values[:, NAMES.index("malignant_blobs_above_0.24")] = truth + rng.normal(0, 4 * noise, rows)
    who = {"name": [f"n{i // 2}" for i in range(rows)], "patient": [f"p{i // 8}" for i in range(rows)], "truth": truth}
    return pd.concat([pd.DataFrame(who), pd.DataFrame(values, columns=list(NAMES))], axis=1)


def test_each_view_is_a_row_and_views_differ(tmp_path: Path) -> None:
    found = view_table(patches(5), Network(), 3, 0, tmp_path)
    assert found["name"].tolist() == [f"s_{i}" for i in range(5) for _ in range(3)]
    assert found["truth"].tolist() == pytest.approx(np.repeat(np.linspace(0, 1, 5), 3).tolist())
    assert found.columns[3:].tolist() == list(NAMES)
    sums = found["malignant_activation"].to_numpy().reshape(5, 3)
    assert (np.ptp(sums, axis=1) > 0).all()


def test_a_row_holds_the_features_of_a_view_s_maps(tmp_path: Path) -> None:
    maps: list[NDArray[np.float32]] = []

    def see(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        maps.extend(Network()(images))
        return np.array(maps)

    found = view_table(patches(2), see, 2, 0, tmp_path)
    assert np.array_equal(found[list(NAMES)].to_numpy(), [features(one) for one in maps])


def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    many = patches(2 * TOGETHER + 3)
    whole = view_table(many, Network(), 2, 7, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        view_table(many, Network(breaks_after=1), 2, 7, tmp_path / "killed")
    rest = Network()
    pd.testing.assert_frame_equal(view_table(many, rest, 2, 7, tmp_path / "killed"), whole)
    assert rest.seen == 2 * (TOGETHER + 3)
    assert not view_table(many, Network(), 2, 8, tmp_path / "other").equals(whole)


def test_unfinished_work_is_not_taken_for_other_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save_patches(patches(4), Path("train.npz"))
    save_patches(patches(3), Path("test.npz"))
    Path("network").write_text("one")
    parts = {"train": Path("train.npz"), "test": Path("test.npz")}
    with pytest.raises(KeyboardInterrupt):
        view_tables(parts, Network(breaks_after=1), 2, 0, [Path("network")])
    assert list(Path(".ki67").rglob("*.npy"))
    Path("network").write_text("another")
    network = Network()
    found = view_tables(parts, network, 2, 0, [Path("network")])
    assert network.seen == 2 * (4 + 3) and [len(one) for one in found.values()] == [8, 6]


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    train, validation = table(), table(seed=1)
    for number in (1, 2):
        save_trees(as_published(train, SETTINGS), tmp_path / f"a{number}.txt")
        save_trees(stopped_early(train, validation, SETTINGS), tmp_path / f"b{number}.txt")
    assert (tmp_path / "a1.txt").read_bytes() == (tmp_path / "a2.txt").read_bytes()
    assert (tmp_path / "b1.txt").read_bytes() == (tmp_path / "b2.txt").read_bytes()
    other = SETTINGS.model_copy(update={"seed": 2})
    assert as_published(train, other).model_to_string() != (tmp_path / "a1.txt").read_text()


def test_stored_trees_predict_the_same_and_other_texts_are_refused(tmp_path: Path) -> None:
    trees, test = as_published(table(), SETTINGS), table(seed=2)
    save_trees(trees, tmp_path / "trees.txt")
    assert predicted(load_trees(tmp_path / "trees.txt"), test).equals(predicted(trees, test))
    (tmp_path / "rubbish.txt").write_text("rubbish")
    (tmp_path / "other.txt").write_text((tmp_path / "trees.txt").read_text().replace("malignant", "benign"))
    for name in ("rubbish.txt", "other.txt", "missing.txt"):
        with pytest.raises(InputError, match=rf"{name}.*run the stage `boost` again"):
            load_trees(tmp_path / name)


def test_predictions_are_averages_over_the_views_within_nought_and_one() -> None:
    test = table(seed=2)
    trees = as_published(table(), SETTINGS)
    found = predicted(trees, test)
    assert ",".join(found.columns) == "name,patient,truth,predicted"
    assert found["name"].tolist() == test["name"][::2].tolist()
    each = trees.predict(test[list(NAMES)].to_numpy()).reshape(-1, 2)
    assert np.ptp(each, axis=1).max() > 0
    assert found["predicted"].tolist() == pytest.approx(np.clip(each.mean(1), 0, 1).tolist())
    assert ((found["predicted"] - found["truth"]) ** 2).mean() < 0.25 * test["truth"].var()
    beyond = predicted(as_published(table().assign(truth=lambda t: 3 * t["truth"] - 1), SETTINGS), test)
    assert (beyond["predicted"].min(), beyond["predicted"].max()) == (0, 1)


def test_stopping_follows_the_validation_patients_and_ends_before_the_most() -> None:
    train = table(noise=0.3)
    trees = stopped_early(train, table(seed=1, noise=0.3), SETTINGS)
    assert 1 <= trees.num_trees() < SETTINGS.most_rounds

    def error(rounds: int) -> float:
        values = table(seed=1, noise=0.3)
        longest = as_published(train, SETTINGS.model_copy(update={"rounds": SETTINGS.most_rounds}))
        said = longest.predict(values[list(NAMES)].to_numpy(), num_iteration=rounds)
        return float(((said - values["truth"]) ** 2).mean())

    best = trees.num_trees()
    assert error(best) <= min(error(max(1, best - 5)), error(best + 5), error(SETTINGS.most_rounds))


def test_importances_share_all_gain_and_the_telling_feature_leads() -> None:
    found = importances(as_published(table(), SETTINGS))
    assert len(found) == 81 and found["share"].sum() == pytest.approx(1)
    assert found["rank"].tolist() == list(range(1, 82)) and found["gain"].is_monotonic_decreasing
    read = reading(found)
    assert read.first == "malignant_activation_above_0.5"
    assert read.activation_above_half_on_top and read.malignant_first and read.malignant_share > 0.9
    ranks = {rank.feature: (rank.published, rank.ours) for rank in read.ranks}
    assert ranks["malignant_activation_above_0.5"] == (1, 1) and ranks["malignant_blobs_above_0.24"] == (9, 2)


def test_the_reading_does_not_hold_where_another_channel_tells() -> None:
    swapped = {"malignant_activation_above_0.5": "normal_activation_above_0.5"}
    swapped |= {new: old for old, new in swapped.items()}
    read = reading(importances(as_published(table().rename(columns=swapped), SETTINGS)))
    assert read.first == "normal_activation_above_0.5"
    assert not read.activation_above_half_on_top and not read.malignant_first


def ranked(channels: list[str]) -> pd.DataFrame:
    """All features, the less gain the later, the first ones of the channels given."""
    rest = list(NAMES)
    first = [rest.pop(next(i for i, name in enumerate(rest) if name.startswith(channel))) for channel in channels]
    names = [*first, *rest]
    share = 0.5 ** np.arange(1, len(names) + 1)
    return pd.DataFrame({"feature": names, "channel": [n.split("_")[0] for n in names], "share": share}).assign(
        rank=np.arange(1, len(names) + 1)
    )


def test_all_leading_features_are_malignant_or_one_is_not() -> None:
    assert reading(ranked(["malignant"] * LEADING)).leading_all_malignant
    read = reading(ranked(["malignant"] * (LEADING - 1) + ["normal"]))
    assert read.malignant_first and (read.malignant_leading, read.leading_all_malignant) == (LEADING - 1, False)


def test_the_figure_shows_the_leading_features(tmp_path: Path) -> None:
    figure = importance_figure(importances(as_published(table(), SETTINGS)))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(labels) == 20 and labels[0] == "malignant activation above 0.5"
    assert save(figure, tmp_path / "gbt.png").read_bytes().startswith(b"\x89PNG")
