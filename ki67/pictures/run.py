"""From pictures to results: what every tool's command does. What is done stays done; what fails is said, and the others go on."""

import hashlib
import json
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import typer

from ki67.base.errors import InputError
from ki67.base.files import write_whole
from ki67.pictures.batch import BatchResult, score_each
from ki67.pictures.drawing import thumbnail
from ki67.pictures.header import header
from ki67.pictures.inputs import Picture, pictures
from ki67.pictures.page import Origin, Page
from ki67.pictures.store import Result, Store
from ki67.pictures.tables import csv_lines, joined
from ki67.pictures.tool import Order, Scorer, Tool

# Of every tool, a line each: pictures and report of two tools would have the same names, so they never share a folder.
RESULT_TABLES = ("scores.csv", "cellularity.csv")
PACKAGES = ("ki67", "openvino", "numpy", "scipy", "scikit-image", "pillow")
UNNAMED = "score"  # the command whose record does not name it: it is older than all others


def run_command(tool: Tool[Result], order: Order) -> int:
    """Run a tool, say what came of it, and give the exit code."""
    done = run_tool(tool, order)
    for line in done.failures:
        print(f"ki67: {line}", file=sys.stderr)
    typer.echo(done.summary_line(order.out, tool.network.cautions))
    return done.exit_code


def run_tool(tool: Tool[Result], order: Order) -> BatchResult[Result]:
    """Score what is not done yet, then write the tables, the record and the report over all."""
    wanted = pictures(order.paths)
    check_writable(order.out, tool.results.file)
    store = Store(order.out, settings_key(tool, order), tool.result_type)
    known = {picture: result for picture in wanted if (result := store.restored(picture))}
    done = score_each(wanted, known, lambda at_once: scoring(tool, order, store, at_once))
    if done.results:
        write_tables(tool, done.results, store, order.out)
        write_whole(order.out / "run.json", [json.dumps(run_record(tool, order), indent=2) + "\n"])
        write_report(tool, done, store, order.out)
    return done


@contextmanager
def scoring(tool: Tool[Result], order: Order, store: Store[Result], at_once: int) -> Iterator[Callable[[Picture], Result]]:
    """The way to score a picture and write all that is its own."""
    with tool.scorer(order.um_per_px, at_once) as scorer:
        yield lambda picture: score_one(picture, order, scorer, store)


def score_one(picture: Picture, order: Order, scorer: Scorer[Result], store: Store[Result]) -> Result:
    """Its files first, then its table, then its result, by which a later run knows that all is there."""
    scored = scorer.score(picture.name, header(picture.path, order.most_pixels))
    for target in (order.out / picture.name, store.details(picture.name)):
        target.parent.mkdir(parents=True, exist_ok=True)
    scored.write_beside(order.out / picture.name)
    scored.write_details(store.details(picture.name))
    store.keep(picture, scored.result, thumbnail(scored.drawn))
    return scored.result


def check_writable(out: Path, table: str) -> None:
    """Say so before the work where the results would have no place, or would lie among the tables of another command."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        trial = out / ".ki67-trial"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise InputError(f"{out}: cannot be written to ({error.strerror}); name another folder with --out") from error
    for name in RESULT_TABLES:
        if name != table and (out / name).exists():
            raise InputError(f"{out}: holds the results of another command ({name}); name another folder with --out")


def settings_key(tool: Tool[Result], order: Order) -> str:
    """All that decides what is found in a picture, beside the picture."""
    text = json.dumps([tool.command, tool.network.digest, tool.network.precision, order.um_per_px, version("ki67")])
    return hashlib.sha256(text.encode()).hexdigest()


def write_tables(tool: Tool[Result], results: Sequence[Result], store: Store[Result], out: Path) -> None:
    """A row a picture, and the details of all, each table whole or not at all."""
    write_whole(out / tool.results.file, csv_lines([tool.results.columns, *(tool.row(result) for result in results)]))
    write_whole(out / tool.details.file, joined(tool.details.columns, [store.details(result.image) for result in results]))


def run_record(tool: Tool[Result], order: Order) -> dict[str, object]:
    """Enough to do it again; nothing in it changes when it is done again."""
    named = {} if tool.command == UNNAMED else {"command": tool.command}
    return {
        **named,
        "paths": [str(path) for path in order.paths],
        "um_per_px": order.um_per_px,
        **tool.settings,
        "max_pixels": order.most_pixels,
        "model": dict(tool.network.record),
        "warnings": tool.network.cautions,
        "precision": tool.network.precision,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def write_report(tool: Tool[Result], done: BatchResult[Result], store: Store[Result], out: Path) -> None:
    """`report.html`."""
    network = tool.network
    made = f"ki67 {version('ki67')}, model {network.version}; the columns are explained in the book of ki67."
    origin = Origin(network.sentence, network.cautions, made)
    page = Page(tool.title, origin, tool.summary(done.results, done.failures), tool.heads, done.failures)
    page.write((tool.report_row(result, store.thumbnail(result.image)) for result in done.results), out / "report.html")
