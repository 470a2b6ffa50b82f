"""Patches seen many times over: each view segmented and described by its features, a row a view."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from ki67.base.files import whole_file
from ki67.base.state import state_folder
from ki67.cellularity.augmentation import augmented
from ki67.cellularity.features import NAMES, Map, feature_rows
from ki67.data.patches import Patches, load_patches

TOGETHER = 8  # patches segmented at once, and lost at most when the work is killed
See = Callable[[NDArray[np.uint8]], Map]


def view_tables(parts: Mapping[str, Path], see: See, views: int, seed: int, inputs: Sequence[Path]) -> dict[str, pd.DataFrame]:
    """A table for every file of patches; what is finished is kept, under a name made from all it depends on, until all are."""
    state = state_folder("boost", {"views": views, "seed": seed}, [*parts.values(), *inputs])
    tables = {part: view_table(load_patches(path), see, views, seed, state / part) for part, path in parts.items()}
    shutil.rmtree(state, ignore_errors=True)
    return tables


def view_table(patches: Patches, see: See, views: int, seed: int, state: Path) -> pd.DataFrame:
    """Name, patient, truth and features of every view of every patch; `see` makes maps of pictures.

    What is finished is kept in `state`, so that a run that was killed goes on where it was.
    """
    state.mkdir(parents=True, exist_ok=True)
    rows = []
    with tqdm(total=views * len(patches), desc="features", unit="view", mininterval=2) as bar:
        for start in range(0, len(patches), TOGETHER):
            numbers = range(start, min(start + TOGETHER, len(patches)))
            rows.append(_kept(state / f"{start:05d}.npy", partial(_rows, patches, numbers, see, views, seed)))
            bar.update(views * len(numbers))
    each = np.repeat(np.arange(len(patches)), views)
    who = {"name": np.array(patches.names)[each], "patient": np.array(patches.patients)[each], "truth": patches.scores[each]}
    features = np.concatenate([np.empty((0, len(NAMES))), *rows])
    return pd.concat([pd.DataFrame(who), pd.DataFrame(features, columns=list(NAMES))], axis=1)


def _rows(patches: Patches, numbers: range, see: See, views: int, seed: int) -> NDArray[np.float64]:
    """The features of some patches' views, each patch's views drawn from its own number."""
    seen = []
    for number in numbers:
        rng = np.random.default_rng([seed, number])
        seen += [augmented(patches.images[number], rng) for _ in range(views)]
    return feature_rows(see(np.stack(seen)))


def _kept(path: Path, make: Callable[[], NDArray[np.float64]]) -> NDArray[np.float64]:
    """What the file holds; where there is none it is made, and moved into place whole."""
    if path.is_file():
        return np.asarray(np.load(path, allow_pickle=False))
    made = make()
    with whole_file(path, ".partial.npy") as partial:
        np.save(partial, made)
    return made
