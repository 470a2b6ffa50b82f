"""The scorer's own parts, asked in a real browser's page: bytes in, values out."""

import base64
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

BYTES = "const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));"
TEXT = "const text = bytes => btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));"


class InPage:
    """A page whose modules are imported by name."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def asked(self, modules: str, code: str, *values: Any) -> Any:
        """What a piece of code returns: it has modules by their names and `values`, of which `bytes` unpacks bytes."""
        imports = "".join(f"const {name} = await import('/scorer/{name}.js');" for name in modules.split())
        packed = [base64.b64encode(each).decode() if isinstance(each, bytes) else each for each in values]
        body = f"{BYTES}{TEXT}{imports}return JSON.stringify(await (async () => {{{code}}})());"
        return json.loads(self.page.evaluate(f"async values => {{{body}}}", packed))


def unpacked(text: str) -> bytes:
    """Bytes that came back."""
    return base64.b64decode(text)


def pixels(text: str, height: int) -> NDArray[np.uint8]:
    """Rows of red, green, blue and opacity that came back; without the opacity."""
    return np.frombuffer(unpacked(text), np.uint8).reshape(height, -1, 4)[..., :3]
