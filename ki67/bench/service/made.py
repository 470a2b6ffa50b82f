"""Fields to send: simulated, small or whole, as many different ones as are asked for."""

import io
from functools import cache

import numpy as np
from PIL import Image

from ki67.simulate import render_field

UM_PER_PX = 0.135
WHOLE = 1228
SOURCES = 4  # fields


@cache
def whole_field(number: int) -> np.ndarray:
    """A simulated field, as pixels."""
    return render_field(7, number, 1).image


def picture(number: int, side: int) -> bytes:
    """The picture of a number: of each another window of few fields, so that many cost little."""
    source = whole_field(1 + number % SOURCES)
    across, down = (number * 37) % WHOLE, (number * 101 + number // WHOLE) % WHOLE
    window = np.roll(source, (-down, -across), (0, 1))[:side, :side]
    stream = io.BytesIO()
    Image.fromarray(window).save(stream, "JPEG", quality=92)
    return stream.getvalue()
