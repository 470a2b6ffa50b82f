"""What the paper says in words, asked of ours: each sentence is a difference with an interval over patients.

That two parts of the data are alike holds where the whole interval lies within .03, as for whole slides; the printed IoU of the
parts lie .015 apart.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ki67.cells.evaluation import Resampling
from ki67.cells.metrics import Statistic, difference, mean_statistic, summed_by
from ki67.cells.outcomes import STRICT, Outcome, patient_counts
from ki67.cells.scores import CATEGORIES
from ki67.masks.comparison import Bench
from ki67.masks.entrants import PATHONET, UNET
from ki67.masks.fields import PARTS, PartName
from ki67.masks.holes import hole_pixels
from ki67.masks.judged import JudgedSplit
from ki67.masks.pixels import Maps, iou_statistic
from ki67.tumour.directions import Direction, Kind, answered

PLATEAU = 9  # epochs, says the text
MORE = 0.005  # of IoU: what is still learnt after a plateau
TUMOUR = 2  # positive and negative, the first of the classes
EVALUATED: tuple[PartName, ...] = ("test", "validation")


def directions(by_picture: JudgedSplit, by_patient: JudgedSplit, curve: pd.DataFrame, draws: Resampling) -> list[Direction]:
    """Every sentence: by picture, as published; beside PathoNet by patient, because it knows pictures of the other test."""
    as_published = by_picture.benches["decoded"]
    return [
        *against_pathonet(by_patient.benches["annotated"], by_patient.benches["decoded"], draws),
        *parts_alike(by_picture, draws),
        *extremes(as_published, draws),
        below_cells(as_published, by_picture.cells[UNET], draws),
        fewer_holes(by_picture, draws),
        plateau(curve),
    ]


def told(sentence: str, said: Kind, found: Statistic, patients: int, draws: Resampling) -> Direction:
    """A sentence answered by the interval of a difference."""
    estimate = draws.interval(found, patients)
    return Direction(sentence, answered(said, estimate), estimate.value, estimate.low, estimate.high)


def against_pathonet(annotated: Bench, decoded: Bench, draws: Resampling) -> Iterator[Direction]:
    """Whether the U-Net's index is nearer to the truth than PathoNet's, by either truth."""
    for name, bench in (("annotations", annotated), ("masks", decoded)):
        nearer = difference(bench.rmse(UNET), bench.rmse(PATHONET))
        yield told(f"beats_pathonet_by_{name}", "lower", nearer, bench.number, draws)


def parts_alike(judged: JudgedSplit, draws: Resampling) -> Iterator[Direction]:
    """Whether the IoU of test and of validation is that of training, over all pixels and classes."""
    patients = [patient for part in PARTS for patient in judged.sides[part].patients]
    counts = {part: judged.pixels(part).counts.sum(1) for part in PARTS}

    def iou(wanted: PartName) -> Statistic:
        own = np.concatenate([counts[part] * (part == wanted) for part in PARTS])
        return iou_statistic(summed_by(patients, own))

    for part in EVALUATED:
        yield told(f"{part}_like_train", "alike", difference(iou(part), iou("train")), len(set(patients)), draws)


def extremes(bench: Bench, draws: Resampling) -> Iterator[Direction]:
    """Whether low and high fields are told more surely than those between."""
    low, middle, high = (bench.recall(UNET, place) for place in range(len(CATEGORIES)))
    for name, recall in (("low", low), ("high", high)):
        yield told(f"{name}_above_middle", "higher", difference(recall, middle), bench.number, draws)


def right_cells(outcome: Outcome) -> Statistic:
    """The share of annotated tumour cells that are found as what they are, one to one within half a nucleus."""
    hits, _, misses = patient_counts(outcome, STRICT)[:, :TUMOUR].sum(1).T
    return mean_statistic(hits, hits + misses)


def below_cells(bench: Bench, outcome: Outcome, draws: Resampling) -> Direction:
    """Whether categories of fields are right less often than cells are."""
    apart = difference(bench.accuracy(UNET), right_cells(outcome))
    return told("categories_below_cells", "lower", apart, bench.number, draws)


def fewer_holes(judged: JudgedSplit, draws: Resampling) -> Direction:
    """Whether predicted masks have less background inside cells than the true ones."""
    patients = judged.sides["test"].patients

    def share(maps: Maps) -> Statistic:
        pixels = np.array([hole_pixels(classes) for classes in maps], np.float64)
        return mean_statistic(*summed_by(patients, pixels).T)

    apart = difference(share(judged.predicted["test"]), share(judged.true("test")))
    return told("fewer_holes", "lower", apart, len(set(patients)), draws)


def plateau(curve: pd.DataFrame) -> Direction:
    """Whether nothing more is learnt after the ninth epoch; not settled where training ends there."""
    before, after = (curve.loc[chosen, "validation_iou"] for chosen in (curve["epoch"] <= PLATEAU, curve["epoch"] > PLATEAU))
    if after.empty:
        return Direction("plateau_at_nine", "not settled")
    gain = float(after.max() - before.max())
    return Direction("plateau_at_nine", "holds" if gain < MORE else "fails", gain)
