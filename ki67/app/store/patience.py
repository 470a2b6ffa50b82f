"""A connection to PostgreSQL that waits for no answer for ever: a database that is silent is one that is away."""

from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import RV, PQGen

SILENT_S = 10.0  # the service's longest statements take far less


class Patient(Connection[Any]):
    """Gives up, and is closed then: nobody knows what would still come."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """What comes, in time."""
        try:
            return super().wait(gen, interval, SILENT_S if timeout is None else timeout)
        except OperationalError as error:
            if error.sqlstate is None:  # it was not the server that said so
                self.close()
            raise
