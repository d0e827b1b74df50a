"""facts of a page's scan; loose pages that belong together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.add_column(sa.Column("text_origin", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("rotation", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("skew_degrees", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("paper_mm", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("sharpness", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("contrast", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("quality_flags", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("barcodes", sa.JSON(), nullable=True))
    with op.batch_alter_table("scan_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_sha256", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_scan_file_group_sha256"), ["group_sha256"], unique=False)
