"""A connection to PostgreSQL that waits for no answer for ever: a database that is silent is one that is away."""

from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import RV, PQGen


class Patient(Connection[Any]):
    """Gives up, and is closed then: nobody knows what would still come."""

    silent_s: float | None = None  # how long it waits; none: for as long as a statement takes

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """What comes, in time."""
        try:
            return super().wait(gen, interval, self.silent_s if timeout is None else timeout)
        except OperationalError as error:
            if error.sqlstate is None:  # it was not the server that said so
                self.close()
            raise
