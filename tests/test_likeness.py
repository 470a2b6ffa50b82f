"""Simulated fields beside real ones by number: each laboratory that is made like a set against that set, and no other."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from ki67.base.errors import InputError
from ki67.cells.cells import NEGATIVE, Cells
from ki67.cli.main import app
from ki67.simulate import Cohort, Scene, write_cohort
from ki67.simulate.cohort import test_orders as orders_of_test
from ki67.simulate.likeness import LIKE, beside_real, cohort_of, measure_folder, measure_orders, quantiles, realism_table
from ki67.simulate.patients import draw_patient
from ki67.simulate.realism import measure

COHORT = Cohort(4, 1, test_patients=2, test_fields_per_patient=1, seed=5, test_seed=6, scene=Scene(size=300))
TOO_HIGH = [["SHIDC-like", "index"]]  # to be mended with the next simulator
SHIPPED = Path(__file__).parents[1] / "release/realism.csv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("likeness") / "made"
    write_cohort(folder, COHORT, workers=1, progress=False)
    return folder


def disc(side: int, radius: float, at: int) -> np.ndarray:
    """A blue disc on white glass."""
    rows, columns = np.mgrid[:side, :side]
    dark = 0.2 * (np.hypot(rows - at, columns - at) < radius)
    return np.clip(240 * 10 ** -(dark[..., None] * np.array([1.0, 0.8, 0.4])), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def bcdata(tmp_path_factory) -> Path:
    """A set in BCData's layout with one picture, and on it one negative disc."""
    folder = tmp_path_factory.mktemp("sets") / "bcdata"
    (folder / "images").mkdir(parents=True)
    Image.fromarray(disc(640, 14, 300)).save(folder / "images/0.png")
    for kind, points in (("positive", np.zeros((0, 2))), ("negative", np.array([[300, 300]]))):
        (folder / "annotations" / kind).mkdir(parents=True)
        with h5py.File(folder / "annotations" / kind / "0.h5", "w") as stored:
            stored["coordinates"] = points
    return folder


def test_a_cohort_is_read_back_from_its_folder(folder: Path) -> None:
    assert cohort_of(folder) == COHORT


def test_simulated_fields_are_measured_laboratory_by_laboratory(folder: Path) -> None:
    measured = measure_folder(folder)
    names = [
        draw_patient(seed, number).laboratory.name for seed, number in ((5, 1), (5, 2), (5, 3), (5, 4), (6, 1001), (6, 1002))
    ]
    assert {name: len(pictures) for name, pictures in measured.items()} == {name: names.count(name) for name in names}
    assert len(set(names)) > 1
    assert sum(map(len, measure_orders(orders_of_test(folder, COHORT)).values())) == 2


def test_pictures_of_bcdata_are_measured_at_the_scale_of_shidc(bcdata: Path) -> None:
    found = measure_folder(bcdata)["bcdata"][0]
    alone = measure(disc(640, 14, 300), Cells.of_points([(300, 300)], [NEGATIVE], "image"))
    assert found.cells == 1
    assert found.negative_area == pytest.approx(alone.negative_area * (0.26 / 0.135) ** 2, rel=0.05)


def test_percentiles_are_over_the_pictures_and_leave_out_what_is_undefined() -> None:
    found = [measure(disc(400, radius, 200), Cells.of_points([(200, 200)], [NEGATIVE], "image")) for radius in (15, 20, 25)]
    rows = quantiles(found)
    assert rows["negative_area"][1] == found[1].negative_area
    assert rows["negative_area"][0] < rows["negative_area"][1] < rows["negative_area"][2]
    assert np.isnan(rows["positive_area"]).all()


def test_a_laboratory_stands_beside_the_set_that_it_is_like(folder: Path, bcdata: Path) -> None:
    table = pd.concat(realism_table({name: measure_folder(bcdata)["bcdata"]}) for name in (*LIKE, "between"))
    table.loc[table.laboratory == "SHIDC-like", "q50"] = -1
    joined = beside_real(table, bcdata.parent)
    assert set(joined.laboratory) == {"BCData-like"}
    assert joined.simulated_q50.equals(joined.real_q50)
    with pytest.raises(InputError, match=r"holds neither shidc/ nor bcdata/"):
        beside_real(table, folder)


def test_the_command_measures_a_folder_and_sets_it_beside_real_ones(folder: Path, bcdata: Path) -> None:
    alone = CliRunner().invoke(app, ["realism", str(bcdata)])
    assert alone.exit_code == 0 and "negative_area" in alone.output and "real_q50" not in alone.output
    beside = CliRunner().invoke(app, ["realism", str(folder), "--real", str(bcdata.parent)])
    assert beside.exit_code == 0 and "real_q50" in beside.output


def outside() -> list[list[str]]:
    """The measures whose median lies beside the real fields' band."""
    shipped = pd.read_csv(SHIPPED)
    assert set(shipped.laboratory) == set(LIKE)
    beside = shipped[(shipped.simulated_q50 < shipped.real_q05) | (shipped.simulated_q50 > shipped.real_q95)]
    return beside[["laboratory", "measure"]].to_numpy().tolist()


@pytest.mark.xfail(strict=True, reason="a SHIDC-like index is .447 in the middle; the real fields end at .427")
def test_the_study_s_simulated_fields_measure_as_the_real_sets_do() -> None:
    assert outside() == []


def test_no_other_measure_lies_outside() -> None:
    assert outside() == TOO_HIGH
