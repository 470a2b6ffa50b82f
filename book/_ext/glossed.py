"""Each page links the words of the glossary where it first uses them, so that no writer has to remember which words those are."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from docutils import nodes
from sphinx.application import Sphinx

CODE = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw)
LEFT_ALONE = (*CODE, nodes.reference, nodes.title, nodes.thead)
Place = tuple[str, str]  # a page, and the anchor of a definition on it


@dataclass(frozen=True)
class Glossary:
    """Every word that is explained, in small letters, where it is, and what finds any of them in a text."""

    places: Mapping[str, Place]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, app: Sphinx) -> "Glossary":
        """Those of a book whose pages are all read; a word is found whole, in any letters, with or without a plural's s."""
        found = app.env.get_domain("std").get_objects()
        places = {name.lower(): (page, anchor) for name, _, kind, page, anchor, _ in found if kind == "term"}
        longest_first = map(re.escape, sorted(places, key=len, reverse=True))
        return cls(places, re.compile(rf"(?<![\w-])({'|'.join(longest_first)})s?(?![\w-])", re.IGNORECASE))

    @property
    def pages(self) -> set[str]:
        """Those that explain: nothing is linked on them."""
        return {page for page, _ in self.places.values()}


@cache
def glossary_of(app: Sphinx) -> Glossary:
    """Made once a build."""
    return Glossary.of(app)


def link_first_uses(app: Sphinx, page: nodes.document, name: str) -> None:
    """Turn the first use of each word into a link, but for headings, code and what is a link already."""
    glossary, explained = glossary_of(app), set[Place]()
    if not glossary.places or name in glossary.pages:
        return
    for text in list(page.findall(nodes.Text)):
        if text.parent is None or _within(text, LEFT_ALONE):
            continue
        parts = list(_parts(app, name, text, glossary, explained))
        if any(isinstance(part, nodes.reference) for part in parts):
            text.parent.replace(text, parts)


def _within(node: nodes.Node, kinds: tuple[type[nodes.Node], ...]) -> bool:
    parent = node.parent
    while parent is not None:
        if isinstance(parent, kinds):
            return True
        parent = parent.parent
    return False


def _parts(app: Sphinx, name: str, text: nodes.Text, glossary: Glossary, explained: set[Place]) -> Iterator[nodes.Node]:
    """The text cut at the words that this page has not explained yet."""
    plain, done = text.astext(), 0
    for match in glossary.pattern.finditer(plain):
        place = glossary.places[match[1].lower()]
        if place in explained:
            continue
        explained.add(place)
        if match.start() > done:
            yield nodes.Text(plain[done : match.start()])
        address = f"{app.builder.get_relative_uri(name, place[0])}#{place[1]}"
        yield nodes.reference("", match[0], internal=True, refuri=address, classes=["glossed"])
        done = match.end()
    if done < len(plain):
        yield nodes.Text(plain[done:])


def setup(app: Sphinx) -> dict[str, bool]:
    """What Sphinx calls."""
    app.connect("doctree-resolved", link_first_uses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
