"""What files say of their scale: in other units, in two ways, unreadably, or not at all."""

from pathlib import Path

import pytest
from attempts import Arrange, Attempt, Case, Ended
from fields_made import field

SUBJECT = "scales"
ASKS = "its scale is not known; give it in micrometres per pixel with --mpp"
ENOUGH = "fewer than 500"  # cells: that is all there is to say against a field
SCORE = ["score", ".", "--out", "out"]
GIVEN = [*SCORE, "--mpp", "0.65"]


def told(said: str, arguments: list[str] = SCORE) -> Arrange:
    """A TIFF with this description."""

    def arrange(folder: Path) -> list[str]:
        field().save(folder / "a.tif", tiffinfo={270: said.encode()})
        return arguments

    return arrange


def sized(attributes: str, arguments: list[str] = SCORE) -> Arrange:
    """A TIFF with these attributes of OME."""
    return told(f'<?xml version="1.0"?><OME><Image><Pixels {attributes}/></Image></OME>', arguments)


def in_unit(size: float, unit: str) -> str:
    """A pixel's width as OME has it."""
    return f'PhysicalSizeX="{size}" PhysicalSizeXUnit="{unit}"'


def dotted(kind: str, across: float, down: float, unit: int = 3) -> Arrange:
    """So many dots across and down: a centimetre in a TIFF, an inch elsewhere."""

    def arrange(folder: Path) -> list[str]:
        how = {"tiffinfo": {282: across, 283: down, 296: unit}} if kind == "tif" else {"dpi": (round(across), round(down))}
        field().save(folder / f"a.{kind}", **how)
        return SCORE

    return arrange


UNITS = ("pixel", "mm", "m", "reference frame", "", "bananas", "uM")
UNREADABLE = ("0.2.5", ".", "0,65", "none", "-0.65", "nan", "1e999")
CASES = [
    *(Case(SUBJECT, f"OME says 0.65 {unit or 'of nothing'}", sized(in_unit(0.65, unit)), Ended.REFUSED, ASKS) for unit in UNITS),
    *(Case(SUBJECT, f"OME says {size} {unit}", sized(in_unit(size, unit)), Ended.WARNED, "0.65")
      for size, unit in ((650, "nm"), (0.65, "µm"), (0.00065, "mm"))),
    Case(SUBJECT, "OME says two sizes", sized('PhysicalSizeX="0.65" PhysicalSizeY="0.325"'), Ended.REFUSED, ASKS),
    Case(SUBJECT, "OME says two units", sized(in_unit(0.65, "mm") + ' PhysicalSizeY="0.65"'), Ended.REFUSED, ASKS),
    Case(SUBJECT, "OME says pixels, the user says more", sized(in_unit(1, "pixel"), GIVEN), Ended.WARNED, ENOUGH),
    *(Case(SUBJECT, f"MPP = {said}", told(f"Aperio |MPP = {said}|Left = 3"), Ended.REFUSED, ASKS) for said in UNREADABLE),
    Case(SUBJECT, "MPP = 0.2.5, the user says more", told("Aperio |MPP = 0.2.5", GIVEN), Ended.WARNED, ENOUGH),
    Case(SUBJECT, "MPP twice", told("MPP = 0.65|MPP = 0.25"), Ended.REFUSED, ASKS),
    Case(SUBJECT, "a description without end", told("<Pixels " * 20_000), Ended.REFUSED, ASKS),
    *(Case(SUBJECT, f"other dots across than down, {kind}", dotted(kind, 39_077, 20_000), Ended.REFUSED, ASKS)
      for kind in ("tif", "png", "jpg")),
    *(Case(SUBJECT, f"{what} dots", dotted("tif", dots, dots), Ended.REFUSED, ASKS)
      for what, dots in (("no", 0.0), ("few", 1.0), ("countless", 4e9))),
    *(Case(SUBJECT, f"dots of unit {unit}", dotted("tif", 15_385.0, 15_385.0, unit), Ended.REFUSED, ASKS) for unit in (1, 7)),
    Case(SUBJECT, "the dots of a screen", dotted("png", 72, 72), Ended.REFUSED, ASKS),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_scales(case: Case, attempt: Attempt) -> None:
    attempt(case)
