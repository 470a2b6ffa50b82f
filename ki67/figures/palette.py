"""What is drawn in which colour, in every chapter: a class has one colour, and no class shares it with a method."""

from ki67.cells.cells import NEGATIVE, POSITIVE, QUPATH_CLASSES, TIL
from ki67.data.patches import LYMPHOCYTE, MALIGNANT, NORMAL

INK, PALE = "#333333", "#b8b8b8"


def _written(red: int, green: int, blue: int) -> str:
    return f"#{red:02X}{green:02X}{blue:02X}"


# Cells are drawn as QuPath shows them; these and the tissues are of Okabe and Ito's palette.
COLOURS = {label: _written(*colour) for label, (_, colour) in QUPATH_CLASSES.items()}
TITLES = {POSITIVE: "Ki-67+", NEGATIVE: "Ki-67−", TIL: "TIL"}
TUMOUR, HEALTHY = "#E69F00", "#56B4E9"
NUCLEI = {MALIGNANT: TUMOUR, NORMAL: HEALTHY, LYMPHOCYTE: COLOURS[TIL]}  # in H&E
HAEMATOXYLIN, DAB = "#3b4cc0", "#8c4a12"
# Of Tol's muted palette: methods, networks, parts of a dataset.
METHOD_COLOURS = ("#332288", "#AA4499", "#999933", "#88CCEE", "#661100")
