"""Cells as a reader sends them: a plain list, or GeoJSON as QuPath and this service write it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ki67.app.problems import Problem
from ki67.app.store.rows import Picture
from ki67.cells.cells import CLASS_NAMES, QUPATH_CLASSES, Cells

MANY = 100_000  # cells in one review
Pixels = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Label = Literal["positive", "negative", "til"]
QuPathName = Literal["Positive", "Negative", "TIL"]
LABELS = {name: label for label, name in CLASS_NAMES.items()} | {name: label for label, (name, _) in QUPATH_CLASSES.items()}


class Mark(BaseModel):
    """A cell in the picture's own pixels."""

    x: Pixels
    y: Pixels
    label: Label


class Point(BaseModel):
    """GeoJSON's; what follows the two numbers is not read."""

    type: Literal["Point"]
    coordinates: Annotated[list[Pixels], Field(min_length=2, max_length=3)]


class Classification(BaseModel):
    """A class by QuPath's name for it."""

    name: QuPathName


class Properties(BaseModel):
    """Of a feature only its class is read."""

    classification: Classification


class Feature(BaseModel):
    """A cell as a point with a class."""

    type: Literal["Feature"]
    geometry: Point
    properties: Properties


class FeatureCollection(BaseModel):
    """Cells as QuPath exports them."""

    type: Literal["FeatureCollection"]
    features: Annotated[list[Feature], Field(max_length=MANY)]


Marks = Annotated[list[Mark], Field(max_length=MANY)] | FeatureCollection


def cells_of(marks: Sequence[Mark] | FeatureCollection, picture: Picture) -> Cells:
    """Cells in a picture; one that lies outside is refused, it belongs to another."""
    if isinstance(marks, FeatureCollection):
        xy = [tuple(feature.geometry.coordinates[:2]) for feature in marks.features]
        labels = [LABELS[feature.properties.classification.name] for feature in marks.features]
    else:
        xy, labels = [(mark.x, mark.y) for mark in marks], [LABELS[mark.label] for mark in marks]
    for number, (x, y) in enumerate(xy, start=1):
        if x >= picture.width or y >= picture.height:
            line = f"cell {number} lies at ({x:g}, {y:g}), outside the {picture.width}×{picture.height} picture"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{line}; check that the cells belong to this picture")
    return Cells.of_points(xy, labels, "image")
