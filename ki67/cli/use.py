"""What a laboratory or a reader runs on pictures and networks of their own."""

from pathlib import Path
from typing import Annotated
from warnings import catch_warnings

import typer

from ki67.cli.free_names import must_be_free
from ki67.cli.libraries import need, quiet
from ki67.cli.options import Inside, Scale, Scales
from ki67.engine.names import AskedPrecision
from ki67.settings.names import QuantizerName, Scope
from ki67.settings.networks import BackendName
from ki67.slides.names import Numbers

Shipped = Annotated[Path | None, typer.Option("--model", help="a .ki67 file or a model folder, in place of the shipped one")]
AskedNumbers = Annotated[AskedPrecision, typer.Option(help="what it is computed in; auto: what `ki67 doctor` found best here")]
CASE = "which pictures are one case: a pattern of names such as '{case}_*', or a CSV with image and case; else a folder is one"
AskedCase = Annotated[str | None, typer.Option("--case", "--cases", metavar="PATTERN|CSV", help=CASE)]
Limits = Annotated[str, typer.Option(help="of the categories low, middle, high, in per cent")]


def score(
    paths: Annotated[list[Path], typer.Argument(help="pictures, slides, and folders of them")],
    out: Annotated[Path, typer.Option(help="folder for tables, overlays and the report")],
    um_per_px: Scales = None,
    model: Shipped = None,
    precision: AskedNumbers = "auto",
    cut_offs: Limits = "16/30",
    max_pixels: Annotated[int, typer.Option(min=1, help="larger pictures that are no slides are refused")] = 1_000_000_000,
    case: AskedCase = None,
    inside: Inside = None,
) -> None:
    """Count the cells of your pictures: tables, overlays, QuPath objects and a report. Research use only."""
    from ki67.score.command import score_command

    raise typer.Exit(score_command(paths, out, um_per_px, model, precision, cut_offs, max_pixels, case, inside))


def cellularity(
    paths: Annotated[list[Path], typer.Argument(help="H&E pictures, slides, and folders of them")],
    out: Annotated[Path, typer.Option(help="folder for tables, heat maps, QuPath objects and the report")],
    um_per_px: Scales = None,
    model: Annotated[Path | None, typer.Option(help="a model folder (model.json, graph.xml, graph.bin)")] = None,
    max_pixels: Annotated[int, typer.Option(min=1, help="larger pictures that are no slides are refused")] = 1_000_000_000,
    case: AskedCase = None,
    inside: Inside = None,
) -> None:
    """Estimate cellularity of your H&E pictures tile by tile: tables, heat maps, QuPath objects, report. Research use only."""
    from ki67.tiles.command import cellularity_command

    raise typer.Exit(cellularity_command(paths, out, um_per_px, model, max_pixels, case, inside))


def slide(
    paths: Annotated[list[Path], typer.Argument(help="H&E slides, and folders of them")],
    out: Annotated[Path, typer.Option(help="folder for tables, outlines, maps, QuPath objects and the report")],
    um_per_px: Scales = None,
    model: Annotated[Path | None, typer.Option(help="a folder with both networks, in place of the shipped ones")] = None,
    precision: Annotated[Numbers, typer.Option(help="bfloat16 is faster on processors that have it")] = "float32",
    cluster: Annotated[str, typer.Option(help="a Dask scheduler's address; its workers need the same folders")] = "",
    case: AskedCase = None,
) -> None:
    """Outline the tumour on H&E slides: outlines for QuPath, maps, areas, report; goes on mid-slide. Research use only."""
    from ki67.slides.command import slide_command

    if cluster:
        need("distributed")
    raise typer.Exit(slide_command(paths, out, um_per_px, model, precision, cluster, case))


def doctor(
    model: Shipped = None,
) -> None:
    """Check the installation, measure the precisions on this machine, and remember the fastest that finds the same cells."""
    from ki67.score.doctor import doctor

    raise typer.Exit(doctor(model, typer.echo))


def evaluate(
    folder: Annotated[Path, typer.Argument(help="labelled pictures: each with its .json (SHIDC layout) or .csv beside it")],
    um_per_px: Scale = None,
    model: Shipped = None,
    precision: AskedNumbers = "auto",
    out: Annotated[Path | None, typer.Option(help="a JSON file for the figures")] = None,
) -> None:
    """Judge a model on labelled pictures: F1 of each class and the error of the index, with 95 % intervals."""
    from ki67.score.evaluate import evaluate_folder

    if out:
        must_be_free(out, ".json")
    for line in evaluate_folder(folder, um_per_px, model, precision, out):
        typer.echo(line)


def agree(
    first: Annotated[Path, typer.Argument(help="scores.csv of one scorer, human or not: columns image and ki67_index")],
    second: Annotated[Path, typer.Argument(help="the other's")],
    cut_offs: Limits = "16/30",
    figure: Annotated[Path | None, typer.Option(help="a Bland–Altman plot: NAME.png (needs ki67[study])")] = None,
) -> None:
    """How far two scorers agree: ICC(2,1), Bland–Altman limits, weighted kappa."""
    from ki67.score.agree import agreement_lines, shared
    from ki67.score.command import cut_offs_of

    if figure:
        must_be_free(figure, ".png")
        need("matplotlib")
    found = shared(first, second)
    for line in agreement_lines(found, cut_offs_of(cut_offs)):
        typer.echo(line)
    if figure:
        from ki67.figures.judged import agreement
        from ki67.figures.plots import save

        with catch_warnings(action="ignore", category=UserWarning):  # of letters that the font lacks
            save(agreement(found.pairs[:, 0], found.pairs[:, 1], label(first), label(second)), figure)
        typer.echo(f"{figure}: Bland–Altman plot")


def label(table: Path) -> str:
    """A table's name as a plot shows it: for Matplotlib a dollar sign would begin a formula."""
    return table.stem.replace("$", r"\$")


@quiet()
def train(
    folder: Annotated[Path, typer.Argument(help="labelled pictures in the SHIDC layout: name.jpg with name.json")],
    out: Annotated[Path, typer.Option(help="where the model goes")],
    start: Annotated[Path | None, typer.Option(help="a .ki67 file or model folder to go on from, or `shipped`")] = None,
    backend: Annotated[BackendName | None, typer.Option(help="which network; pathonet if left out")] = None,
    um_per_px: Scale = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="instead of params.yaml's; with --start, at most")] = None,
    learning_rate: Annotated[float | None, typer.Option(max=1, help="instead of params.yaml's")] = None,
) -> None:
    """Train a network on your own labelled folder, or let a finished one go on: cross-validated, never worse."""
    changes: dict[str, object] = {"epochs": epochs, "learning_rate": learning_rate}
    if start:
        from ki67.finetune.command import fine_tune_on_folder

        lines = fine_tune_on_folder(folder, out, start, um_per_px, changes, backend)
    else:
        from ki67.models.own_data import train_on_folder

        lines = train_on_folder(folder, out, um_per_px, changes, backend)
    for line in lines:
        typer.echo(line)


@quiet()
def compress(
    model: Annotated[Path, typer.Argument(help="a Keras model, NAME.keras, or a model folder")],
    out: Annotated[Path, typer.Option(help="the compressed file: NAME.ki67")],
    quantizer: Annotated[QuantizerName, typer.Option(help="how weights come to share values")] = "cws",
    k: Annotated[int, typer.Option(help="values that weights share")] = 256,
    codebook: Annotated[Scope, typer.Option(help="global: one for all layers; layer: one each")] = "global",
) -> None:
    """Let the weights of any Keras model share k values, and store it in one small file."""
    from ki67.compression.files import compress_file

    for line in compress_file(model, out, quantizer, k, codebook).lines(out):
        typer.echo(line)


@quiet()
def expand(
    file: Annotated[Path, typer.Argument(help="a file that `ki67 compress` wrote")],
    out: Annotated[Path, typer.Option(help="the Keras model: NAME.keras")],
) -> None:
    """Bring a compressed network back as a Keras model with full weights."""
    from ki67.compression.files import expand_file

    expand_file(file, out)
    typer.echo(f"{out}: expanded from {file}")
