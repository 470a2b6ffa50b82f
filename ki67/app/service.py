"""What every route has at hand, opened once and closed once."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Annotated, Self, cast

from fastapi import Depends, Request

from ki67.app.access.limits import Limits
from ki67.app.access.passwords import Passwords
from ki67.app.browser.served import ServedClient
from ki67.app.settings import AppSettings
from ki67.app.store.database import Database
from ki67.app.store.files import Files
from ki67.app.store.schema import migrate


@dataclass(frozen=True)
class Service:
    """What is kept, a bell that tells the scoring processes that there is work, what guards the door, and the client."""

    settings: AppSettings
    database: Database
    files: Files
    ring: Callable[[], None]
    limits: Limits
    passwords: Passwords
    client: ServedClient

    @classmethod
    def opened(cls, settings: AppSettings, ring: Callable[[], None] = lambda: None) -> Self:
        """Everything in place, the tables in this version."""
        files = Files(settings.files, settings.incoming)
        with closing(Database(settings.url, connections=1, silent_s=None)) as database:
            migrate(database)
        guards, client = (Limits.of(settings.rates), Passwords()), ServedClient(settings.client)
        return cls(settings, Database(settings.url), files, ring, *guards, client)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    return cast(Service, request.app.state.service)


At = Annotated[Service, Depends(service_of)]
