"""What `ki67 cellularity` finds in a picture: its scale, its tiles, its tissue, its heat map."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tile_network import HALF_UM, PINK, glass, read, saved, scored, slide, table, tissue, write_network

from ki67.pictures import reader

RNG = np.random.default_rng(5)


def test_a_published_patch_is_one_tile_at_its_own_scale(graded: Path) -> None:
    row = table(graded)["123_4"]
    assert (row["cellularity"], row["tiles"], row["tissue_share"]) == ("0.2500", "1", "1.0000")
    assert (row["um_per_px"], row["scale_from"]) == ("0.5", "published patch")


def test_tiles_leave_no_gap_and_their_mean_by_tissue_is_the_pictures(graded: Path) -> None:
    tiles = [tile for tile in read(graded / "tiles.csv") if tile["image"] == "slide"]
    covered = np.zeros(slide().shape[:2], int)
    weights, values = [], []
    for tile in tiles:
        x, y, width, height = (int(tile[name]) for name in ("x", "y", "width", "height"))
        covered[y : y + height, x : x + width] += 1
        if tile["cellularity"] != "no tissue":
            weights.append(width * height * float(tile["tissue_share"]))
            values.append(float(tile["cellularity"]))
    assert (covered == 1).all()
    assert np.average(values, weights=weights) == pytest.approx(float(table(graded)["slide"]["cellularity"]), abs=1e-3)
    assert np.mean(values) != pytest.approx(np.average(values, weights=weights), abs=0.01)


def test_tiles_say_what_lies_under_them(graded: Path) -> None:
    tiles = {(int(t["x"]), int(t["y"])): t for t in read(graded / "tiles.csv") if t["image"] == "slide"}
    assert [tiles[place]["cellularity"] for place in ((0, 0), (512, 0), (0, 512))] == ["0.5000", "1.0000", "no tissue"]
    assert tiles[1024, 0]["tissue_share"] == "0.0000"


def test_glass_is_no_tissue_and_not_cellularity_0(graded: Path) -> None:
    row = table(graded)["glass"]
    assert (row["cellularity"], row["tiles_with_tissue"]) == ("not defined", "0")
    assert row["warnings"] == "no tissue: the cellularity is not defined"
    with Image.open(graded / "glass.png") as drawn:
        colours = np.asarray(drawn)[:600]
    assert (colours.max(axis=2) == colours.min(axis=2)).all()


def test_glass_beside_tissue_does_not_thin_it(purple_network: Path, tmp_path: Path) -> None:
    both = np.concatenate([tissue(512, 512, 0.5), glass(512, 512)], axis=1)
    scored([saved(both, tmp_path / "a.png", **HALF_UM)], tmp_path / "out", purple_network)
    assert table(tmp_path / "out")["a"]["cellularity"] == "0.5000"


def test_the_heat_map_is_bounded_and_darker_where_there_is_more(graded: Path, purple_network: Path, tmp_path: Path) -> None:
    with Image.open(graded / "slide.png") as drawn:
        shown = np.asarray(drawn).astype(int)
        assert drawn.size[0] == slide().shape[1]
    dense, thin = shown[100:150, 600:650], shown[100:150, 300:350]  # purple of the full tile, pink of the half one
    assert np.ptp(dense, axis=2).mean() > 40
    assert dense.mean() < thin.mean() - 20
    scored([saved(tissue(4000, 300, 0.5), tmp_path / "long.png")], tmp_path / "out", purple_network, 1.0)
    with Image.open(tmp_path / "out/long.png") as drawn:
        assert drawn.width <= 1600


def test_the_tiles_with_tissue_lie_over_the_picture_in_qupath(graded: Path) -> None:
    tiles = [t for t in read(graded / "tiles.csv") if t["image"] == "slide" and t["cellularity"] != "no tissue"]
    features = json.loads((graded / "slide.geojson").read_text())["features"]
    assert len({feature["id"] for feature in features}) == len(features) == len(tiles)
    for feature, tile in zip(features, tiles, strict=True):
        x, y, width, height = (int(tile[name]) for name in ("x", "y", "width", "height"))
        assert feature["geometry"]["type"] == "Polygon"
        (ring,) = feature["geometry"]["coordinates"]
        assert ring == [[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]
        assert (feature["properties"]["objectType"], feature["properties"]["classification"]["name"]) == ("tile", "Tissue")
        figures = {"cellularity": float(tile["cellularity"]), "tissue share": float(tile["tissue_share"])}
        assert feature["properties"]["measurements"] == pytest.approx(figures, abs=1e-4)
    assert json.loads((graded / "glass.geojson").read_text()) == {"type": "FeatureCollection", "features": []}


def test_a_strip_that_is_narrower_than_a_pixel_is_no_object(purple_network: Path, tmp_path: Path) -> None:
    scored([saved(tissue(66, 66, 0.5), tmp_path / "a.png")], tmp_path / "out", purple_network, 3.9)
    tiles, objects = read(tmp_path / "out/tiles.csv"), json.loads((tmp_path / "out/a.geojson").read_text())
    assert [tile["width"] for tile in tiles] == ["66", "0", "66", "0"]
    assert len(objects["features"]) == 1


def test_a_picture_is_brought_to_the_networks_scale(purple_network: Path, tmp_path: Path) -> None:
    path = saved(tissue(1024, 1024, 0.5), tmp_path / "a.png")
    for um_per_px, tiles in ((0.25, 1), (0.5, 4), (1.0, 16)):
        scored([path], tmp_path / "out", purple_network, um_per_px)
        row = table(tmp_path / "out")["a"]
        assert (int(row["tiles"]), float(row["cellularity"])) == (tiles, pytest.approx(0.5, abs=1e-3))
    scored([path], tmp_path / "out", purple_network, 1.5)
    assert "enlarged" in table(tmp_path / "out")["a"]["warnings"]


def test_a_picture_smaller_than_a_patch_is_not_filled_up_with_glass(purple_network: Path, tmp_path: Path) -> None:
    scored([saved(tissue(512, 300, 0.5), tmp_path / "low.png", **HALF_UM)], tmp_path / "out", purple_network)
    row = table(tmp_path / "out")["low"]
    assert row["cellularity"] == "0.5000"
    assert row["warnings"] == "smaller than a patch: mirrored at its edges"


def test_little_tissue_is_warned_of(purple_network: Path, tmp_path: Path) -> None:
    picture = glass(512, 512)
    picture[:200, :200] = PINK
    scored([saved(picture, tmp_path / "a.tif")], tmp_path / "out", purple_network)
    assert "less tissue than a quarter of a patch" in table(tmp_path / "out")["a"]["warnings"]


def test_a_large_tiled_tif_is_streamed_and_comes_to_the_same(
    purple_network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyvips

    many = np.tile(slide(), (2, 2, 1))
    small = Image.fromarray(RNG.integers(0, 40, (40, 60, 3), np.uint8)).resize(many.shape[1::-1], Image.Resampling.BICUBIC)
    picture = np.clip(many.astype(int) - np.asarray(small), 0, 255).astype(np.uint8)
    pyvips.Image.new_from_array(picture).tiffsave(
        str(tmp_path / "a.tif"), tile=True, compression="deflate", xres=2000.0, yres=2000.0, resunit="cm"
    )  # fmt: skip
    tables = []
    for at_once in (10**9, 1000):
        monkeypatch.setattr(reader, "AT_ONCE", at_once)
        out = tmp_path / str(at_once)
        assert scored([tmp_path / "a.tif"], out, purple_network).exit_code == 0
        tables.append([(t["x"], t["y"], t["width"], t["height"], t["tissue_share"]) for t in read(out / "tiles.csv")])
        tables.append([float(t["cellularity"]) for t in read(out / "tiles.csv") if t["cellularity"] != "no tissue"])
    assert len(tables[0]) >= 20
    assert tables[0] == tables[2]
    assert tables[1] == pytest.approx(tables[3], abs=2e-3)


def test_a_report_warns_of_what_the_model_says_is_strange(purple_network: Path, tmp_path: Path) -> None:
    strict = write_network(tmp_path / "strict", familiar={"eosin": [2.0, 3.0]})
    path = saved(tissue(512, 512, 0.5), tmp_path / "a.tif")
    scored([path], tmp_path / "out", strict)
    assert table(tmp_path / "out")["a"]["warnings"] == "the pink stain is paler than in training"
