"""Figures as readers see them, in the book and in the README alike."""

import math
from typing import Any

LISTED = 8  # items of a list; the rest is counted
AS_PRINTED = str.maketrans({"-": "−", "%": "\u00a0%"})  # a real minus, and a per cent sign that stands apart and on the same line


def duration(seconds: float) -> str:
    """Seconds as a reader says them: 8.4 s, 12 min, 3.2 h."""
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def shown(value: Any, spec: str, words: dict[str, str]) -> str:
    """A value as the reader sees it; what does not exist is a dash."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return words.get(value, value)
    if isinstance(value, list):
        rest = f" and {len(value) - LISTED} more" if len(value) > LISTED else ""
        return (", ".join(shown(item, spec, words) for item in value[:LISTED]) or "none") + rest
    if spec == "duration":
        return duration(value)
    if not spec:
        spec = ",d" if isinstance(value, int) else ""
    return format(value, spec).translate(AS_PRINTED) if isinstance(value, int | float) else str(value)
