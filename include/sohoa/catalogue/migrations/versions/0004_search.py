"""search: the words of every page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sohoa.catalogue.search import index_all

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("page_no", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_page")),
        sa.UniqueConstraint("document_id", "page_no", name=op.f("uq_search_page_document_id_page_no")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _index_of_sqlite()
    else:
        _index_of_postgresql()
    index_all(op.get_bind())


def _index_of_sqlite() -> None:
    # Words come one by one, in lower case, with letters of any alphabet: only blanks part them.
    op.execute("CREATE VIRTUAL TABLE search_index USING fts5 (exact, folded, tokenize = 'ascii')")
    op.execute(
        "CREATE TRIGGER search_page_gone AFTER DELETE ON search_page "
        "BEGIN DELETE FROM search_index WHERE rowid = OLD.id; END"
    )


def _index_of_postgresql() -> None:
    op.execute(
        "CREATE TABLE search_index (id integer PRIMARY KEY REFERENCES search_page (id) ON DELETE CASCADE, "
        "exact tsvector NOT NULL, folded tsvector NOT NULL)"
    )
    for column in ("exact", "folded"):
        op.execute(f"CREATE INDEX ix_search_index_{column} ON search_index USING gin ({column})")
