"""Which modules a page needs from the start: a browser that is told asks for all at once, not for one after the other."""

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath

IMPORT = re.compile(rb"""^(?:import|export)\b[^'"]*?from\s*'(\.[^']+)'|^import\s*'(\.[^']+)'""", re.MULTILINE)


def needed(files: Mapping[str, bytes], address: str) -> set[str]:
    """A module, and all that it imports at its head, and they."""
    found, waiting = set[str](), [address]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += imported(files[module], module)
    return found


def imported(content: bytes, address: str) -> Iterator[str]:
    """The addresses that a module names."""
    for match in IMPORT.finditer(content):
        yield normpath(join(dirname(address), (match[1] or match[2]).decode()))
