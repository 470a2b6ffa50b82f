"""From pictures to results: what every tool's command does. What is done stays done; what fails is said, and the others go on."""

import hashlib
import json
import platform
import sys
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path

import typer

from ki67.base.errors import InputError, one_line
from ki67.base.files import write_bytes, write_whole
from ki67.pictures.batch import BatchResult, score_each
from ki67.pictures.cases import CasePictures, absent, check_rule, grouped
from ki67.pictures.drawing import thumbnail
from ki67.pictures.header import header
from ki67.pictures.inputs import Picture, pictures
from ki67.pictures.lock import only_run_in
from ki67.pictures.markup import row
from ki67.pictures.outline import Outline
from ki67.pictures.page import ALL, UNLISTED, FirstTable, Origin, Page, Section
from ki67.pictures.store import Result, Store
from ki67.pictures.tables import csv_lines, joined
from ki67.pictures.tool import Order, PooledCase, Scorer, Tool
from ki67.pictures.written import Written, file_hash, writing_failures

# Of every tool, a line each: pictures and report of two tools would have the same names, so they never share a folder.
RESULT_TABLES = ("scores.csv", "cellularity.csv", "slides.csv")
RECORD, REPORT = "run.json", "report.html"
PACKAGES = ("ki67", "openvino", "numpy", "scipy", "scikit-image", "pillow", "openslide-bin")
Write = Callable[[Path], None]
Cases = Sequence[tuple[CasePictures[Result], PooledCase | None]]


def run_command(tool: Tool[Result], order: Order) -> int:
    """Run a tool, say what came of it, and give the exit code."""
    done = run_tool(tool, order)
    for line in done.failures:
        print(f"ki67: {line}", file=sys.stderr)
    for line in done.lines:
        typer.echo(line)
    typer.echo(done.summary_line(order.out / REPORT, tool.network.cautions))
    return done.exit_code


def run_tool(tool: Tool[Result], order: Order) -> BatchResult[Result]:
    """Score what is not done yet, then write the tables, the record and the report over all."""
    refuse_mixture(order.out, tool.results.file)
    found, written = pictures(order.paths), Written(order.out)
    wanted = found.pictures
    names = [picture.name for picture in wanted]
    check_rule(order.cases, names)
    store = Store(order.out, tool.result_type)
    known = {picture: result for picture in wanted if (result := restored(tool, order, store, picture))}
    written.refuse_to_replace(outputs(tool, wanted, known), [*order.paths, *(picture.path for picture in wanted)])
    with only_run_in(order.out):
        written.sweep()
        scorer = partial(scoring, tool, order, store, written)
        done = score_each(wanted, known, scorer, tool.pictures_at_once)
        done.failures[:0] = [*found.failures, *map(one_line, absent(order.cases, names))]
        cases = cases_of(tool, order, done, store, names)
        done.lines = [one_line(f"{case.name}: {figure.sentence}") for case, figure in cases if figure]
        publish(tool, order, done, cases, store, written)
    return done


def cases_of(
    tool: Tool[Result], order: Order, done: BatchResult[Result], store: Store[Result], names: Sequence[str]
) -> Cases[Result]:
    """The pictures case by case; what each comes to as one figure, where the tool makes such and the pictures are of a case."""
    cases = grouped(done.results, names, order.cases, store.picture_hash)
    return [(case, tool.pooled(case) if case.name else None) for case in cases]


def restored(tool: Tool[Result], order: Order, store: Store[Result], picture: Picture) -> Result | None:
    """What an earlier run found; nothing where its outline cannot be read, of which scoring it will tell."""
    with suppress(InputError):
        return store.restored(picture, settings_key(tool, order, picture, order.outline(picture.name)))
    return None


def outputs(tool: Tool[Result], wanted: Sequence[Picture], known: Container[Picture]) -> list[str]:
    """Every file that the run will write, by its name in the output folder; what is done is not written again."""
    beside = [f"{picture.name}{ending}" for picture in wanted if picture not in known for ending in tool.endings]
    cases = [tool.case_table.file] if tool.case_table else []
    return [tool.results.file, tool.details.file, *cases, RECORD, REPORT, *beside]


def refuse_mixture(out: Path, table: str) -> None:
    """Say so before the work where the results would lie among those of another command."""
    for name in RESULT_TABLES:
        if name != table and (out / name).exists():
            raise InputError(f"{out}: holds the results of another command ({name}); name another folder with --out")


@contextmanager
def scoring(
    tool: Tool[Result], order: Order, store: Store[Result], written: Written, at_once: int
) -> Iterator[Callable[[Picture], Result]]:
    """The way to score a picture and write all that is its own."""
    with tool.scorer(order.um_per_px, at_once) as scorer:
        yield lambda picture: score_one(picture, tool, order, scorer, store, written)


def score_one(
    picture: Picture, tool: Tool[Result], order: Order, scorer: Scorer[Result], store: Store[Result], written: Written
) -> Result:
    """Its files first, then its table, then its result, by which a later run knows that all is there."""
    digest, outline = file_hash(picture.path), order.outline(picture.name)
    asked = order.scales.get(picture.name)
    head = replace(header(picture.path, order.most_pixels), asked=asked, outline=outline, digest=digest)
    scored = scorer.score(picture.name, head)
    if file_hash(picture.path) != digest:
        raise InputError(f"{picture.path}: was changed while it was scored; run it again")
    files = scored.files()
    for ending, write in files.items():
        with written.writing(f"{picture.name}{ending}") as path:
            write(path)
    with writing_failures(store.details(picture.name)):
        store.details(picture.name).parent.mkdir(parents=True, exist_ok=True)
        scored.write_details(store.details(picture.name))
        write_bytes(store.thumbnail(picture.name), thumbnail(scored.drawn))
    store.keep(picture, settings_key(tool, order, picture, outline), digest, scored.result, list(files))
    return scored.result


def publish(
    tool: Tool[Result], order: Order, done: BatchResult[Result], cases: Cases[Result], store: Store[Result], written: Written
) -> None:
    """What is of all pictures together, also where none could be scored; what cannot be written is said, the rest is there."""
    for name, write in shared_files(tool, order, done, cases, store).items():
        try:
            with written.writing(name) as path:
                write(path)
        except InputError as error:
            done.failures.append(str(error))


def shared_files(
    tool: Tool[Result], order: Order, done: BatchResult[Result], cases: Cases[Result], store: Store[Result]
) -> Mapping[str, Write]:
    """The tables, a row a picture, a case, a detail; the record; the report, last, since it lists what failed."""
    rows = [tool.results.columns, *(tool.row(result) for result in done.results)]
    names = [result.image for result in done.results]
    details = [store.details(name) for name in names]
    of_cases = [figure.row for _, figure in cases if figure]
    table = {tool.case_table.file: [tool.case_table.columns, *of_cases]} if tool.case_table else {}
    return {
        tool.results.file: partial(write_table, rows),
        tool.details.file: lambda path: write_whole(path, joined(tool.details.columns, details)),
        **{name: partial(write_table, lines) for name, lines in table.items()},
        RECORD: lambda path: write_whole(path, [json.dumps(run_record(tool, order, names), indent=2) + "\n"]),
        REPORT: partial(write_report, tool, done, cases, store),
    }


def write_table(rows: Sequence[Sequence[str]], path: Path) -> None:
    """Its columns first."""
    write_whole(path, csv_lines(rows))


def settings_key(tool: Tool[Result], order: Order, picture: Picture, outline: Outline | None) -> str:
    """All that decides what is found in a picture, beside the picture."""
    scale = order.scales.get(picture.name, order.um_per_px)
    decisive = [tool.command, tool.network.digest, tool.network.precision, scale, version("ki67")]
    text = json.dumps([*decisive, outline.digest] if outline else decisive)
    return hashlib.sha256(text.encode()).hexdigest()


def run_record(tool: Tool[Result], order: Order, names: Sequence[str]) -> dict[str, object]:
    """Enough to do it again; nothing in it changes when it is done again."""
    return {
        "command": tool.command,
        "paths": [str(path) for path in order.paths],
        "um_per_px": dict(order.scales) or order.um_per_px,
        **({"case": order.cases.asked} if order.cases.asked else {}),
        **(order.inside.record(names) if order.inside else {}),
        **tool.settings,
        "max_pixels": order.most_pixels,
        "model": dict(tool.network.record),
        "warnings": tool.network.cautions,
        "precision": tool.network.precision,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def write_report(tool: Tool[Result], done: BatchResult[Result], cases: Cases[Result], store: Store[Result], path: Path) -> None:
    """`report.html`: the results with their pictures, case by case, for people."""
    network, today = tool.network, date.today().isoformat()
    origin = Origin(network.sentence, network.name, network.digest, network.precision, network.cautions, today, version("ki67"))
    first = FirstTable(tool.case_heads, [(case.name, figure.cells) for case, figure in cases if case.name and figure])
    summary = tool.summary(done.results, done.failures)
    page = Page(tool.title, origin, summary, tool.heads, tool.marks, done.failures, first)
    rest = UNLISTED if len(cases) > 1 else ALL
    page.write((section_of(tool, store, case, figure, rest) for case, figure in cases if figure or case.results), path)


def section_of(
    tool: Tool[Result], store: Store[Result], case: CasePictures[Result], figure: PooledCase | None, rest: str
) -> Section:
    """A case as the report shows it, its rows made one after the other."""
    rows = (tool.report_row(result, store.thumbnail(result.image), store.picture_hash(result.image)) for result in case.results)
    total = figure.sentence if figure else tool.total(case.results)
    return Section(case.name or rest, total, (row(cells, tool.heads) for cells in rows))
