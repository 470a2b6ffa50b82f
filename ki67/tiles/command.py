"""`ki67 cellularity` as the command line calls it."""

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from ki67.pictures.page import cautions
from ki67.tiles.model import load_model
from ki67.tiles.run import Job, score_pictures


def cellularity_command(paths: Sequence[Path], out: Path, um_per_px: float | None, model: Path | None, max_pixels: int) -> int:
    """The exit code."""
    network = load_model(model)
    done = score_pictures(Job(paths, out, um_per_px, max_pixels), network)
    for line in done.failures:
        print(f"ki67: {line}", file=sys.stderr)
    typer.echo(done.said(out, cautions(network.described.trained_on)))
    return done.code
