"""What the page of the whole study shows: the figures of five chapters, read from the files that their stages wrote."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ki67.base.tables import read_json
from ki67.cells.cells import CLASS_NAMES, LABELS
from ki67.cells.outcomes import STRICT
from ki67.data.frames import Frames
from ki67.figures.abstract import Dot, Question
from ki67.figures.palette import COLOURS, METHOD_COLOURS, TITLES

METHODS = {"pathonet": "PathoNet"}  # what is written otherwise in the files
SMALLEST = "_256"  # 256 values are the fewest that all four methods are tried with
QUANTIZERS = tuple(f"{name}{SMALLEST}" for name in ("cws", "pws", "uq", "ecsq"))
MODELS = ("gbt", "sr", "resnet34", "resnet50", "xception")
DESIGNS = ("otsu", "unet_lr", "mob_pw", "mob_pw_unet", "all_tissue", "chance")
COUNTERS = {"unet": "U-Net", "mask": "the true mask", "pathonet": "PathoNet", "shipped": "ki67 score", "constant": "the mean"}
AIRY = 90  # cells in a field
ONE = {"": METHOD_COLOURS[0]}


def questions(metrics: Path) -> list[Question]:
    """Five papers, a question each."""
    return [cells(metrics), small_files(metrics), cellularity(metrics), outlines(metrics), masks(metrics)]


def note(metrics: Path) -> str:
    """On what tissue, and what the lines are."""
    source = read_json(metrics / "dataset.json")["source"]
    return f"All on the test patients of the {source} data. Lines: 95 % intervals over patients. Research use only."


def richest(fields: Frames) -> int:
    """The field to show: where its rarest class is most frequent, of those in which nuclei are seen between the rings."""
    airy = [place for place in range(len(fields)) if len(fields.cells[place]) <= AIRY] or range(len(fields))
    return max(airy, key=lambda place: sorted(len(fields.cells[place].of(label)) for label in LABELS))


def cells(metrics: Path) -> Question:
    """Are cells found better than by hand-made rules, and by chance?"""
    table = pd.read_csv(metrics / "detection.csv")
    strict = table[table["matching"] == STRICT.name]
    titles = {name: TITLES[label] for label, name in CLASS_NAMES.items()}
    kinds = strict["cells"].map(titles)
    methods = {name: METHODS.get(name, name) for name in strict["method"]}
    rows = _rows(strict.assign(kind=kinds)[kinds.notna()], "method", "f1", methods)
    colours = {TITLES[label]: colour for label, colour in COLOURS.items()}
    return Question("Are cells found?", "Negahbani 2021", "F1 within half a nucleus", rows, colours)


def small_files(metrics: Path) -> Question:
    """Does a network in a small file give the same index?"""
    table, whole = pd.read_csv(metrics / "compression_changes.csv"), read_json(metrics / "compression.json")["space"]["megabytes"]
    size = pd.read_csv(metrics / "compression_sizes.csv").set_index("network")["file_bytes"] / 1e6
    titles = {name: f"{name.removesuffix(SMALLEST).upper()}, {size[name]:.1f} MB" for name in QUANTIZERS if name in size.index}
    rows = {f"whole, {whole:.1f} MB": [Dot(0, 0, 0, "")], **_rows(table, "network", "rmse_difference", titles)}
    return Question("Does a small file do?", "Gliozzo 2023", "error of the index that it adds", rows, ONE, top=None)


def cellularity(metrics: Path) -> Question:
    """Does a program score tumour cellularity as a reader does?"""
    rows = _by_title(pd.read_csv(metrics / "cellularity.csv"), "model", "icc", MODELS)
    return Question("How much is tumour?", "Rakhlin 2019", "ICC with the reader", rows, ONE)


def outlines(metrics: Path) -> Question:
    """Where on a whole slide is the tumour?"""
    rows = _by_title(pd.read_csv(metrics / "slides.csv"), "design", "dice", DESIGNS)
    return Question("Where is the tumour?", "Pedersen 2022", "Dice of the outline", rows, ONE)


def masks(metrics: Path) -> Question:
    """What does an app say that has learnt from masks, by masks and by labels?"""
    table = pd.read_csv(metrics / "app_index.csv")
    colours = {"against masks": METHOD_COLOURS[3], "against labels": METHOD_COLOURS[0]}
    kinds = table["truth"].map(dict(zip(("decoded", "annotated"), colours, strict=True)))
    rows = _rows(table.assign(kind=kinds)[table["split"] == "patient"], "method", "rmse", COUNTERS)
    return Question("Can masks teach it?", "McConnell 2021", "error of the index (RMSE)", rows, colours, top=None)


def _by_title(table: pd.DataFrame, key: str, measure: str, chosen: Sequence[str]) -> dict[str, list[Dot]]:
    titles = dict(zip(table[key], table["title"], strict=True))
    return _rows(table, key, measure, {name: titles[name] for name in chosen if name in titles})


def _rows(table: pd.DataFrame, key: str, measure: str, titles: Mapping[str, str]) -> dict[str, list[Dot]]:
    """The dots of each method that the table has, in the order of the titles."""
    low, high = (f"{measure}_{end}" if f"{measure}_{end}" in table else end for end in ("low", "high"))
    found = dict[str, list[Dot]]()
    for name, title in titles.items():
        for row in table[table[key] == name].to_dict("records"):
            found.setdefault(title, []).append(Dot(row[measure], row[low], row[high], row.get("kind", "")))
    return found
