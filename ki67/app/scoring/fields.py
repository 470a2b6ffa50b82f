"""The shipped network, ready for one field after the other, from several threads."""

from dataclasses import replace

from ki67.app.scoring.queue import Task
from ki67.app.scoring.results import Counted, counted
from ki67.app.store.files import Files
from ki67.base.hardware import processor
from ki67.engine.model import load_model
from ki67.engine.remembered import remembered
from ki67.pictures.header import header
from ki67.score.scorer import CellScorer
from ki67.weights import NETWORK


class FieldScorer:
    """Scores as `ki67 score` does, in the numbers that `ki67 doctor` found best here."""

    def __init__(self, files: Files, at_once: int) -> None:
        model = load_model(NETWORK)
        self.files, self.network = files, model.digest
        self.scorer = CellScorer(model, remembered(model.digest, processor()), None, at_once)

    def __call__(self, task: Task) -> Counted:
        """The cells of a picture, by the scale that it came in with."""
        head = header(self.files.path(task.account_id, task.digest))
        scored = self.scorer.score("", replace(head, asked=task.um_per_px))
        return counted(self.files, task, self.network, scored.result, scored.cells)
