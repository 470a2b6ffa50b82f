"""Checks a built book as it lies on disk: nothing is loaded from outside, and every link inside leads somewhere.

`python -m ki67.study.book_links build/book/_build/html`
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ki67.base.errors import InputError

LOADED = {
    "audio": ("src",), "embed": ("src",), "iframe": ("src",), "image": ("href", "xlink:href"), "img": ("src",),
    "input": ("src",), "object": ("data",), "script": ("src",), "source": ("src",), "track": ("src",),
    "use": ("href", "xlink:href"), "video": ("src", "poster"),
}  # fmt: skip
NOT_LOADED = {"alternate", "author", "bookmark", "canonical", "help", "index", "license", "next", "prev", "search"}
CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)["']""")
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass
class Page(HTMLParser):
    """What one page loads, where it links to, and the names that others can link to."""

    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    in_style: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Sort the addresses of one tag."""
        values = {name: value or "" for name, value in attrs}
        self.in_style = tag == "style"
        self.names.update(values[key] for key in ("id", "name") if values.get(key))
        self.loads += [values[key] for key in LOADED.get(tag, ()) if key in values]
        self.loads += [part.split()[0] for part in values.get("srcset", "").split(",") if part.strip()]
        self.loads += css_addresses(values.get("style", ""))
        if tag == "link" and "href" in values:
            loaded = set(values.get("rel", "").lower().split()) - NOT_LOADED
            (self.loads if loaded else self.links).append(values["href"])
        elif tag in {"a", "area"} and "href" in values:
            self.links.append(values["href"])
        elif tag == "meta" and values.get("http-equiv", "").lower() == "refresh" and "=" in values.get("content", ""):
            self.links.append(values["content"].split("=", 1)[1].strip("'\" "))

    def handle_data(self, data: str) -> None:
        """Style sheets written into the page load things too."""
        if self.in_style:
            self.loads += css_addresses(data)

    def handle_endtag(self, tag: str) -> None:
        """A style sheet ends."""
        self.in_style = self.in_style and tag != "style"


def css_addresses(text: str) -> list[str]:
    """What a style sheet asks the browser for."""
    return [first or second for first, second in CSS_URL.findall(CSS_COMMENT.sub("", text))]


def faults(book: Path) -> list[str]:
    """One line for each thing loaded from outside and each link that leads nowhere; an empty list is a good book."""
    # What lies under _static is the theme's own material, its page templates too.
    paths = (path for path in sorted(book.rglob("*.html")) if path.relative_to(book).parts[0] != "_static")
    pages = {path.resolve(): _parsed(path) for path in paths}
    if not pages:
        raise InputError(f"{book}: no html page in it; build the book first (make book)")
    found = [line for path, page in pages.items() for line in _page_faults(path, page, pages, book.resolve())]
    for sheet in sorted(book.rglob("*.css")):
        text = sheet.read_text(encoding="utf-8", errors="replace")
        found += [
            f"{sheet.relative_to(book)}: {fault}" for fault in _load_faults(sheet.resolve(), css_addresses(text), book.resolve())
        ]
    return found


def _parsed(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _page_faults(path: Path, page: Page, pages: dict[Path, Page], book: Path) -> Iterator[str]:
    where = path.relative_to(book)
    yield from (f"{where}: {fault}" for fault in _load_faults(path, page.loads, book))
    for address in page.links:
        if _outside(address):
            continue
        target = _target(path, address, book)
        anchor = unquote(urlsplit(address).fragment)
        if not target.is_file():
            yield f"{where}: links to {address}, which is not there"
        elif anchor and target in pages and anchor not in pages[target].names:
            yield f"{where}: links to {address}, but that page has no {anchor!r}"


def _load_faults(path: Path, addresses: list[str], book: Path) -> Iterator[str]:
    for address in addresses:
        if address.startswith(("data:", "#", "about:")):
            continue
        if _outside(address):
            yield f"loads {address} from outside"
        elif not _target(path, address, book).is_file():
            yield f"loads {address}, which is not there"


def _outside(address: str) -> bool:
    parts = urlsplit(address.strip())
    return bool(parts.scheme or parts.netloc)


def _target(path: Path, address: str, book: Path) -> Path:
    name = unquote(urlsplit(address.strip()).path)
    target = Path(normpath(book / name.lstrip("/") if name.startswith("/") else path.parent / name)) if name else path
    return target / "index.html" if target.is_dir() else target


def main(arguments: list[str]) -> int:
    """The command: the faults one a line and 1, or what was checked and 0."""
    if len(arguments) != 1:
        print("usage: python -m ki67.study.book_links FOLDER", file=sys.stderr)
        return 2
    try:
        found = faults(Path(arguments[0]))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(found) or f"{arguments[0]}: every link inside resolves, nothing is loaded from outside")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
