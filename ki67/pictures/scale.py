"""Whether a picture can be brought to a network's scale, and how large it is there: one rule for every command."""

from ki67.base.errors import InputError
from ki67.pictures.header import Header
from ki67.pictures.regions import Size

COARSEST = 4.0  # times the network's µm/px: what is coarser holds no nuclei to speak of, and would be blown up without end


def size_at(header: Header, um_per_px: float, network: float, least: int) -> Size:
    """The picture's size at the network's µm/px, at least `least` pixels a side; or one line of why it cannot be scored."""
    if not 0 < um_per_px < float("inf"):
        raise InputError(f"{header.path}: {um_per_px:g} µm/px is no scale; give micrometres per pixel with --mpp")
    if um_per_px > COARSEST * network:
        what = f"{um_per_px:g} µm/px is more than {COARSEST:g} times as coarse as the network's {network:.3g}"
        raise InputError(f"{header.path}: {what}; correct --mpp, or export the picture at a higher magnification")
    reduction = network / um_per_px
    size = round(header.width / reduction), round(header.height / reduction)
    if min(size) < least:
        what = f"{header.width}×{header.height} at {um_per_px:g} µm/px"
        raise InputError(f"{header.path}: {what}; {least * network:.0f} µm at least are needed")
    return size
