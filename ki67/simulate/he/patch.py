"""One H&E patch: plan, nuclei, ground, light, scanner, the pathologist's score, and the nuclei an annotator would click."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.data.patches import LYMPHOCYTE, MALIGNANT, NORMAL, Nuclei
from ki67.simulate.camera import photograph
from ki67.simulate.he.architecture import lay_out
from ki67.simulate.he.ground import lay_ground
from ki67.simulate.he.patients import UM_PER_PX, Patient, draw_patient, for_patch, for_slide
from ki67.simulate.he.population import populate
from ki67.simulate.he.rater import malignant_share, rated
from ki67.simulate.nuclei import DEFOCUS, Kind, Nucleus, flattened, stamp
from ki67.simulate.optics import transmitted

SIZE = 512
ANNOTATED = {Kind.NORMAL: NORMAL, Kind.LYMPHOCYTE: LYMPHOCYTE, Kind.TUMOUR: MALIGNANT}
UNSURE = 0.5  # of the nuclei far out of focus, which annotators leave unmarked


@dataclass(frozen=True, eq=False)
class Patch:
    """A simulated picture with its truth: the malignant share, the score given for it, and the nuclei in its pixels."""

    image: NDArray[np.uint8]
    share: float
    score: float
    nuclei: Nuclei
    patient: Patient


def render_patch(seed: int, patient: int, slide: int, region: int, size: int = SIZE) -> Patch:
    """The patch of these numbers: the same bytes whatever else is rendered, before, after or beside it."""
    slide_rng = np.random.default_rng(np.random.SeedSequence([seed, patient, slide, 2]))
    rng = np.random.default_rng(np.random.SeedSequence([seed, patient, slide, region, 3]))
    seen = for_patch(for_slide(draw_patient(seed, patient), slide_rng), rng)
    unit = seen.tissue.diameter / UM_PER_PX
    plan = lay_out(malignant_share(seen.tissue.burden, rng), size, unit, rng)
    nuclei = populate(plan, seen.tissue, unit, rng)
    layers = np.zeros((len(DEFOCUS), 1, size, size), dtype=np.float32)
    for nucleus in nuclei:
        stamp(layers, nucleus, rng)
    section = lay_ground(flattened(layers, stains=(0,))[0], plan, nuclei, seen.tissue, rng)
    image = photograph(transmitted(section, seen.stains), seen.camera, size, rng)
    share = plan.malignant_share
    return Patch(image, share, rated(share, rng), _clicked(nuclei, size, rng), seen)


def _clicked(nuclei: list[Nucleus], size: int, rng: np.random.Generator) -> Nuclei:
    """What an annotator marks, in whole pixels: epithelium and lymphocytes inside the picture, but not those far out of focus."""
    xy, kinds = [], []
    for nucleus in nuclei:
        x, y = int(nucleus.x), int(nucleus.y)
        unsure = nucleus.depth == len(DEFOCUS) - 1 and rng.random() < UNSURE
        if nucleus.kind in ANNOTATED and not unsure and 0 <= x < size and 0 <= y < size:
            xy.append((x, y))
            kinds.append(ANNOTATED[nucleus.kind])
    return Nuclei(np.array(xy, np.float32).reshape(-1, 2), np.array(kinds, np.uint8))
