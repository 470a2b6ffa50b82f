"""Cells: points with a class in a named frame, and the three formats in which they come and go."""

import csv
import json
import math
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ki67.base.errors import InputError
from ki67.base.files import write_whole

POSITIVE, NEGATIVE, TIL = 1, 2, 3
LABELS = (POSITIVE, NEGATIVE, TIL)
CLASS_NAMES = {POSITIVE: "positive", NEGATIVE: "negative", TIL: "til"}
# QuPath computes its own positive percentage from classes that bear exactly the first two names.
QUPATH_CLASSES = {POSITIVE: ("Positive", (213, 94, 0)), NEGATIVE: ("Negative", (0, 114, 178)), TIL: ("TIL", (0, 158, 115))}
FURTHEST = 2**24  # pixels: wider than any picture, and the last whole number that float32 has without gaps
CSV_HEADER = ("image", "x", "y", "label", "confidence")
QuPathObject = Literal["detection", "annotation"]


@dataclass(frozen=True, eq=False)
class Cells:
    """What labels, detections and scores are made of: n points (x, y) in pixels of the frame that is named."""

    xy: NDArray[np.float32]
    label: NDArray[np.uint8]
    confidence: NDArray[np.float32]
    frame: str

    def __post_init__(self) -> None:
        n = len(self.label)
        if self.xy.shape != (n, 2) or self.label.shape != (n,) or self.confidence.shape != (n,):
            raise ValueError(f"shapes disagree: xy {self.xy.shape}, label {self.label.shape}, confidence {self.confidence.shape}")

    def __len__(self) -> int:
        return len(self.label)

    @classmethod
    def of_points(cls, xy: ArrayLike, label: ArrayLike, frame: str, confidence: ArrayLike | None = None) -> "Cells":
        """Cells from any lists of the right lengths; without a confidence they are truth, which is certain."""
        labels = np.asarray(label, np.uint8).reshape(-1)
        certain = np.ones(len(labels), np.float32)
        given = certain if confidence is None else np.asarray(confidence, np.float32).reshape(-1)
        return cls(np.asarray(xy, np.float32).reshape(-1, 2), labels, given, frame)

    @classmethod
    def empty(cls, frame: str) -> "Cells":
        """No cells: a field of fat is an answer too."""
        return cls.of_points([], [], frame)

    @classmethod
    def concatenate(cls, parts: Sequence["Cells"]) -> "Cells":
        """All cells of parts that share one frame, in their order."""
        frames = sorted({part.frame for part in parts})
        if len(frames) != 1:
            raise ValueError(f"cells of one frame are needed, these are of {frames or 'none'}")
        return cls(
            np.concatenate([part.xy for part in parts]),
            np.concatenate([part.label for part in parts]),
            np.concatenate([part.confidence for part in parts]),
            frames[0],
        )

    def where(self, chosen: NDArray[np.bool_]) -> "Cells":
        """Those cells for which the mask is true."""
        return replace(self, xy=self.xy[chosen], label=self.label[chosen], confidence=self.confidence[chosen])

    def of(self, label: int) -> "Cells":
        """The cells of one class."""
        return self.where(self.label == label)

    def scaled(self, factor: float, frame: str) -> "Cells":
        """The same cells in another frame, `factor` times as large."""
        return replace(self, xy=(self.xy * np.float32(factor)).astype(np.float32), frame=frame)

    @classmethod
    def from_shidc_json(cls, path: Path, width: int, height: int) -> "Cells":
        """Labels as SHIDC-B-Ki-67 publishes them, each point checked against the picture's size."""
        entries = _json_list(path)
        points = [_point(path, i, entry, width, height) for i, entry in enumerate(entries, start=1)]
        return cls.of_points([p[:2] for p in points], [p[2] for p in points], "image")

    def to_shidc_json(self, path: Path) -> None:
        """The published layout: a list of whole-pixel points, one a line."""
        rows = (
            json.dumps({"x": int(x), "y": int(y), "label_id": int(label)})
            for (x, y), label in zip(self.xy, self.label, strict=True)
        )
        write_whole(path, ["[" + ",\n ".join(rows) + "]\n"])

    def to_geojson(self, path: Path, image: str, kind: QuPathObject = "detection") -> None:
        """Point features that QuPath opens over the picture; the same cells get the same ids every time."""
        if self.frame != "image":
            raise ValueError(f"QuPath draws in the picture's own pixels, these cells are in the frame {self.frame!r}")
        write_whole(path, self._geojson(image, kind))

    def _geojson(self, image: str, kind: QuPathObject) -> Iterator[str]:
        """A feature a line, made one at a time: a million cells take no more memory than one."""
        yield '{"type": "FeatureCollection", "features": ['
        for i, ((x, y), label, confidence) in enumerate(zip(self.xy, self.label, self.confidence, strict=True)):
            feature = _feature(f"{image}/{i}", float(x), float(y), int(label), float(confidence), kind)
            yield ("," if i else "") + "\n" + json.dumps(feature)
        yield "\n]}\n"

    @classmethod
    def from_geojson(cls, path: Path) -> "Cells":
        """Point features with the three class names, as `to_geojson` writes them and QuPath exports them again."""
        content = _json(path)
        features = content.get("features") if isinstance(content, dict) else content
        if not isinstance(features, list):
            raise InputError(f"{path}: no GeoJSON feature collection; export the objects from QuPath as GeoJSON")
        points = [_geojson_cell(path, i, feature) for i, feature in enumerate(features, start=1)]
        return cls.of_points([p[:2] for p in points], [p[2] for p in points], "image", [p[3] for p in points])


def write_csv(path: Path, images: Mapping[str, Cells]) -> None:
    """One table of the cells of many images: image, x, y, label, confidence."""
    lines = chain([",".join(CSV_HEADER)], *(_csv_lines(name, cells) for name, cells in images.items()))
    write_whole(path, (line + "\n" for line in lines))


def read_csv(path: Path, frame: str) -> dict[str, Cells]:
    """The cells of each image named in a table that `write_csv`, or anyone else, wrote."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # Excel writes a mark before the first column
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as a table ({error}); save it as CSV in UTF-8") from error
    if not rows or tuple(rows[0]) != CSV_HEADER:
        raise InputError(f"{path}: the first line is not {','.join(CSV_HEADER)}; write the columns in this order")
    grouped: dict[str, list[tuple[float, float, int, float]]] = {}
    for number, row in enumerate(rows[1:], start=2):
        grouped.setdefault(row[0] if row else "", []).append(_csv_cell(path, number, row))
    return {
        name: Cells.of_points([c[:2] for c in cells], [c[2] for c in cells], frame, [c[3] for c in cells])
        for name, cells in grouped.items()
    }


def _csv_lines(image: str, cells: Cells) -> Iterable[str]:
    quoted = '"' + image.replace('"', '""') + '"' if set(image) & set(',"\n\r') else image
    for (x, y), label, confidence in zip(cells.xy, cells.label, cells.confidence, strict=True):
        yield f"{quoted},{x:.2f},{y:.2f},{label},{confidence:.3f}"


def _csv_cell(path: Path, line: int, row: list[str]) -> tuple[float, float, int, float]:
    if len(row) != len(CSV_HEADER):
        raise InputError(f"{path}: line {line} has {len(row)} fields, not {len(CSV_HEADER)}; write {','.join(CSV_HEADER)}")
    where = f"line {line}"
    x, y, confidence = (_number(path, where, name, row[i]) for name, i in (("x", 1), ("y", 2), ("confidence", 4)))
    return x, y, _label(path, where, row[3]), confidence


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; put the labels beside the picture") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); copy or export the labels again") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not valid JSON ({error}); export the labels again") from error


def _json_list(path: Path) -> list[Any]:
    content = _json(path)
    if not isinstance(content, list):
        raise InputError(f'{path}: holds no list; write a list of {{"x": …, "y": …, "label_id": …}}')
    return content


def _point(path: Path, number: int, entry: object, width: int, height: int) -> tuple[float, float, int]:
    where = f"entry {number}"
    if not isinstance(entry, dict):
        raise InputError(f'{path}: {where} is no object; write {{"x": …, "y": …, "label_id": …}}')
    missing = [key for key in ("x", "y", "label_id") if key not in entry]
    if missing:
        raise InputError(f"{path}: {where} lacks {' and '.join(missing)}; add it or take the entry out")
    x, y = (_number(path, where, key, entry[key]) for key in ("x", "y"))
    if not (0 <= x < width and 0 <= y < height):
        raise InputError(
            f"{path}: {where} lies at ({x:g}, {y:g}), outside the {width}×{height} picture; "
            "correct it or check that the labels belong to this picture"
        )
    return x, y, _label(path, where, entry["label_id"])


def _number(path: Path, where: str, key: str, value: object) -> float:
    try:
        number = math.nan if isinstance(value, bool) or not isinstance(value, int | float | str) else float(value)
    except (ValueError, OverflowError):
        number = math.nan
    if not abs(number) <= FURTHEST:
        raise InputError(f"{path}: {where} has {key} = {value!r:.40}, not a number; write pixels")
    return number


def _label(path: Path, where: str, value: object) -> int:
    label = _number(path, where, "label_id", value)
    if label not in LABELS:
        raise InputError(f"{path}: {where} has label_id {value!r}; use 1 (Ki-67+), 2 (Ki-67−) or 3 (TIL)")
    return int(label)


def _feature(key: str, x: float, y: float, label: int, confidence: float, kind: QuPathObject) -> dict[str, Any]:
    name, colour = QUPATH_CLASSES[label]
    return {
        "type": "Feature",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"ki67/{key}/{name}/{x:.2f}/{y:.2f}")),
        "geometry": {"type": "Point", "coordinates": [round(x, 2), round(y, 2)]},
        "properties": {
            "objectType": kind,
            "classification": {"name": name, "color": list(colour)},
            "measurements": {"confidence": round(confidence, 3)},
        },
    }


def _geojson_cell(path: Path, number: int, feature: Any) -> tuple[float, float, int, float]:
    where = f"feature {number}"
    named = {name: label for label, (name, _) in QUPATH_CLASSES.items()}
    try:
        kind, (x, y) = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        label = named[feature["properties"]["classification"]["name"]]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: {where} is no point of class {', '.join(named)}; set its class or take it out") from error
    if kind != "Point":
        raise InputError(f"{path}: {where} is a {kind}; cells are single points")
    confidence = feature["properties"].get("measurements", {}).get("confidence", 1.0)
    return _number(path, where, "x", x), _number(path, where, "y", y), label, _number(path, where, "confidence", confidence)
