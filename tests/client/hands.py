"""A person's hands in a browser that plain WebDriver drives: they press, fill in and tap what they read on the screen."""

from dataclasses import dataclass
from pathlib import Path

from ki67.bench.client.webdriver import Session

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver's name for a reference to one
PATIENCE_MS = 30_000
VIEWER, FILES = "//canvas[@class='viewer']", "//input[@type='file']"


@dataclass(frozen=True)
class Hands:
    """Whatever is named is waited for."""

    session: Session

    def open(self, address: str) -> "Hands":
        """A page."""
        self.session.ask("timeouts", {"implicit": PATIENCE_MS})
        self.session.go(address)
        return self

    def reload(self) -> None:
        """The page that is open."""
        self.session.ask("refresh", {})

    def press(self, name: str) -> None:
        """A button or a link."""
        self._click(f"//*[self::a or self::button][not(@hidden)][normalize-space()='{name}' or @aria-label='{name}']")

    def choose(self, option: str) -> None:
        """One of a few, or what is switched on."""
        self._click(f"//label[starts-with(normalize-space(), '{option}')] | //option[normalize-space()='{option}']")

    def fill(self, name: str, text: str) -> None:
        """A field, by its name."""
        self._type(f"//label[normalize-space()='{name}']/following-sibling::*[1]", text)

    def hand_over(self, file: Path) -> None:
        """As if it had been chosen among the files."""
        self._type(FILES, str(file))

    def tap(self, x: float, y: float, side: float) -> None:
        """At a point of a square picture, of which all is shown in the middle of the viewer."""
        viewer = self._found(VIEWER)
        times = min(self._size(viewer)) / side
        there = {"type": "pointerMove", "origin": {ELEMENT: viewer}, "duration": 0}
        there |= {"x": round((x - side / 2) * times), "y": round((y - side / 2) * times)}
        deeds = [there, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.session.ask("actions", {"actions": [{"type": "pointer", "id": "finger", "actions": deeds}]})

    def read(self, place: str) -> str:
        """The words at a place, an XPath."""
        return str(self.session.ask(f"element/{self._found(place)}/text", method="GET"))

    def sees(self, words: str) -> None:
        """They come into sight, or the driver says that they do not."""
        self._found(f"//*[text()[contains(., '{words}')]]")

    def width(self, place: str) -> float:
        """Of what is at a place."""
        return self._size(self._found(place))[0]

    def _click(self, place: str) -> None:
        self.session.ask(f"element/{self._found(place)}/click", {})

    def _type(self, place: str, text: str) -> None:
        self.session.ask(f"element/{self._found(place)}/value", {"text": text})

    def _size(self, element: str) -> tuple[float, float]:
        rect = self.session.ask(f"element/{element}/rect", method="GET")
        return float(rect["width"]), float(rect["height"])

    def _found(self, place: str) -> str:
        return str(self.session.ask("element", {"using": "xpath", "value": place})[ELEMENT])
