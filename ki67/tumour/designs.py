"""What is compared: the paper's nine designs, and rows of our own to read them against."""

from dataclasses import dataclass
from typing import Literal

from ki67.settings.slides import PatchNetworkName, RefinerName

PatchModel = PatchNetworkName | Literal["clustered", "crossfitted"]


@dataclass(frozen=True)
class Design:
    """A way from a slide to the outline: whose heat map it looks at, and which network answers; our own have no number."""

    name: str
    title: str
    number: str | None = None
    patches: PatchModel | None = None
    refiner: RefinerName | None = None

    @property
    def deep(self) -> bool:
        """Whether a network answers at all: those are whom the paper tests against each other."""
        return bool(self.patches or self.refiner)


DESIGNS = {
    design.name: design
    for design in (
        Design("otsu", "Otsu", "I"),
        Design("unet_lr", "UNet-LR", "II", None, "unet_low"),
        Design("inc_pw", "Inc-PW", "III", "inceptionv3"),
        Design("mob_pw", "Mob-PW", "IV", "mobilenetv2"),
        Design("mob_km_pw", "Mob-KM-PW", "V", "clustered"),
        Design("mob_pw_unet", "Mob-PW-UNet", "VI", "mobilenetv2", "unet"),
        Design("mob_pw_agunet", "Mob-PW-AGUNet", "VII", "mobilenetv2", "agunet"),
        Design("mob_pw_dagunet", "Mob-PW-DAGUNet", "VIII", "mobilenetv2", "dagunet"),
        Design("mob_pw_doubleunet", "Mob-PW-DoubleUNet", "IX", "mobilenetv2", "doubleunet"),
        Design("crossfitted_unet", "Mob-PW-UNet, cross-fitted", None, "crossfitted", "unet"),
        Design("all_tissue", "all tissue"),
        Design("chance", "chance"),
    )
}
PUBLISHED_DEEP = tuple(design.name for design in DESIGNS.values() if design.number and design.deep)
