"""The failures a user can mend, one line each; and what was probably meant where a name is wrong."""

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Something the user gave is wrong; the message names the file, what is wrong and what to do."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The rest of a line that refuses a name: the one that was probably meant, or all there are."""
    choices = list(known)
    close = difflib.get_close_matches(name, choices, 1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(choices)}"
