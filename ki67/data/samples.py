"""The first value that travels: where one labelled picture lies and whose it is."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """A picture, its labels and its patient."""

    image: Path
    label: Path
    patient: str

    @property
    def name(self) -> str:
        """The file name without its ending: unique within a folder, so it names the sample in every table."""
        return self.image.stem
