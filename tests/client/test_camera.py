"""What is told of a picture before it is counted: the ocular's circle, its light, its focus, its scale. On pictures made here."""

import base64
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from scipy.ndimage import gaussian_filter

from ki67.simulate import Scene, render_field

Pixels = NDArray[np.uint8]
BLACK, GLASS = (9, 8, 10), (226, 222, 214)
GAMMA = 2.2
UM_PER_PX, JUDGED_AT = 0.135, 0.647578125 / 2  # of simulated fields; twice as fine as the network that ships
SCRIPT = """async ([file, name, picture, more]) => {
  const data = Uint8ClampedArray.from(atob(picture.data), letter => letter.charCodeAt(0));
  return (await import(`/camera/${file}.js`))[name]({width: picture.width, height: picture.height, data}, ...more);
}"""
PLAIN = "async ([file, name, values]) => (await import(`/camera/${file}.js`))[name](...values)"
OF_LIGHT = """async ([file, name, picture, more]) => {
  const data = Uint8ClampedArray.from(atob(picture.data), letter => letter.charCodeAt(0));
  const {lightOf} = await import('/camera/light.js');
  return (await import(`/camera/${file}.js`))[name](lightOf({width: picture.width, height: picture.height, data}), ...more);
}"""


@pytest.fixture(scope="module")
def page(browser: Any, isolated_client: str) -> Any:
    opened = browser.new_page()
    opened.goto(isolated_client + "words/en.js")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def fields() -> list[Image.Image]:
    """Simulated, of three patients, in focus and in the right light."""
    return [Image.fromarray(render_field(7, patient, 1, Scene(size=614)).image) for patient in range(1, 4)]


def sent(image: Image.Image) -> dict[str, object]:
    return {"width": image.width, "height": image.height, "data": base64.b64encode(image.convert("RGBA").tobytes()).decode()}


def asked(page: Any, file: str, name: str, image: Image.Image, *more: object, script: str = SCRIPT) -> Any:
    return page.evaluate(script, [file, name, sent(image), more])


def through_ocular(x: float, y: float, radius: float, seed: int = 0) -> Image.Image:
    """A phone's picture: a disc of glass with dark nuclei, a soft rim, noise, and glints in the black."""
    image, rng = Image.new("RGB", (320, 240), BLACK), np.random.default_rng(seed)
    draw = ImageDraw.Draw(image)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=GLASS)
    for _ in range(60):
        away, angle = radius * math.sqrt(rng.uniform(0, 1)), rng.uniform(0, 2 * math.pi)
        left, top = x + 0.94 * away * math.cos(angle), y + 0.94 * away * math.sin(angle)
        draw.ellipse((left - 4, top - 4, left + 4, top + 4), fill=(70, 40, 25))
    draw.point([(3, 3), (300, 20), (12, 200)], fill=(255, 255, 255))
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(1.5)), float) + rng.normal(0, 3, (240, 320, 1))
    return Image.fromarray(np.clip(soft, 0, 255).astype(np.uint8))


def lit(image: Image.Image, stops: float) -> Image.Image:
    """As twice the light is a stop more; what runs over is white."""
    linear = (np.asarray(image) / 255) ** GAMMA * 2**stops
    return Image.fromarray((np.clip(linear, 0, 1) ** (1 / GAMMA) * 255).round().astype(np.uint8))


def blurred(image: Image.Image, micrometres: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(micrometres / UM_PER_PX))


def flaws(page: Any, image: Image.Image) -> list[str]:
    side = round(image.width * UM_PER_PX / JUDGED_AT)
    return list(asked(page, "focus", "flawsOf", image.resize((side, side), Image.Resampling.BOX)))


@pytest.mark.parametrize("circle", [(160, 120, 100), (130, 110, 80), (200, 125, 70), (160, 120, 118), (110, 90, 70)])
def test_the_ocular_is_found_where_it_is(page: Any, circle: tuple[float, float, float]) -> None:
    found = asked(page, "ocular", "ocularOf", through_ocular(*circle))
    assert [found["x"], found["y"], found["radius"]] == pytest.approx(circle, abs=2)


def test_an_ocular_that_the_frame_cuts_is_found(page: Any) -> None:
    found = asked(page, "ocular", "ocularOf", through_ocular(160, 100, 150))
    assert [found["x"], found["y"], found["radius"]] == pytest.approx((160, 100, 150), abs=3)


def test_without_an_ocular_there_is_no_circle(page: Any, fields: list[Image.Image]) -> None:
    rectangle = Image.new("RGB", (320, 240), BLACK)
    ImageDraw.Draw(rectangle).rectangle((60, 40, 260, 200), fill=GLASS)
    stripes = Image.fromarray(np.tile(np.repeat(np.array([20, 220], np.uint8), 20), (240, 8))[..., None].repeat(3, axis=2))
    others = [Image.new("RGB", (320, 240), BLACK), Image.new("RGB", (320, 240), GLASS), rectangle, stripes]
    without = [*others, *(field.reduce(2) for field in fields)]
    assert [asked(page, "ocular", "ocularOf", image) for image in without] == [None] * len(without)


def test_the_square_lies_within_the_circle_and_is_said_in_the_pictures_own_pixels(page: Any) -> None:
    circle = {"x": 160, "y": 120, "radius": 100}
    square = page.evaluate(PLAIN, ["ocular", "squareIn", [circle, {"width": 3200, "height": 2400}, 10]])
    assert square["width"] == square["height"] == pytest.approx(1000 * math.sqrt(2) * 0.97, abs=2)
    assert math.hypot(square["x"] - 1600, square["y"] - 1200) < 1000


def test_a_square_ends_where_the_picture_ends(page: Any) -> None:
    square = page.evaluate(PLAIN, ["ocular", "squareIn", [{"x": 160, "y": 60, "radius": 120}, {"width": 320, "height": 240}]])
    assert square["y"] == 0 and square["height"] < square["width"]


def test_fields_in_focus_and_light_have_no_flaw(page: Any, fields: list[Image.Image]) -> None:
    assert [flaws(page, field) for field in fields] == [[]] * len(fields)


def test_a_blur_of_a_micrometre_is_found(page: Any, fields: list[Image.Image]) -> None:
    assert [flaws(page, blurred(field, 1)) for field in fields] == [["blurred"]] * len(fields)


def test_a_blur_that_the_network_cannot_see_is_none(page: Any, fields: list[Image.Image]) -> None:
    assert [flaws(page, blurred(field, 0.1)) for field in fields] == [[]] * len(fields)


def test_two_stops_less_are_too_dark_and_one_is_not(page: Any, fields: list[Image.Image]) -> None:
    assert ["dark" in flaws(page, lit(field, -2)) for field in fields] == [True] * len(fields)
    assert ["dark" in flaws(page, lit(field, -1)) for field in fields] == [False] * len(fields)


def test_light_that_runs_over_is_too_bright(page: Any, fields: list[Image.Image]) -> None:
    assert ["bright" in flaws(page, lit(field, 1.5)) for field in fields] == [True] * len(fields)


@pytest.mark.parametrize(("share", "level"), [(0, 10), (0.5, 20), (0.74, 20), (0.76, 200), (1, 255)])
def test_a_quantile_is_the_level_below_which_that_share_lies(page: Any, share: float, level: int) -> None:
    values = [10.4] * 4 + [20.9] * 11 + [200.0] * 4 + [255.0]
    assert page.evaluate(PLAIN, ["light", "quantile", [values, share]]) == level


def test_sharpness_is_not_a_matter_of_light(page: Any, fields: list[Image.Image]) -> None:
    small = fields[0].reduce(3)
    dimmed = small.point(lambda value: value // 2)
    sharp, dim = (asked(page, "focus", "sharpness", image, script=OF_LIGHT) for image in (small, dimmed))
    assert dim == pytest.approx(sharp, abs=0.02)


def test_two_lines_and_their_distance_are_a_scale(page: Any) -> None:
    one, other = {"x": 100, "y": 50}, {"x": 400, "y": 450}
    assert page.evaluate(PLAIN, ["micrometer", "umPerPxOf", [one, other, 100]]) == pytest.approx(0.2)


def line_at(x: float) -> Image.Image:
    """A dark line of a stage micrometer, between pixels."""
    row = 220 - 180 * np.exp(-(((np.arange(200) - x) / 1.5) ** 2))
    image = np.tile(gaussian_filter(row, 0.5), (40, 1)).round().astype(np.uint8)
    return Image.fromarray(image[..., None].repeat(3, axis=2))


@pytest.mark.parametrize("off", [-4, 0, 5])
def test_a_tap_beside_a_line_goes_onto_its_middle(page: Any, off: int) -> None:
    tap, other = {"x": 60 + off, "y": 20}, {"x": 180, "y": 20}
    found = asked(page, "micrometer", "ontoLine", line_at(60.4), tap, other, 8, script=OF_LIGHT)
    assert [found["x"], found["y"]] == pytest.approx((60.4, 20), abs=0.2)


def test_a_tap_where_no_line_is_stays(page: Any) -> None:
    tap, other = {"x": 60, "y": 20}, {"x": 180, "y": 20}
    assert asked(page, "micrometer", "ontoLine", line_at(150), tap, other, 8, script=OF_LIGHT) == tap


def scale_by(page: Any, width: int, height: int) -> float | None:
    profile: dict[str, object] = {"id": "1", "name": "phone", "umPerPx": 0.1, "width": 4000, "height": 3000, "made": 1}
    found: float | None = page.evaluate(PLAIN, ["micrometer", "scaleBy", [profile, {"width": width, "height": height}]])
    return found


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000)])
def test_a_picture_of_the_profiles_size_has_its_scale_however_it_is_held(page: Any, size: Sequence[int]) -> None:
    assert scale_by(page, *size) == pytest.approx(0.1)


def test_half_the_pixels_of_the_same_view_are_twice_as_large(page: Any) -> None:
    assert scale_by(page, 2000, 1500) == pytest.approx(0.2)


def test_a_picture_that_was_cut_has_no_scale(page: Any) -> None:
    assert scale_by(page, 3000, 3000) is None
