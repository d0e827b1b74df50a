"""reports: built, approved or rejected, published; their figures never change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FROZEN = ("scope", "calendar", "period", "version", "data", "sha256", "built_by", "built_at")


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=255), nullable=False),
        sa.Column("calendar", sa.String(length=10), nullable=False),
        sa.Column("period", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("built_by", sa.String(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint(
            "scope", "calendar", "period", "version", name=op.f("uq_report_scope_calendar_period_version")
        ),
    )
    _freeze()


def _freeze() -> None:
    columns = ", ".join(FROZEN)
    if op.get_bind().dialect.name == "sqlite":
        for name, action in (("change", f"UPDATE OF {columns}"), ("delete", "DELETE")):
            op.execute(
                f"CREATE TRIGGER report_no_{name} BEFORE {action} ON report "
                "BEGIN SELECT RAISE(ABORT, 'the figures of a report do not change'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_report_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the figures of a report do not change'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER report_frozen BEFORE UPDATE OF {columns} OR DELETE OR TRUNCATE ON report "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_report_change()"
    )
