"""What `ki67 app-check` says and keeps: a row a figure, and a row for what could not be measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ki67.base.tables import write_csv, write_json
from ki67.bench.service.figures import Figure

MET, MISSED, NOT_RUN = "yes", "no", "not run"


@dataclass(frozen=True)
class Row:
    """A figure of a part on a database; or why there is none."""

    part: str
    database: str
    figure: Figure | None
    why: str = ""
    broke: bool = False

    @property
    def met(self) -> str:
        """In a word, for the table."""
        if self.figure is None:
            return MISSED if self.broke else NOT_RUN
        return {True: MET, False: MISSED, None: ""}[self.figure.met]

    def line(self) -> str:
        """For the terminal."""
        begin = f"{self.part:7}{self.database:11}"
        if self.figure is None:
            return f"{begin}{self.met}: {self.why}"
        goal = f"  (goal {self.figure.goal}: {self.met})" if self.figure.goal else ""
        return f"{begin}{self.figure.what}: {self.figure.value:,.4g} {self.figure.unit}".rstrip() + goal

    def record(self) -> dict[str, Any]:
        """For the table."""
        figure = self.figure
        return {
            "part": self.part, "database": self.database, "what": figure.what if figure else self.why,
            "figure": figure.value if figure else None, "unit": figure.unit if figure else "",
            "goal": str(figure.goal or "") if figure else "", "met": self.met,
        }  # fmt: skip


def keep(rows: Sequence[Row], setting: Mapping[str, Any], path: Path) -> None:
    """A JSON file for who quotes a figure, and the same as a table beside it."""
    write_csv(pd.DataFrame([row.record() for row in rows]), path.with_suffix(".csv"))
    figures: dict[str, Any] = {}
    for row in rows:
        if row.figure:
            of_part = figures.setdefault(row.part, {}).setdefault(row.database.lower(), {})
            of_part[row.figure.key] = row.figure.value
    found = [row.met for row in rows]
    goals = {"met": found.count(MET), "missed": found.count(MISSED), "not_run": found.count(NOT_RUN)}
    write_json({"machine": setting, "goals": goals, **figures}, path)
