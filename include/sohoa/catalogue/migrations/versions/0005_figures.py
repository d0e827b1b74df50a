"""figures: case exports, readings, approved bases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _imports()
    _cases()
    _readings()


def _imports() -> None:
    op.create_table(
        "figure_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("n_rows", "n_new", "n_changed", "n_unchanged")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_import")),
    )


def _cases() -> None:
    op.create_table(
        "service_case",
        sa.Column("dossier_code", sa.String(length=60), nullable=False),
        sa.Column("unit_code", sa.String(length=255), nullable=False),
        sa.Column("procedure_code", sa.String(length=40), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("written_result", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=True) for name in ("result_file", "result_synced", "case_synced")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("n_supplements", "supplement_days")),
        sa.Column("applicant_ref", sa.String(length=64), nullable=True),
        sa.Column("first_import_id", sa.Integer(), nullable=False),
        sa.Column("last_import_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_service_case_unit_code_unit")),
        *(
            sa.ForeignKeyConstraint([name], ["figure_import.id"], name=op.f(f"fk_service_case_{name}_figure_import"))
            for name in ("first_import_id", "last_import_id")
        ),
        sa.PrimaryKeyConstraint("dossier_code", name=op.f("pk_service_case")),
    )
    for column in ("unit_code", "received_on", "ended_on"):
        op.create_index(op.f(f"ix_service_case_{column}"), "service_case", [column])
    op.create_table(
        "case_component",
        *_part_of_case("case_component"),
        sa.Column("component_code", sa.String(length=60), nullable=True),
        *(
            sa.Column(name, sa.Boolean(), nullable=True)
            for name in ("has_file", "held", "reused", "resupplied", "from_store")
        ),
    )
    op.create_table(
        "case_handover",
        *_part_of_case("case_handover"),
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("inter_agency", sa.Boolean(), nullable=False),
        sa.Column("electronic", sa.Boolean(), nullable=False),
    )
    op.create_index(op.f("ix_case_handover_handed_on"), "case_handover", ["handed_on"])
    op.create_table(
        "case_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_code", sa.String(length=60), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        _to_case("case_history"),
        sa.ForeignKeyConstraint(
            ["import_id"], ["figure_import.id"], name=op.f("fk_case_history_import_id_figure_import")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_history")),
    )
    op.create_index(op.f("ix_case_history_dossier_code"), "case_history", ["dossier_code"])


def _part_of_case(table: str) -> tuple[sa.Column[str] | sa.Column[int] | sa.Constraint, ...]:
    return (
        sa.Column("dossier_code", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _to_case(table),
        sa.PrimaryKeyConstraint("dossier_code", "number", name=op.f(f"pk_{table}")),
    )


def _to_case(table: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["dossier_code"], ["service_case.dossier_code"], name=op.f(f"fk_{table}_dossier_code_service_case")
    )


def _readings() -> None:
    op.create_table(
        "indicator_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(length=20), nullable=False),
        sa.Column("unit_code", sa.String(length=255), nullable=False),
        sa.Column("calendar", sa.String(length=10), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("numerator", "denominator", "value")),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["figure_import.id"], name=op.f("fk_indicator_reading_import_id_figure_import")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_reading")),
    )
    op.create_index("ix_indicator_reading_key", "indicator_reading", ["indicator", "unit_code", "calendar", "period"])
    op.create_table(
        "approved_base",
        sa.Column("indicator", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("calendar", sa.String(length=10), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("indicator", "year", name=op.f("pk_approved_base")),
    )
