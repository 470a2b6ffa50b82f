"""What was seen of a slide before its tumour is outlined: the areas that follow, and what speaks against trusting them."""

from dataclasses import dataclass

import numpy as np

from ki67.pictures.regions import Pixels
from ki67.pictures.stains import measure_colours, not_he
from ki67.slides.drawing import tumour_in
from ki67.slides.grid import Floats
from ki67.slides.heat import HeatMap
from ki67.slides.tissue import TissueMask

COARSE = 1.25  # times the network's µm/px: above, a slide holds less than the network looks for
EVERYWHERE = 0.95  # of a slide: so much tissue leaves no glass round it
MM = 1000.0


@dataclass(frozen=True, eq=False)
class Found:
    """Of a whole slide: its tissue, what each network says, and the view for people."""

    mask: TissueMask
    tissue: Floats  # share of each patch
    heat: HeatMap
    damaged: int  # patches of which a part could not be read
    refined: Floats  # how sure of tumour, a square of the whole slide
    view: Pixels
    left_white: tuple[str, ...]  # what else could not be read

    @property
    def patches(self) -> int:
        """How many were asked for."""
        return int(np.isfinite(self.heat.values).sum())

    @property
    def tissue_mm2(self) -> float:
        """The area of the tissue."""
        return float(self.mask.tissue.sum()) * (self.mask.um_per_px / MM) ** 2

    def tumour_share(self, threshold: float) -> float | None:
        """How much of the tissue lies inside the outline."""
        height, width = self.mask.tissue.shape
        inside = self.mask.tissue & tumour_in(self.refined, threshold, (width, height))
        return float(inside.sum() / self.mask.tissue.sum()) if self.mask.tissue.any() else None


def cautions(found: Found, tumour: bool, reduction: float) -> list[str]:
    """What a reader of the figures should know of what they rest on."""
    any_tissue, patches = bool(found.mask.tissue.any()), found.patches
    damaged = [f"{found.damaged} of {patches} patches are damaged in parts, white there"] * bool(found.damaged)
    lines = damaged or [*found.left_white]
    lines += ["no tissue"] * (not any_tissue)
    lines += ["no patch with enough tissue"] * (any_tissue and not patches)
    lines += ["tissue everywhere: no glass round it"] * bool(found.mask.tissue.mean() > EVERYWHERE)
    lines += ["no tumour found"] * bool(patches and not tumour)
    lines += ["coarser than the network's scale: enlarged"] * (reduction > COARSE)
    return lines + not_he(measure_colours(found.view))
