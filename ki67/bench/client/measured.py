"""`ki67 bench-client`: every figure beside its goal; what cannot be measured here is told, not left out."""

import gzip
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ki67.app.browser.made import CHECKOUT
from ki67.app.browser.site import Site
from ki67.base.errors import one_line
from ki67.base.tables import write_csv, write_json
from ki67.bench.client import chromium, webkit
from ki67.bench.machine import machine
from ki67.bench.service.figures import Figure, NotHere, at_most

MEASURED = Path("measurements/client.json")
FRAMES_A_TURN = 10
NOT_MEASURED = (
    "battery: no telephone here",
    "real telephones: none here; WebKitGTK stands for the lowest rung, not for an iPhone",
)
Part = Callable[[Site, int], Iterator[Figure]]


def bench(turns: int) -> Iterator[str]:
    """Measure the client as the book holds it, and say each figure once it is there; `measurements/client.json` and `.csv`."""
    site, setting, figures = Site.of_book(CHECKOUT), machine(), list[Figure]()
    missing, broke = list(NOT_MEASURED), list[str]()
    parts: Sequence[tuple[str, Part]] = (
        ("download", downloaded), ("counting", chromium.counted), ("WebKitGTK", webkit.counted), ("visits", chromium.visited),
        ("frames", lambda site, turns: chromium.drawn(site, FRAMES_A_TURN * turns)),
    )  # fmt: skip
    for name, part in parts:
        try:
            for figure in part(site, turns):
                figures.append(figure)
                yield line(figure)
        except NotHere as why:
            missing.append(f"{name}: {why}")
        except (RuntimeError, OSError) as why:
            broke.append(f"{name} broke off: {one_line(str(why))}")
    yield from (f"not measured: {each}" for each in missing)
    yield from broke
    values = {figure.key: figure.value for figure in figures}
    write_json({"machine": setting, **values, "broke_off": broke, "not_measured": missing}, MEASURED)
    write_csv(pd.DataFrame([*map(record, figures), *map(missed, broke)]), MEASURED.with_suffix(".csv"))
    yield f"{MEASURED}: written"


def downloaded(site: Site, turns: int) -> Iterator[Figure]:
    """What a first visit loads, once; no host needs to compress it, but one that does sends less."""
    sizes = [len(content) for content in site.files.values()]
    what = f"all {len(sizes)} files of the client, network and example included"
    yield Figure("download_mb", what, sum(sizes) / 1e6, "MB", at_most(6))
    packed = sum(min(len(content), len(gzip.compress(content))) for content in site.files.values())
    yield Figure("download_gzip_mb", "the same from a host that compresses (gzip)", packed / 1e6, "MB")


def line(figure: Figure) -> str:
    """For the terminal."""
    goal = f"  (goal {figure.goal}: {'yes' if figure.met else 'no'})" if figure.goal else ""
    return f"{figure.what}: {figure.value:,.4g} {figure.unit}{goal}"


def record(figure: Figure) -> dict[str, Any]:
    """For the table."""
    met = {True: "yes", False: "no", None: ""}[figure.met]
    return {"what": figure.what, "figure": figure.value, "unit": figure.unit, "goal": str(figure.goal or ""), "met": met}


def missed(what: str) -> dict[str, Any]:
    """For the table: a part that broke off has no figure, and has met no goal."""
    return {"what": what, "figure": None, "unit": "", "goal": "", "met": "no"}
