"""Real slides by both rules of tissue: shares as they were drawn, and a line for what tells no scale."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from ki67.base.errors import InputError
from ki67.base.tables import read_json
from ki67.data.pyramid import write_pyramid
from ki67.study.real_fields import check_folder
from ki67.study.real_slides import Covered, check_slides

PALE, PINK = (250, 246, 249), (225, 130, 180)  # saturations 4 and 108


@pytest.fixture
def slides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A slide of pale glass, a quarter of it pink, and one that does not tell its scale."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "real/slides"
    folder.mkdir(parents=True)
    picture = np.full((1024, 2048, 3), PALE, np.uint8)
    picture[:, :512] = PINK
    write_pyramid(folder / "quarter.tif", picture, 1.0, quality=95)
    tifffile.imwrite(folder / "untold.tif", picture, tile=(256, 256), photometric="rgb")
    (folder / "notes.txt").write_text("no slide")
    return folder


def test_the_paper_sees_tissue_and_its_code_sees_glass_too(slides: Path) -> None:
    found = check_slides(slides)
    assert found.tissue == {"quarter": {"published": Covered(0.25, 0.25), "as_coded": Covered(1.0, 1.0)}}
    assert found.left_out == ("untold.tif",)


def test_gaps_are_closed_after_saturation(slides: Path) -> None:
    picture = np.full((1024, 2048, 3), PINK, np.uint8)
    picture[:, 1024:1040] = PALE
    write_pyramid(slides / "slit.tif", picture, 1.0, quality=95)
    paper = check_slides(slides).tissue["slit"]["published"]
    assert paper.saturation < 1.0 == paper.closed


def test_the_check_writes_them_beside_the_rest(slides: Path, tmp_path: Path) -> None:
    lines = check_folder(slides.parent, None)
    assert "slides: 1 real slides, development figures; without a scale: untold.tif" in lines
    assert "  tissue of quarter: published 0.25, closed 0.25 · as_coded 1.00, closed 1.00" in lines
    assert read_json(tmp_path / "release/real_check.json")["slides"]["tissue"]["quarter"]["published"]["closed"] == 0.25


def test_a_folder_without_slides_is_refused(tmp_path: Path) -> None:
    (tmp_path / "slides").mkdir()
    with pytest.raises(InputError, match="no slides in it"):
        check_slides(tmp_path / "slides")
