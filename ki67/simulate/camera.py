"""The microscope's camera: white point, focus, glare, sharpening, tone, noise, and the file it writes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from ki67.simulate.noise import Floats, relief, soft_step, texture

BLUE = 2


@dataclass(frozen=True)
class Camera:
    """Everything between the section and the file; half of what makes labs look different."""

    white: tuple[float, float, float]
    vignette: float
    blur: float
    drift: float
    fringe: float
    glare: float
    black: float
    gamma: float
    saturation: float
    sharpening: float
    sharpening_radius: float
    noise: float
    grain: float
    quality: int
    blue_blur: float = 0.0


def photograph(light: Floats, camera: Camera, size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The transmitted light (3, h, w) as the picture that a pathologist opens."""
    seen = _focused(light, camera, rng)
    seen = seen * (1 - camera.glare) + camera.glare * seen.mean(axis=(1, 2), keepdims=True)
    seen = np.maximum((seen - camera.black) / (1 - camera.black), 0.0) ** np.float32(camera.gamma)
    if camera.sharpening > 0:
        soft = np.stack([ndimage.gaussian_filter(c, camera.sharpening_radius, truncate=2.5) for c in seen])
        seen += np.float32(camera.sharpening) * (seen - soft)
    grey = seen.mean(axis=0, keepdims=True)
    seen = grey + np.float32(camera.saturation) * (seen - grey)
    seen *= _illumination(seen.shape[1], camera, rng) * np.asarray(camera.white, np.float32)[:, None, None]
    return _developed(seen, camera, size, rng)


def _focused(light: Floats, camera: Camera, rng: np.random.Generator) -> Floats:
    """Blur by the objective, in places more where the section leaves the focal plane; colours focus apart."""
    shift = rng.normal(0.0, camera.fringe, (3, 2))
    shift[1] = 0.0
    seen = np.empty_like(light)
    for channel, (dy, dx) in enumerate(shift):
        moved = _moved(light[channel], float(dy), float(dx))
        sigma = float(np.hypot(camera.blur, camera.blue_blur)) if channel == BLUE else camera.blur
        seen[channel] = ndimage.gaussian_filter(moved, sigma, truncate=3.0)
    if camera.drift > 0.3:
        far = np.stack([ndimage.gaussian_filter(c, camera.drift, truncate=2.5) for c in seen])
        seen += soft_step(relief(1.3, light.shape[1], rng) - 0.4, 0.35) * (far - seen)
    return seen


def _moved(plane: Floats, dy: float, dx: float) -> Floats:
    """The plane displaced by less than a pixel or so (linear interpolation)."""
    for axis, step in ((0, dy), (1, dx)):
        whole = int(np.floor(step))
        part = np.float32(step - whole)
        plane = (1 - part) * np.roll(plane, whole, axis) + part * np.roll(plane, whole + 1, axis)
    return plane


def _illumination(side: int, camera: Camera, rng: np.random.Generator) -> Floats:
    """The lamp: brighter somewhere, darker elsewhere, by a few per cent."""
    hill = np.clip(relief(0.8, side, rng), -2.0, 2.0)
    return np.asarray(1.0 + np.float32(camera.vignette) * (hill - 1.0), dtype=np.float32)


def _developed(seen: Floats, camera: Camera, size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Enlarged to the camera's pixels, with its noise, as 8-bit RGB."""
    levels = np.clip(seen.transpose(1, 2, 0) * 255.0 + 0.5, 0, 255).astype(np.uint8)
    enlarged = np.asarray(Image.fromarray(levels).resize((size, size), Image.Resampling.BICUBIC))
    grain = np.rint(np.float32(camera.noise) * texture(camera.grain, camera.grain)).astype(np.int16)
    noisy = enlarged.astype(np.int16)
    for channel in range(3):
        rows, columns = ((np.arange(size) + int(rng.integers(side))) % side for side in grain.shape)
        noisy[..., channel] += grain.take(rows, axis=0).take(columns, axis=1)
    return np.clip(noisy, 0, 255).astype(np.uint8)
