"""`ki67`: the command line. Every failure that the user can mend is one line and exit code 2."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ki67.base.errors import InputError
from ki67.base.quiet import quiet_libraries
from ki67.base.state import STATE

app = typer.Typer(
    help="Ki-67 scoring in breast pathology: a reproducible study and its tool. Research use only.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Shipped = Annotated[Path | None, typer.Option("--model", help="a .ki67 file or a model folder, in place of the shipped one")]
Scale = Annotated[float | None, typer.Option("--mpp", min=0.01, help="micrometres per pixel of the pictures")]
Numbers = Annotated[str, typer.Option(help="float32, bfloat16 or int8; auto: what `ki67 doctor` found best here")]
Limits = Annotated[str, typer.Option(help="of the categories low, middle, high, in per cent")]
data = typer.Typer(help="Point the study at a real dataset.", no_args_is_help=True)
app.add_typer(data, name="data")


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(help="where to write Train/ and Test/")],
    patients: Annotated[int, typer.Option(min=2, help="simulated patients in Train")] = 20,
    fields_per_patient: Annotated[int, typer.Option(min=1)] = 5,
    test_patients: Annotated[int, typer.Option(min=1)] = 5,
    test_fields_per_patient: Annotated[int, typer.Option(min=1)] = 4,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    um_per_px: Annotated[float, typer.Option(help="of the 1228-pixel field")] = 0.135,
    label_stroma: Annotated[bool, typer.Option(help="annotate spindle nuclei too")] = False,
) -> None:
    """Write a cohort of simulated fields in the SHIDC-B-Ki-67 layout; a killed run goes on where it stopped."""
    from ki67.simulate import Cohort, write_cohort

    cohort = Cohort(
        patients, fields_per_patient, test_patients, test_fields_per_patient, seed,
        um_per_px=um_per_px, label_stroma=label_stroma,
    )  # fmt: skip
    write_cohort(folder, cohort)
    typer.echo(f"{folder}: simulated fields of {patients} + {test_patients} patients, {um_per_px} µm/px")


@app.command("simulate-he")
def simulate_he(
    folder: Annotated[Path, typer.Argument(help="where to write train/, cells/ and the labels")],
    patients: Annotated[int, typer.Option(min=3, help="simulated patients whose patches are scored")] = 12,
    slides_per_patient: Annotated[int, typer.Option(min=1, max=99)] = 2,
    patches_per_slide: Annotated[int, typer.Option(min=1)] = 3,
    annotated_patients: Annotated[int, typer.Option(min=2, help="others, whose nuclei are annotated")] = 4,
    annotated_per_patient: Annotated[int, typer.Option(min=1)] = 2,
    seed: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Write a cohort of simulated H&E patches in the BreastPathQ layout; a killed run goes on where it stopped."""
    from ki67.simulate.he import TissueCohort, write_cohort

    cohort = TissueCohort(patients, slides_per_patient, patches_per_slide, annotated_patients, annotated_per_patient, seed)
    write_cohort(folder, cohort)
    typer.echo(f"{folder}: simulated H&E patches of {patients} + {annotated_patients} patients, 0.5 µm/px")


@data.command("use")
def data_use(
    path: Annotated[Path, typer.Argument(help="folder of the dataset")],
    dataset: Annotated[str, typer.Option("--as", help="which dataset it is: shidc or breastpathq")] = "shidc",
) -> None:
    """Check a dataset's layout, say what is odd, and make it the one that `dvc repro` uses."""
    from ki67.data.use import use

    for line in use(path, dataset):
        typer.echo(line)


@app.command()
def train(
    folder: Annotated[Path, typer.Argument(help="labelled pictures in the SHIDC layout: name.jpg with name.json")],
    out: Annotated[Path, typer.Option(help="where the model goes")],
    start: Annotated[Path | None, typer.Option(help="a model folder to fine-tune instead of starting anew")] = None,
    backend: Annotated[
        str | None, typer.Option(help="pathonet, fcrn_a, fcrn_b, deeplab_mobilenetv2, deeplab_xception, unet")
    ] = None,
    um_per_px: Annotated[float, typer.Option("--mpp", help="micrometres per pixel of the pictures")] = 0.135,
    epochs: Annotated[int | None, typer.Option(min=1, help="instead of params.yaml's")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="instead of params.yaml's")] = None,
) -> None:
    """Train a network on your own labelled folder, or fine-tune one on it; thresholds are tuned on a fifth of the patients."""
    from ki67.models.own_data import train_on_folder

    changes: dict[str, object] = {"epochs": epochs, "learning_rate": learning_rate}
    for line in train_on_folder(folder, out, start, um_per_px, changes, backend):
        typer.echo(line)


@app.command()
def score(
    paths: Annotated[list[Path], typer.Argument(help="pictures, and folders of them: jpg, png, tif")],
    out: Annotated[Path, typer.Option(help="folder for tables, overlays and the report")],
    um_per_px: Scale = None,
    model: Shipped = None,
    precision: Numbers = "auto",
    cut_offs: Limits = "16/30",
    max_pixels: Annotated[int, typer.Option(min=1, help="larger pictures are refused before they are decoded")] = 1_000_000_000,
) -> None:
    """Count the cells of your pictures: tables, overlays, QuPath objects and a report. Research use only."""
    from ki67.score.command import score_command

    raise typer.Exit(score_command(paths, out, um_per_px, model, precision, cut_offs, max_pixels))


@app.command()
def cellularity(
    paths: Annotated[list[Path], typer.Argument(help="H&E pictures, and folders of them: jpg, png, tif")],
    out: Annotated[Path, typer.Option(help="folder for tables, heat maps and the report")],
    um_per_px: Scale = None,
    model: Annotated[Path | None, typer.Option(help="a model folder (model.json, graph.xml, graph.bin)")] = None,
    max_pixels: Annotated[int, typer.Option(min=1, help="larger pictures are refused before they are decoded")] = 1_000_000_000,
) -> None:
    """Estimate tumour cellularity of your H&E pictures tile by tile: tables, heat maps and a report. Research use only."""
    from ki67.tiles.command import cellularity_command

    raise typer.Exit(cellularity_command(paths, out, um_per_px, model, max_pixels))


@app.command()
def doctor(
    model: Shipped = None,
) -> None:
    """Check the installation, measure the precisions on this machine, and remember the fastest that finds the same cells."""
    from ki67.score.doctor import doctor

    raise typer.Exit(doctor(model, typer.echo))


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(help="labelled pictures: each with its .json (SHIDC layout) or .csv beside it")],
    um_per_px: Scale = None,
    model: Shipped = None,
    precision: Numbers = "auto",
    out: Annotated[Path | None, typer.Option(help="a JSON file for the figures")] = None,
) -> None:
    """Judge a model on labelled pictures: F1 of each class and the error of the index, with 95 % intervals."""
    from ki67.score.evaluate import evaluate_folder

    for line in evaluate_folder(folder, um_per_px, model, precision, out):
        typer.echo(line)


@app.command()
def agree(
    first: Annotated[Path, typer.Argument(help="scores.csv of one scorer, human or not: columns image and ki67_index")],
    second: Annotated[Path, typer.Argument(help="the other's")],
    cut_offs: Limits = "16/30",
    figure: Annotated[Path | None, typer.Option(help="a Bland–Altman plot: NAME.png (needs ki67[study])")] = None,
) -> None:
    """How far two scorers agree: ICC(2,1), Bland–Altman limits, weighted kappa."""
    from ki67.score.agree import agreement_lines, shared
    from ki67.score.command import cut_offs_of

    found = shared(first, second)
    for line in agreement_lines(found, cut_offs_of(cut_offs)):
        typer.echo(line)
    if figure:
        from ki67.figures.plots import agreement, save

        save(agreement(found.pairs[:, 0], found.pairs[:, 1], first.stem, second.stem), figure)
        typer.echo(f"{figure}: Bland–Altman plot")


@app.command()
def realism(folder: Annotated[Path, typer.Argument(help="a folder of fields in the SHIDC layout")]) -> None:
    """Measure fields, simulated or real: optical densities, nuclear areas, cells per field, contrast, sharpness."""
    from ki67.simulate.realism import realism_table

    typer.echo(realism_table(folder).round(3).to_string(index=False))


@app.command("real-check")
def real_check(
    folder: Annotated[Path | None, typer.Argument(help="folder that holds shidc/, bcdata/ or breastpathq/")] = None,
    model: Annotated[Path | None, typer.Option(help="model folder; release/pathonet if there is one")] = None,
) -> None:
    """Run the trained model and the classical row on real fields: development figures, nothing is tuned on them."""
    from ki67.study.real_fields import check_folder

    for line in check_folder(folder, model):
        typer.echo(line)


@app.command()
def compress(
    model: Annotated[Path, typer.Argument(help="a Keras model, NAME.keras, or a model folder")],
    out: Annotated[Path, typer.Option(help="the compressed file: NAME.ki67")],
    quantizer: Annotated[str, typer.Option(help="cws, pws, uq or ecsq")] = "cws",
    k: Annotated[int, typer.Option(help="values that weights share")] = 256,
    codebook: Annotated[str, typer.Option(help="global: one for all layers; layer: one each")] = "global",
) -> None:
    """Let the weights of any Keras model share k values, and store it in one small file."""
    from ki67.compression.files import compress_file

    for line in compress_file(model, out, quantizer, k, codebook).lines(out):
        typer.echo(line)


@app.command()
def expand(
    file: Annotated[Path, typer.Argument(help="a file that `ki67 compress` wrote")],
    out: Annotated[Path, typer.Option(help="the Keras model: NAME.keras")],
) -> None:
    """Bring a compressed network back as a Keras model with full weights."""
    from ki67.compression.files import expand_file

    expand_file(file, out)
    typer.echo(f"{out}: expanded from {file}")


@app.command()
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


@app.command()
def bench(
    model: Annotated[Path, typer.Argument(help="a model folder")] = Path("release/pathonet"),
    frames: Annotated[Path, typer.Option(help="where validation.npz lies; without it, simulated fields")] = Path("frames"),
    turns: Annotated[int, typer.Option(min=5, help="of each network in turn; times are medians")] = 15,
    starts: Annotated[int, typer.Option(min=1, help="fresh processes for each measurement of memory")] = 7,
) -> None:
    """Measure a network that runs compressed beside the whole one: memory, time, disk, F1."""
    with quiet_libraries(STATE / "bench.log"):
        from ki67.bench.compressed import bench

        for line in bench(model, frames, turns, starts):
            typer.echo(line)


@app.command()
def bench_score(
    model: Annotated[Path, typer.Argument(help="a model folder")] = Path("release/pathonet"),
    frames: Annotated[Path, typer.Option(help="fields to judge on; else those that are shipped")] = Path("frames/test.npz"),
    turns: Annotated[int, typer.Option(min=5, help="of each way in turn; times are medians")] = 15,
    starts: Annotated[int, typer.Option(min=1, help="fresh processes for each measurement of memory")] = 3,
    much: Annotated[bool, typer.Option(help="also a thousand pictures and one of 20,000×20,000: minutes")] = True,
) -> None:
    """Measure how fast pictures become cells: the published way, TensorFlow, the engine; time, memory, F1."""
    with quiet_libraries(STATE / "bench-score.log"):
        from ki67.bench.speed import bench
        from ki67.data.frames import load_frames
        from ki67.weights import fields

        found = (load_frames(frames), frames.as_posix()) if frames.is_file() else (fields(), "shipped with the package")
        for line in bench(model, *found, turns, starts, much):
            typer.echo(line)


@app.command()
def bench_coders(
    study: Annotated[Path, typer.Argument(help="a study that has run; its release lies in build/release")] = Path("."),
) -> None:
    """Write a study's network by our container, lzma, zstd and the ISO codec: sizes at equal F1."""
    from ki67.bench.equal_f1 import benchmark_study

    benchmark_study(study)
    typer.echo(f"{study / 'metrics/coders.csv'}: written")


@app.command()
def profile(name: Annotated[str, typer.Argument(help="smoke, default, paper or release")]) -> None:
    """Write a profile's settings into params.yaml; `git checkout params.yaml` brings the default back."""
    from ki67.settings.profiles import apply

    apply(name, Path("params.yaml"))
    typer.echo(f"params.yaml: profile {name}")


@app.command()
def stage(
    name: str,
    changes: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE in place of params.yaml's")] = None,
    item: Annotated[str, typer.Option(help="a name for this part of a stage that runs in parts")] = "",
) -> None:
    """Run one stage with its section of params.yaml, as `dvc repro` does."""
    from ki67.settings.params import assignments
    from ki67.study.stages import run_stage

    run_stage(name, assignments(changes or []), item)


@app.command()
def reproduce() -> None:
    """Check disk space, run every stage, build the book, print the main results."""
    from ki67.study.pipeline import reproduce

    raise typer.Exit(reproduce())


@app.command()
def book() -> None:
    """Build the book from the results that are there, and check its links."""
    from ki67.study.pipeline import build_book

    raise typer.Exit(build_book())


@app.command()
def ship(
    container: Annotated[Path, typer.Argument(help="the .ki67 file to ship")] = Path("release/pathonet.ki67"),
    frames: Annotated[Path, typer.Option(help="of the study that trained it")] = Path("build/release/frames"),
) -> None:
    """Put a network into the package, with what its training pictures tell of it; `ki67 score` then uses it."""
    from ki67.study.shipping import ship
    from ki67.weights import HERE

    ship(container, frames, HERE)
    typer.echo(f"{HERE}: written")


@app.command()
def ship_cellularity(
    network: Annotated[Path, typer.Argument(help="a trained network of H&E patches: models/cellularity/NAME")],
    out: Annotated[Path | None, typer.Option(help="the folder to write, in place of the package's own")] = None,
    patches: Annotated[Path, typer.Option(help="what it was trained on")] = Path("patches/train.npz"),
) -> None:
    """Make of a trained network the folder that `ki67 cellularity` reads; without --out it is the one that ships."""
    from ki67.cellularity.shipping import ship_trained
    from ki67.weights import CELLULARITY

    folder = out or CELLULARITY
    shipped = ship_trained(network, patches, folder)
    typer.echo(f"{folder}: {shipped.size / 1e6:.1f} MB; scores at most {shipped.off_halved:.1g} from Keras's")


@app.command()
def release(
    part: Annotated[str | None, typer.Argument(help="backends or cellularity: that chapter alone; all if left out")] = None,
) -> None:
    """Run the study, or a chapter of it, in its release profile in a clone of its own, and keep the results in release/."""
    from ki67.study.release import release, release_part

    raise typer.Exit(release_part(part) if part else release())


def main() -> None:
    """The entry point: what is wrong with the input becomes one line."""
    try:
        app()
    except InputError as error:
        print(f"ki67: {error}", file=sys.stderr)
        sys.exit(2)
