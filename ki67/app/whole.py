"""Files as answers: always whole, and refused in one form as everything else."""

from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send


class WholeFile(FileResponse):
    """Whoever asks for a part of it gets all of it, as HTTP allows; the framework refuses parts by words of its own."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the wish over."""
        self.headers["accept-ranges"] = "none"
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)
