"""A simulated field, for whoever has no picture at hand: of a patient that no network was trained on."""

import sys
from pathlib import Path

from PIL import Image

from ki67.base.files import whole_file
from ki67.simulate import render_field

SEED, PATIENT, FIELD = 67, 5, 1  # no cohort of the study has this seed
QUALITY = 90


def write_example(path: Path) -> None:
    """As a JPEG of the published size."""
    with whole_file(path, path.suffix) as partial:
        Image.fromarray(render_field(SEED, PATIENT, FIELD).image).save(partial, quality=QUALITY)


if __name__ == "__main__":
    write_example(Path(sys.argv[1]))
