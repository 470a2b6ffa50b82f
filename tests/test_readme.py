"""What the README says was measured is what the result files hold."""

from pathlib import Path

from ki67.cells.outcomes import PUBLISHED, STRICT
from ki67.study.costs import WHOLE, costs
from ki67.study.results import evaluation_in, readme_table, speed_table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_results_table_is_the_one_of_the_files() -> None:
    assert readme_table(ROOT) in README


def test_the_table_of_speeds_is_the_one_of_the_files() -> None:
    assert speed_table(ROOT) in README


def test_the_time_is_that_of_one_whole_run() -> None:
    [whole] = costs(WHOLE, ROOT).values()
    assert f"took {whole.wall_s / 60:.0f} minutes" in README
    assert f"{whole.cpu_s / 60:.0f} minutes of CPU time" in README


def test_figures_in_its_sentences_are_those_of_the_files() -> None:
    found, longest = (evaluation_in(ROOT / folder).detection for folder in ("metrics", "release/metrics"))
    short, long = (detection["pathonet"][STRICT.key]["til"].f1 for detection in (found, longest))
    chance = found["chance"][PUBLISHED.key]["negative"].f1
    assert f"simulated test is {short:.2f} after `make reproduce` and {long:.2f} after the longest" in " ".join(README.split())
    assert f"already reach an F1 of {chance:.2f} for negative" in README


def test_the_number_of_hostile_inputs_is_that_of_the_table() -> None:
    tried = (ROOT / "metrics/hostile.csv").read_text().splitlines()[-1].split(",")[1]
    assert f"{tried} hostile inputs" in README


def test_the_first_screen_shows_the_picture_the_commands_and_the_warning() -> None:
    first = README.split("## ")[0]
    for part in ("figures/hero.png", "make reproduce", "make test", "Research use only"):
        assert part in first
