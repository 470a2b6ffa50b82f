"""What the package ships with: networks trained on simulated tissue, and a few simulated fields to check them on."""

from functools import cache
from pathlib import Path

from ki67.data.frames import Frames, load_frames

HERE = Path(__file__).parent
NETWORK = HERE / "scorer.ki67"
CELLULARITY = HERE / "cellularity"
SLIDES = HERE / "slides"


@cache
def fields() -> Frames:
    """Simulated fields with their cells, none of which the network was trained on."""
    return load_frames(HERE / "fields.npz")
