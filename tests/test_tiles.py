"""The parts of `ki67 cellularity`: the grid of tiles, their looks, their colours, and the network's folder."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from tile_network import PINK, PURPLE, graph, saved, tissue, write_network

from ki67.base.errors import InputError
from ki67.data.patches import SIDE
from ki67.engine.graphs import ov
from ki67.pictures.domain import familiar_ranges
from ki67.pictures.header import header
from ki67.tiles import model as models
from ki67.tiles.appearance import measure_tile, unfamiliar
from ki67.tiles.drawing import heat_map
from ki67.tiles.grid import Part, Tile, mean_cellularity, parts
from ki67.tiles.model import load_cellularity_model
from ki67.tiles.scorer import CellularityScorer


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_network(tmp_path_factory.mktemp("purple"))


def test_the_user_knows_the_scale_better_than_the_file_and_the_file_better_than_the_size(network: Path, tmp_path: Path) -> None:
    scorer = CellularityScorer(load_cellularity_model(network))
    bare, told = tissue(512, 512, 0.5), tmp_path / "told.png"
    assert scorer.scale(header(saved(bare, tmp_path / "bare.tif"))) == (0.5, "published patch")
    assert scorer.scale(header(saved(bare, told, dpi=(101_600, 101_600)))) == (pytest.approx(0.25), "file")
    assert CellularityScorer(load_cellularity_model(network), 0.4).scale(header(told)) == (0.4, "--mpp")
    with pytest.raises(InputError, match="its scale is not known; give it in micrometres per pixel with --mpp"):
        scorer.scale(header(saved(tissue(512, 511, 0.5), tmp_path / "other.png")))


def test_tiles_that_are_narrower_than_a_pixel_of_the_heat_map_are_left_out() -> None:
    across, down = parts(1700 * SIDE), Part(0, 0, SIDE)
    tiles = [Tile(part, down, 1.0, place / len(across)) for place, part in enumerate(across)]
    drawn = heat_map(np.full((4, 1600, 3), PURPLE, np.uint8), tiles, (1700 * SIDE, SIDE))
    assert drawn.size == (1600, 4)
    assert (np.ptp(np.asarray(drawn).astype(int), axis=2) > 0).any(axis=0).mean() > 0.9


@pytest.mark.parametrize("length", [1, 255, 256, 257, 512, 700, 4171])
def test_every_pixel_has_one_tile_to_answer_for_it(length: int) -> None:
    found = parts(length)
    assert [place for part in found for place in range(part.low, part.high)] == list(range(length))
    assert all(part.start <= part.low and part.high <= part.start + SIDE for part in found)
    assert max(part.start for part in found) + SIDE <= max(length, SIDE)


def test_tiles_weigh_what_tissue_they_answer_for() -> None:
    whole, strip = Part(0, 0, 256), Part(44, 256, 300)
    tiles = [Tile(whole, whole, 0.5, 1.0), Tile(strip, whole, 1.0, 0.0), Tile(whole, strip, 0.01, None)]
    assert mean_cellularity(tiles) == pytest.approx(128 / (128 + 44))
    assert mean_cellularity(tiles[2:]) is None


def stroma(seed: int) -> np.ndarray:
    """Pink and purple in soft patches, with grain."""
    rng = np.random.default_rng(seed)
    share = np.asarray(Image.fromarray(rng.random((20, 20)).astype(np.float32)).resize((256, 256), Image.Resampling.BICUBIC))
    mixed = share[..., None] * PURPLE + (1 - share[..., None]) * PINK + rng.normal(0, 12, (256, 256, 1))
    return np.clip(mixed, 0, 255).astype(np.uint8)


CHANGES = {
    "blurred": lambda picture: np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(3))),
    "blue stain is paler": lambda picture: (255 - (255 - picture.astype(float)) * 0.5).astype(np.uint8),
    "other colours": lambda picture: np.ascontiguousarray(picture[..., [2, 1, 0]]),
}


@pytest.mark.parametrize("why", CHANGES)
def test_what_the_network_was_not_made_for_is_warned_of(why: str) -> None:
    ranges = familiar_ranges([measure_tile(stroma(seed)) for seed in range(20)])
    assert unfamiliar(measure_tile(stroma(30)), ranges) == []
    assert any(why in text for text in unfamiliar(measure_tile(CHANGES[why](stroma(30))), ranges))


def test_where_no_network_is_shipped_one_line_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "CELLULARITY", tmp_path / "weights/cellularity")
    with pytest.raises(InputError, match="holds no network for cellularity; name a model folder with --model"):
        load_cellularity_model()


def test_a_folder_that_holds_no_such_network_is_refused(network: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"model\.json: cannot be read .*; a model is a folder with model\.json, graph\.xml"):
        load_cellularity_model(tmp_path)
    folder = shutil.copytree(network, tmp_path / "copy")
    for text, why in (("<net", "damaged"), ("<other/>", "not a graph of OpenVINO")):
        (folder / "graph.xml").write_text(text)
        with pytest.raises(InputError, match=rf"graph\.xml: {why}"):
            load_cellularity_model(folder)
    other = graph()
    other.output("score").get_tensor().set_names({"maps"})
    ov.save_model(other, folder / "graph.xml")
    with pytest.raises(InputError, match=r"graph\.xml: reads no 'pixels' or gives no 'score'; name a network for cellularity"):
        load_cellularity_model(folder)
    shutil.copy(network / "graph.xml", folder)
    (folder / "graph.bin").write_bytes(b"short")
    with pytest.raises(InputError, match=r"graph\.xml: damaged, or not the graph of its graph\.bin"):
        load_cellularity_model(folder)


def test_a_network_starts_on_several_threads_at_once(network: Path) -> None:
    code = (
        "import sys, threading; from pathlib import Path; import numpy as np; from ki67.tiles import model; SHAPE = model.SHAPE; "
        f"running = model.load_cellularity_model(Path({str(network)!r})).network.running(*SHAPE); sys.setswitchinterval(1e-6); "
        "gate = threading.Barrier(4); pixels = np.zeros(SHAPE, np.float32); "
        "start = lambda: (gate.wait(), running(pixels)); threads = [threading.Thread(target=start) for _ in range(4)]; "
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]"
    )
    for _ in range(3):
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
