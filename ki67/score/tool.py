"""`ki67 score` as a tool: its network, its scorer, its tables, its report. The way to these is `pictures/run.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ki67.cells.scores import CutOffs
from ki67.engine.model import Model
from ki67.engine.names import Precision
from ki67.pictures.cases import CasePictures
from ki67.pictures.drawing import OBJECTS, OVERLAY, PLAIN
from ki67.pictures.markup import Cell
from ki67.pictures.tool import PooledCase, Tool, UsedNetwork
from ki67.score.case import CASE_HEADS, CASES, pooled_case
from ki67.score.report import HEADS, RINGS, report_row, summary, total
from ki67.score.results import CELLS, SCORES, CellResult
from ki67.score.scorer import CellScorer

COUNTING_ONLY = "the network's file does not tell its own error, so intervals are of counting alone"


@dataclass(frozen=True)
class CellTool(Tool[CellResult]):
    """Cells of IHC pictures, counted by a network."""

    model: Model
    precision: Precision
    cut_offs: CutOffs

    command = "score"
    results, details, endings = SCORES, CELLS, (OVERLAY, PLAIN, OBJECTS)
    title, heads, marks = "Ki-67 report", HEADS, RINGS
    result_type = CellResult
    case_table, case_heads = CASES, CASE_HEADS

    @property
    def network(self) -> UsedNetwork:
        """The network by its file, its hash and the numbers that it is computed in."""
        digest, name, trained_on = self.model.digest, self.model.path.name, self.model.description.trained_on
        record = {"file": name, "sha256": digest, "trained_on": trained_on}
        sentence = f"The network was trained on {trained_on} data ({name})."
        unknown = [] if self.model.error else [COUNTING_ONLY]
        return UsedNetwork(name, digest, self.precision, trained_on, record, sentence, unknown)

    @property
    def settings(self) -> Mapping[str, str]:
        """The categories' limits."""
        return {"cut_offs": self.cut_offs.name}

    def scorer(self, um_per_px: float | None, at_once: int) -> CellScorer:
        """Finds and counts the cells."""
        return CellScorer(self.model, self.precision, um_per_px, at_once)

    def row(self, result: CellResult) -> Sequence[str]:
        """Counts, scores, category."""
        return result.row(self.cut_offs)

    def summary(self, results: Sequence[CellResult], failures: Sequence[str]) -> str:
        """How many cells, and what the figures mean."""
        return summary(results, failures, self.cut_offs)

    def total(self, results: Sequence[CellResult]) -> str:
        """All counted cells of a case."""
        return total(results)

    def pooled(self, case: CasePictures[CellResult]) -> PooledCase:
        """One index of a case, with its interval."""
        return pooled_case(case, self.cut_offs)

    def report_row(self, result: CellResult, thumbnail: Path, digest: str) -> Sequence[Cell]:
        """Index, counts, category, warnings."""
        return report_row(result, thumbnail, digest, self.cut_offs)
