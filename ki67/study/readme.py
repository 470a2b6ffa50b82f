"""README.md is made from a template: its figures come from the files that were measured, as those of the book do."""

import re
from pathlib import Path
from urllib.parse import unquote

from ki67.base.errors import InputError
from ki67.base.files import write_whole
from ki67.study.lookup import Reference, look_up
from ki67.study.readme_tables import TABLES
from ki67.study.shown import shown

TEMPLATE, README = "README.template.md", "README.md"
FIGURE = re.compile(r"\{value\}`(?P<reference>[^\s`]+)(?: (?P<format>[^`]+))?`")
TABLE = re.compile(r"\{table\}`(?P<name>[^`]+)`")


def rendered(root: Path) -> str:
    """The template with its figures and tables, which it names as the book does: {value}`path:key .2f`, and {table}`speed`."""

    def figure(found: re.Match[str]) -> str:
        value = look_up(root, Reference.of(unquote(found["reference"])))
        return shown(value, found["format"] or "", {})

    def table(found: re.Match[str]) -> str:
        if found["name"] not in TABLES:
            raise InputError(f"{TEMPLATE}: no table {found['name']!r}; it may be {', '.join(TABLES)}")
        return TABLES[found["name"]](root)

    text = (root / TEMPLATE).read_text(encoding="utf-8")
    return TABLE.sub(table, FIGURE.sub(figure, text))


def write_readme(root: Path) -> Path:
    """What `make readme` does, after anything was measured anew."""
    write_whole(root / README, rendered(root))
    return root / README
