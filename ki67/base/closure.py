"""Which code a stage runs: the modules that its notebook imports, and all that those import in their turn.

What a stage depends on in dvc.yaml is held against this, and unfinished work is kept under a key made from it: after a change of
code no old result stands, and no half-done work of the old code is gone on with.
"""

import ast
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

# What a stage imports and what cannot change its numbers, each with the reason. Nothing is looked for behind it either.
LEFT_OUT = {
    "ki67/base/closure.py": "says what depends on what",
    "ki67/base/cluster.py": "where trials run; a trial's result does not depend on it, and a test says so",
    "ki67/base/errors.py": "the words in which input is refused",
    "ki67/base/files.py": "how a file is put in its place",
    "ki67/base/hardware.py": "the processor's name and cores, for reports of speed",
    "ki67/base/state.py": "where unfinished work is kept",
    "ki67/base/workers.py": "processes that share work; results come back in order",
    "ki67/figures": "how results are drawn; stages of seconds depend on it all the same, those of minutes are not",
    "ki67/settings": "types and bounds of settings: their values are followed as `params`; stages that ask what a network's name "
    "stands for depend on `networks.py` all the same",
}


@dataclass(frozen=True)
class House:
    """The modules of a package in the folder that holds it, and what each imports of the others."""

    root: Path
    package: str = "ki67"
    left_out: Sequence[str] = tuple(LEFT_OUT)

    @cached_property
    def modules(self) -> dict[str, Path]:
        """Every module's file by its dotted name; a room's `__init__` goes by the room's name."""
        files = sorted((self.root / self.package).rglob("*.py"))
        return {self._name(file): file for file in files}

    def _name(self, file: Path) -> str:
        parts = file.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def imported(self, source: str) -> Iterator[str]:
        """The modules that some code imports, and the `__init__` of every room on the way to them."""
        for node in ast.walk(ast.parse(source)):
            for name in imported_names(node):
                ends = [end for end, letter in enumerate(name) if letter == "."]
                yield from (part for part in (*(name[:end] for end in ends), name) if part in self.modules)

    @cache  # noqa: B019 - a house stands as long as the process that looks at it
    def imported_by(self, module: str) -> tuple[str, ...]:
        """The same of one of the package's own modules."""
        return tuple(self.imported(self.modules[module].read_text(encoding="utf-8")))

    def closure(self, source: str) -> set[str]:
        """The files, named from the root, on which the result of some code depends."""
        waiting, seen = list(self.imported(source)), set[str]()
        while waiting:
            module = waiting.pop()
            file = self.modules[module].relative_to(self.root).as_posix()
            if module in seen or covered(file, self.left_out):
                continue
            seen.add(module)
            waiting += self.imported_by(module)
        found = (self.modules[module] for module in seen)
        return {file.relative_to(self.root).as_posix() for file in found if not says_only_what_it_is(file)}


def imported_names(node: ast.AST) -> list[str]:
    """What an import statement names, dotted; nothing of any other node."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{node.module}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else []


def covered(file: str, places: Iterable[str]) -> bool:
    """Whether a file is one of some places, or lies in one of them."""
    return any(file == place or file.startswith(f"{place}/") for place in places)


def says_only_what_it_is(file: Path) -> bool:
    """A module that holds a docstring and nothing else, as most rooms' `__init__` do."""
    module = ast.parse(file.read_text(encoding="utf-8"))
    return len(module.body) == 1 and ast.get_docstring(module) is not None


def code_in(notebook: Path) -> str:
    """The code cells of a notebook as one program."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def code_of(stage: str) -> list[Path]:
    """The files that decide what a stage of the study in this folder computes: its notebook, and all that it imports."""
    notebook = Path("notebooks") / f"{stage}.ipynb"
    return [notebook, *map(Path, sorted(House(Path()).closure(code_in(notebook))))]
