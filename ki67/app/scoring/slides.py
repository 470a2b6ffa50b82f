"""The shipped networks of slides, one slide after the other; one that a killed process had begun goes on where it was left."""

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path

import numpy as np
from PIL import Image

from ki67.app.problems import Problem
from ki67.app.scoring.drawn import GROUND, LARGEST
from ki67.app.scoring.queue import Task
from ki67.app.store.files import FULL, Files
from ki67.app.store.rows import Tumour
from ki67.base.errors import InputError
from ki67.base.hardware import CORES
from ki67.pictures.drawing import OBJECTS
from ki67.pictures.header import Header, slide_header
from ki67.pictures.regions import Size, view_size
from ki67.slides.drawing import in_8_bits, map_size, tumour_in
from ki67.slides.model import OtherNetworks, load_slide_model
from ki67.slides.outlines import COLOUR
from ki67.slides.results import SlideResult
from ki67.slides.scorer import ScoredSlide
from ki67.slides.tool import SlideTool

ROWS = ".rows"  # ending of what the scorer keeps of a slide that is begun
WAITING = 8  # slides that are in a cluster's hands at once


@dataclass(frozen=True)
class Outlined:
    """The tumour of a slide."""

    result: SlideResult
    network: str
    outline: str
    mask: str
    heat: str

    @property
    def contents(self) -> Sequence[str]:
        """The outline and both maps."""
        return self.outline, self.mask, self.heat

    def row(self, task: Task) -> Tumour:
        """As it is stored."""
        result = self.result
        return Tumour(
            picture_id=task.picture_id, network=self.network, version=version("ki67"), um_per_px=result.um_per_px,
            tissue_mm2=result.tissue_mm2, tumour_mm2=result.tumour_mm2, tumour_share=result.tumour_share, patches=result.patches,
            damaged_patches=result.damaged_patches, outline=self.outline, mask=self.mask, heat=self.heat,
            warnings=list(result.warnings),
        )  # fmt: skip


class SlideOutliner:
    """Outlines tumours as `ki67 slide` does, here or on a cluster. Between two slides it holds no network in memory."""

    def __init__(self, files: Files, cluster: str = "", networks: Path | None = None) -> None:
        self.files, self.cluster, self.networks = files, cluster, networks

    def __call__(self, task: Task) -> Outlined:
        """The tumour of a slide, by the scale that it came in with."""
        tool = SlideTool(load_slide_model(self.networks), self.files.begun, self.cluster)
        path = self.files.path(task.account_id, task.digest)
        scored = score(tool, task.picture_id, replace(slide_header(path), asked=task.um_per_px, digest=task.digest))
        found = self._kept(task, tool.network.digest, scored)
        (tool.kept / f"{task.picture_id}{ROWS}").unlink(missing_ok=True)
        return found

    def _kept(self, task: Task, network: str, scored: ScoredSlide) -> Outlined:
        """Its files first, so that no row ever names one that is not there."""
        with self.files.draft() as draft:
            scored.files()[OBJECTS](draft)
            outline = self.files.keep(task.account_id, draft)
        pictures = (tumour_mask(scored), heat_map(scored))
        mask, heat = (self.files.keep_bytes(task.account_id, picture) for picture in pictures)
        return Outlined(scored.result, network, outline, mask, heat)


def score(tool: SlideTool, name: str, head: Header) -> ScoredSlide:
    """Here or there."""
    with told_when_hindered(tool.cluster), tool.scorer(None, CORES) as scorer:
        scored = scorer.score(name, head)
    assert isinstance(scored, ScoredSlide)
    return scored


@contextmanager
def told_when_hindered(cluster: str) -> Iterator[None]:
    """A full disk, a cluster that is away, or a worker of it with other networks is no fault of the slide: it is tried again."""
    try:
        yield
    except (InputError, OSError, CancelledError) as error:
        cause = error.__cause__ if isinstance(error, InputError) else error
        full = isinstance(cause, OSError) and cause.errno in FULL
        if full or isinstance(error, OtherNetworks) or (cluster and isinstance(cause, OSError | CancelledError)):
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error
        raise


def tumour_mask(scored: ScoredSlide) -> bytes:
    """A PNG that lies on the slide: in QuPath's colour where there is tumour, else transparent."""
    size = seen_size(scored.result)
    picture = Image.fromarray(tumour_in(scored.found.refined, scored.threshold, size).astype(np.uint8))
    picture.putpalette([*GROUND, *COLOUR])
    return png(picture, transparency=0)


def heat_map(scored: ScoredSlide) -> bytes:
    """A PNG that lies on the slide: the brighter, the surer of tumour is the network of patches."""
    return png(Image.fromarray(in_8_bits(scored.found.heat.resized(seen_size(scored.result)))))


def seen_size(result: SlideResult) -> Size:
    """Of both: as the tool's own maps have it, unless that is too large for a page."""
    return view_size(*map_size(result.size, result.um_per_px), LARGEST)


def png(picture: Image.Image, **how: int) -> bytes:
    """As bytes."""
    stream = io.BytesIO()
    picture.save(stream, "PNG", **how)
    return stream.getvalue()
