"""Numbers in the prose come from files: {value} for a figure of ours, {claim} for a printed one, {metric-table} for many.

What became of a claim is told by {verdict}, and {recomputed} has the figure that stands beside the printed one.

A missing file, key or column is a Sphinx warning, so a strict build (`-W`) refuses to promise what was not measured.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from ki67.base.errors import InputError
from ki67.study.lookup import Reference, look_up
from ki67.study.ours import Figures
from ki67.study.printed import load_claims
from ki67.study.shown import shown

logger = logging.getLogger(__name__)
VALUE = re.compile(r"(?P<reference>\S+:\S+)(?:\s+(?P<format>\S+))?")
CLAIM = re.compile(r"(?P<reference>[^:]+)(?::(?P<format>\S+))?")
CLAIMS, VERDICTS = "claims.yaml", "metrics/claims.csv"
NAME = re.compile(r"\{([^{}]+)\}")
LONG = 26  # characters; what is longer may wrap


class FigureRole(SphinxRole):
    """One figure as text, or a question mark and a warning."""

    pattern: ClassVar[re.Pattern[str]]
    usage: ClassVar[str]

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """What docutils calls."""
        found = self.pattern.fullmatch(self.text.strip())
        try:
            if not found:
                raise InputError(f"{self.text!r}: write it as {self.usage}")
            value = self.look_up(Path(self.env.srcdir), found["reference"])
            text = shown(value, found["format"] or "", self.config.value_words)
        except (InputError, ValueError) as error:
            logger.warning("%s: %s", self.name, error, location=self.get_location())
            text = "?"
        return [nodes.inline(self.text, text, classes=["value"])], []

    def look_up(self, root: Path, reference: str) -> Any:
        """The figure that the reference names."""
        raise NotImplementedError


class ValueRole(FigureRole):
    """{value}`metrics/evaluation.json:detection.pathonet.strict.positive.f1 .3f`: a figure of this study.

    A space inside a key is written %20, as in an address.
    """

    pattern = VALUE
    usage = "path:key or path:key format"

    def look_up(self, root: Path, reference: str) -> Any:
        """From the file before the colon."""
        place = Reference.of(unquote(reference))
        self.env.note_dependency(str(root / place.path))
        value = look_up(root, place)
        return _number(value) if place.path.endswith(".csv") else value


@cache
def printed(root: Path) -> Figures:
    """What the papers print: one file, read once a build, though every other sentence asks for it."""
    return Figures(load_claims(root / CLAIMS), root)


class ClaimRole(FigureRole):
    """{claim}`Table 2/PathoNet/positive F1:.3f`: a figure that a paper prints, as claims.yaml has it."""

    pattern = CLAIM
    usage = "Table/row/cell or Table/row/cell:format"

    def look_up(self, root: Path, reference: str) -> Any:
        """From claims.yaml; whole numbers as such."""
        self.env.note_dependency(str(root / CLAIMS))
        value = printed(root).of(reference)
        return int(value) if value.is_integer() else value


@cache
def verdicts(root: Path) -> dict[str, dict[str, str]]:
    """What the stage `claims` wrote, by the name of each claim."""
    if not (root / VERDICTS).is_file():
        raise InputError(f"{VERDICTS}: missing; run the stage that writes it")
    with (root / VERDICTS).open(newline="", encoding="utf-8") as stream:
        return {"/".join(row[key] for key in ("table", "row", "cell")): row for row in csv.DictReader(stream)}


class VerdictRole(FigureRole):
    """{verdict}`Table 2/PathoNet/positive F1`: whether it holds, agrees, was run."""

    pattern = CLAIM
    usage = "Table/row/cell or Table/row/cell:format"
    column = "verdict"

    def look_up(self, root: Path, reference: str) -> Any:
        """From what the stage wrote; figures as numbers."""
        self.env.note_dependency(str(root / VERDICTS))
        if reference not in verdicts(root):
            raise InputError(f"{VERDICTS}: no claim {reference!r}; name it Table/row/cell")
        return _float(verdicts(root)[reference][self.column])


class RecomputedRole(VerdictRole):
    """{recomputed}`Table 1/Total Cells/sum of the classes, test:,.0f`: the figure beside the printed one."""

    column = "ours"


@dataclass(frozen=True)
class Column:
    """A column of a metric table: `f1 | F1 | .3f`, or several of the file's in one: `{f1} ({low} to {high}) | F1 | .3f`.

    The format `p` is for p values: no p is zero.
    """

    template: str
    heading: str
    format: str

    @classmethod
    def parse(cls, line: str) -> "Column":
        """From its line in the directive; heading and format may be left out."""
        template, heading, spec = [part.strip() for part in [*line.split("|"), "", ""][:3]]
        return cls(template if "{" in template else f"{{{template}}}", heading or template, spec)

    @property
    def names(self) -> set[str]:
        """The file's columns that it needs."""
        return set(NAME.findall(self.template))

    def shown(self, record: dict[str, str], usual: str, words: dict[str, str]) -> str:
        """The cell of one row; the table's usual format is for numbers with a point. Where nothing stands, one dash says so."""
        if not any(record[name] for name in self.names):
            return shown(None, self.format, words)

        def one(match: re.Match[str]) -> str:
            value = _number(record[match[1]])
            if self.format == "p":
                return _p_value(value, words)
            if isinstance(value, int):
                return shown(value, "" if self.format.endswith("g") else self.format, words)
            return shown(value, self.format or usual, words)

        return NAME.sub(one, self.template)


class MetricTable(SphinxDirective):
    """A CSV file's rows (`:where: key=a|b, …`) in the columns that the body lists; `:format:` is for numbers with a point.

    A file without rows is a fault unless `:empty:` says what it means, as for a stage that a profile leaves out.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = dict.fromkeys(("where", "format", "caption", "name", "empty"), directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """The table, or a warning that says what is missing."""
        path = Path(self.env.srcdir) / self.arguments[0]
        self.env.note_dependency(str(path))
        try:
            columns, rows = self._rows(path)
            return [self._table(columns, rows) if rows else nodes.paragraph(text=self.options["empty"])]
        except (InputError, ValueError) as error:
            logger.warning("metric-table: %s", error, location=self.get_location())
            return []

    def _rows(self, path: Path) -> tuple[list[Column], list[list[str]]]:
        if not path.is_file():
            raise InputError(f"{self.arguments[0]}: missing; run the stage that writes it")
        with path.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream)
            records, header = list(reader), list(reader.fieldnames or [])
        columns = [Column.parse(line) for line in list(self.content) or header]
        wanted = dict(part.strip().split("=", 1) for part in self.options.get("where", "").split(",") if part)
        unknown = set(wanted).union(*(column.names for column in columns)) - set(header)
        if unknown:
            raise InputError(f"{self.arguments[0]}: no column {min(unknown)!r}; it has {', '.join(header)}")
        kept = [r for r in records if all(r[key] in values.split("|") for key, values in wanted.items())]
        if not kept and not ("empty" in self.options and not records):
            raise InputError(f"{self.arguments[0]}: no row where {self.options.get('where')!r}")
        usual, words = self.options.get("format", ""), self.config.value_words
        return columns, [[column.shown(record, usual, words) for column in columns] for record in kept]

    def _table(self, columns: list[Column], rows: list[list[str]]) -> nodes.table:
        table, group = nodes.table(classes=["colwidths-auto", "metric"]), nodes.tgroup(cols=len(columns))
        if "caption" in self.options:
            table += nodes.title("", "", *self.parse_inline(self.options["caption"], lineno=self.lineno)[0])
        group.extend(nodes.colspec(colwidth=1) for _ in columns)
        group += nodes.thead("", _row([column.heading for column in columns]))
        group += nodes.tbody("", *[_row(row) for row in rows])
        table += group
        self.add_name(table)
        self.set_source_info(table)
        return table


def _row(cells: list[str]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        kind = "long" if len(cell) > LONG else "number" if cell[:1] in "0123456789−<" else "word"
        row += nodes.entry("", nodes.paragraph(text=cell), classes=[kind])
    return row


def _p_value(value: str | int | float, words: dict[str, str]) -> str:
    return "< 0.001" if isinstance(value, int | float) and value < 0.0005 else shown(value, ".3f", words)


def _number(text: str) -> str | int | float:
    try:
        return int(text)
    except ValueError:
        return _float(text)


def _float(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def setup(app: Sphinx) -> dict[str, bool]:
    """What Sphinx calls."""
    app.add_config_value("value_words", {}, "env")
    app.add_role("value", ValueRole())
    app.add_role("claim", ClaimRole())
    app.add_role("verdict", VerdictRole())
    app.add_role("recomputed", RecomputedRole())
    app.add_directive("metric-table", MetricTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
