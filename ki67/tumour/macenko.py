"""The two stains of a picture by the method of Macenko et al. (2009), and the picture with a little more or less of each."""

import numpy as np
from numpy.typing import NDArray

from ki67.pictures.domain import DENSITY
from ki67.pictures.regions import Pixels

Floats = NDArray[np.float32]

LIGHT_MET = (DENSITY * np.log(10)).astype(np.float32)  # by natural logarithm, as in the tool that the paper names
TISSUE = 0.15  # of light met, in each colour, by what is no glass (Macenko et al.)
EXTREME = 1.0  # percent of the pixels whose hue lies beyond either stain (Macenko et al.)
EVERY = 4  # pixels are enough to find two directions
FEWEST = 100  # pixels of tissue, below which there is no telling


def stain_directions(view: Pixels) -> Floats | None:
    """Unit directions of the two stains, (2, 3); none where a picture has too little tissue, or of one colour only."""
    met = LIGHT_MET[view[::EVERY, ::EVERY]].reshape(-1, 3)
    met = met[(met > TISSUE).all(axis=1)].astype(np.float64)
    if len(met) < FEWEST:
        return None
    spread, axes = np.linalg.eigh(np.cov(met, rowvar=False))
    if spread[1] < 1e-9:
        return None
    plane = axes[:, :0:-1].T  # the two axes along which the pixels differ most
    plane *= np.where(plane.sum(axis=1, keepdims=True) < 0, -1, 1)
    angles = np.arctan2(*(met @ plane.T).T[::-1])
    low, high = np.percentile(angles, [EXTREME, 100 - EXTREME])
    if high - low < 1e-3:
        return None
    return np.array([[np.cos(low), np.sin(low)], [np.cos(high), np.sin(high)]], np.float32) @ plane.astype(np.float32)


def restained(view: Pixels, factors: tuple[float, float], added: tuple[float, float]) -> Pixels:
    """A picture whose tissue holds so many times each stain, and so much more.

    What of a pixel is of neither stain is left as it is, so a factor of one and nothing added give back the picture. Glass
    keeps its colour.
    """
    stains = stain_directions(view)
    if stains is None:
        return view
    met = LIGHT_MET[view]
    amounts = met @ np.linalg.pinv(stains).astype(np.float32)
    more = amounts * (np.array(factors, np.float32) - 1) + np.array(added, np.float32)
    more[~(met > TISSUE).all(axis=2)] = 0
    met += more @ stains
    return np.asarray(np.clip(np.rint(255 * np.exp(-met)), 0, 255), np.uint8)
