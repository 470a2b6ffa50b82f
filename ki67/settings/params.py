"""Every setting of the study, typed: an unknown name or a wrong type stops the study before anything starts."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from ki67.base.errors import InputError, nearest
from ki67.settings.networks import ROWS

PARAMS = Path("params.yaml")
Precision = Literal["float32", "mixed_bfloat16"]
Crop = Annotated[int, Field(ge=32, le=256, multiple_of=16)]  # pixels of a frame that a network trains on


class Stage(BaseModel):
    """What all stages have in common. Numbers are not read from text, and no name is taken that is not declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    out: str = "."


class SimulatedCohort(Stage):
    """What both simulated cohorts have: a seed for what is learnt from, and another for the test, the same in every profile."""

    seed: int = Field(ge=0)
    test_seed: int = Field(ge=0)

    @field_validator("test_seed")
    @classmethod
    def of_its_own(cls, test_seed: int, known: ValidationInfo) -> int:
        """Nothing is judged on what it learnt from; said when settings are read, not after the training."""
        if test_seed == known.data.get("seed"):
            raise ValueError("training patients are of this seed; give the test one of its own")
        return test_seed


class Simulate(SimulatedCohort):
    """The simulated cohort."""

    patients: int = Field(ge=2, le=1000)
    fields_per_patient: int = Field(ge=1)
    test_patients: int = Field(ge=1)
    test_fields_per_patient: int = Field(ge=1)
    um_per_px: float = Field(gt=0)
    label_stroma: bool


class SplitFrames(Stage):
    """Who trains and who validates, and the frames that the networks see."""

    kind: Literal["published", "by_patient"]


BackendName = Literal["pathonet", "fcrn_a", "fcrn_b", "deeplab_mobilenetv2", "deeplab_xception", "unet"]


class Train(Stage):
    """The study's network, its labels and its training."""

    backend: BackendName
    seeds: list[int] = Field(min_length=1)
    epochs: int = Field(ge=1)
    crop: Crop
    batch: int = Field(ge=1)
    crops_per_frame: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    schedule: Literal["step", "cosine"]
    precision: Precision
    l2: float = Field(ge=0)
    activation: Literal["relu", "linear"]
    unit: list[float] = Field(min_length=3, max_length=3)
    peak: float = Field(gt=0)
    centre: float = Field(gt=0, le=65535)
    sigma: float = Field(gt=0)
    overlap: Literal["last", "maximum"]


class Tune(Stage):
    """Thresholds, chosen on validation."""

    radius: float = Field(gt=0)
    matching: Literal["published", "strict"]
    marker: Literal["distance", "density"]
    min_distance: int = Field(ge=1)


class Classical(Stage):
    """The classical row, tuned like the network."""

    radius: float = Field(gt=0)
    matching: Literal["published", "strict"]


class Evaluate(Stage):
    """The test."""

    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


class Ablations(Stage):
    """The paper's own arguments, each a short training of its own."""

    variants: list[Literal["as_published", "plain_convolutions", "centre_2250", "crop"]]
    epochs: int = Field(ge=1)
    seeds: list[int] = Field(min_length=1)


class Backends(Stage):
    """The paper's networks on equal terms; whatever is not said here is as in `train` and `tune`."""

    names: list[BackendName] = Field(min_length=1)
    kind: Literal["check", "comparison"]
    weights: Literal["random", "imagenet"]
    seeds: list[int] = Field(min_length=1)
    fields: int = Field(ge=1)
    judged: int = Field(ge=1)
    epochs: int = Field(ge=1)
    crops_per_frame: int = Field(ge=1)
    crop: Crop
    batch: int = Field(ge=1)
    learning_rates: list[float] = Field(min_length=1)
    search_epochs: int = Field(ge=1)
    momentum: float = Field(ge=0, lt=1)
    precision: Precision
    activation: Literal["relu", "linear"]


class BackendsCompared(Stage):
    """All backends side by side: tables, differences, times."""

    turns: int = Field(ge=1)
    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


class Compress(Stage):
    """The grid: each quantiser with each k, retrained at each rate of the representatives."""

    quantizers: list[Literal["cws", "pws", "uq", "ecsq"]] = Field(min_length=1)
    ks: list[int] = Field(min_length=1)
    clr: list[float] = Field(min_length=1)
    update: Literal["published", "gradient"]
    epochs: int = Field(ge=0)
    steps: int = Field(ge=1)
    crop: Crop
    batch: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    precision: Precision
    fields: int = Field(ge=1)
    seed: int = Field(ge=0)
    cluster: str = ""


class Compressed(Stage):
    """The chosen compressions, retrained on all training patients, and tested."""

    small_k: int = Field(ge=2)
    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


class Small(Stage):
    """The smallest file that finds cells as well as the whole network."""

    steps: list[float] = Field(min_length=1)
    tolerance: float = Field(ge=0)
    batches: int = Field(ge=0)
    batch: int = Field(ge=1)
    rate: float = Field(gt=0)
    learning_rate: float = Field(gt=0)
    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


class Own(Stage):
    """The walk-through: networks that are not PathoNet."""

    k: int = Field(ge=2)
    networks: list[Literal["reports_reader", "densenet_ensemble"]] = Field(min_length=1)
    seed: int = Field(ge=0)


class Energy(Stage):
    """The paper's experiment: a network is asked so many times."""

    queries: int = Field(ge=1)
    country: str = Field(pattern="^[A-Z]{3}$")
    tracking_mode: Literal["process", "machine"]


class Robustness(Stage):
    """Test fields changed step by step."""

    fields: int = Field(ge=1)


class Segment(Stage):
    """Weak segmentation of H&E patches, a network a decoder."""

    decoders: list[Literal["fpn", "unet"]] = Field(min_length=1)
    weights: Literal["random", "imagenet"]
    width: float = Field(gt=0, le=1)
    epochs: int = Field(ge=1)
    crop: Annotated[int, Field(ge=32, le=256, multiple_of=32)]
    batch: int = Field(ge=1)
    crops_per_patch: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    schedule: Literal["linear", "cosine"]
    precision: Precision
    seed: int = Field(ge=0)


class Boost(Stage):
    """Cellularity by boosted trees on 81 features of many views."""

    views: int = Field(ge=1)
    rounds: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    leaves: int = Field(ge=2)
    depth: int = Field(ge=1)
    feature_fraction: float = Field(gt=0, le=1)
    most_rounds: int = Field(ge=1)
    patience: int = Field(ge=1)
    seed: int = Field(ge=0)


class Cluster(Stage):
    """Where trials are run."""

    address: str


class Tissue(SimulatedCohort):
    """The simulated H&E cohort of the cellularity chapter."""

    patients: int = Field(ge=2, le=1000)
    slides_per_patient: int = Field(ge=1, le=99)
    patches_per_slide: int = Field(ge=1)
    annotated_patients: int = Field(ge=2)
    annotated_per_patient: int = Field(ge=1)
    test_patients: int = Field(ge=1)
    test_patches_per_slide: int = Field(ge=1)


class Patches(Stage):
    """Who trains, validates and tests on H&E patches, and the patches as the networks see them."""

    share: float = Field(gt=0, lt=0.5)
    seed: int = Field(ge=0)


NetworkName = Literal[
    "sr", "resnet34", "resnet50", "xception", "xception_classes",
    "resnet50_imagenet", "xception_imagenet", "xception_classes_imagenet",
]  # fmt: skip


class Regress(Stage):
    """Networks that read the cellularity off a patch, a row of Table 2 each; `cellularity.rows` says what a name means."""

    networks: list[NetworkName] = Field(min_length=1)
    width: float = Field(gt=0, le=1)
    shrink: Literal[1, 2, 4]
    epochs: int = Field(ge=1)
    batch: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    tuned_epochs: int = Field(ge=1)
    tuned_learning_rate: float = Field(gt=0)
    schedule: Literal["linear", "cosine"]
    precision: Precision
    seed: int = Field(ge=0)

    @field_validator("width")
    @classmethod
    def as_wide_as_imagenet(cls, width: float, known: ValidationInfo) -> float:
        """Weights from ImageNet fit the published width; said here, and not after the networks before them trained for hours."""
        started = [name for name in known.data.get("networks", ()) if ROWS[name].start == "imagenet"]
        if started and width != 1:
            raise ValueError(f"weights from ImageNet fit 1.0 alone; set it so, or take {', '.join(started)} out of networks")
        return width


class Cellularity(Stage):
    """Every model of the chapter on the test patches."""

    resamples: int = Field(ge=100)
    seed: int = Field(ge=0)


class Claims(Stage):
    """The papers' figures beside ours."""


STAGES: dict[str, type[Stage]] = {
    "simulate": Simulate,
    "split": SplitFrames,
    "train": Train,
    "tune": Tune,
    "classical": Classical,
    "evaluate": Evaluate,
    "ablations": Ablations,
    "backends": Backends,
    "backends_compared": BackendsCompared,
    "compress": Compress,
    "compressed": Compressed,
    "small": Small,
    "own": Own,
    "energy": Energy,
    "robustness": Robustness,
    "tissue": Tissue,
    "patches": Patches,
    "segment": Segment,
    "boost": Boost,
    "regress": Regress,
    "cellularity": Cellularity,
    "claims": Claims,
}
SECTIONS: dict[str, type[Stage]] = {**STAGES, "cluster": Cluster}
PROFILES = ("smoke", "default", "paper", "release")


def check(stage: str, values: dict[str, Any], source: str) -> Stage:
    """One stage's settings, or a line that names the setting, what is wrong and the nearest right name."""
    schema = SECTIONS[stage]
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")  # a slip explains a lack
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise InputError(f"{source}: {stage} has no setting {name!r}{nearest(name, schema.model_fields)}") from error
        if first["type"] == "missing":
            raise InputError(f"{source}: {stage} lacks the setting {name!r}; add it") from error
        says = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{source}: {stage}.{name} = {first['input']!r}: {says[0].lower()}{says[1:]}") from error


def assignments(texts: Iterable[str]) -> dict[str, Any]:
    """`NAME=VALUE` as typed on a command line, the values read as YAML."""
    pairs = [text.partition("=") for text in texts]
    odd = next((name for name, equals, _ in pairs if not equals), None)
    if odd:
        raise InputError(f"--set {odd}: no value; write NAME=VALUE")
    return {name: yaml.safe_load(value) for name, _, value in pairs}


def shipped() -> Path:
    """The settings that the package was made with: beside it in a wheel, above it in the study's own folder."""
    package = Path(__file__).parents[1]
    beside = package / "params.yaml"
    return beside if beside.is_file() else package.parent / "params.yaml"


def read(path: Path = PARAMS) -> dict[str, Any]:
    """The file as it stands, every section and every profile checked."""
    try:
        whole = yaml.safe_load(path.read_text())
    except FileNotFoundError as error:
        raise InputError(f"{path}: missing; run this at the top of the study") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML ({' '.join(str(error).split())}); mend that line") from error
    for name in whole:
        if name not in {"profile", "profiles", *SECTIONS}:
            raise InputError(f"{path}: no section {name!r}{nearest(name, [*SECTIONS, 'profile', 'profiles'])}")
    for section in SECTIONS:
        check_whole(section, whole.get(section) or {}, str(path))
    for profile in PROFILES:
        for stage, values in whole["profiles"].get(profile, {}).items():
            check_whole(stage, (whole[stage] or {}) | values, f"{path}, profile {profile}")
    return dict(whole)


def check_whole(stage: str, values: dict[str, Any], source: str) -> None:
    """A stage's settings, and that all its items together make what later stages read; one item alone may lack it."""
    settings = check(stage, values, source)
    if isinstance(settings, Segment) and "fpn" not in settings.decoders:
        raise InputError(f"{source}: segment.decoders = {settings.decoders}: the trees and sr read the maps of fpn; add fpn")


def of(stage: str, path: Path = PARAMS) -> dict[str, Any]:
    """One stage's settings as a notebook is given them; a stage of trials is told where they run."""
    whole = read(path)
    where = {"cluster": whole["cluster"]["address"]} if "cluster" in STAGES[stage].model_fields else {}
    return {**(whole[stage] or {}), **where}
