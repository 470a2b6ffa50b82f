"""Who enters the comparison: what the stages before left in their folders, asked about the test sections."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import pandas as pd

from ki67.slides.heat import HeatMap, load_heat
from ki67.tumour.comparison import Verdict
from ki67.tumour.designs import DESIGNS, Design
from ki67.tumour.prepared import Prepared
from ki67.tumour.refining import Shown, refined, shown_with
from ki67.tumour.store import load_section_network
from ki67.tumour.untaught import tumour_share
from ki67.tumour.verdicts import Floats, Lot, patch_maps, untaught, verdicts

HEATS, REFINED, CURVES = Path("heat"), Path("models/refined"), Path("metrics/slides")
CROSSFITTED = "crossfitted"  # a folder within those of the network that was trained so
Heats = Mapping[str, HeatMap]  # by the section's name


@dataclass(frozen=True, eq=False)
class Contest:
    """What was learnt: heat maps by the network that made them, and refiners by their design."""

    heats: Mapping[str, Heats]
    refiners: Mapping[str, keras.Model]

    def verdicts(self, sections: Sequence[Prepared]) -> list[Verdict]:
        """A row a design and section, of every design for which something was learnt."""
        found = list[Verdict]()
        for design in DESIGNS.values():
            if design.name in self.refiners:
                found += verdicts(design.name, sections, {s.name: self.refined(design, s) for s in sections})
            elif design.patches and not design.refiner and design.patches in self.heats:
                found += verdicts(design.name, sections, patch_maps(sections, self.heats[design.patches]))
        return found

    def shown(self, design: Design, section: Prepared) -> Shown:
        """A section as the design's refiner sees it: a new one is heated by the network that learnt from all."""
        return shown_with(self.heats["mobilenetv2"] if design.patches else {}, [section])[0]

    def refined(self, design: Design, section: Prepared) -> Floats:
        """How likely each pixel of a refiner's view is tumour."""
        return refined(self.refiners[design.name], self.shown(design, section))


def enter() -> Contest:
    """Heat maps and refiners of whichever networks were trained."""
    heats = {folder.name: read_heats(folder) for folder in sorted(HEATS.iterdir()) if folder.is_dir()}
    return Contest(heats, {design.name: found for design in DESIGNS.values() if (found := _refiner(design))})


def unlearnt(train: Sequence[Prepared], sections: Sequence[Prepared], seed: int) -> list[Verdict]:
    """The rows for which nothing is learnt but how much of all patches is tumour."""
    return untaught(sections, Lot(tumour_share(section.labels for section in train), seed))


def read_heats(folder: Path) -> dict[str, HeatMap]:
    """The heat maps of a network by section; none where it made none."""
    return {path.stem: load_heat(path) for path in sorted(folder.glob("*.npz"))}


def _refiner(design: Design) -> keras.Model | None:
    if not design.refiner:
        return None
    folder = REFINED / design.refiner
    folder = folder / CROSSFITTED if design.patches == CROSSFITTED else folder
    return load_section_network(folder)[0] if (folder / "model.json").is_file() else None


def curves_of(stage: str, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The training curves that a stage left, of those networks that were trained."""
    paths = {name: CURVES / f"{stage}-{name}.csv" for name in names}
    return {name: pd.read_csv(path) for name, path in paths.items() if path.is_file()}
