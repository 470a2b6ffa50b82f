"""From a network's description to the post-processing that it was tuned with."""

from ki67.cells.detect import Detector
from ki67.engine.description import Description


def detector_of(description: Description) -> Detector:
    """The detector with the thresholds that were tuned for this network; none without them."""
    if description.thresholds is None:
        raise ValueError("this network has no thresholds yet; run the stage `tune`")
    return Detector(description.thresholds.by_class, description.min_distance, description.marker)
