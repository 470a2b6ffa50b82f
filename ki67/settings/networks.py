"""Networks by name: those that find cells, and those of Table 2, whose name says what the network is and what it starts from.

SR and ResNet-34 start at random alone: no public weights fit ELU before BatchNorm.
"""

from dataclasses import dataclass
from typing import Literal

BackendName = Literal["pathonet", "fcrn_a", "fcrn_b", "deeplab_mobilenetv2", "deeplab_xception", "unet"]
OwnName = Literal["contextnet"]  # ours, which no paper has
NetworkName = Literal[
    "sr", "resnet34", "resnet50", "xception", "xception_classes",
    "resnet50_imagenet", "xception_imagenet", "xception_classes_imagenet",
]  # fmt: skip
Start = Literal["random", "imagenet"]
STARTS: tuple[Start, ...] = ("random", "imagenet")
# What the networks say that answer in two ways; all others have one answer, called as they are.
ANSWERS = {"sr": ("sr_frozen", "sr"), "xception_classes": ("xception_classes", "xception_argmax")}


def called(what: str, start: Start) -> str:
    """A network, or an answer, by the name that its start gives it: bare, or with `_imagenet` behind."""
    return what if start == "random" else f"{what}_{start}"


@dataclass(frozen=True)
class Row:
    """A network of Table 2: its architecture, and where its weights come from before it learns."""

    architecture: str
    start: Start = "random"

    @property
    def name(self) -> str:
        """As the settings, its folders and the tables have it."""
        return called(self.architecture, self.start)

    @property
    def answers(self) -> tuple[str, ...]:
        """What its predictions are called, a file each."""
        return tuple(called(answer, self.start) for answer in ANSWERS.get(self.architecture, (self.architecture,)))


ROWS = {
    row.name: row
    for row in (
        Row("sr"),
        Row("resnet34"),
        Row("resnet50"),
        Row("xception"),
        Row("xception_classes"),
        Row("resnet50", "imagenet"),
        Row("xception", "imagenet"),
        Row("xception_classes", "imagenet"),
    )
}
