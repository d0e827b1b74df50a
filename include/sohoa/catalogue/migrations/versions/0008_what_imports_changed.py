"""what an import brought and changed can be looked up, so that the warehouse need not count all anew for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("register_import", sa.Column("newest_before", sa.Integer(), nullable=True))
    op.create_index("ix_result_history_import_id", "result_history", ["import_id"])
