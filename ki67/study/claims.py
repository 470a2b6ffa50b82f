"""The papers' claims beside ours, each with a verdict of its kind that says no more than was shown.

Four kinds, never added up: whether a paper agrees with itself, what is counted in an architecture, what is measured on the
published data, and whether an effect shows in the direction that the paper reports, on whatever data this run had.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ki67.data.source import OWN, SIMULATED
from ki67.study.directions import Judged, answered, decisive, judged
from ki67.study.lookup import NotThere, Reference, look_up
from ki67.study.ours import CHECK, Figures
from ki67.study.printed import Claim, Group, Needs, Within
from ki67.study.verdicts import WORDS, Ruling, Verdict

MISSING = {
    "shidc": "SHIDC-B-Ki-67",
    "breastpathq": "BreastPathQ",
    "imagenet": "BreastPathQ and ImageNet weights",
    "bcs1": "BCS-1",
    "hardware": "two GTX 1060",
    "machine": "that machine",
    "source": "the paper that is quoted",
}
PATCHES = Reference("metrics/cellularity_dataset.json", "source")
# What a run says of its data, whose figures these are where it had not what a claim needs.
SOURCES = {
    "shidc": Reference("metrics/dataset.json", "source"),
    "breastpathq": PATCHES,
    "imagenet": PATCHES,
    "bcs1": Reference("metrics/slides_dataset.json", "source"),
}
# By what a run shows that it had them; what is not listed here no run has.
SHOWN = {
    "shidc": {SOURCES["shidc"]: "shidc"},
    "breastpathq": {SOURCES["breastpathq"]: "breastpathq"},
    "imagenet": {SOURCES["imagenet"]: "breastpathq", Reference("metrics/cellularity.json", "weights"): "imagenet"},
    "bcs1": {SOURCES["bcs1"]: "bcs1"},
}
SLACK = 1e-9  # so that 0.786 against 0.785 ± 0.001 is not decided by the last bit of a float

# Whether ours is what is printed, by how much it exceeds that and by how much it may.
AS_PRINTED: dict[Within, Callable[[float, float], bool]] = {
    "near": lambda excess, open_digit: abs(excess) <= open_digit,
    "cut": lambda excess, open_digit: -2 * SLACK <= excess < open_digit - 2 * SLACK,
    "below": lambda excess, open_digit: excess <= open_digit,
    "above": lambda excess, open_digit: excess >= -open_digit,
}


def judge(groups: Sequence[Group], root: Path) -> list[Verdict]:
    """Every claim's verdict, from the results that lie under `root`."""
    figures = Figures(groups, root)
    return [
        verdict
        for group in groups
        for verdict in (_effects(group, figures) if group.kind == "direction" else _figures(group, figures))
    ]


def _figures(group: Group, figures: Figures) -> list[Verdict]:
    """Each figure of a group beside ours."""
    verdicts = []
    for claim in group.claims:
        printed, ours = figures.of(claim.value or 0.0), figures.ours(claim)
        had = had_by(group.needs, figures.source(claim))
        basis = "" if ours is None else _basis(group, claim, figures, had)
        verdict = _verdict(group, claim, printed, ours, basis)
        verdicts.append(replace(verdict, ruling=_ruling(group, None if ours is None else ours - printed, basis, had)))
    return verdicts


def _verdict(group: Group, claim: Claim, printed: float | None, ours: float | None, basis: str) -> Verdict:
    """A row whose ruling is still open."""
    where = (group.paper, group.table, group.title, group.kind, claim.row, claim.cell)
    return Verdict(*where, printed, group.tolerance, ours, basis, claim.note)


def _ruling(group: Group, excess: float | None, basis: str, had: bool) -> Ruling:
    """By how much ours exceeds what is printed, if there is any of ours that may be set beside it."""
    as_claimed, otherwise, unknown = WORDS[group.kind]
    if not had:
        return Ruling(unknown, f"needs {MISSING[group.needs]}")
    if excess is None:
        return Ruling(unknown, "no figure of ours")
    if basis == CHECK:
        return Ruling(unknown, f"ours is a {CHECK}")
    return Ruling(as_claimed if AS_PRINTED[group.within](excess, group.tolerance + SLACK) else otherwise)


def _effects(group: Group, figures: Figures) -> list[Verdict]:
    """Each effect of a group; all its comparisons are one family."""
    family = judged([figures.comparisons(claim) for claim in group.claims])
    number = sum(one.comparison.interval is not None for found in family for one in found)
    verdicts = []
    for claim, found in zip(group.claims, family, strict=True):
        ours = figures.ours(claim)
        basis = "" if ours is None and not found else _basis(group, claim, figures, had_by(group.needs, figures.source(claim)))
        verdict = _verdict(group, claim, None if claim.value is None else figures.of(claim.value), ours, basis)
        rests_on = decisive(claim.said, found) if found else None
        ruling = _direction(group, claim, found, basis)
        verdicts.append(replace(verdict, tolerance=None, decisive=rests_on, comparisons=number, ruling=ruling))
    return verdicts


def _direction(group: Group, claim: Claim, found: Sequence[Judged], basis: str) -> Ruling:
    unknown = WORDS["direction"][-1]
    if not claim.asks:
        return Ruling(unknown, "not asked here")
    if not basis:
        return Ruling(unknown, "not run")
    if basis == CHECK:
        return Ruling(unknown, f"ours is a {CHECK}")
    if not found or any(one.comparison.interval is None for one in found):
        return Ruling(unknown, "no interval")
    return Ruling(answered(claim.said, found, group.margin))


def had_by(needs: Needs, root: Path) -> bool:
    """Whether the run had what a figure needs."""
    if needs == "none":
        return True
    try:
        return needs in SHOWN and all(look_up(root, place) == wanted for place, wanted in SHOWN[needs].items())
    except NotThere:
        return False


def _basis(group: Group, claim: Claim, figures: Figures, had: bool) -> str:
    if group.kind in ("paper", "counted"):
        return "counted" if group.kind == "counted" else "recomputed"
    if group.needs in SHOWN and figures.only_checked(claim):
        return CHECK
    basis = _made_on(group.needs, figures.source(claim)) if group.needs in SHOWN and not had else "measured"
    return basis if figures.source(claim) == figures.root else f"{basis} in the longest run"


def _made_on(needs: Needs, root: Path) -> str:
    """Whose data a figure comes from that is not of the set it needs."""
    source = str(look_up(root, SOURCES[needs]))
    return source if source in (SIMULATED, OWN) else "measured"
