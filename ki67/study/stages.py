"""One stage of the pipeline: its notebook, with its section of params.yaml, and what it cost."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import papermill
from papermill.exceptions import PapermillExecutionError

from ki67.base.errors import InputError
from ki67.base.quiet import quiet_libraries
from ki67.base.state import STATE
from ki67.settings import params
from ki67.study import notebooks
from ki67.study.costs import cost_of_children, write_cost
from ki67.study.wiring import refuse_out_of_turn

NOTEBOOKS = Path("notebooks")
EXECUTED = Path("book/executed")
# glibc hands large blocks back after every training step and takes them again page by page. Where a page is dear, as in many
# virtual machines, that is most of the step. So a stage keeps what it has; other C libraries do not read this.
KEEP_MEMORY = "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1000000000000:glibc.malloc.arena_max=1"


def run_stage(stage: str, changes: Mapping[str, Any], item: str = "") -> None:
    """Run one stage as the pipeline does: parameters from params.yaml, the executed notebook in place when it is whole.

    A stage that DVC runs item by item is given what the item changes, and its name.
    """
    values = params.values_of(params.stage_called(stage)) | dict(changes)
    refuse_out_of_turn(stage)
    name = f"{stage}-{item}" if item else stage
    partial = STATE / f"{name}.partial.ipynb"
    unfinished = STATE / f"{name}.unfinished"
    unfinished.parent.mkdir(exist_ok=True)
    resumed = unfinished.exists()
    unfinished.touch()
    os.environ.setdefault("GLIBC_TUNABLES", KEEP_MEMORY)  # read when the kernel starts
    started = time.monotonic()
    try:
        with quiet_libraries(STATE / f"{name}.log") as terminal:
            papermill.execute_notebook(NOTEBOOKS / f"{stage}.ipynb", partial, values, progress_bar=False, stderr_file=terminal)
    except notebooks.Refused as error:
        raise InputError(error.message) from error
    except PapermillExecutionError as error:
        if error.ename == "InputError":
            raise InputError(error.evalue) from error
        raise
    finally:
        unfinished.unlink()
    EXECUTED.mkdir(parents=True, exist_ok=True)
    os.replace(partial, EXECUTED / f"{name}.ipynb")
    write_cost(cost_of_children(time.monotonic() - started, resumed), name)
