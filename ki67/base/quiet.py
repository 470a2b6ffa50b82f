"""Libraries that talk on the error stream while they start, kept from the terminal: what they say goes to a log."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def quiet_libraries(log: Path) -> Iterator[TextIO]:
    """What libraries say on the error stream while they start goes to a log; what is yielded still reaches the terminal."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.flush()
    with os.fdopen(os.dup(2), "w") as terminal, log.open("w") as stream:
        os.dup2(stream.fileno(), 2)
        try:
            yield terminal
        finally:
            sys.stderr.flush()
            os.dup2(terminal.fileno(), 2)
