"""The published layout: what is read, what is listed as odd, and what is refused with one line."""

import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from made import write_sample
from PIL import Image

from ki67.base.errors import InputError
from ki67.data import shidc
from ki67.data.samples import Sample
from ki67.data.source import Source, source_of
from ki67.data.split import by_patient, published


def samples(names: list[str]) -> list[Sample]:
    return [Sample(Path(n), Path(n).with_suffix(".json"), shidc.patient_of(Path(n).stem)) for n in names]


def made_names(count: int) -> list[str]:
    return [f"p{i % 40 + 1}_{i:04d}_{i % 9}.jpg" for i in range(count)]


def test_the_published_split_is_the_code_s_1325_and_331() -> None:
    names = made_names(1656)
    expected = sorted(names)
    random.Random(4).shuffle(expected)
    split = published(samples(names[::-1]))
    assert [s.image.name for s in split.validation] == expected[:331]
    assert [s.image.name for s in split.train] == expected[331:]
    assert len(split.train) == 1325


def test_the_published_split_leaks_patients_and_the_other_does_not() -> None:
    given = samples(made_names(400))
    assert published(given).shared_patients
    honest = by_patient(given)
    assert honest.shared_patients == ()
    assert 0.2 <= len(honest.validation) / 400 < 0.3
    assert {*honest.train, *honest.validation} == set(given)


def test_one_patient_cannot_be_split_by_patient() -> None:
    with pytest.raises(InputError, match="one patient only"):
        by_patient(samples(["p1_1_1.jpg", "p1_2_1.jpg"]))


def test_coordinates_may_be_text_and_the_patient_comes_from_the_name(dataset: Path) -> None:
    first = shidc.read_part(dataset / "Train")[0]
    _, cells = shidc.read_labels(first)
    assert first.patient == "p1"
    assert cells.xy.tolist() == [[10, 20], [30, 40]]
    assert cells.label.tolist() == [1, 2]


def test_a_survey_counts_and_lists_oddities_without_refusing(dataset: Path) -> None:
    write_sample(dataset / "Test", "p1_0009_1", [])
    (dataset / "Train" / "p9_0001_1.json").write_text("[]")
    found = shidc.survey(dataset)
    assert found.counts["Train"] == {1: 4, 2: 4}
    odd = "\n".join(found.oddities)
    assert "p1_0009_1.jpg: no cells" in odd
    assert "patient p1 is in Train and in Test" in odd
    assert "p9_0001_1.json: labels without a picture" in odd
    assert "64×64, not 1228×1228" in odd


def test_only_as_many_pictures_and_cells_as_the_papers_count_are_shidc(tmp_path: Path) -> None:
    sample = samples(["p1_0001_1.jpg"])[0]
    table_1 = {"Train": {1: 35106, 2: 75008, 3: 3112}, "Test": {1: 15755, 2: 32639, 3: 1378}}

    def published(test_pictures: int = 701, more: int = 0) -> Source | None:
        counts = {part: Counter(cells) for part, cells in table_1.items()}
        counts["Test"][2] += more
        return shidc.Survey({"Train": (sample,) * 1656, "Test": (sample,) * test_pictures}, counts, ()).published

    assert published() == published(700, more=4) == shidc.SHIDC, "as Negahbani counts, and as Gliozzo does"
    assert not (published(690) or published(more=100))
    assert source_of(tmp_path, published()).kind == "shidc"
    with pytest.raises(InputError, match="--mpp"):
        source_of(tmp_path, published(690))
    (tmp_path / "scale.json").write_text('{"um_per_px": 0.5}')
    assert source_of(tmp_path, published(690)) == Source("own data", 0.5)
    (tmp_path / "cohort.json").write_text('{"um_per_px": 0.135}')
    assert source_of(tmp_path, published(690)) == Source("simulated", 0.135)


def spoil_json(root: Path, text: str) -> None:
    (root / "Train" / "p1_0001_1.json").write_text(text)


def point(**changes: object) -> str:
    return json.dumps([{"x": 1, "y": 2, "label_id": 1} | changes])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"x": 1}', "list"),
        ("[{", "JSON"),
        (point(label_id=7), "7"),
        (point(x=64), "64"),
        (point(y=-1), "-1"),
        (point(x="left"), "left"),
        ('[{"x": 1, "y": 2}]', "label_id"),
    ],
)
def test_wrong_labels_are_refused_by_file_name(dataset: Path, text: str, says: str) -> None:
    spoil_json(dataset, text)
    with pytest.raises(InputError) as failure:
        shidc.survey(dataset)
    message = str(failure.value)
    assert "p1_0001_1.json" in message
    assert says in message
    assert "\n" not in message


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:900])


def as_cmyk(path: Path) -> None:
    Image.open(path).convert("CMYK").save(path)


def as_16_bit(path: Path) -> None:
    path.unlink()
    Image.fromarray(np.zeros((64, 64), np.uint16)).save(path.with_suffix(".png"))


def as_text(path: Path) -> None:
    path.write_text("not a picture")


@pytest.mark.parametrize("spoil", [truncate, as_cmyk, as_16_bit, as_text])
def test_wrong_pictures_are_refused_by_file_name(dataset: Path, spoil) -> None:
    spoil(dataset / "Train" / "p1_0001_1.jpg")
    with pytest.raises(InputError, match="p1_0001_1"):
        shidc.survey(dataset)


def test_missing_labels_same_stems_and_empty_folders_are_refused(dataset: Path, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(dataset / "Test" / "p3_0001_1.png")
    with pytest.raises(InputError, match="2 pictures share this name"):
        shidc.survey(dataset)
    (dataset / "Test" / "p3_0001_1.png").unlink()
    (dataset / "Test" / "p3_0001_1.json").unlink()
    with pytest.raises(InputError, match=r"p3_0001_1\.json are missing"):
        shidc.survey(dataset)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no pictures"):
        shidc.read_part(tmp_path / "empty")
    with pytest.raises(InputError, match="no such folder"):
        shidc.survey(tmp_path)
