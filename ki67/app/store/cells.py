"""Cells as a file: arrays without pickles, the same bytes for the same cells."""

import numpy as np

from ki67.app.problems import not_found
from ki67.app.store.files import Files
from ki67.cells.cells import Cells, QuPathObject


def keep_cells(files: Files, account_id: str, cells: Cells) -> str:
    """Make cells lasting in the folder of the case's owner; their hash."""
    with files.draft() as draft:
        with draft.open("wb") as stream:
            np.savez_compressed(stream, xy=cells.xy, label=cells.label, confidence=cells.confidence)
        return files.keep(account_id, draft)


def kept_cells(files: Files, account_id: str, digest: str) -> Cells:
    """The cells again, in their picture's own pixels; not found where their case was deleted at this moment."""
    try:
        with np.load(files.path(account_id, digest), allow_pickle=False) as arrays:
            return Cells(arrays["xy"], arrays["label"], arrays["confidence"], "image")
    except FileNotFoundError as error:
        raise not_found() from error


def geojson_of(files: Files, cells: Cells, name: str, kind: QuPathObject) -> bytes:
    """Cells as QuPath opens them over their picture; `name` makes their ids."""
    with files.draft() as draft:
        cells.to_geojson(draft, name, kind)
        return draft.read_bytes()
