"""fewer indexes for imports to write.

That of a result's dossiers began as their unique key does, by unit no result is looked for, and most events are of the
register and have no document.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_dossier_result_id", table_name="dossier")
    op.drop_index("ix_result_unit_code", table_name="result")
    of_documents = sa.text("document_id IS NOT NULL")
    op.drop_index("ix_event_document", table_name="event")
    op.create_index(
        "ix_event_document", "event", ["document_id"], sqlite_where=of_documents, postgresql_where=of_documents
    )
