"""The slides of a case in its zip file: a table, an outline for QuPath and two maps a slide, a report."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

from ki67.app.exports.archive import add, table
from ki67.app.store.files import Files
from ki67.app.store.rows import Case, Picture, Tumour
from ki67.app.store.rows.base import now
from ki67.pictures import page
from ki67.pictures.batch import counted
from ki67.pictures.markup import Cell, doubted, hashed, number, percent, row, warned
from ki67.pictures.tables import escaped, share

TUMOURS = (
    "picture", "um_per_px", "tissue_mm2", "tumour_mm2", "tumour_share", "patches", "damaged_patches", "network", "version",
    "warnings",
)  # fmt: skip
HEADS = ("slide", "tumour, mm²", "tissue, mm²", "tumour of tissue", "patches", "µm/px", "warnings")
Outlined = Sequence[tuple[Picture, Tumour]]


def add_slides(archive: ZipFile, files: Files, case: Case, found: Outlined, folder: Path) -> None:
    """All of them, told by their numbers."""
    add(archive, "tumours.csv", table(TUMOURS, (tumour_row(*each) for each in found)))
    for picture, tumour in found:
        kept = {"geojson": tumour.outline, "mask.png": tumour.mask, "heat.png": tumour.heat}
        for ending, digest in kept.items():
            add(archive, f"{picture.number}.{ending}", files.path(case.owner_id, digest).read_bytes())
    report = folder / "slides.html"
    write_report(case, found, report)
    add(archive, report.name, report.read_bytes())


def tumour_row(picture: Picture, tumour: Tumour) -> Sequence[str]:
    """A slide's figures, as `ki67 slide` writes them."""
    part = "" if tumour.tumour_share is None else share(tumour.tumour_share)
    areas = [f"{tumour.um_per_px:.6g}", f"{tumour.tissue_mm2:.4f}", f"{tumour.tumour_mm2:.4f}", part]
    origin = [tumour.network, tumour.version, escaped("; ".join(tumour.warnings))]
    return [str(picture.number), *areas, str(tumour.patches), str(tumour.damaged_patches), *origin]


def write_report(case: Case, found: Outlined, path: Path) -> None:
    """One page for people."""
    origin = page.Origin(
        "Outlined by the networks that ship with ki67, which were trained on simulated data.", "slides", found[0][1].network, "",
        page.cautions(page.SIMULATED), now().date().isoformat(), version("ki67"),
    )  # fmt: skip
    summary = "The area of tumour is what lies inside the outline, stroma and fat too; its share is of the tissue alone."
    tumour, tissue = (sum(getattr(each, area) for _, each in found) for area in ("tumour_mm2", "tissue_mm2"))
    total = f"{counted(len(found), 'slide')}: tumour {tumour:.1f} mm² of {tissue:.1f} mm² of tissue."
    rows = [row(line(*each), HEADS) for each in found]
    page.Page("Tumour report", origin, summary, HEADS, (), ()).write([page.Section(case.name, total, rows)], path)


def line(picture: Picture, tumour: Tumour) -> Sequence[Cell]:
    """Under `HEADS`."""
    part = "–" if tumour.tumour_share is None else percent(tumour.tumour_share)
    return [
        Cell(f"{picture.number}<br>{hashed('SHA-256', picture.digest)}", key=str(picture.number)),
        number(tumour.tumour_mm2, doubted(f"{tumour.tumour_mm2:.2f}", tumour.warnings).html),
        number(tumour.tissue_mm2, f"{tumour.tissue_mm2:.2f}"), number(tumour.tumour_share, part),
        number(tumour.patches, f"{tumour.patches:,}"), number(tumour.um_per_px, f"{tumour.um_per_px:.3g}"),
        warned(tumour.warnings),
    ]  # fmt: skip
