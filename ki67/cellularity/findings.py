"""What the paper says of its tables in words, asked of ours; no answer where a side of a comparison was not run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ki67.base.tables import read_json
from ki67.settings.networks import STARTS, Start, called

SEGMENTED = ("gbt", "sr")  # what reads segmented maps
DIRECT = ("resnet34", "resnet50", "xception")  # what looks at the picture itself and gives one number
CLASSES = "xception_classes"  # what looks at it and gives 101

Errors = Mapping[str, float]  # mean squared error on the test patches, by model
Answers = dict[Start, bool | None]  # by start


@dataclass(frozen=True)
class Findings:
    """Each a sentence of the paper's."""

    pyramid_leads: Answers  # the FPN decoder's maps are nearer to the labels than the standard decoder's
    direct_leads: Answers  # the best network on pictures errs less than the best model on maps
    classes_lead: Answers  # 101 classes err less than every network with one number
    imagenet_helps: bool | None  # every network that ran from both starts errs less from ImageNet


def findings(errors: Errors, folder: Path, decoders: Sequence[str]) -> Findings:
    """All of them; `folder` holds what the segmentation stage wrote of its decoders."""
    return Findings(
        pyramid_leads=pyramid_leads(folder, decoders),
        direct_leads={start: leads(errors, (*DIRECT, CLASSES), SEGMENTED, start) for start in STARTS},
        classes_lead={start: leads(errors, (CLASSES,), DIRECT, start) for start in STARTS},
        imagenet_helps=imagenet_helps(errors),
    )


def leads(errors: Errors, ours: Sequence[str], others: Sequence[str], start: Start) -> bool | None:
    """Whether the best of some models errs less than the best of others from the same start."""
    sides = [[errors[called(name, start)] for name in names if called(name, start) in errors] for names in (ours, others)]
    return min(sides[0]) < min(sides[1]) if all(sides) else None


def imagenet_helps(errors: Errors) -> bool | None:
    """Whether every network that ran from both starts errs less from ImageNet; nothing where none did."""
    pairs = [(errors[name], errors.get(called(name, "imagenet"))) for name in (*DIRECT, CLASSES) if name in errors]
    helped = [after < before for before, after in pairs if after is not None]
    return all(helped) if helped else None


def pyramid_leads(folder: Path, decoders: Sequence[str]) -> Answers:
    """Whether FPN leads U-Net by the mean Jaccard index on validation patches; from ImageNet neither decoder was run."""
    if not {"fpn", "unet"} <= set(decoders):
        return dict.fromkeys(STARTS)
    written = [read_json(folder / f"segment-{decoder}.json") for decoder in ("fpn", "unet")]
    pyramid, standard = (record["validation"]["jaccard"]["mean"] for record in written)
    return {"random": pyramid > standard, "imagenet": None}
