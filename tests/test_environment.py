"""What is written about the environment, and about whom it comes from, agrees with pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = PROJECT["project"]["dependencies"]
STUDY = PROJECT["project"]["optional-dependencies"]["study"]
APP = PROJECT["project"]["optional-dependencies"]["app"]
DEVELOPMENT = PROJECT["dependency-groups"]["dev"]


def conda_list() -> list[object]:
    return yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]


def test_conda_installs_the_same_packages_as_pyproject() -> None:
    (through_pip,) = [entry["pip"] for entry in conda_list() if isinstance(entry, dict)]
    assert sorted(through_pip) == sorted(RUNTIME + STUDY)


def test_conda_takes_a_python_that_the_project_supports() -> None:
    (python,) = [entry for entry in conda_list() if isinstance(entry, str) and entry.startswith("python=")]
    minor = int(python.removeprefix("python=3."))
    oldest, newest = re.findall(r"3\.(\d+)", PROJECT["project"]["requires-python"])
    assert int(oldest) <= minor < int(newest)


@pytest.mark.parametrize("requirement", RUNTIME + STUDY + APP + DEVELOPMENT)
def test_every_direct_dependency_has_its_licence_listed(requirement: str) -> None:
    name = re.match(r"[\w.-]+", requirement)[0]
    lines = [line for line in (ROOT / "THIRD_PARTY.md").read_text().splitlines() if line.startswith(f"| {name} |")]
    assert len(lines) == 1, f"{name}: list it once in THIRD_PARTY.md"
    assert lines[0].split("|")[2].strip()


def test_third_party_lists_nothing_that_is_not_used() -> None:
    packages = re.findall(r"^\| ([\w.-]+) \|", (ROOT / "THIRD_PARTY.md").read_text(), re.MULTILINE)
    used = {re.match(r"[\w.-]+", requirement)[0] for requirement in RUNTIME + STUDY + APP + DEVELOPMENT}
    assert set(packages) - {"package", "what"} == used


def test_the_vendored_mathjax_comes_with_its_licence() -> None:
    folder = ROOT / "book/_static/mathjax"
    assert sorted(path.name for path in folder.iterdir()) == ["LICENSE", "tex-svg.js"]
    assert "Apache License" in (folder / "LICENSE").read_text()


def test_the_versions_agree() -> None:
    citation, project = yaml.safe_load((ROOT / "CITATION.cff").read_text()), PROJECT["project"]
    (locked,) = [package for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"] if package["name"] == "ki67"]
    assert citation["version"] == project["version"] == locked["version"]
    assert (citation["license"], citation["keywords"]) == (project["license"], project["keywords"])
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in project["authors"]]
    assert (ROOT / "CHANGELOG.md").read_text().split("## ")[1].startswith(f"{project['version']}\n")
