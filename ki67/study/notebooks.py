"""The papermill engine of the study: refuses wrong parameters before a kernel starts, strips what changes, says titles.

A plain `papermill notebooks/STAGE.ipynb out.ipynb -p NAME VALUE` comes through it too: papermill imports this module by
its entry point, and importing it puts the engine in place of papermill's default. The entry point names the module and
not the class, because whoever imports this module first is still importing it when papermill looks.
"""

import ast
import sys
from collections.abc import Mapping
from typing import Any

import click
from nbformat import NotebookNode
from papermill.engines import NBClientEngine, papermill_engines

from ki67.base.errors import InputError
from ki67.settings import params
from ki67.study.wiring import refuse_out_of_turn


class Refused(click.ClickException):
    """How a wrong parameter reaches whoever typed `papermill`: one line, exit code 2, no traceback."""

    exit_code = 2


class StudyEngine(NBClientEngine):  # type: ignore[misc]
    """Runs any notebook as papermill does; a notebook of this study is checked first and cleaned after."""

    @classmethod
    def execute_notebook(cls, nb: NotebookNode, kernel_name: str, **options: Any) -> NotebookNode:
        """Check, run, clean."""
        stage = nb.metadata.get("ki67", {}).get("stage")
        if stage is None:
            return super().execute_notebook(nb, kernel_name, **options)
        values = declared(nb) | dict(nb.metadata.papermill.get("parameters", {}))
        try:
            params.check(params.stage_called(stage), values, f"{stage}.ipynb")
            refuse_out_of_turn(stage)
        except InputError as error:
            raise Refused(str(error)) from error
        options["stderr_file"] = options.get("stderr_file") or sys.stderr
        options["extra_arguments"] = ["--IPKernelApp.capture_fd_output=False"]  # libraries' start-up noise is no output
        return titled(cleaned(super().execute_notebook(nb, kernel_name, **options)), values)


papermill_engines.register(None, StudyEngine)


def declared(nb: NotebookNode) -> dict[str, Any]:
    """The values in the notebook's own parameters cell: plain `name = value` lines."""
    for cell in nb.cells:
        if "parameters" in cell.metadata.get("tags", []):
            lines = ast.parse(cell.source).body
            return {
                line.targets[0].id: ast.literal_eval(line.value)
                for line in lines
                if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
            }
    return {}


def titled(nb: NotebookNode, values: Mapping[str, Any]) -> NotebookNode:
    """The notebook whose heading says the settings that it names in braces: what runs item by item has a title for each."""
    first = nb.cells[0]
    if first.cell_type == "markdown":
        heading, *rest = first.source.split("\n")
        first.source = "\n".join([heading.format_map({name: in_words(value) for name, value in values.items()}), *rest])
    return nb


def in_words(value: Any) -> str:
    """A setting as a heading says it."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def cleaned(nb: NotebookNode) -> NotebookNode:
    """The notebook without run times, random cell names and progress bars, so that the same results are the same bytes."""
    nb.metadata.papermill = NotebookNode(parameters=nb.metadata.papermill.get("parameters", {}))
    for index, cell in enumerate(nb.cells):
        cell["id"] = f"cell-{index}"
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
    return nb
