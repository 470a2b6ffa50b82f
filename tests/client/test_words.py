"""Every string that a person reads stands in the client's `words`, so that others can translate one file."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ki67.app.browser.site import CLIENT

COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"`])//[^\n]*", re.DOTALL)
LITERAL = re.compile(r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`""")
OF_STYLE = re.compile(r"\bclass: ?$")  # names of classes stand side by side as words do
FILLED = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}")
THROWN = re.compile(r"new Error\(['\"`]")  # what nobody can translate: a `Refused` or a `Broken` has a code
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}")
READ_BY_PROGRAMS = {
    "not defined",  # what Python's tables have for it
    "take over",  # said to the service worker
    "taken back",  # the reason of an aborted transaction, which goes on as its cause
    "the key of this device",  # what a sealed key is bound to
}
SHOWN_BY_NOBODY = {"sw.js"}  # a thread that has no page


def sentences(source: str) -> Iterator[str]:
    """Strings of a module that have two words or more."""
    bare = COMMENT.sub("", source)
    for found in LITERAL.finditer(bare):
        text = FILLED.sub("", next(group for group in found.groups() if group is not None))
        if SENTENCE.search(text) and not OF_STYLE.search(bare, 0, found.start()):
            yield text


def modules() -> list[Path]:
    return [path for path in sorted(CLIENT.rglob("*.js")) if path.parent.name != "words" and path.name not in SHOWN_BY_NOBODY]


@pytest.mark.parametrize("module", modules(), ids=lambda path: path.relative_to(CLIENT).as_posix())
def test_no_module_holds_a_sentence_of_its_own(module: Path) -> None:
    source = module.read_text()
    assert set(sentences(source)) <= READ_BY_PROGRAMS
    assert not THROWN.search(source)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("throw new Error('no room for it');", ["no room for it"]),
        ("say(`the ${what} is gone`);", ["the  is gone"]),
        ("el('p', {class: 'stack narrow'}, words.cases.none);", []),
        ("// 'a comment that says much'\nconst at = 'https://example.org'; /* 'and another one' */", []),
        ("throw new Refused('colours', {kind: 'grey'});", []),
    ],
)
def test_a_sentence_is_told_from_what_programs_read(source: str, found: list[str]) -> None:
    assert list(sentences(source)) == found


def test_what_programs_read_is_still_there() -> None:
    everything = "".join(path.read_text() for path in modules())
    assert [text for text in READ_BY_PROGRAMS if f"'{text}'" not in everything] == []
