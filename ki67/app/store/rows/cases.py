"""Cases, their pictures, what the network found in them, and what is still to be done."""

from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ki67.app.store.rows.base import Base, Created, Digest, Id
from ki67.cells.scores import Scores
from ki67.cells.uncertainty import ScorerError

PictureKind = Literal["field", "slide"]
PictureState = Literal["needs_scale", "waiting", "scored", "failed"]


class Case(Base):
    """What belongs to one patient, by its owner's name for it. Until it is saved it is a draft, dropped in time."""

    __tablename__ = "cases"
    __table_args__ = (Index(None, "owner_id", "created_at", "id"),)

    id: Mapped[Id]
    owner_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(120))
    blind: Mapped[bool] = mapped_column(default=False)  # the owner too gives an opinion before seeing the network's
    created_at: Mapped[Created]
    saved_at: Mapped[datetime | None] = mapped_column(index=True)


class Picture(Base):
    """A field or a slide. Neither its file's name nor what a camera wrote into it is kept."""

    __tablename__ = "pictures"
    __table_args__ = (UniqueConstraint("case_id", "sent_digest"), UniqueConstraint("case_id", "number"))

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]  # within its case, from 1 on
    kind: Mapped[PictureKind] = mapped_column(String(5))
    sent_digest: Mapped[Digest]  # of what was sent: the same bytes sent twice are one picture
    digest: Mapped[Digest]  # of what is kept
    format: Mapped[str] = mapped_column(String(10))  # JPEG, PNG, TIFF, slide
    bytes: Mapped[int] = mapped_column(BigInteger)
    marked_bytes: Mapped[int] = mapped_column(BigInteger, default=0)  # of the cells that readers marked in it
    width: Mapped[int]
    height: Mapped[int]
    um_per_px: Mapped[float | None]  # said by the sender, or told by the file
    state: Mapped[PictureState] = mapped_column(String(12))
    why: Mapped[str] = mapped_column(Text, default="")  # of a failure: the line that `ki67 score` gives
    created_at: Mapped[Created]


class Job(Base):
    """A picture to be scored. Who takes it holds it until the lease ends; a process that is killed lets it go that way."""

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "leased_until", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    picture_id: Mapped[str] = mapped_column(ForeignKey("pictures.id", ondelete="CASCADE"), unique=True)
    leased_by: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)


class Result(Base):
    """What the network found in a picture; its cells are a file."""

    __tablename__ = "results"

    picture_id: Mapped[str] = mapped_column(ForeignKey("pictures.id", ondelete="CASCADE"), primary_key=True)
    network: Mapped[Digest]
    version: Mapped[str] = mapped_column(String(40))  # of ki67
    n_positive: Mapped[int]
    n_negative: Mapped[int]
    n_til: Mapped[int]
    hot_spot: Mapped[float | None]
    um_per_px: Mapped[float]
    cells: Mapped[Digest]
    warnings: Mapped[list[str]]
    error_cells: Mapped[float | None]  # of the network's own, which its file tells; none of what was counted before ki67 knew it
    error_shared: Mapped[float | None]
    created_at: Mapped[Created]

    @property
    def scores(self) -> Scores:
        """The counts."""
        return Scores(self.n_positive, self.n_negative, self.n_til)

    @property
    def error(self) -> ScorerError | None:
        """How far the network's index is off by itself, where that is known."""
        if self.error_cells is None or self.error_shared is None:
            return None
        return ScorerError(self.error_cells, self.error_shared)


class Tumour(Base):
    """What the networks found on a slide; the outline of its tumour and the maps are files."""

    __tablename__ = "tumours"

    picture_id: Mapped[str] = mapped_column(ForeignKey("pictures.id", ondelete="CASCADE"), primary_key=True)
    network: Mapped[Digest]
    version: Mapped[str] = mapped_column(String(40))  # of ki67
    um_per_px: Mapped[float]
    tissue_mm2: Mapped[float]
    tumour_mm2: Mapped[float]
    tumour_share: Mapped[float | None]  # of the tissue; none where there is no tissue
    patches: Mapped[int]
    damaged_patches: Mapped[int]
    outline: Mapped[Digest]
    mask: Mapped[Digest]
    heat: Mapped[Digest]
    warnings: Mapped[list[str]]
    created_at: Mapped[Created]


class Upload(Base):
    """A file that comes in parts, and how much of it is here."""

    __tablename__ = "uploads"

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[PictureKind] = mapped_column(String(5))
    digest: Mapped[Digest]  # of the whole, as the sender says
    bytes: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    um_per_px: Mapped[float | None]
    created_at: Mapped[Created]
