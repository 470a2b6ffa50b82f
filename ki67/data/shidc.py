"""The SHIDC-B-Ki-67 layout as published: `Train/` and `Test/`, a JSON list of points beside each picture."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ki67.base.errors import InputError
from ki67.cells.cells import LABELS, Cells
from ki67.data.images import SUFFIXES, read_rgb
from ki67.data.samples import Sample
from ki67.data.source import Source

PARTS = ("Train", "Test")
PUBLISHED_SIZE = (1228, 1228)
SHIDC = Source("shidc", 0.135)  # its scale is not published; estimated from tumour nuclei of 10–12 µm
# Pictures, and cells of each label, by Table 1 of Negahbani 2021; Gliozzo 2023 counts a picture less and four cells more.
PUBLISHED = {"Train": (1656, (35106, 75008, 3112)), "Test": (701, (15755, 32639, 1378))}
PICTURES_APART, CELLS_APART = 1, 10


def patient_of(stem: str) -> str:
    """The patient is what stands before the first underscore: `p12_0184_6` is patient `p12`."""
    return stem.split("_", 1)[0]


def read_part(folder: Path) -> list[Sample]:
    """All samples of one folder, sorted by file name, each checked to have its labels."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; a SHIDC-B-Ki-67 dataset has Train/ and Test/ in it")
    images = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
    if not images:
        raise InputError(f"{folder}: no pictures in it; expected p<patient>_<field>_<crop>.jpg, a .json beside each")
    for stem, count in Counter(p.stem for p in images).items():
        if count > 1:
            raise InputError(f"{folder / stem}: {count} pictures share this name and so their labels; rename one")
    return [_sample(image) for image in images]


def _sample(image: Path) -> Sample:
    label = image.with_suffix(".json")
    if not label.is_file():
        raise InputError(f"{image}: its labels {label.name} are missing; add them, or take the picture out of the folder")
    return Sample(image=image, label=label, patient=patient_of(image.stem))


def read_labels(sample: Sample) -> tuple[Image.Image, Cells]:
    """The decoded picture and its cells in the picture's own pixels, both checked."""
    image = read_rgb(sample.image)
    return image, Cells.from_shidc_json(sample.label, image.width, image.height)


@dataclass(frozen=True)
class Survey:
    """What a dataset holds and what is odd about it; oddities are listed, not refused."""

    parts: dict[str, tuple[Sample, ...]]
    counts: dict[str, Counter[int]]
    oddities: tuple[str, ...]

    @property
    def um_per_px(self) -> None:
        """Its pictures do not tell."""

    @property
    def published(self) -> Source | None:
        """SHIDC-B-Ki-67, where pictures and cells are as many as the papers count in it."""
        for part, (pictures, cells) in PUBLISHED.items():
            counted = [self.counts[part][label] for label in LABELS]
            if abs(len(self.parts[part]) - pictures) > PICTURES_APART:
                return None
            if any(abs(here - there) > CELLS_APART for here, there in zip(counted, cells, strict=True)):
                return None
        return SHIDC

    def lines(self) -> list[str]:
        """How many pictures and cells there are, for whoever checks a download."""
        lines = []
        for part, samples in self.parts.items():
            positive, negative, til = (self.counts[part][label] for label in LABELS)
            patients = len({sample.patient for sample in samples})
            lines.append(
                f"{part}: {len(samples)} pictures of {patients} patients; {positive} positive, {negative} negative, {til} TIL"
            )
        return lines


def survey(root: Path) -> Survey:
    """Read every picture and every label once; the first file that is wrong is refused by name."""
    parts = {part: tuple(read_part(root / part)) for part in PARTS}
    counts = {part: Counter[int]() for part in PARTS}
    oddities: list[str] = []
    for part, samples in parts.items():
        for sample in samples:
            image, cells = read_labels(sample)
            counts[part].update(cells.label.tolist())
            if len(cells) == 0:
                oddities.append(f"{part}/{sample.image.name}: no cells")
            if image.size != PUBLISHED_SIZE:
                oddities.append(f"{part}/{sample.image.name}: {image.width}×{image.height}, not 1228×1228")
        oddities += _orphans(root / part, samples)
    shared = sorted({s.patient for s in parts["Train"]} & {s.patient for s in parts["Test"]})
    oddities += [f"patient {patient} is in Train and in Test" for patient in shared]
    return Survey(parts, counts, tuple(oddities))


def _orphans(folder: Path, samples: tuple[Sample, ...]) -> list[str]:
    known = {s.label for s in samples}
    return [f"{p.parent.name}/{p.name}: labels without a picture" for p in sorted(folder.glob("*.json")) if p not in known]
