"""A field in the store of an open page, so that a test begins at the screen that it is about."""

from dataclasses import dataclass
from typing import Any

MADE = """async ({blind, found, square, remote, width, height}) => {
  const [{Store}, {cellsOf}] = await Promise.all([import('./store/device.js'), import('./scorer/cells.js')]);
  const store = await Store.open(), id = crypto.randomUUID();
  await store.putCase({id, name: 'A case', made: Date.now(), blind, cutOffs: 'paper', remote: null});
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#eee';
  pen.fillRect(0, 0, width, height);
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg'));
  const picture = await store.addPicture(id, blob, Date.now());
  if (found) await store.putResult({picture: picture.id, made: Date.now(), cells: cellsOf(found.map((cell) => [...cell, .9])),
    umPerPx: .135, scaleKnown: true, hotSpot: null, warnings: [], network: 'none', milliseconds: 0});
  await store.putPicture({...picture, umPerPx: .135, square, remote, state: found ? 'counted' : 'new'});
  return picture.id;
}"""
REVIEWS = """async (picture) => {
  const {Store} = await import('./store/device.js');
  const reviews = await (await Store.open()).reviews(picture);
  return reviews.map(({cells, ...rest}) => ({...rest, labels: cells && [...cells.label], xy: cells && [...cells.xy]}));
}"""

Found = list[tuple[float, float, int]]  # x, y, label


@dataclass(frozen=True)
class Field:
    """A picture of one case, in a page of its own."""

    page: Any
    address: str
    picture: str
    side: float

    def at(self, screen: str) -> "Field":
        """Opens one of its screens."""
        self.page.goto(f"{self.address}#/picture/{self.picture}/{screen}")
        self.page.locator("#main .viewer[width], #main .narrow").first.wait_for()
        return self

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the picture lies on the screen while all of it is shown."""
        box = self.page.locator(".viewer").bounding_box()
        scale = min(box["width"], box["height"]) / self.side
        left, top = ((box[length] - self.side * scale) / 2 for length in ("width", "height"))
        return box["x"] + left + x * scale, box["y"] + top + y * scale

    def tap(self, x: float, y: float, press_ms: float = 0) -> None:
        """With a finger or a mouse at a point of the picture, or a long press."""
        self.page.mouse.move(*self.point(x, y))
        self.page.mouse.down()
        self.page.wait_for_timeout(press_ms)
        self.page.mouse.up()

    def count(self, kind: str) -> int:
        """How many cells of a kind the legend tells."""
        return int(self.page.locator(".kind", has_text=kind).locator("b").inner_text())

    def reviews(self) -> list[dict[str, Any]]:
        """All opinions that are kept of it."""
        return self.page.evaluate(REVIEWS, self.picture)  # type: ignore[no-any-return]


def field(
    page: Any, address: str, blind: bool = False, found: Found | None = None, side: int = 400,
    square: dict[str, int] | None = None, remote: str | None = None,
) -> Field:  # fmt: skip
    """A plain square picture; the network found these cells in it, or has not looked.

    Points are those of the part that is looked at.
    """
    page.goto(address)
    page.locator("#main .button").first.wait_for()
    given = {"blind": blind, "found": found, "square": square, "remote": remote}
    made = page.evaluate(MADE, given | {"width": side, "height": side})
    return Field(page, address, made, square["width"] if square else side)
