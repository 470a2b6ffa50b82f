"""The list beside every page: all chapters of the book, and the notebooks of the chapter that is being read.

The theme parses and writes this list again for each page, a sixth of a build. Here it comes from the table of contents.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


@dataclass(frozen=True)
class Entry:
    """A page, its title as html, and the notebooks that stand under it."""

    page: str
    title: str
    notebooks: tuple["Entry", ...]

    def holds(self, page: str) -> bool:
        """Whether it is this page or one of its notebooks."""
        return page == self.page or any(page == notebook.page for notebook in self.notebooks)


@dataclass(frozen=True)
class Part:
    """Chapters under one heading."""

    caption: str
    chapters: tuple[Entry, ...]


@cache
def parts_of(app: Sphinx) -> tuple[Part, ...]:
    """Those of _toc.yml with the titles that the pages have; made once a build."""
    contents = app.env.external_site_map
    return tuple(Part(escape(tree.caption or ""), _entries(app, tree.items)) for tree in contents.root.subtrees)


def _entries(app: Sphinx, pages: list[str]) -> tuple[Entry, ...]:
    below = {page: [item for tree in app.env.external_site_map[page].subtrees for item in tree.items] for page in pages}
    return tuple(Entry(page, escape(app.env.titles[page].astext()), _entries(app, below[page])) for page in pages)


def give_contents(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Hand the parts to the template contents.html."""
    context["contents"] = parts_of(app)


def setup(app: Sphinx) -> Mapping[str, bool]:
    """What Sphinx calls."""
    app.connect("html-page-context", give_contents, priority=400)  # before the theme looks which templates are empty
    return {"parallel_read_safe": True, "parallel_write_safe": True}
