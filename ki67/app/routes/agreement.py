"""How far an owner's readers and the network agree."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from fastapi import APIRouter
from pydantic import BaseModel

from ki67.app.access.who import Asking
from ki67.app.opinions.seen import note_new
from ki67.app.routes.contacts import PersonView, persons
from ki67.app.routes.figures import EstimateView, defined
from ki67.app.service import At

if TYPE_CHECKING:
    from ki67.app.opinions.agreement import Pair
    from ki67.cells.agreement import BlandAltman

router = APIRouter(prefix="/v1", tags=["agreement"])


class DifferenceView(BaseModel):
    """Bland and Altman's: first minus second, and the limits that hold 95 % of the differences."""

    bias: EstimateView
    lower: float | None
    upper: float | None

    @classmethod
    def of(cls, found: "BlandAltman") -> Self:
        """From the room of cells."""
        bias = EstimateView.of(found.bias, found.bias_low, found.bias_high)
        return cls(bias=bias, lower=defined(found.lower), upper=defined(found.upper))


class KappaView(BaseModel):
    """Linearly weighted, of the categories that two cut-offs make; the interval draws cases anew."""

    cut_offs: str
    kappa: EstimateView


class PairView(BaseModel):
    """Two scorers over the pictures that both judged, by their first blind opinions; no person is the network."""

    first: PersonView | None
    second: PersonView | None
    n_pictures: int
    n_cases: int
    icc: EstimateView
    difference: DifferenceView
    kappas: list[KappaView]


@router.get("/agreement")
def get_agreement(at: At, who: Asking) -> list[PairView]:
    """Over all cases that one owns; a picture that one still reads blind is not among them."""
    from ki67.app.opinions.agreement import agreement, readings

    with at.database.reading() as session:
        found = readings(session, who)
        people = persons(session, filter(None, (reading.reader for reading in found)))
    note_new(at.database, who, [reading.sight for reading in found if reading.reader != who.account_id])
    return [view(pair, people) for pair in agreement(found)]


def view(pair: "Pair", people: Mapping[str, PersonView]) -> PairView:
    """A pair by the names of its readers."""
    first, second = (people[reader] if reader else None for reader in (pair.first, pair.second))
    kappas = [KappaView(cut_offs=found.cuts.name, kappa=EstimateView.of(**vars(found.estimate))) for found in pair.kappas]
    return PairView(
        first=first, second=second, n_pictures=pair.n_pictures, n_cases=pair.n_cases,
        icc=EstimateView.of(**vars(pair.icc)), difference=DifferenceView.of(pair.difference), kappas=kappas,
    )  # fmt: skip
