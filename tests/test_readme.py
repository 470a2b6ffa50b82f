"""What the README says was measured is what the result files hold; `make readme` writes it anew."""

import json
import re
import shutil
from pathlib import Path

import pytest

from ki67.base.errors import InputError
from ki67.study.readme import TEMPLATE, rendered
from ki67.study.readme_tables import real, simulated

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
READ = ("metrics/evaluation.json", "release/metrics/evaluation.json", "release/provenance_pathonet.json", "params.yaml")
CONTEST = {
    "scorer.csv": "cohort,method,matching,cells,f1",
    "scorer_index.csv": "cohort,method,measure,unit,rmse",
}


def row_of(table: str, *words: str) -> list[str]:
    (line,) = [line for line in table.splitlines() if all(word in line for word in words)]
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The files that the table of simulated fields reads, without the longest run of our own scorer."""
    for name in READ:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def test_it_is_what_its_template_and_the_files_make_of_it() -> None:
    assert rendered(ROOT) == README, "write it anew by `make readme`"


def test_a_figure_that_was_measured_anew_is_another_in_the_readme(study: Path) -> None:
    file = study / "metrics/evaluation.json"
    measured = json.loads(file.read_text())
    before = row_of(simulated(study), "PathoNet, `make reproduce`")
    measured["detection"]["pathonet"]["strict"]["positive"]["f1"] = 0.1234
    file.write_text(json.dumps(measured))
    assert row_of(simulated(study), "PathoNet, `make reproduce`") == [*before[:2], "0.123", *before[3:]]


def test_no_measured_figure_is_typed() -> None:
    prose = re.sub(r"```.*?```|\{value\}`[^`]+`", "", (ROOT / TEMPLATE).read_text(), flags=re.DOTALL)
    assert set(re.findall(r"\d+\.\d+", prose)) == {"3.11", "3.12"}, "versions of Python"
    assert re.findall(r"(?<!Ki-)\b\d+ (?:ms|s|min|minutes|fields|patients|inputs)\b", prose) == []


def test_what_the_template_names_must_be_there(tmp_path: Path) -> None:
    for text in ("{value}`metrics/none.json:a`", "{table}`none`", "{value}`metrics`"):
        (tmp_path / TEMPLATE).write_text(text)
        with pytest.raises(InputError):
            rendered(tmp_path)


def test_our_own_scorer_stands_beside_pathonet_once_its_longest_run_is_there(study: Path) -> None:
    assert "contextnet" not in simulated(study)
    cohorts = [(cohort, method) for cohort in ("test", "other_laboratories") for method in ("contextnet", "pathonet")]
    f1 = [f"{cohort},{method},strict R=6,{cells},0.5" for cohort, method in cohorts for cells in ("positive", "negative", "til")]
    errors = [
        f"{cohort},{method},ki67_index,{unit},0.{unit == 'image':d}7"
        for cohort, method in cohorts
        for unit in ("image", "patient")
    ]
    for (name, header), rows in zip(CONTEST.items(), (f1, errors), strict=True):
        (study / "release/metrics" / name).write_text("\n".join([header, *rows]) + "\n")
    assert row_of(simulated(study), "contextnet", "other laboratories")[2:] == ["0.500", "0.500", "0.500", "0.170"]
    assert row_of(simulated(study), "PathoNet, longest run", "other laboratories")[2:] == ["0.500", "0.500", "0.500", "0.170"]


def test_real_figures_name_their_patients_and_have_intervals() -> None:
    patients = json.loads((ROOT / "release/real_check.json").read_text())["shidc"]["fields_of"]
    shidc, bcdata = (row_of(real(ROOT), "`ki67 score`", name) for name in ("SHIDC-B-Ki-67", "BCData"))
    assert f"{len(patients)} patients" in shidc[1] and "patients unknown" in bcdata[1]
    assert all(re.fullmatch(r"0\.\d\d \(0\.\d\d to [01]\.\d\d\)", cell) for cell in shidc[2:])
    assert bcdata[4] == "–", "TIL are not labelled there"


def test_the_first_screen_shows_the_study_the_commands_and_the_warning() -> None:
    first = README.split("## ")[0]
    for part in ("figures/abstract.png", "make reproduce", "make test", "Research use only"):
        assert part in first
    assert re.search(r"make reproduce .* \d+ min on \d+ cores", first)


def test_every_link_and_picture_of_it_is_there() -> None:
    places = [link or picture for link, picture in re.findall(r"\]\((?!http)([^)#]+)\)|<img src=\"([^\"]+)\"", README)]
    assert len(places) > 20 and {"figures/abstract.png", "figures/hero.png"} <= set(places)
    assert [place for place in places if not (ROOT / place).exists()] == []
