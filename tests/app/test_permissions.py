"""One table says who may call what; what is not in it is a fault, and what is, is held to."""

from typing import Any

import pytest
from people import browser_of
from refused import Door

from ki67.app.access.permissions import PERMISSIONS, Needs
from ki67.app.api import ROUTERS

ROUTES = {(method, route.path_format): route for router in ROUTERS for route in router.routes for method in route.methods}
PROTECTED = [place for place, permission in PERMISSIONS.items() if permission.needs is not Needs.NOTHING]


def test_every_route_stands_in_the_table_and_the_table_names_no_other() -> None:
    assert ROUTES.keys() == PERMISSIONS.keys()


@pytest.mark.parametrize("place", PROTECTED, ids=" ".join)
def test_nobody_gets_in_who_is_not_signed_in(door: Door, place: tuple[str, str]) -> None:
    method, path = place
    answer: Any = browser_of(door.service).request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
