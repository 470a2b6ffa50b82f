"""Cellularity from features by boosted trees: as published, and with as many rounds as other patients bear out.

Rakhlin et al. (2019), sections 3.3 and 4.3. Trees are kept as LightGBM's own text, which runs nothing when it is read.
"""

from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from lightgbm import Booster, Dataset

from ki67.base.errors import InputError
from ki67.base.files import write_whole
from ki67.cellularity.features import NAMES
from ki67.settings.cellularity import Boost

WHO = ("name", "patient", "truth")


def as_published(train: pd.DataFrame, settings: Boost) -> Booster:
    """A fixed number of rounds on the views of the training patients."""
    return lightgbm.train(recipe(settings), _dataset(train), settings.rounds)


def stopped_early(train: pd.DataFrame, validation: pd.DataFrame, settings: Boost) -> Booster:
    """Ours: rounds are added while the error on the validation patients falls, and those after its lowest point cut off."""
    patience = lightgbm.early_stopping(settings.patience, verbose=False)
    learnt = _dataset(train)
    watched = learnt.create_valid(validation[list(NAMES)].to_numpy(), validation["truth"].to_numpy())
    trees = lightgbm.train(recipe(settings), learnt, settings.most_rounds, [watched], callbacks=[patience])
    return Booster(model_str=trees.model_to_string(num_iteration=trees.best_iteration))


def recipe(settings: Boost) -> dict[str, Any]:
    """LightGBM's parameters; the last ones make the same data give the same trees, whatever the number of cores."""
    return {
        "objective": "regression",
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.leaves,
        "max_depth": settings.depth,
        "feature_fraction": settings.feature_fraction,
        "verbosity": -1,
        "seed": settings.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
    }


def _dataset(table: pd.DataFrame) -> Dataset:
    return Dataset(table[list(NAMES)].to_numpy(), table["truth"].to_numpy(), feature_name=list(NAMES))


def predicted(trees: Booster, table: pd.DataFrame) -> pd.DataFrame:
    """One row a patch: what the trees say of its views, averaged, and kept between 0 and 1."""
    views = table[list(WHO)].assign(predicted=np.asarray(trees.predict(table[list(NAMES)].to_numpy(), num_threads=1)))
    patches = views.groupby(list(WHO), sort=False, as_index=False, dropna=False)["predicted"].mean()
    return patches.assign(predicted=patches["predicted"].clip(0, 1))


def save_trees(trees: Booster, path: Path) -> None:
    """Write the trees as text, whole or not at all."""
    write_whole(path, [trees.model_to_string()])


def load_trees(path: Path) -> Booster:
    """What `save_trees` wrote; any other text is refused."""
    try:
        trees = Booster(model_str=path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, lightgbm.basic.LightGBMError) as error:
        raise InputError(f"{path}: no boosted trees ({error}); run the stage `boost` again") from error
    if tuple(trees.feature_name()) != NAMES:
        raise InputError(f"{path}: trees of other features; run the stage `boost` again")
    return trees
