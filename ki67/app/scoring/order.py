"""What a scoring process is told when it starts, as a line of JSON: an address of a database may hold a password."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from ki67.app.settings import AppSettings


@dataclass(frozen=True)
class Order:
    """Where pictures are, where rows are, and under which name jobs are taken."""

    worker: str
    url: str
    files: str
    incoming: str
    cluster: str

    @classmethod
    def of(cls, settings: AppSettings, worker: str) -> Self:
        """For one more process of a service."""
        files, incoming = (str(folder.absolute()) for folder in (settings.files, settings.incoming))
        return cls(worker, settings.url, files, incoming, settings.cluster)

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """As it was told."""
        return cls(**json.loads(line))

    @property
    def line(self) -> bytes:
        """As it is told."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @property
    def folders(self) -> tuple[Path, Path]:
        """Of what is kept, and of what is not whole yet."""
        return Path(self.files), Path(self.incoming)
