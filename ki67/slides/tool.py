"""`ki67 slide` as a tool: its networks, its scorer, its tables, its report. The way to these is `pictures/run.py`."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ki67.pictures.drawing import OBJECTS, OVERLAY, PLAIN
from ki67.pictures.markup import Cell
from ki67.pictures.tool import Scorer, Tool, UsedNetwork
from ki67.slides.drawing import HEAT, MASK
from ki67.slides.model import SlideModel
from ki67.slides.report import HEADS, MARKS, report_row, summary, total
from ki67.slides.results import PATCHES, SLIDES, SlideResult
from ki67.slides.scorer import SlideScorer

WAITING = 32  # slides that are in a cluster's hands at once


@dataclass(frozen=True)
class SlideTool(Tool[SlideResult]):
    """The outline of the tumour on whole slides; what is found of a slide is kept in `kept` until the slide is done."""

    model: SlideModel
    kept: Path
    cluster: str = ""  # the address of a Dask scheduler, where slides are to go there

    command = "slide"
    results, details, endings = SLIDES, PATCHES, (OVERLAY, PLAIN, OBJECTS, HEAT, MASK)
    title, heads, marks = "Tumour report", HEADS, MARKS
    result_type = SlideResult

    @property
    def network(self) -> UsedNetwork:
        """Both networks by their folder, its hash and what they say of themselves."""
        digest, words = self.model.digest, self.model.description
        record: dict[str, str | float] = {
            "folder": self.model.path.name, "sha256": digest, "patchwise": words.patchwise, "refiner": words.refiner,
            "um_per_px": words.seen_um_per_px, "trained_on": words.trained_on, "source": words.source,
        }  # fmt: skip
        sentence = f"The networks {words.patchwise} and {words.refiner} were trained on {words.trained_on} data."
        return UsedNetwork(self.model.path.name, digest, self.model.numbers, words.trained_on, record, sentence)

    @property
    def pictures_at_once(self) -> int:
        """A slide keeps all cores here busy; a cluster is given some more than it may have workers."""
        return WAITING if self.cluster else 1

    def scorer(self, um_per_px: float | None, at_once: int) -> AbstractContextManager[Scorer[SlideResult]]:
        """Finds the tumour, here or there."""
        if self.cluster:
            from ki67.slides.remote import RemoteScorer

            return RemoteScorer(self.model, self.kept, um_per_px, self.cluster)
        return SlideScorer(self.model, self.kept, um_per_px, at_once)

    def row(self, result: SlideResult) -> Sequence[str]:
        """Areas, and what they rest on."""
        return result.row()

    def summary(self, results: Sequence[SlideResult], failures: Sequence[str]) -> str:
        """How many patches, and what the figures mean."""
        return summary(results, failures)

    def total(self, results: Sequence[SlideResult]) -> str:
        """All slides of a case."""
        return total(results)

    def report_row(self, result: SlideResult, thumbnail: Path, digest: str) -> Sequence[Cell]:
        """Areas, share, scale, warnings."""
        return report_row(result, thumbnail, digest)
