"""What is measured of networks and files on this machine."""

from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from ki67.cli.libraries import need, quiet
from ki67.cli.options import Scale


@quiet()
def bench(
    model: Annotated[Path, typer.Argument(help="a model folder")] = Path("release/pathonet"),
    frames: Annotated[Path, typer.Option(help="where validation.npz lies; without it, simulated fields")] = Path("frames"),
    turns: Annotated[int, typer.Option(min=5, help="of each network in turn; times are medians")] = 15,
    starts: Annotated[int, typer.Option(min=1, help="fresh processes for each measurement of memory")] = 7,
) -> None:
    """Measure a network that runs compressed beside the whole one: memory, time, disk, F1."""
    from ki67.bench.compressed import bench

    for line in bench(model, frames, turns, starts):
        typer.echo(line)


@quiet()
def bench_score(
    published: Annotated[Path, typer.Argument(help="the published network, a model folder")] = Path("release/pathonet"),
    whole: Annotated[Path, typer.Option(help="the network that what ships was made of")] = Path("release/scorer"),
    frames: Annotated[Path, typer.Option(help="fields to judge on; else those that are shipped")] = Path("frames/test.npz"),
    turns: Annotated[int, typer.Option(min=5, help="of each way in turn; times are medians")] = 15,
    starts: Annotated[int, typer.Option(min=1, help="fresh processes for each measurement of memory")] = 3,
    much: Annotated[bool, typer.Option(help="also a thousand pictures and one of 20,000×20,000: minutes")] = True,
) -> None:
    """Measure how fast pictures become cells: the published way, TensorFlow, what ships; time, memory, F1."""
    from ki67.bench.speed import bench
    from ki67.data.frames import load_frames
    from ki67.weights import fields

    found = (load_frames(frames), frames.as_posix()) if frames.is_file() else (fields(), "shipped with the package")
    for line in bench(published, whole, *found, turns, starts, much):
        typer.echo(line)


@quiet()
def bench_slide(
    model: Annotated[Path | None, typer.Option(help="a folder with both networks, in place of the shipped ones")] = None,
    turns: Annotated[int, typer.Option(min=1, help="processes for each way, in turn; figures are medians")] = 5,
) -> None:
    """Measure how fast a slide of 100,000×80,000 is outlined, and what bfloat16 costs: minutes, 1.2 GB in build/."""
    from ki67.bench.slide_precisions import precisions
    from ki67.bench.slides import bench

    for line in chain(bench(model, turns), precisions(model)):
        typer.echo(line)


@quiet()
def app_check(
    only: Annotated[list[str] | None, typer.Option(help="a part, again for more; then nothing is kept")] = None,
    short: Annotated[bool, typer.Option(help="a minute, to see that it runs; nothing is kept")] = False,
) -> None:
    """Kill `ki67 app`, cut it off, fill its disk, load it, and measure what it does: a quarter of an hour."""
    need("sqlalchemy", "fastapi", "uvicorn", "alembic")
    from ki67.bench.service.check import bench
    from ki67.bench.service.parts import SHORT, WHOLE

    for line in bench(only or (), SHORT if short else WHOLE, whole=not short):
        typer.echo(line)


@quiet()
def learning_curve(
    folder: Annotated[Path | None, typer.Argument(help="labelled pictures; without it, simulated other laboratories")] = None,
    um_per_px: Scale = None,
) -> None:
    """Measure what labelling 2, 5, 11 pictures buys by `ki67 train --start`; the networks are thrown away. Minutes."""
    from ki67.study.learning_curve import LEARNING_CURVE
    from ki67.weights import NETWORK

    for line in LEARNING_CURVE.asked(NETWORK, folder, um_per_px):
        typer.echo(line)


@quiet()
def without_labels(
    folder: Annotated[Path | None, typer.Argument(help="labelled pictures; without it, simulated other laboratories")] = None,
    start: Annotated[Path, typer.Option(help="a .ki67 file or model folder, or `shipped`")] = Path("shipped"),
    um_per_px: Scale = None,
) -> None:
    """Measure what unlabelled pictures teach a network; labels only judge, and it is thrown away. Minutes."""
    from ki67.finetune.start import named
    from ki67.study.without_labels import WITHOUT_LABELS

    for line in WITHOUT_LABELS.asked(named(start), folder, um_per_px):
        typer.echo(line)


@quiet()
def bench_coders(
    study: Annotated[Path, typer.Argument(help="a study that has run; its release lies in build/release")] = Path("."),
) -> None:
    """Write a study's network by our container, lzma, zstd and the ISO codec: sizes at equal F1."""
    from ki67.bench.equal_f1 import benchmark_study

    benchmark_study(study)
    typer.echo(f"{study / 'metrics/coders.csv'}: written")


@quiet()
def bench_client(
    turns: Annotated[int, typer.Option(min=5, help="of each measurement; figures are medians")] = 30,
) -> None:
    """Measure the browser client: picture to cells, visits, memory, frames, size; in Chromium, and in WebKitGTK where it is."""
    from ki67.bench.client.measured import bench

    for line in bench(turns):
        typer.echo(line)


@quiet()
def app_pictures(folder: Annotated[Path, typer.Option(help="where they go")] = Path("figures")) -> None:
    """Take the pictures of the browser client that README and book show."""
    from ki67.bench.client.screens import screens

    for path in screens(folder):
        typer.echo(path)


def fuzz(
    mutations: Annotated[int, typer.Option(min=1, help="damaged files to read")] = 10_000,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    processes: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Damage a container in every way there is and read it: each must be refused or give what it declares."""
    from ki67.base.tables import write_json
    from ki67.bench.fuzz import fuzz

    report = fuzz(mutations, seed, processes)
    write_json(report.figures(), Path("metrics/fuzz.json"))
    write_json(report.costs(), Path("measurements/fuzz.json"))
    for number, what in report.failures:
        typer.echo(f"mutation {number} of seed {seed}: {what}")
    typer.echo(f"metrics/fuzz.json: {mutations:,} mutations, {len(report.failures)} failures")
    raise typer.Exit(1 if report.failures else 0)
