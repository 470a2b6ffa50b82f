"""How many at once: whoever finds the service full is told to come again, before anything of theirs is read."""

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from ki67.app.answers import answer

HEALTH = "/v1/health"  # whoever watches the service learns that it lives, also where it is full
AT_ONCE = 1_000
AGAIN_S = 1


class Crowd:
    """Counts the requests that are under way, and lets no more in than there is room for."""

    def __init__(self, app: ASGIApp, most: int = AT_ONCE) -> None:
        self.app, self.most, self.inside = app, most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one in, or turn one away."""
        if scope.get("path") == HEALTH:
            return await self.app(scope, receive, send)
        if self.inside >= self.most:
            refused = answer(HTTPStatus.SERVICE_UNAVAILABLE, "the service is full; try again", AGAIN_S)
            return await refused(scope, receive, send)
        self.inside += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.inside -= 1
