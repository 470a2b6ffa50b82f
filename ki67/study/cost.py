"""What a stage took, as it is kept in measurements/."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from ki67.base.tables import read_json, write_json


@dataclass(frozen=True)
class StageCost:
    """Seconds by the clock and of all cores, and the most memory; of a stage that went on after a kill, of its last attempt."""

    wall_s: float
    cpu_s: float
    peak_rss_mb: int
    cores: int
    resumed: bool = False

    def write(self, path: Path) -> None:
        """One small file a stage, or an item of one."""
        write_json(asdict(self), path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """What `write` wrote."""
        return cls(**read_json(path))
