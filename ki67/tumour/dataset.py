"""The chapter's data in numbers: every section read once for all later stages, and what there is of it."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from ki67.base.hardware import CORES
from ki67.data.bcs1 import Part, Section
from ki67.data.sections_survey import Survey
from ki67.data.source import source_of
from ki67.data.tables import by_name
from ki67.settings.slides import Rule
from ki67.tumour.labels import PatchRule
from ki67.tumour.prepared import Prepared, prepare
from ki67.tumour.tree import PatchLabel

GRADES = {1: "I", 2: "II", 3: "III"}
Parts = dict[Part, list[Prepared]]


def prepare_all(parts: Mapping[Part, Sequence[Section]], side: int, rule: PatchRule, folder: Path) -> Parts:
    """Every section of every part, kept under its name."""
    wanted = [replace(section, part=part) for part, sections in parts.items() for section in sections]
    with ThreadPoolExecutor(CORES) as threads:
        ready = tqdm(threads.map(partial(prepare, side=side, rule=rule), wanted), total=len(wanted), unit="section")
        prepared = list(ready)
    for section in prepared:
        section.save(folder / f"{section.name}.npz")
    return by_part(prepared)


def load_all(folder: Path) -> Parts:
    """What `prepare_all` left."""
    return by_part([Prepared.load(path) for path in sorted(folder.glob("*.npz"))])


def by_part(prepared: Sequence[Prepared]) -> Parts:
    """Who trains, validates and tests, in the order of names."""
    return {part: [section for section in prepared if section.part == part] for part in ("train", "validation", "test")}


def sections_table(parts: Parts) -> pd.DataFrame:
    """A row a part: sections, patients, grades, patches by label, and how much of the tissue is outlined."""
    return pd.DataFrame([_row(part, sections) for part, sections in parts.items()])


def _row(part: str, sections: Sequence[Prepared]) -> dict[str, Any]:
    labels = {label: sum(int((s.labels == label).sum()) for s in sections) for label in PatchLabel}
    tissue = sum(float(s.tissue.sum()) for s in sections)
    tumour = sum(float(s.tissue[s.labels == PatchLabel.TUMOUR].sum()) for s in sections)
    return {
        "part": part, "sections": len(sections), "patients": len({s.patient for s in sections}),
        **{f"grade {name}": sum(s.grade == grade for s in sections) for grade, name in GRADES.items()},
        "tumour": labels[PatchLabel.TUMOUR], "free": labels[PatchLabel.FREE], "tissue in tumour": tumour / tissue,
    }  # fmt: skip


def sections_summary(table: pd.DataFrame, found: Survey, root: Path, rule: Rule) -> dict[str, Any]:
    """The table's figures and where the data come from, as the book quotes them."""
    source = source_of(root, found.published)
    parts = {
        name: {key: value for key, value in row.items() if not key.startswith("grade ")}
        | {"grades": {grade: row[f"grade {grade}"] for grade in GRADES.values()}}
        for name, row in by_name(table, "part").items()
    }
    return {
        "source": source.kind, "um_per_px": source.um_per_px, "rule": rule, "sections": int(table["sections"].sum()), **parts,
        "oddities": list(found.oddities),
    }  # fmt: skip
