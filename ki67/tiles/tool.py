"""`ki67 cellularity` as a tool: its network, its scorer, its tables, its report. The way to these is `pictures/run.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ki67.pictures.drawing import OBJECTS, OVERLAY, PLAIN
from ki67.pictures.markup import Cell
from ki67.pictures.tool import Tool, UsedNetwork
from ki67.tiles.model import CellularityModel
from ki67.tiles.report import HEADS, SHADES, report_row, summary, total
from ki67.tiles.results import CELLULARITY, TILES, CellularityResult
from ki67.tiles.scorer import CellularityScorer


@dataclass(frozen=True)
class CellularityTool(Tool[CellularityResult]):
    """Cellularity of H&E pictures, tile by tile."""

    model: CellularityModel

    command = "cellularity"
    results, details, endings = CELLULARITY, TILES, (OVERLAY, PLAIN, OBJECTS)
    title, heads, marks = "Cellularity report", HEADS, SHADES
    result_type = CellularityResult

    @property
    def network(self) -> UsedNetwork:
        """The network by its folder, its hash and what it says of itself."""
        digest, words = self.model.digest, self.model.description
        record: dict[str, str | float] = {
            "folder": self.model.path.name, "sha256": digest, "architecture": words.architecture,
            "um_per_px": words.um_per_px, "trained_on": words.trained_on, "source": words.source,
        }  # fmt: skip
        sentence = f"The network {words.architecture} was trained on {words.trained_on} data."
        return UsedNetwork(self.model.path.name, digest, "float32", words.trained_on, record, sentence)

    def scorer(self, um_per_px: float | None, at_once: int) -> CellularityScorer:
        """Grades the tiles."""
        return CellularityScorer(self.model, um_per_px, at_once)

    def row(self, result: CellularityResult) -> Sequence[str]:
        """Cellularity, and what it rests on."""
        return result.row()

    def summary(self, results: Sequence[CellularityResult], failures: Sequence[str]) -> str:
        """How many tiles, and what the figures mean."""
        return summary(results, failures)

    def total(self, results: Sequence[CellularityResult]) -> str:
        """All tiles of a case."""
        return total(results)

    def report_row(self, result: CellularityResult, thumbnail: Path, digest: str) -> Sequence[Cell]:
        """Cellularity, tissue, scale, warnings."""
        return report_row(result, thumbnail, digest)
