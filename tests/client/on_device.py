"""What a page keeps on its device, asked of a real browser's page by the names of the store's own methods."""

import base64
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

PASSPHRASE = "a sentence that nobody guesses"
OPEN = """async passphrase => {
  const {Store} = await import('/store/device.js');
  self.store = await Store.open(passphrase ?? undefined);
}"""
CALL = "([method, args]) => self.store[method](...args)"
ADD = """async ([caseId, bytes, name]) => {
  const file = new File([Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0))], name, {lastModified: 5});
  return self.store.addPicture(caseId, file, file.lastModified);
}"""
PIXELS = """async id => {
  const bytes = new Uint8Array(await (await self.store.pixels(id)).arrayBuffer());
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
}"""
REFUSAL = """async ([method, args]) => {
  try { await self.store[method](...args); } catch (error) { return error.code ?? error.message; }
  return null;
}"""
EVERYTHING = """async () => {
  const found = [], lettersOf = bytes => Array.from(bytes, byte => String.fromCharCode(byte)).join('');
  const keep = value => {
    if (ArrayBuffer.isView(value)) found.push(lettersOf(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)));
    else if (value && typeof value === 'object') [...Object.keys(value), ...Object.values(value)].forEach(keep);
    else found.push(String(value));
  };
  const request = indexedDB.open('ki67');
  await new Promise(resolve => { request.onsuccess = resolve; });
  for (const name of request.result.objectStoreNames) {
    const rows = request.result.transaction(name).objectStore(name).getAll();
    await new Promise(resolve => { rows.onsuccess = resolve; });
    keep(rows.result);
  }
  request.result.close();
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('ki67', {create: true});
  for await (const [name, file] of folder.entries()) {
    found.push(name);
    keep(await file.getFile().then(async whole => new Uint8Array(await whole.arrayBuffer()), () => null));
  }
  return btoa(found.join('').replace(/[^\\x00-\\xff]/g, '?'));
}"""


def picture(seed: int = 1, words: str = "", kind: str = "JPEG", width: int = 64) -> bytes:
    """A small field of noise; `words` stand where cameras write about themselves."""
    pixels = np.random.default_rng(seed).integers(0, 256, (48, width, 3), np.uint8)
    exif = Image.Exif()
    if words:
        exif[0x010F], exif[0x9286] = words, words  # who made it, what a user said
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, exif=exif)
    return stream.getvalue()


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for what a page does in its own time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about"


@dataclass(frozen=True)
class Device:
    """A tab that has the store open."""

    page: Any

    def open(self, passphrase: str | None = None) -> "Device":
        """As a visit does it."""
        self.page.evaluate(OPEN, passphrase)
        return self

    def call(self, method: str, *args: object) -> Any:
        """What the store answers."""
        return self.page.evaluate(CALL, [method, args])

    def refusal(self, method: str, *args: object) -> str | None:
        """The code of why it does not, or the name of what is thrown."""
        return self.page.evaluate(REFUSAL, [method, args])

    def new_case(self, name: str = "T-2041") -> str:
        """A case of that name; its id."""
        case = {"id": self.page.evaluate("crypto.randomUUID()"), "name": name, "made": 1, "blind": False, "cutOffs": "paper"}
        self.call("putCase", case | {"remote": None})
        return str(case["id"])

    def add(self, case: str, content: bytes, name: str = "field.jpg") -> dict[str, Any]:
        """A file added as a person chooses it."""
        return self.page.evaluate(ADD, [case, base64.b64encode(content).decode(), name])

    def pixels(self, picture_id: str) -> bytes:
        """The bytes that are kept of a picture."""
        return base64.b64decode(self.page.evaluate(PIXELS, picture_id))

    def stored(self) -> bytes:
        """Every name, row and byte that lies in the browser."""
        return base64.b64decode(self.page.evaluate(EVERYTHING))

    def holds(self, *looked_for: bytes) -> Sequence[bool]:
        """Which of these are somewhere in it."""
        stored = self.stored()
        return [each in stored for each in looked_for]
