"""What a section's map consists of: the kinds of tissue, each drawn from swatches of its own."""

from enum import IntEnum

MAP_UM = 8.0  # of a pixel of the map


class Kind(IntEnum):
    """A kind of tissue; the higher one lies over the lower where both would be."""

    GLASS = 0
    FAT = 1
    STROMA = 2
    GLANDS = 3
    LYMPHOCYTES = 4
    INVASIVE = 5
    IN_SITU = 6
    NECROSIS = 7
    BLOOD = 8


TISSUE = tuple(kind for kind in Kind if kind is not Kind.GLASS)
