"""What `ki67 slide` says of slides and networks that are none, or not as they should be: a line each, and the others go on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from made_slides import write_pyramid
from slide_networks import UM, described, outlined, pixels_of, section, trusting, write_networks, write_slide
from tile_network import PINK, glass, read, saved, tissue
from typer.testing import CliRunner, Result

from ki67.base.errors import InputError
from ki67.cli.main import app
from ki67.engine.graphs import op, ov
from ki67.pictures import slide as slides
from ki67.slides import model
from ki67.slides.model import load_slide_model


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_networks(tmp_path_factory.mktemp("networks"))


def run(networks: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["slide", *map(str, arguments), "--model", str(networks)])


def table(out: Path) -> dict[str, dict[str, str]]:
    return {row["slide"]: row for row in read(out / "slides.csv")}


def patch(width: int = 1100, height: int = 1100) -> np.ndarray:
    return tissue(width, height, 0.5)


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:3000])
    return path


def flat(path: Path, pixels: np.ndarray, um_per_px: float) -> Path:
    """A slide of a single level."""
    scale = {"resolution": (1e4 / um_per_px, 1e4 / um_per_px), "resolutionunit": "CENTIMETER"}
    path.parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(path, pixels, tile=(256, 256), photometric="rgb", metadata=None, **scale)
    return path


def test_what_cannot_be_outlined_is_a_line_each_and_the_rest_is_done(networks: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write_slide(folder / "good.svs", patch())
    write_slide(folder / "unknown.svs", patch(), None)
    write_slide(folder / "absurd.svs", patch(), 80)
    cut(write_slide(folder / "truncated.svs", patch()))
    saved(patch(), folder / "photo.svs", format="JPEG")
    saved(patch(), folder / "picture.png", dpi=(50_800, 50_800))
    saved(patch(), folder / "grey.tif", dpi=(50_800, 50_800))
    (folder / "empty.svs").touch()
    tifffile.imwrite(folder / "grey.tif", np.full((700, 700), 999, np.uint16), tile=(256, 256), metadata=None)
    write_slide(folder / "small.svs", patch(200, 900))
    done = run(networks, folder, "--out", tmp_path / "out")
    assert done.exit_code == 1 and "1 picture scored; 8 could not be scored" in done.output
    lines = done.output.splitlines()
    for why in (
        "unknown.svs: its scale is not known; give it in micrometres per pixel with --mpp", "absurd.svs: its scale is not known",
        "truncated.svs: ", "photo.svs: no slide that OpenSlide knows", "picture.png: no slide that OpenSlide reads",
        "empty.svs: the file is empty", "grey.tif: the picture is 16-bit", "small.svs: 200×900 at 0.5 µm/px; 128 µm at least",
    ):  # fmt: skip
        assert sum(f"ki67: {folder / why.partition(':')[0]}:" in line and why in line for line in lines) == 1, why
    assert list(table(tmp_path / "out")) == ["good"]


@pytest.mark.parametrize(
    ("mpp", "says"),
    [("0", "no scale"), ("nan", "no scale"), ("80", "80 µm/px is more than 4 times as coarse"), ("0.045", "no scale of a micro")],
)
def test_a_scale_that_no_microscope_has_is_refused(networks: Path, tmp_path: Path, mpp: str, says: str) -> None:
    write_slide(tmp_path / "a.svs", patch(3000, 3000), None)
    done = run(networks, tmp_path / "a.svs", "--out", tmp_path / "out", "--mpp", mpp)
    assert done.exit_code != 0
    assert says in done.output + done.stderr + str(done.exception)


def test_the_scale_of_the_user_goes_first_and_a_table_gives_each_its_own(networks: Path, tmp_path: Path) -> None:
    write_slide(tmp_path / "in/a.svs", patch())
    write_slide(tmp_path / "in/b.svs", patch(), None)
    (tmp_path / "mpp.csv").write_text("slide,um_per_px\na,0.3\nb.svs,0.4\n")
    assert run(networks, tmp_path / "in", "--out", tmp_path / "out", "--mpp", tmp_path / "mpp.csv").exit_code == 0
    rows = table(tmp_path / "out")
    assert [(row["um_per_px"], row["scale_from"]) for row in rows.values()] == [("0.3", "'--mpp"), ("0.4", "'--mpp")]
    assert [float(row["tissue_mm2"]) for row in rows.values()] == pytest.approx([0.33**2, 0.44**2], rel=0.03)


def test_a_slide_of_one_level_is_read_in_pieces_and_comes_to_the_same(
    networks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_slide(tmp_path / "in/levels.tif", section(4))
    flat(tmp_path / "in/flat.tif", section(4), UM)
    largest, fetched = [0], slides.Slide._of_level

    def watched(slide: slides.Slide, level: int, left: int, top: int, width: int, height: int) -> np.ndarray:
        largest[0] = max(largest[0], width * height)
        return fetched(slide, level, left, top, width, height)

    monkeypatch.setattr(slides, "AT_ONCE", 500_000)
    monkeypatch.setattr(slides.Slide, "_of_level", watched)
    assert outlined([tmp_path / "in"], tmp_path / "out", networks).exit_code == 0
    assert 250_000 < largest[0] <= 510_000
    one, several = table(tmp_path / "out").values()
    assert [float(one[name]) for name in ("tissue_mm2", "tumour_mm2")] == pytest.approx(
        [float(several[name]) for name in ("tissue_mm2", "tumour_mm2")], rel=0.03
    )


def test_tissue_up_to_every_rim_is_warned_of(networks: Path, tmp_path: Path) -> None:
    write_slide(tmp_path / "full.svs", patch())
    write_slide(tmp_path / "pink.svs", np.concatenate([glass(1100, 600), tissue(1100, 600, 0.0)]))
    outlined([tmp_path / "full.svs", tmp_path / "pink.svs"], tmp_path / "out", networks)
    rows = table(tmp_path / "out")
    assert rows["full"]["warnings"] == "tissue everywhere: no glass round it"
    assert rows["pink"]["warnings"] == "no tumour found" and rows["pink"]["tumour_share"] == "0.0000"


def test_what_is_no_he_is_warned_of(networks: Path, tmp_path: Path) -> None:
    brown = glass(1500, 1500)
    brown[300:1200, 300:1200] = (150, 105, 70)
    dark = np.full((1500, 1500, 3), (4, 4, 30), np.uint8)
    write_slide(tmp_path / "brown.svs", brown)
    write_slide(tmp_path / "dark.svs", dark)
    outlined([tmp_path / "brown.svs", tmp_path / "dark.svs"], tmp_path / "out", networks)
    rows = table(tmp_path / "out")
    assert "looks like a brown stain such as Ki-67, not like H&E" in rows["brown"]["warnings"]
    assert "more dark than light, as in fluorescence" in rows["dark"]["warnings"]


def spoilt(path: Path, level: int, *tiles: tuple[int, int]) -> Path:
    """A slide of whose level some tiles are lost."""
    with tifffile.TiffFile(path) as file:
        page = file.pages[level]
        across = -(-page.imagewidth // page.tilewidth)
        places = [(page.dataoffsets[row * across + column], page.databytecounts[row * across + column]) for row, column in tiles]
    data = bytearray(path.read_bytes())
    for start, length in places:
        data[start : start + length] = bytes(length)
    path.write_bytes(data)
    return path


def test_damaged_tiles_are_counted_by_patches_and_left_white(tmp_path: Path) -> None:
    path = spoilt(write_pyramid(tmp_path / "a.svs", section(), UM, tile=256), 1, (2, 2), (2, 3))
    (result,) = outlined([path], tmp_path / "out", write_networks(tmp_path / "net", shrink=1)).results
    assert (result.patches, result.damaged_patches) == (16, 2)
    assert result.warnings == ("2 of 16 patches are damaged in parts, white there",)
    rows = (tmp_path / "out/.ki67/a.rows").read_text().splitlines()[1:]
    assert [row.partition('"damaged": ')[2] for row in rows] == ["0}", "2}", "0}", "0}"]
    assert {p["probability"] for p in read(tmp_path / "out/patches.csv") if p["row"] == "2" and p["column"] in "23"} == {"0.0000"}


def test_damage_where_no_patch_is_read_is_told_too(networks: Path, tmp_path: Path) -> None:
    path = spoilt(write_pyramid(tmp_path / "a.svs", section(), UM, tile=256), 0, (5, 5))
    (result,) = outlined([path], tmp_path / "out", networks).results
    assert result.damaged_patches == 0
    assert result.warnings == ("parts of it cannot be read (level 0, 1280, 1280: damaged, left white)",)


def test_an_output_folder_that_cannot_be_written_to_is_one_line(networks: Path, tmp_path: Path) -> None:
    write_slide(tmp_path / "a.svs", patch())
    (tmp_path / "out").write_text("a file")
    done = run(networks, tmp_path / "a.svs", "--out", tmp_path / "out")
    assert isinstance(done.exception, InputError) and str(tmp_path / "out") in str(done.exception)


def test_where_rows_cannot_be_kept_that_is_said_of_the_slide(networks: Path, tmp_path: Path) -> None:
    write_slide(tmp_path / "in/a.svs", patch())
    write_slide(tmp_path / "in/b.svs", patch())
    (tmp_path / "out/.ki67/a.rows").mkdir(parents=True)
    done = outlined([tmp_path / "in"], tmp_path / "out", networks)
    (failure,) = done.failures
    assert failure.startswith(f"{tmp_path / 'out/.ki67/a.rows'}: not written (Is a directory)")
    assert list(table(tmp_path / "out")) == ["b"]


def test_the_rule_and_the_least_tissue_of_the_description_decide_which_patches_are_asked(tmp_path: Path) -> None:
    pale = glass(2100, 2100)
    pale[512:1536, 512:1536] = (250, 240, 245)  # a saturation of ten
    pale[512:1024, 1536 : 1536 + 200] = PINK  # two fifths of two patches
    write_slide(tmp_path / "a.svs", pale)
    rule = described().tissue.__dict__
    counts = {}
    for name, changes in {
        "published": {}, "more": {"least_tissue": 0.5}, "as coded": {"tissue": rule | {"wrapped": True}},
        "lower": {"tissue": rule | {"threshold": 5}},
    }.items():  # fmt: skip
        networks = write_networks(tmp_path / name, **changes)
        (result,) = outlined([tmp_path / "a.svs"], tmp_path / f"out {name}", networks).results
        counts[name] = result.patches
    assert counts == {"published": 1, "more": 0, "as coded": 5, "lower": 5}


def test_where_no_networks_are_shipped_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(model, "SLIDES", tmp_path / "slides")
    with pytest.raises(InputError, match="holds no networks for slides; name a model folder with --model"):
        load_slide_model()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "refiner.bin").unlink(), "refiner.bin: cannot be read"),
        (lambda folder: (folder / "model.json").write_text("{}"), "not a model description"),
        (lambda folder: change(folder, '"patch":256', '"patch":128'), "not a model description"),
        (lambda folder: change(folder, '"shrink":4', '"shrink":2'), "patchwise.xml: reads no 'pixels' of 128×128"),
        (lambda folder: (folder / "patchwise.xml").write_text("<x/>"), "patchwise.xml: not a graph of OpenVINO"),
        (lambda folder: (folder / "patchwise.xml").write_bytes(b"\0"), "patchwise.xml: damaged"),
        (lambda folder: ov.save_model(trusting(64), folder / "patchwise.xml"), "patchwise.xml: reads no 'pixels' of 64×64"),
        (lambda folder: ov.save_model(echo(64), folder / "patchwise.xml"), "patchwise.xml: does not answer with two shares"),
    ],
)
def test_a_folder_that_holds_no_such_networks_is_one_line(tmp_path: Path, spoil: Callable[[Path], object], says: str) -> None:
    folder = write_networks(tmp_path / "net")
    spoil(folder)
    with pytest.raises(InputError, match=says):
        load_slide_model(folder)


def change(folder: Path, told: str, instead: str) -> None:
    words = (folder / "model.json").read_text()
    assert told in words
    (folder / "model.json").write_text(words.replace(told, instead))


def echo(side: int) -> ov.Model:
    """A graph that gives back what it is shown."""
    pixels = pixels_of(side, side, 3)
    return ov.Model([op.relu(pixels)], [pixels], "echo")
