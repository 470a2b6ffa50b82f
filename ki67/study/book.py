"""The book from the results that are there, with the client beside its pages; strict, and quick to start."""

import subprocess
import sys
from pathlib import Path

from ki67.app.browser.made import CHECKOUT
from ki67.app.browser.site import Site
from ki67.base.errors import InputError
from ki67.study.book_links import faults

BOOK = Path("build/book")
PAGE = BOOK / "_build/html/index.html"
TRY = "try"  # the scorer in a browser, beside the pages


def build_book() -> int:
    """Render what the results say now, and the client beside it; a warning fails, and a link that leads nowhere or outside."""
    log = Path("build/book.log")
    log.parent.mkdir(exist_ok=True)
    program = Path(sys.executable).with_name("jupyter-book")
    command = [str(program), "build", ".", "--path-output", str(BOOK), "-W", "--keep-going", "-q"]
    with log.open("w") as stream:
        built = subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT).returncode
    if built:
        raise InputError(f"{log}: the book did not build; its warnings are there")
    Site.of_book(CHECKOUT).write(PAGE.parent / TRY)
    for fault in (found := faults(PAGE.parent)):
        print(fault)
    print(f"the book: file://{PAGE.resolve()}")
    return 1 if found else 0
