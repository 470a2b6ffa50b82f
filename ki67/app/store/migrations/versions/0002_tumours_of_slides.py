"""Tumours of slides."""

import sqlalchemy as sa
from alembic import op

from ki67.app.store.rows.base import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    op.create_table(
        "tumours",
        sa.Column("picture_id", sa.String(length=32), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("um_per_px", sa.Double(), nullable=False),
        sa.Column("tissue_mm2", sa.Double(), nullable=False),
        sa.Column("tumour_mm2", sa.Double(), nullable=False),
        sa.Column("tumour_share", sa.Double(), nullable=True),
        sa.Column("patches", sa.Integer(), nullable=False),
        sa.Column("damaged_patches", sa.Integer(), nullable=False),
        sa.Column("outline", sa.String(length=64), nullable=False),
        sa.Column("mask", sa.String(length=64), nullable=False),
        sa.Column("heat", sa.String(length=64), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["picture_id"], ["pictures.id"], name="fk_tumours_picture_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("picture_id", name="pk_tumours"),
    )


def downgrade() -> None:
    """Take it back: pictures of kind slide keep their rows, and have no result any more."""
    op.drop_table("tumours")
