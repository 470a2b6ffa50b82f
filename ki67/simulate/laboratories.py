"""The laboratories: familiar ones, of which anything may be learnt, and others, on which what was learnt is judged."""

from dataclasses import dataclass, replace

from ki67.settings.names import Pool
from ki67.simulate.laboratory import Convention, Laboratory

SHIDC_LIKE = Laboratory(
    name="SHIDC-like",
    convention=Convention(plump=0.15, lymphocytes=True),
    haematoxylin=((0.59, 0.755, 0.29), (0.66, 0.72, 0.21)),
    dab=((0.20, 0.49, 0.85), (0.40, 0.67, 0.62)),
    diameter=(5.8, 11.0),
    dark=(0.24, 0.58),
    dab_weak=(0.08, 0.15),
    dab_strong=(0.45, 1.5),
    dab_fullness=(0.6, 1.4),
    background=(0.035, 0.08),
    sparse=1.0,
    index_power=1.4,
    brightness=(0.87, 0.985),
    green=(0.97, 1.002),
    blue=(0.83, 0.935),
    gamma=(0.85, 1.18),
    saturation=(0.92, 1.15),
    glare=(0.0, 0.06),
    black=(0.0, 0.01),
    blur=(1.0, 2.0),
    blue_blur=(0.0, 0.8),
    sharpening=(0.0, 0.4),
    noise=(0.4, 2.0),
    zoom=(0.93, 1.08),
)
BCDATA_LIKE = replace(
    SHIDC_LIKE,
    name="BCData-like",
    convention=Convention(plump=0.9, lymphocytes=False),
    haematoxylin=((0.70, 0.62, 0.33), (0.83, 0.53, 0.18)),
    dab=((0.22, 0.51, 0.83), (0.36, 0.61, 0.71)),
    diameter=(7.6, 12.2),
    dark=(0.14, 0.33),
    dab_weak=(0.20, 0.42),
    dab_strong=(4.2, 9.0),
    dab_fullness=(0.95, 1.45),
    background=(0.035, 0.085),
    sparse=0.12,
    index_power=0.22,
    brightness=(0.85, 0.94),
    green=(0.97, 0.995),
    blue=(0.905, 0.975),
    saturation=(0.95, 1.2),
    glare=(0.0, 0.01),
    black=(0.025, 0.08),
    blur=(0.52, 0.80),
    blue_blur=(0.0, 0.2),
    sharpening=(1.5, 2.4),
    noise=(1.5, 4.5),
)
# Neither of the two sets: each setting anywhere from the one to the other and a little beyond, independently.
BETWEEN = replace(
    SHIDC_LIKE,
    name="between",
    convention=Convention(plump=0.4, lymphocytes=True),
    haematoxylin=((0.59, 0.755, 0.29), (0.80, 0.55, 0.20)),
    dab=((0.20, 0.49, 0.85), (0.42, 0.66, 0.63)),
    diameter=(5.0, 12.5),
    dark=(0.15, 0.64),
    dab_weak=(0.10, 0.40),
    dab_strong=(0.8, 5.0),
    dab_fullness=(0.7, 1.8),
    background=(0.03, 0.11),
    sparse=0.7,
    index_power=1.0,
    brightness=(0.84, 0.985),
    green=(0.96, 1.0),
    blue=(0.83, 0.99),
    saturation=(0.80, 1.2),
    black=(0.0, 0.08),
    blur=(0.60, 2.0),
    sharpening=(0.0, 1.9),
    noise=(0.4, 4.0),
)

# Outside: stain vectors, white light, gamma, scale and sharpness each lie where no familiar laboratory's do.
PURPLE_AND_SOFT = replace(
    SHIDC_LIKE,
    name="purple and soft",
    haematoxylin=((0.49, 0.815, 0.31), (0.50, 0.82, 0.27)),
    dab=((0.29, 0.74, 0.60), (0.33, 0.75, 0.58)),
    blue=(1.01, 1.04),
    brightness=(0.84, 0.90),
    gamma=(1.25, 1.38),
    blur=(2.15, 2.5),
    sharpening=(0.0, 0.0),
    zoom=(0.86, 0.90),
)
TEAL_AND_HARD = replace(
    BCDATA_LIKE,
    name="teal and hard",
    haematoxylin=((0.88, 0.44, 0.16), (0.89, 0.42, 0.20)),
    dab=((0.13, 0.41, 0.90), (0.15, 0.40, 0.90)),
    blue=(0.76, 0.80),
    gamma=(0.72, 0.80),
    blur=(0.35, 0.48),
    sharpening=(2.4, 3.0),
    zoom=(1.12, 1.18),
)
GREEN_AND_FLAT = replace(
    BETWEEN,
    name="green and flat",
    haematoxylin=((0.73, 0.52, 0.44), (0.69, 0.55, 0.47)),
    dab=((0.50, 0.58, 0.64), (0.54, 0.56, 0.63)),
    green=(1.012, 1.025),
    blue=(0.90, 0.97),
    brightness=(0.86, 0.92),
    gamma=(0.72, 0.80),
    blur=(2.15, 2.5),
    sharpening=(0.0, 0.0),
    zoom=(1.12, 1.18),
)
ROSE_AND_HARD = replace(
    BETWEEN,
    name="rose and hard",
    haematoxylin=((0.49, 0.815, 0.31), (0.50, 0.82, 0.27)),
    dab=((0.13, 0.41, 0.90), (0.15, 0.40, 0.90)),
    green=(0.93, 0.95),
    blue=(0.93, 0.99),
    gamma=(1.25, 1.38),
    blur=(0.35, 0.48),
    sharpening=(2.4, 3.0),
    zoom=(0.86, 0.90),
)


@dataclass(frozen=True)
class Share:
    """How large a part of a pool's patients a laboratory has."""

    laboratory: Laboratory
    part: float


POOLS: dict[Pool, tuple[Share, ...]] = {
    "familiar": (Share(SHIDC_LIKE, 0.50), Share(BCDATA_LIKE, 0.28), Share(BETWEEN, 0.22)),
    "other": tuple(Share(lab, 0.25) for lab in (PURPLE_AND_SOFT, TEAL_AND_HARD, GREEN_AND_FLAT, ROSE_AND_HARD)),
}


def laboratory_at(place: float, pool: Pool) -> Laboratory:
    """The laboratory to which a place between 0 and 1 belongs: evenly spread places give each its part."""
    for share in POOLS[pool]:
        place -= share.part
        if place < 0:
            return share.laboratory
    return POOLS[pool][-1].laboratory
