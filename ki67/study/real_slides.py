"""Real slides: what each rule takes for tissue, and whether a slide and its DICOM agree. Nothing is trained or tuned on them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ki67.base.errors import InputError, UnknownScale
from ki67.pictures.regions import Regions
from ki67.pictures.slide import is_slide, open_slide
from ki67.settings.slides import Rule
from ki67.slides.model import load_slide_model
from ki67.slides.tissue import AS_CODED, PUBLISHED, TissueRule, tissue_mask
from ki67.study.twin_slides import Agreements, check_twins, twins_in

FOLDER = "slides"
RULES: dict[Rule, TissueRule] = {"published": PUBLISHED, "as_coded": AS_CODED}


@dataclass(frozen=True)
class Covered:
    """The share of a slide's pixels that are tissue by their saturation, and once gaps are closed."""

    saturation: float
    closed: float


@dataclass(frozen=True)
class RealSlides:
    """What the paper's rule and its code's take for tissue, slide by slide; those that tell no scale are left out.

    Of slides that are there in DICOM too, how far both agree.
    """

    tissue: Mapping[str, Mapping[Rule, Covered]]
    left_out: tuple[str, ...]
    twins: Mapping[str, Agreements]

    def lines(self, name: str) -> list[str]:
        """What the check came to, as lines to print."""
        left_out = f"; without a scale: {', '.join(self.left_out)}" if self.left_out else ""
        lines = [f"{name}: {len(self.tissue)} real slides, development figures{left_out}"]
        for slide, rules in self.tissue.items():
            shares = (f"{rule} {found.saturation:.2f}, closed {found.closed:.2f}" for rule, found in rules.items())
            lines.append(f"  tissue of {slide}: {' · '.join(shares)}")
        return lines + [line for slide, found in self.twins.items() for line in found.lines(slide)]


def check_slides(folder: Path) -> RealSlides:
    """Every slide in a folder by both rules, and those that have a twin by the networks that ship."""
    paths = [path for path in sorted(folder.iterdir()) if path.is_file() and is_slide(path)]
    if not paths:
        raise InputError(f"{folder}: no slides in it; put there what OpenSlide reads")
    tissue, left_out = dict[str, Mapping[Rule, Covered]](), list[str]()
    for path in paths:
        try:
            with open_slide(path) as slide:
                tissue[path.stem] = {name: covered(slide, rule) for name, rule in RULES.items()}
        except UnknownScale:
            left_out.append(path.name)
    twins = list(twins_in(folder))
    return RealSlides(tissue, tuple(left_out), check_twins(twins, load_slide_model()) if twins else {})


def covered(slide: Regions, rule: TissueRule) -> Covered:
    """One slide by one rule."""
    masks = tissue_mask(slide, replace(rule, closings=())), tissue_mask(slide, rule)
    return Covered(*(float(mask.tissue.mean()) for mask in masks))
