"""The slide scanner: tile by tile, so that a section never lies in memory in floating point."""

import numpy as np
from numpy.typing import NDArray

from ki67.simulate.camera import Camera
from ki67.simulate.noise import Floats, texture


def scanned(light: Floats, camera: Camera, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Transmitted light (3, h, w) as 8-bit RGB: glare, tone, saturation, white, noise. Focus is in the swatches already."""
    seen = np.maximum((light * (1 - camera.glare) + camera.glare - camera.black) / (1 - camera.black), 0.0)
    seen **= np.float32(camera.gamma)
    grey = seen.mean(axis=0, keepdims=True)
    seen = grey + np.float32(camera.saturation) * (seen - grey)
    seen *= np.asarray(camera.white, np.float32)[:, None, None] * np.float32(255)
    noise = np.stack([_grain(camera.grain, light.shape[1:], rng) for _ in seen])
    levels = np.rint(seen + np.float32(camera.noise) * noise)
    return np.asarray(np.clip(levels.transpose(1, 2, 0), 0, 255), dtype=np.uint8)


def _grain(length: float, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    source = texture(length, length)
    y, x = (int(rng.integers(whole - part + 1)) for whole, part in zip(source.shape, shape, strict=True))
    return source[y : y + shape[0], x : x + shape[1]]
