"""A simulated field, for whoever has no picture at hand: of a patient that no network was trained on."""

import io
import sys

from PIL import Image

from ki67.simulate import render_field

SEED, PATIENT, FIELD = 67, 9, 1  # no cohort of the study has this seed
QUALITY = 90


def example() -> bytes:
    """As a JPEG of the published size."""
    stream = io.BytesIO()
    Image.fromarray(render_field(SEED, PATIENT, FIELD).image).save(stream, "JPEG", quality=QUALITY)
    return stream.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(example())
