"""What every answer tells the browser: run nothing from elsewhere, be shown nowhere else, guess no kind, keep no copy."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ki67.app.browser.policy import PAGE

POLICY = "; ".join((*PAGE, "frame-ancestors 'none'"))
ALWAYS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
WITH_TLS: Mapping[str, str] = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
ANSWERS = "/v1/"
NO_COPY = "no-store"


class SafeHeaders:
    """Stands around the whole application, so that the answer to a fault carries them too."""

    def __init__(self, app: ASGIApp, tls: bool) -> None:
        self.app = app
        self.headers = {**ALWAYS, **(WITH_TLS if tls else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; add to the head of each answer."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                if scope["path"].startswith(ANSWERS):
                    headers.setdefault("Cache-Control", NO_COPY)
            await send(message)

        await self.app(scope, receive, with_headers)
