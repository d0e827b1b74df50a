"""review desk, duplicates and supersession, secrecy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sohoa.catalogue.damage import damage
from sohoa.catalogue.subjects import registered_subjects, store_subjects

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _linking_and_twins()
    _review_desk()


def _review_desk() -> None:
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.add_column(sa.Column("review_rank", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("review_note", sa.String(), nullable=True))
    _rank_what_waits()
    op.create_table(
        "review_item",
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("n_decisions", sa.Integer(), nullable=False),
        sa.Column("waived", sa.JSON(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name=op.f("fk_review_item_result_id_result")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_review_item")),
    )
    op.create_table(
        "review_lease",
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_review_lease")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("batch_id", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("turns", sa.JSON(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_decision_batch_id_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("document_id", "version", name=op.f("uq_decision_document_id_version")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_finished_at"), ["finished_at"], unique=False)
    op.create_table(
        "correction",
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=30), nullable=False),
        sa.Column("read_value", sa.Text(), nullable=True),
        sa.Column("read_confidence", sa.Double(), nullable=False),
        sa.Column("read_source", sa.String(), nullable=False),
        sa.Column("set_value", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("page_no", sa.Integer(), nullable=True),
        sa.Column("left", sa.Double(), nullable=True),
        sa.Column("top", sa.Double(), nullable=True),
        sa.Column("right", sa.Double(), nullable=True),
        sa.Column("bottom", sa.Double(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "field", name=op.f("pk_correction")),
    )
    op.create_table(
        "proposed_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("code_text", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("unit_code", sa.String(length=255), nullable=False),
        sa.Column("issuer", sa.String(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("dossier_code", sa.String(), nullable=True),
        sa.Column("procedure_code", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_proposed_result_unit_code_unit")),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name=op.f("fk_proposed_result_result_id_result")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_result")),
    )
    with op.batch_alter_table("proposed_result", schema=None) as batch_op:
        batch_op.create_index(
            "uq_proposed_result_open",
            ["document_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )


def _rank_what_waits() -> None:
    """Give the documents that wait already their place in the queue."""
    document = sa.table(
        "document",
        sa.column("document_id", sa.String),
        sa.column("status", sa.String),
        sa.column("review_reasons", sa.JSON),
        sa.column("review_rank", sa.Integer),
    )
    connection = op.get_bind()
    waiting = connection.execute(
        sa.select(document.c.document_id, document.c.review_reasons).where(document.c.status == "in_review")
    ).all()
    for identity, reasons in waiting:
        connection.execute(
            sa.update(document).where(document.c.document_id == identity).values(review_rank=damage(reasons or []))
        )


def _linking_and_twins() -> None:
    op.drop_index("ix_result_code_folded", table_name="result")
    op.create_index("ix_result_code_folded_issued_on", "result", ["code_folded", "issued_on"])
    op.create_index("ix_document_number", "document", ["code_number", "issued_on"])
    op.add_column("page", sa.Column("phash", sa.String(length=256), nullable=True))
    op.create_table(
        "subject_key",
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("result_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "result_id", name=op.f("pk_subject_key")),
        sqlite_with_rowid=False,
    )
    store_subjects(op.get_bind(), registered_subjects(op.get_bind()))
    op.create_table(
        "likeness_key",
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("key", "document_id", name=op.f("pk_likeness_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_likeness_key_document_id"), "likeness_key", ["document_id"])
    op.create_table(
        "twin",
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("twin_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "twin_id", name=op.f("pk_twin")),
    )
    op.create_index(op.f("ix_twin_twin_id"), "twin", ["twin_id"])
