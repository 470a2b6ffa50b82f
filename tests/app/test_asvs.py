"""The list of security requirements names tests that are there, and each once."""

import ast
import csv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("asvs.csv")


def rows() -> list[dict[str, str]]:
    with LIST.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def number(requirement: str) -> tuple[int, ...]:
    return tuple(map(int, requirement.split(".")))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["requirement"])
def test_each_requirement_names_a_test_that_is_there(row: dict[str, str]) -> None:
    file, _, name = row["test"].partition("::")
    found = {
        node.name
        for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert name in found


def test_each_requirement_stands_once_in_the_order_of_the_standard() -> None:
    numbers = [number(row["requirement"]) for row in rows()]
    assert numbers == sorted(set(numbers))
    assert len(numbers) >= 60
