"""How far readers and the network agree over an owner's pictures: first blind opinions only, others are not independent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ki67.app.access.who import Who
from ki67.app.opinions.blind import owner_sees
from ki67.app.opinions.reviews import index_of
from ki67.app.opinions.seen import Sight
from ki67.app.store.rows import Case, Picture, Result, Review
from ki67.cells.agreement import BlandAltman, bland_altman, icc, kappa_of, steps_apart
from ki67.cells.metrics import Estimate, Weights, bootstrap
from ki67.cells.scores import CATEGORIES, CUT_OFFS, CutOffs, Scores

FEWEST = 2  # pictures that two have both judged
RESAMPLES, SEED = 1000, 67
CUTS = tuple(cuts for cuts in CUT_OFFS if cuts.measure == "ki67_index")


@dataclass(frozen=True)
class Reading:
    """The index that a reader, or the network, gave a picture."""

    case_id: str
    sight: Sight
    reader: str | None  # an account; none is the network
    index: float


@dataclass(frozen=True)
class Kappa:
    """Linearly weighted kappa of the three categories; its interval draws cases anew, whose pictures are alike."""

    cuts: CutOffs
    estimate: Estimate


@dataclass(frozen=True)
class Pair:
    """Two scorers over the pictures that both have judged."""

    first: str | None
    second: str | None
    n_pictures: int
    n_cases: int
    icc: Estimate  # of single pictures, as if none belonged together
    difference: BlandAltman
    kappas: Sequence[Kappa]


def readings(session: Session, who: Who) -> list[Reading]:
    """The network's and each reader's first blind index of every picture whose answers its owner may see."""
    first_blind = Review.supersedes.is_(None) & Review.blind
    said = select(Review, Picture.case_id).join(Picture, Picture.id == Review.picture_id).join(Case)
    scored = select(Result, Picture.case_id).join(Picture, Picture.id == Result.picture_id).join(Case)
    judged = exists().where(Review.picture_id == Result.picture_id, first_blind)
    found = [
        Reading(case_id, Sight(review.picture_id, "review", review.id), review.account_id, index)
        for review, case_id in session.execute(said.where(owner_sees(who.account_id), first_blind))
        if (index := index_of(review)) is not None
    ]
    for result, case_id in session.execute(scored.where(owner_sees(who.account_id), judged)):
        counted = Scores(result.n_positive, result.n_negative)
        if counted.n_tumour:
            found.append(Reading(case_id, Sight(result.picture_id), None, counted.ki67_index))
    return found


def agreement(found: Sequence[Reading]) -> list[Pair]:
    """Every two who have judged enough pictures in common; the network first."""
    by_reader: dict[str | None, dict[str, Reading]] = {}
    for reading in found:
        by_reader.setdefault(reading.reader, {})[reading.sight.picture_id] = reading
    names = sorted(by_reader, key=lambda name: (name is not None, name))
    pairs = (pair(by_reader[first], by_reader[second]) for first, second in combinations(names, 2))
    return [found for found in pairs if found is not None]


def pair(first: Mapping[str, Reading], second: Mapping[str, Reading]) -> Pair | None:
    """Two scorers; none where they have too few pictures in common."""
    shared = sorted(first.keys() & second.keys())
    if len(shared) < FEWEST:
        return None
    left, right = ([readings[key].index for key in shared] for readings in (first, second))
    cases = np.unique([first[key].case_id for key in shared], return_inverse=True)[1]
    kappas = [kappa(left, right, cases.tolist(), cuts) for cuts in CUTS]
    n_cases, correlation = int(cases.max()) + 1, icc(np.array([left, right]).T)
    return Pair(
        first[shared[0]].reader, second[shared[0]].reader, len(shared), n_cases, correlation, bland_altman(left, right), kappas
    )


def kappa(left: Sequence[float], right: Sequence[float], cases: Sequence[int], cuts: CutOffs) -> Kappa:
    """Over the categories of one pair of cut-offs."""
    tables, apart = np.zeros((max(cases) + 1, len(CATEGORIES), len(CATEGORIES))), steps_apart(len(CATEGORIES))
    np.add.at(tables, (np.asarray(cases), cuts.categories(left), cuts.categories(right)), 1)

    def statistic(weights: Weights) -> Weights:
        return kappa_of(np.tensordot(weights, tables, 1), apart)

    return Kappa(cuts, bootstrap(statistic, len(tables), SEED, RESAMPLES))
