"""what an import brought and changed, and the youngest events of documents, can be looked up by a refresh."""

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
    of_documents = sa.text("document_id IS NOT NULL")
    op.create_index(
        "ix_event_of_document_recorded_at",
        "event",
        ["recorded_at"],
        sqlite_where=of_documents,
        postgresql_where=of_documents,
    )
