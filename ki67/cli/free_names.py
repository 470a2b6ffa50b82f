"""Names under which a command writes one file: of the right ending, free, and in a place where a file can be."""

import os
from pathlib import Path

from ki67.base.errors import InputError

HALF = ".partial"  # by this ending a file is called until it is whole


def must_be_free(out: Path, ending: str) -> None:
    """Refuse, before anything is done, a name that is taken, is a folder's, or says another kind of file than is written."""
    if out.suffix != ending:
        raise InputError(f"{out}: what is written is a {ending} file; name it so")
    for place in (out, out.with_name(out.name + HALF)):
        if os.path.lexists(place):
            raise InputError(f"{place}: there already; name another file, or delete it")
    nearest = next(place for place in out.absolute().parents if os.path.lexists(place))
    if not (nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)):
        raise InputError(f"{out}: {nearest.name} is no folder that can be written to; name another file")
