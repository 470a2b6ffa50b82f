"""Heat maps of training sections by networks that did not learn from them: our own row, beside the published way.

A network is too sure of patches that it has seen, so a refiner that learns from such maps trusts them too much. Here the patients
who train are dealt into folds, and each fold is heated by a network that learnt from the others. New sections are heated by the
network that learnt from all.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ki67.data.bcs1 import Section
from ki67.settings.slides import PatchNetworkName, Patchwise
from ki67.slides.grid import LEAST_TISSUE
from ki67.slides.heat import HeatMap
from ki67.tumour.patchwise import Taught, heat_all, labelled_slides, train_patch_network
from ki67.tumour.prepared import Prepared

NETWORK: PatchNetworkName = "mobilenetv2"


def dealt(prepared: Sequence[Prepared], folds: int, seed: int) -> list[list[Prepared]]:
    """The sections in folds by patient, who are dealt in the order of their grades, so that each fold has its share of each."""
    grades = {section.patient: section.grade for section in prepared}
    shuffled = np.random.default_rng(seed).permutation(sorted(grades)).tolist()
    fold_of = {patient: place % folds for place, patient in enumerate(sorted(shuffled, key=grades.__getitem__))}
    return [[section for section in prepared if fold_of[section.patient] == fold] for fold in range(folds)]


def crossfitted(
    settings: Patchwise, train: Sequence[Prepared], validation: Sequence[Prepared], sections: Mapping[str, Section],
    state: Path, folder: Path, least_tissue: float = LEAST_TISSUE,
) -> dict[str, HeatMap]:  # fmt: skip
    """The heat map of every training section, out of its fold; a killed run goes on in the fold where it was."""
    found = dict[str, HeatMap]()
    watched = labelled_slides(validation, sections)
    for number, fold in enumerate(dealt(train, settings.folds, settings.seed)):
        others = [section for section in train if section not in fold]
        taught = Taught(labelled_slides(others, sections), watched)
        trained = train_patch_network(settings, NETWORK, taught, state / f"fold-{number}")
        found |= heat_all(trained.network, fold, sections, folder, least_tissue)
    return found
