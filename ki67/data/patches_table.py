"""BreastPathQ, or what stands in its place, in numbers: patches, slides, patients, nuclei, scores."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ki67.data.halving import picture_of
from ki67.data.patches import KINDS, Patches
from ki67.data.patches_survey import Survey
from ki67.data.source import source_of
from ki67.data.tables import by_name


def patches_table(scored: Mapping[str, Patches], annotated: Mapping[str, Patches]) -> pd.DataFrame:
    """A row for each part, those with scores first, and one for all parts of each sort."""
    rows = [_row(name, [part]) for name, part in scored.items()]
    rows.append(_row("scored", list(scored.values())))
    rows += [_row(f"nuclei_{name}", [part]) for name, part in annotated.items()]
    rows.append(_row("annotated", list(annotated.values())))
    return pd.DataFrame(rows)


def _row(name: str, parts: Sequence[Patches]) -> dict[str, Any]:
    """Scores count where there are some; nuclei likewise. An annotated picture that was cut into several patches counts once."""
    kinds = np.concatenate([nuclei.kind for part in parts for nuclei in part.nuclei])
    scores = np.concatenate([part.scores for part in parts]).astype(np.float64)
    scored = bool(np.isfinite(scores).all())
    names = [name for part in parts for name in part.names]
    return {
        "part": name,
        "patches": len(names) if scored else len(set(map(picture_of, names))),
        "slides": len({name.rpartition("_")[0] for name in names}) if scored else 0,
        "patients": len({patient for part in parts for patient in part.patients}),
        "mean_score": float(scores.mean()) if scored else float("nan"),
        "without_tumour": int((scores == 0).sum()) if scored else 0,
        **{kind: int((kinds == number).sum()) for number, kind in enumerate(KINDS)},
    }


def patches_summary(table: pd.DataFrame, found: Survey, root: Path) -> dict[str, Any]:
    """The table's figures and where the data come from, as the book quotes them."""
    source = source_of(root, found.published)
    return {
        "source": source.kind,
        "um_per_px": source.um_per_px,
        **by_name(table, "part"),
        "oddities": list(found.oddities),
    }
