"""The failures a user can mend, one line each and told apart by cause; and what was probably meant where a name is wrong."""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence

BREAKS = ("Cc", "Cs", "Zl", "Zp")  # what ends a line, moves the cursor or is no text: categories of Unicode


class InputError(Exception):
    """Something the user gave is wrong; the message names the file, what is wrong and what to do.

    No `ValueError`: whoever catches the mistakes of a library must not swallow a line that is meant for the user.
    """

    def __init__(self, line: str) -> None:
        super().__init__(one_line(line))


class Several(InputError):
    """Many things are wrong at once: a line each, so that all can be mended before the next try."""

    def __init__(self, errors: Sequence[InputError]) -> None:
        Exception.__init__(self, "\n".join(str(error) for error in errors))


def refuse_all(errors: Sequence[InputError]) -> None:
    """Raise what was gathered; nothing where nothing was."""
    if errors:
        raise errors[0] if len(errors) == 1 else Several(errors)


class Unreadable(InputError):
    """A file is damaged, cut off, empty, or no picture at all."""


class WrongKind(InputError):
    """A picture, but not of a kind that can be scored without a guess: grey, 16-bit, CMYK."""


class TooLarge(InputError):
    """A picture has more pixels than are allowed; told from its first bytes, before it is decoded."""


class UnknownScale(InputError):
    """Nothing tells how many micrometres a pixel is wide, or what is told is no scale: only the user can say."""


def one_line(text: str) -> str:
    """A text that is one line on every terminal, whatever names stand in it: what would break it is spelled out."""
    return "".join(repr(letter)[1:-1] if unicodedata.category(letter) in BREAKS else letter for letter in text)


def nearest(name: str, known: Iterable[str]) -> str:
    """The rest of a line that refuses a name: the one that was probably meant, or all there are."""
    choices = list(known)
    close = difflib.get_close_matches(name, choices, 1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(choices)}"
