"""Names under which a command writes one file: of the right ending, and free."""

import os
from pathlib import Path

from ki67.base.errors import InputError


def must_be_free(out: Path, ending: str) -> None:
    """Refuse, before anything is done, a name that is taken, is a folder's, or says another kind of file than is written."""
    if out.suffix != ending:
        raise InputError(f"{out}: what is written is a {ending} file; name it so")
    if os.path.lexists(out):
        raise InputError(f"{out}: there already; name another file, or delete it")
