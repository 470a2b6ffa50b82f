"""Objects that QuPath opens over a picture, as a file of GeoJSON."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

Feature = dict[str, Any]


def collection(features: Iterable[Feature]) -> Iterator[str]:
    """A feature a line, made one at a time: a million take no more memory than one."""
    yield '{"type": "FeatureCollection", "features": ['
    for number, feature in enumerate(features):
        yield ("," if number else "") + "\n" + json.dumps(feature)
    yield "\n]}\n"
