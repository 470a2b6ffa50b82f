"""A small set in the BreastPathQ layout, made of plain colours."""

from pathlib import Path

from PIL import Image

ROWS = [("10", "1", "0.4"), ("10", "2", "0"), ("11", "1", "1"), ("20", "1", "0.05"), ("30", "1", "0.97")]
OWNERS = [("1", "10"), ("1", "11"), ("2", "20"), ("3", "30")]
POINTS = {"IDC": [(10, 20), (500, 30)], "normal": [(7, 9)], "TIL-S": [(100, 101)]}


def picture(path: Path, size: tuple[int, int] = (512, 512), mode: str = "RGB") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, 200 if mode != "RGB" else (200, 150, 180)).save(path, format="TIFF")


def points_xml(groups: dict[str, list[tuple[int, int]]], head: str = '<?xml version="1.0"?>') -> str:
    graphics = "".join(
        f'<graphic type="point" name="Region" description="{label}"><pen color="#0"/><point-list>'
        + "".join(f"<point>{x},{y}</point>" for x, y in xy)
        + "</point-list></graphic>"
        for label, xy in groups.items()
    )
    return f"{head}<session><image><overlays>{graphics}</overlays></image></session>"


def annotated(root: Path, name: str, xml: str, size: tuple[int, int] = (512, 512)) -> None:
    picture(root / f"cells/{name}_crop.tif", size)
    (root / f"cells/{name}_key.xml").write_text(xml)


def table(path: Path, header: str, rows: list[tuple[str, ...]]) -> None:
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n")


def write_layout(root: Path) -> Path:
    """Five scored patches of three patients, three annotated ones of two slides."""
    for slide, rid, _ in ROWS:
        picture(root / f"train/{slide}_{rid}.tif")
    table(root / "train_labels.csv", "slide,rid,y", ROWS)
    table(root / "patient_ids.csv", "patient_id,slide", OWNERS)
    for name in ("1_Region 3", "2_Region 8", "3_Region 1"):
        annotated(root, name, points_xml(POINTS))
    return root
