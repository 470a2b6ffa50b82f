"""How a service is run: where it keeps things, where it listens, and how much it takes."""

from dataclasses import dataclass, field
from pathlib import Path

MEGA = 1_000_000
SQLITE_FILE = "ki67.sqlite"


@dataclass(frozen=True)
class Tls:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Caps:
    """More than this of anything is refused before work is done on it."""

    picture_bytes: int = 64 * MEGA
    picture_pixels: int = 100 * MEGA
    slide_bytes: int = 8_000 * MEGA
    request_bytes: int = 512 * MEGA
    json_bytes: int = 4 * MEGA
    account_bytes: int = 20_000 * MEGA  # what an account may keep, unless an administrator says otherwise
    draft_days: int = 7  # a case that nobody saved is dropped after these


@dataclass(frozen=True)
class Rate:
    """So many at once, and then so many a second."""

    burst: int
    per_second: float


@dataclass(frozen=True)
class Rates:
    """More than this is asked to wait."""

    requests: Rate = Rate(5_000, 500)  # of one account, or of one address where nobody is signed in
    guesses: Rate = Rate(10, 1 / 40)  # wrong passwords for one login: a hundred in its first hour
    guesses_from: Rate = Rate(100, 1)  # wrong passwords, links and passkeys from one address


@dataclass(frozen=True)
class AppSettings:
    """Everything that the command line decides."""

    data: Path
    database: str = ""  # a URL of SQLAlchemy's; without it SQLite in the data folder
    host: str = "127.0.0.1"
    port: int = 8067
    tls: Tls | None = None
    public: str = ""  # scheme and host as browsers see them, where a proxy stands before the service
    workers: int = 1
    cluster: str = ""  # a Dask scheduler's address, where slides are to go there
    caps: Caps = field(default_factory=Caps)
    rates: Rates = field(default_factory=Rates)

    @property
    def url(self) -> str:
        """The database's address, with the driver that is installed here."""
        named = self.database.replace("postgresql://", "postgresql+psycopg://", 1)
        return named or f"sqlite:///{self.data / SQLITE_FILE}"

    @property
    def origin(self) -> str:
        """What a browser names as the origin of this service's own pages."""
        name = "localhost" if self.host in {"127.0.0.1", "::1", "localhost"} else self.host
        return self.public or f"{'https' if self.tls else 'http'}://{name}:{self.port}"

    @property
    def files(self) -> Path:
        """Pictures and what belongs to them."""
        return self.data / "files"

    @property
    def incoming(self) -> Path:
        """What is not whole yet."""
        return self.data / "incoming"

    @property
    def client(self) -> Path:
        """What browsers are given that is made here."""
        return self.data / "client"
