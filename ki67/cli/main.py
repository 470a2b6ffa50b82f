"""`ki67`: every command under its name, in three groups. Every failure that the user can mend is one line and exit code 2."""

import sys
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperGroup

from ki67.base.errors import InputError, one_line
from ki67.cli import measure, service, study, use
from ki67.cli.libraries import remedy

GROUPS: dict[str, dict[str, Callable[..., None] | typer.Typer]] = {
    "Use it": {
        "score": use.score,
        "cellularity": use.cellularity,
        "slide": use.slide,
        "doctor": use.doctor,
        "evaluate": use.evaluate,
        "agree": use.agree,
        "train": use.train,
        "compress": use.compress,
        "expand": use.expand,
        "app": service.app,
    },
    "The study": {
        "reproduce": study.reproduce,
        "book": study.book,
        "readme": study.readme,
        "data": study.data,
        "profile": study.profile,
        "stage": study.stage,
        "simulate": study.simulate,
        "simulate-he": study.simulate_he,
        "realism": study.realism,
        "real-check": study.real_check,
        "release": study.release,
        "ship": study.ship,
        "calibrate": study.calibrate,
        "ship-cellularity": study.ship_cellularity,
        "ship-slides": study.ship_slides,
    },
    "Measure": {
        "bench": measure.bench,
        "bench-score": measure.bench_score,
        "bench-slide": measure.bench_slide,
        "learning-curve": measure.learning_curve,
        "without-labels": measure.without_labels,
        "bench-coders": measure.bench_coders,
        "bench-client": measure.bench_client,
        "app-pictures": measure.app_pictures,
        "app-check": measure.app_check,
        "fuzz": measure.fuzz,
    },
}


class Grouped(TyperGroup):
    """Help in the order and under the titles of `GROUPS`, where `rich` draws it and where it is not installed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Typer would put commands before groups of them."""
        return [name for commands in GROUPS.values() for name in commands]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Plain text: a section a group."""
        for title, commands in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(limit=200)) for name in commands])


def assembled() -> typer.Typer:
    """The command line as a whole."""
    what = "Ki-67 scoring in breast pathology: a reproducible study and its tool. Research use only."
    whole = typer.Typer(cls=Grouped, help=what, add_completion=False, pretty_exceptions_enable=False)
    for title, commands in GROUPS.items():
        for name, command in commands.items():
            if isinstance(command, typer.Typer):
                whole.add_typer(command, name=name, rich_help_panel=title)
            else:
                whole.command(name, rich_help_panel=title)(command)
    return whole


app = assembled()


def main() -> None:
    """The entry point: what is wrong with the input, or with how it was asked for, becomes one line."""
    try:
        sys.exit(app(sys.argv[1:] or ["--help"], prog_name="ki67", standalone_mode=False))
    except typer.TyperException as error:
        refuse(misused(error), error.exit_code)
    except (InputError, ModuleNotFoundError, OSError) as error:
        if (line := mendable(error)) is None:
            raise
        refuse(line, 2)


def mendable(error: InputError | ModuleNotFoundError | OSError) -> str | None:
    """What the user can mend; nothing where the error is ours."""
    if isinstance(error, ModuleNotFoundError):
        return remedy(error)
    if isinstance(error, OSError):
        what = f"{error.filename}: {error.strerror}; make room, or name another file or folder"
        return one_line(what) if error.filename else None
    return str(error)


def misused(error: typer.TyperException) -> str:
    """What the command line says of wrong options and names, in a line, and where the right ones are listed."""
    line = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{line} (see {context.command_path} --help)" if context else line


def refuse(lines: str, code: int) -> None:
    """Say it, where it is of several faults a line each, and end."""
    for fault in lines.split("\n"):
        print(f"ki67: {fault}", file=sys.stderr)
    sys.exit(code)
