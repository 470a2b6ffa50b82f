"""A case as one zip file: tables, a GeoJSON a picture that QuPath opens, readers' opinions, and a report for people."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import select

from ki67.app.access.who import Who
from ki67.app.exports.archive import add, table
from ki67.app.exports.report import as_one, write_report
from ki67.app.exports.slides import add_slides
from ki67.app.opinions.blind import opened_case
from ki67.app.opinions.reviews import index_of, of_picture, sights
from ki67.app.opinions.seen import Sight, note_new
from ki67.app.service import Service
from ki67.app.store.cells import geojson_of, kept_cells
from ki67.app.store.rows import Account, Case, Picture, Result, Review, Tumour
from ki67.cells.cells import CSV_HEADER, Cells
from ki67.cells.pooling import pooled
from ki67.cells.scores import CATEGORIES, CUT_OFFS, UNDEFINED
from ki67.pictures.tables import escaped, share
from ki67.score.case import CASES

SCORES = (
    "picture", "n_positive", "n_negative", "n_til", "ki67_index", "ki67_low", "ki67_high", "til_score", "hot_spot_index",
    "category_10_20", "category_16_30", "um_per_px", "network", "version", "warnings",
)  # fmt: skip
REVIEWS = (
    "picture", "reader", "kind", "n_positive", "n_negative", "ki67_index", "tumour_share", "started_from", "blind",
    "supersedes", "review", "comment", "at",
)  # fmt: skip
LIMITS = {"category_10_20": CUT_OFFS[1], "category_16_30": CUT_OFFS[0]}


@dataclass(frozen=True)
class Exported:
    """All that goes out of a case, noted as seen already."""

    case: Case
    results: Sequence[tuple[Picture, Result]]
    tumours: Sequence[tuple[Picture, Tumour]]
    reviews: Sequence[tuple[Picture, Review, str]]  # with the reader's name


def exported(at: Service, who: Who, case_id: str) -> Exported:
    """Everything of a case that is no secret to somebody (any more); what is noted is what was read, however it goes on."""
    with at.database.reading() as session:
        case = opened_case(session, who, case_id)
        pictures = session.scalars(select(Picture).where(Picture.case_id == case.id).order_by(Picture.number)).all()
        results = [(picture, result) for picture in pictures if (result := session.get(Result, picture.id))]
        tumours = [(picture, tumour) for picture in pictures if (tumour := session.get(Tumour, picture.id))]
        reviews = [
            (picture, review, session.get_one(Account, review.account_id).name)
            for picture in pictures
            for review in of_picture(session, who, picture)
        ]
    answered = [Sight(picture.id) for picture, _ in (*results, *tumours)]
    note_new(at.database, who, [*answered, *sights(who, [review for _, review, _ in reviews])])
    return Exported(case, results, tumours, reviews)


def write_case(at: Service, content: Exported, path: Path) -> None:
    """The zip file, the same bytes for the same case."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive, TemporaryDirectory(dir=at.files.incoming) as folder:
        add(archive, "scores.csv", table(SCORES, (score_row(*each) for each in content.results)))
        add(archive, CASES.file, table(CASES.columns, [as_one(content.case, content.results).row]))
        add(archive, "reviews.csv", table(REVIEWS, (review_row(*each) for each in content.reviews)))
        cells = io.StringIO(newline="")
        csv.writer(cells, lineterminator="\n").writerow(CSV_HEADER)
        for picture, result in content.results:
            found = kept_cells(at.files, content.case.owner_id, result.cells)
            csv.writer(cells, lineterminator="\n").writerows(cell_rows(picture, found))
            add(archive, f"{picture.number}.geojson", geojson_of(at.files, found, picture.id, "detection"))
        add(archive, "cells.csv", cells.getvalue().encode())
        report = Path(folder, "report.html")
        write_report(content.case, content.results, report)
        add(archive, report.name, report.read_bytes())
        if content.tumours:
            add_slides(archive, at.files, content.case, content.tumours, Path(folder))


def score_row(picture: Picture, result: Result) -> Sequence[str]:
    """A picture's figures."""
    scores, (low, high) = result.scores, pooled([result]).interval
    counts = [str(scores.n_positive), str(scores.n_negative), str(scores.n_til)]
    figures = [share(scores.ki67_index), share(low), share(high), share(scores.til_score)]
    spot = "" if result.hot_spot is None else share(result.hot_spot)
    places = [int(limits.categories([scores.ki67_index])[0]) for limits in LIMITS.values()]
    categories = ["" if place == UNDEFINED else CATEGORIES[place] for place in places]
    origin = [f"{result.um_per_px:.6g}", result.network, result.version, escaped("; ".join(result.warnings))]
    return [str(picture.number), *counts, *figures, spot, *categories, *origin]


def review_row(picture: Picture, review: Review, reader: str) -> Sequence[str]:
    """A reader's opinion."""
    index, part = index_of(review), review.estimate if review.kind == "share" else None
    counts = ["" if n is None else str(n) for n in (review.n_positive, review.n_negative)]
    shares = ["" if value is None else share(value) for value in (index, part)]
    said = [*shares, review.started_from, "yes" if review.blind else "no"]
    more = [review.supersedes or "", review.id, escaped(review.comment), review.created_at.isoformat()]
    return [str(picture.number), escaped(reader), review.kind, *counts, *said, *more]


def cell_rows(picture: Picture, cells: Cells) -> Iterable[Sequence[object]]:
    """As `ki67 score` writes them, the picture by its number."""
    for (x, y), label, confidence in zip(cells.xy, cells.label, cells.confidence, strict=True):
        yield picture.number, f"{x:.2f}", f"{y:.2f}", label, f"{confidence:.3f}"
