"""The study: reproducing it, changing its settings and its data, simulating, and making what ships."""

from pathlib import Path
from typing import Annotated

import typer

from ki67.cli.libraries import need, quiet
from ki67.cli.options import Scale, finite
from ki67.settings.names import DatasetName, Pool, ProfileName, ReleasePart

data = typer.Typer(help="Point the study at a real dataset.")


def reproduce() -> None:
    """Check disk space, run every stage, build the book, print the main results."""
    need("dvc", "papermill", "jupyter_book")
    from ki67.study.pipeline import reproduce

    raise typer.Exit(reproduce())


def book() -> None:
    """Build the book from the results that are there, and check its links."""
    need("jupyter_book")
    from ki67.settings.params import stand_at_top
    from ki67.study.book import build_book

    stand_at_top()
    raise typer.Exit(build_book())


def readme() -> None:
    """Write README.md anew from its template and from what was measured."""
    from ki67.settings.params import stand_at_top
    from ki67.study.readme import write_readme

    stand_at_top()
    typer.echo(f"{write_readme(Path())}: as measured")


@data.command("use")
def data_use(
    path: Annotated[Path, typer.Argument(help="folder of the dataset")],
    dataset: Annotated[DatasetName, typer.Option("--as", help="which dataset it is")] = "shidc",
    um_per_px: Scale = None,
) -> None:
    """Check a dataset's layout, say what is odd, and make it the one that `dvc repro` uses."""
    need("dvc")
    from ki67.data.use import use

    for line in use(path, dataset, um_per_px):
        typer.echo(line)


def profile(name: Annotated[ProfileName, typer.Argument(help="how long it takes, and on what it can run")]) -> None:
    """Write a profile's settings into params.yaml; `git checkout params.yaml` brings the default back."""
    from ki67.settings.profiles import apply

    apply(name, Path("params.yaml"))
    typer.echo(f"params.yaml: profile {name}")


def stage(
    name: Annotated[str, typer.Argument(help="as in dvc.yaml: simulate, split, train and so on")],
    changes: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE in place of params.yaml's")] = None,
    item: Annotated[str, typer.Option(help="a name for this part of a stage that runs in parts")] = "",
) -> None:
    """Run one stage with its section of params.yaml, as `dvc repro` does."""
    from ki67.settings.params import assignments
    from ki67.study.stages import run_stage

    run_stage(name, assignments(changes or []), item)


def simulate(
    folder: Annotated[Path, typer.Argument(help="where to write Train/ and Test/")],
    patients: Annotated[int, typer.Option(min=2, help="simulated patients in Train")] = 20,
    fields_per_patient: Annotated[int, typer.Option(min=1)] = 5,
    test_patients: Annotated[int, typer.Option(min=1)] = 5,
    test_fields_per_patient: Annotated[int, typer.Option(min=1)] = 4,
    seed: Annotated[int, typer.Option(min=0, help="of the patients in Train")] = 0,
    test_seed: Annotated[int, typer.Option(min=0, help="of those in Test, another one")] = 1,
    um_per_px: Annotated[float, typer.Option(min=0.01, max=1, callback=finite, help="of the 1228-pixel field")] = 0.135,
    label_stroma: Annotated[bool, typer.Option(help="annotate spindle nuclei too")] = False,
    laboratories: Annotated[Pool, typer.Option(help="other: of none that the study's networks learn from")] = "familiar",
) -> None:
    """Write a cohort of simulated fields in the SHIDC-B-Ki-67 layout; a killed run goes on where it stopped."""
    from ki67.simulate import Cohort, Scene, write_cohort

    scene = Scene(um_per_px=um_per_px, label_stroma=label_stroma, laboratories=laboratories)
    cohort = Cohort(patients, fields_per_patient, test_patients, test_fields_per_patient, seed, test_seed, scene)
    write_cohort(folder, cohort)
    typer.echo(f"{folder}: simulated fields of {patients} + {test_patients} patients, {um_per_px} µm/px")


def simulate_he(
    folder: Annotated[Path, typer.Argument(help="where to write train/, test/, cells/ and the labels")],
    patients: Annotated[int, typer.Option(min=2, help="simulated patients whose patches are scored, in train")] = 12,
    slides_per_patient: Annotated[int, typer.Option(min=1, max=99)] = 2,
    patches_per_slide: Annotated[int, typer.Option(min=1)] = 3,
    annotated_patients: Annotated[int, typer.Option(min=2, help="others, whose nuclei are annotated")] = 4,
    annotated_per_patient: Annotated[int, typer.Option(min=1)] = 2,
    test_patients: Annotated[int, typer.Option(min=1, help="in test, scored too")] = 3,
    test_patches_per_slide: Annotated[int, typer.Option(min=1)] = 3,
    seed: Annotated[int, typer.Option(min=0, help="of the patients in train and cells")] = 0,
    test_seed: Annotated[int, typer.Option(min=0, help="of those in test, another one")] = 1,
) -> None:
    """Write a cohort of simulated H&E patches in the BreastPathQ layout; a killed run goes on where it stopped."""
    from ki67.simulate.he import TissueCohort, write_cohort

    training = (patients, slides_per_patient, patches_per_slide, annotated_patients, annotated_per_patient, seed)
    write_cohort(folder, TissueCohort(*training, test_patients, test_patches_per_slide, test_seed))
    typer.echo(f"{folder}: simulated H&E patches of {patients} + {test_patients} + {annotated_patients} patients, 0.5 µm/px")


def realism(
    folder: Annotated[Path, typer.Argument(help="a folder of fields in the layout of SHIDC or BCData")],
    real: Annotated[Path | None, typer.Option(help="folder that holds shidc/ or bcdata/, to set beside")] = None,
) -> None:
    """Measure fields, simulated or real, by laboratory: optical densities, areas, cells per field, contrast, sharpness."""
    from ki67.simulate.likeness import beside_real, measure_folder, realism_table

    table = realism_table(measure_folder(folder))
    typer.echo((beside_real(table, real) if real else table).round(3).to_string(index=False))


@quiet()
def real_check(
    folder: Annotated[Path | None, typer.Argument(help="folder that holds shidc/, bcdata/, breastpathq/, slides/")] = None,
    model: Annotated[Path | None, typer.Option(help="model folder, in the place of the one that ships")] = None,
) -> None:
    """Run the trained model and the classical row on real fields: development figures, nothing is tuned on them."""
    from ki67.study.real_fields import check_folder
    from ki67.study.real_views import check_same_cells
    from ki67.study.wrong_stains import check_stains

    for line in [*check_folder(folder, model), *([*check_stains(folder), *check_same_cells(folder)] if folder else [])]:
        typer.echo(line)


def release(
    part: Annotated[ReleasePart | None, typer.Argument(help="that chapter alone; all if left out")] = None,
) -> None:
    """Run the study, or a chapter of it, in its release profile in a clone of its own, and keep the results in release/."""
    need("dvc", "papermill", "jupyter_book")
    from ki67.settings.params import stand_at_top
    from ki67.study.release import release, release_part

    stand_at_top()
    raise typer.Exit(release_part(part) if part else release())


@quiet()
def ship(
    network: Annotated[Path, typer.Argument(help="a trained network: models/scorer/tuned/NAME")] = Path("release/scorer"),
    frames: Annotated[Path, typer.Option(help="of the study that trained it")] = Path("build/release/frames"),
    real: Annotated[Path | None, typer.Option(help="folder of real pictures on which its file must find its cells too")] = None,
) -> None:
    """Put a network into the package, in the smallest file that finds its cells; `ki67 score` then uses it."""
    from ki67.score.same_cells import furthest
    from ki67.study.shipping import ship
    from ki67.weights import HERE, NETWORK

    worst = furthest(ship(network, frames, HERE, real))
    typer.echo(f"{NETWORK}: {NETWORK.stat().st_size:,} bytes; the cells of {network}, the fewest the same in {worst}")


@quiet()
def calibrate(
    network: Annotated[Path | None, typer.Argument(help="a .ki67 file; without it the one that ships")] = None,
) -> None:
    """Measure how far a network's index is off on simulated fields of other laboratories, and keep it in its file."""
    from ki67.study.calibrating import KEPT, calibrate
    from ki67.weights import NETWORK

    error = calibrate(network or NETWORK, None if network else KEPT)
    told = f"{error.cells:.3g} a cell, {error.shared:.3g} in all fields of a patient"
    typer.echo(f"{network or NETWORK}: variance of its index's error {told}")


@quiet()
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
    typer.echo(f"{folder}: {shipped.size / 1e6:.1f} MB; scores at most {shipped.off_stored:.1g} from Keras's")


@quiet()
def ship_slides(
    patchwise: Annotated[Path, typer.Argument(help="a trained network of patches: models/patchwise/NAME")],
    refiner: Annotated[Path, typer.Argument(help="the network that refines its heat maps")],
    out: Annotated[Path | None, typer.Option(help="the folder to write, in place of the package's own")] = None,
) -> None:
    """Make of two trained networks the folder that `ki67 slide` reads; without --out it is the one that ships."""
    from ki67.tumour.shipping import ship_trained
    from ki67.weights import SLIDES

    folder = out or SLIDES
    shipped = ship_trained(patchwise, refiner, folder)
    typer.echo(f"{folder}: {shipped.size / 1e6:.1f} MB; shares at most {shipped.off_halved:.1g} from Keras's")
