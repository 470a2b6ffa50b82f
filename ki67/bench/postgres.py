"""A PostgreSQL server of one's own, from Debian's package, for as long as a test or a measurement takes."""

import getpass
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

USER = "postgres"  # the server refuses to run as root
DEBIAN = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """Where Debian keeps the newest server's programs, or the path has them; none where it is not installed."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@dataclass
class Postgres:
    """A server in a folder; it can be stopped and started again, which a service has to live through."""

    folder: Path
    programs: Path
    durable: bool
    process: subprocess.Popen[bytes] | None = field(default=None)

    def url(self, database: str = "postgres") -> str:
        """How SQLAlchemy reaches it: by a socket, not by the network."""
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.folder}"

    @property
    def user(self) -> str:
        """Whom it runs as."""
        return USER if os.geteuid() == 0 else getpass.getuser()

    def start(self) -> None:
        """Run it until it takes connections."""
        settings = [f"unix_socket_directories={self.folder}", "listen_addresses=", f"fsync={'on' if self.durable else 'off'}"]
        more = [part for setting in settings for part in ("-c", setting)]
        command: list[str | Path] = [*self._as_user(), self.programs / "postgres", "-D", self.folder / "data", *more]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        self.run("pg_isready", "-q", "-h", self.folder, tries=100)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it, by default without waiting for those who are connected."""
        if self.process:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def make(self, database: str) -> str:
        """A new empty database; its address."""
        self.run("createdb", "-h", self.folder, database)
        return self.url(database)

    def copied(self, source: str, database: str) -> str:
        """A database that is as another is now, whatever it was before; its address."""
        commands = f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", f"CREATE DATABASE {database} TEMPLATE {source}"
        self.run("psql", "-q", "-h", self.folder, *(part for command in commands for part in ("-c", command)))
        return self.url(database)

    def run(self, program: str, *arguments: str | Path, tries: int = 1) -> None:
        """One of its programs, again until it succeeds."""
        command: list[str | Path] = [*self._as_user(), self.programs / program, *arguments]
        for left in reversed(range(tries)):
            done = subprocess.run(command, check=left == 0, timeout=60, cwd="/", capture_output=True)
            if done.returncode == 0:
                return
            time.sleep(0.1)

    def _as_user(self) -> list[str]:
        return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--"] if os.geteuid() == 0 else []


@contextmanager
def postgres(durable: bool = True) -> Iterator[Postgres]:
    """A running server, gone with all its data at the end."""
    found = programs()
    if found is None:
        raise FileNotFoundError("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="ki67-postgres-"))
    server = Postgres(folder, found, durable)
    if os.geteuid() == 0:
        shutil.chown(folder, USER, USER)
    try:
        server.run("initdb", "-D", folder / "data", "--auth=trust", "--encoding=UTF8", "--no-sync")
        server.start()
        yield server
    finally:
        server.stop(signal.SIGQUIT)  # nobody will ask for its data again
        shutil.rmtree(folder, ignore_errors=True)
