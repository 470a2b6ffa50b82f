"""People at their own browsers: what their devices hold, put there as the screens would, and the steps that all take."""

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

PASSWORD = "nine owls read slides"
SEEDED = """async ({name, blind, pictures, estimates, shown}) => {
  const {Store} = await import('/store/device.js'), store = await Store.open(), id = crypto.randomUUID();
  await store.putCase({id, name, made: Date.now(), blind, cutOffs: 'paper', remote: null});
  for (const [i, text] of pictures.entries()) {
    const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
    const file = new File([bytes], 'Erika Mustermann.png', {type: 'image/png'});
    const picture = await store.addPicture(id, file, i + 1);
    const review = {
      id: crypto.randomUUID(), picture: picture.id, made: Date.now(), kind: 'estimate', nPositive: null, nNegative: null,
      estimate: estimates[i], cells: null, startedFrom: 'nothing', blind: !shown, comment: '', remote: null,
    };
    if (estimates[i] !== undefined) await store.addReview(review);
    await store.putPicture({...picture, state: 'counted'});
  }
  return id;
}"""
HELD = """async () => {
  const {Store} = await import('/store/device.js'), store = await Store.open(), found = [];
  for (const one of await store.cases()) for (const picture of await store.pictures(one.id))
    found.push({picture: picture.remote, reviews: (await store.reviews(picture.id)).map(review => review.remote)});
  return found;
}"""


def noise_png(seed: int, side: int = 64) -> bytes:
    """A picture that is like no other and does not pack."""
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)).save(stream, "PNG")
    return stream.getvalue()


@dataclass(frozen=True)
class Colleague:
    """Somebody at a page of the client."""

    page: Any

    def __post_init__(self) -> None:
        """Whoever opens the client first may have to wait until the network's file is made."""
        self.page.set_default_timeout(60_000)
        self.page.set_default_navigation_timeout(120_000)

    def opens(self, link: str, login: str) -> None:
        """Make an account by a link."""
        self.page.goto(link)
        self.fill({"Login": login, "Name": login.title(), "New password": PASSWORD})
        self.press("Open the account")
        self.sees("Sign out everywhere")

    def fill(self, fields: dict[str, str]) -> None:
        """Fields by their labels."""
        for label, value in fields.items():
            self.page.get_by_label(label, exact=True).fill(value)

    def press(self, name: str) -> None:
        """A button or a link by its name."""
        self.page.get_by_role("button", name=name, exact=True).or_(self.page.get_by_role("link", name=name, exact=True)).click()

    def goes(self, place: str) -> None:
        """To a screen by its address, as a fresh visit."""
        self.page.evaluate("place => { location.hash = place }", place)

    def sees(self, text: str) -> None:
        """Wait for words."""
        self.page.get_by_text(text).first.wait_for()

    def makes(self, name: str, pictures: list[bytes], estimates: list[float], blind: bool = True, shown: bool = False) -> str:
        """A case on the device: pictures, and one's own opinions of the first of them."""
        sent = [base64.b64encode(picture).decode() for picture in pictures]
        told = {"name": name, "blind": blind, "pictures": sent, "estimates": estimates, "shown": shown}
        return str(self.page.evaluate(SEEDED, told))

    def asks(self, address: str) -> Any:
        """What the service tells this browser, by its cookie."""
        return self.page.evaluate("async address => (await fetch(address)).json()", address)

    def held(self) -> Any:
        """Of each picture on the device, its id on the server and those of its reviews."""
        return self.page.evaluate(HELD)
