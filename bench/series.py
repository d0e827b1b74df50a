"""How long the daily series takes at national scale: in full, bare statements beside it, after a change, on pages.

    python bench/series.py [--rows 10000000] [--database URL]

`--database` is an empty PostgreSQL database (`postgresql+psycopg://…`); SQLite files without it. The register is made
in SQL: 60 units, 400 procedures in 800 pairs of both, five years, one dossier a result; half is digitised, and 2,000
documents wait for a person.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from dashboard import dashboard_ms
from importing import make_export
from sqlalchemy import Connection, MetaData, Table, func, insert, select, text

from sohoa.catalogue.database import writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Document, Dossier, RegisterImport, Result
from sohoa.indicators import CHANGES, SERIES, STATES, load_moves
from sohoa.journey.reporting import take_in_register
from sohoa.settings import Settings
from sohoa.warehouse import DENSE, METADATA, connect_warehouse, refresh_warehouse
from sohoa.warehouse.series import rebuild_series
from sohoa.warehouse.tables import change_ahead, fact_digitisation_daily, fact_result

SIZES = (1_000_000, 10_000_000)
N_PAIRS, N_UNITS, N_PROCEDURES, N_CHANGED, N_WAITING, SEED = 800, 60, 400, 1000, 2000, 830_005
FIRST_DAY, N_DAYS = dt.date(2021, 1, 1), 5 * 365
LAST_DAY = FIRST_DAY + dt.timedelta(days=N_DAYS - 1)
PLACE_AND_CHANGES = [*SERIES, "day", *CHANGES]
SHA = "0" * 64
BATCH_OF = 1000
"""Results whose scans come in one batch."""


def measure_series(folder: Path) -> dict[str, Any]:
    """All figures at each size, and how the full rebuild grows from the smaller to the larger."""
    figures = {f"{rows}_rows": measure(Settings(home=folder / str(rows)), rows) for rows in SIZES}
    small, large = (figures[f"{rows}_rows"]["full_rebuild_s"] for rows in SIZES)
    return {**figures, "growth": round(large / small, 1)}


def measure(settings: Settings, rows: int) -> dict[str, Any]:
    """Seconds of each statement in one run, and the ratios that are promised of them.

    `full_rebuild` counts the series from facts that are there, as the bare statements do; `full_refresh` is all that
    a refresh does, from copying the facts to the published rates.
    """
    migrate(settings)
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        started, cpu_started = time.perf_counter(), cpu_seconds(settings)
        yield
        took, cpu = time.perf_counter() - started, cpu_seconds(settings) - cpu_started
        seconds[f"{name}_s"], seconds[f"{name}_cpu_s"] = round(took, 2), round(cpu, 2)
        print(f"{rows:>10} rows  {name:<32}{took:>9.2f} s  {cpu:>9.2f} CPU-s", file=sys.stderr, flush=True)

    with timed("make_register"):
        make_register(settings, rows)
    with timed("first_load"):
        refresh_warehouse(settings, as_of=LAST_DAY)
    with connect_warehouse(settings, writes=True) as connection:
        analyse(connection)
    with connect_warehouse(settings, writes=True) as connection:
        changes, bare_changes, bare_totals = bare_tables(connection)
        for table in (fact_digitisation_daily, change_ahead):
            connection.execute(insert(changes).from_select(PLACE_AND_CHANGES, select(*_columns_of(table))))
        analyse(connection)
        n_changes, n_totals = (
            connection.scalar(select(func.count()).select_from(table)) for table in (changes, fact_digitisation_daily)
        )
        # What this frees is what the bare tables and then those of the rebuild are written over.
        METADATA.drop_all(connection, [DENSE, fact_digitisation_daily, change_ahead])
        with timed("bare_group_by"):
            connection.execute(bare_group_by()).all()
        with timed("bare_write_changes"):
            connection.execute(insert(bare_changes).from_select(PLACE_AND_CHANGES, select(*_columns_of(changes))))
        with timed("bare_running_sum"):
            connection.execute(
                insert(bare_totals).from_select([*PLACE_AND_CHANGES, *STATES], bare_running_sum(changes))
            )
        changes.drop(connection)
        METADATA.create_all(connection)
        with timed("full_rebuild"):
            rebuild_series(connection, load_moves(settings), LAST_DAY)
        connection.rollback()
    with timed("full_refresh"):
        refresh_warehouse(settings, as_of=LAST_DAY, in_full=True)
    change_documents(settings, rows)
    with timed("refresh_after_1000"):
        refreshed = refresh_warehouse(settings, as_of=LAST_DAY)
    for name, n_days in (("fortnight", 14), ("all_years", N_DAYS)):
        export = settings.home / f"{name}.csv"
        make_export(export, N_CHANGED, n_days=n_days)
        take_in_register(settings, export)
        with timed(f"refresh_after_import_of_{name}"):
            refresh_warehouse(settings, as_of=LAST_DAY)
    with timed("refresh_on_the_next_day"):
        refresh_warehouse(settings, as_of=LAST_DAY + dt.timedelta(days=1))

    def ratios(unit: str) -> dict[str, float]:
        bare = sum(seconds[f"bare_{name}_{unit}"] for name in ("group_by", "write_changes", "running_sum"))
        rebuild, whole = seconds[f"full_rebuild_{unit}"], seconds[f"full_refresh_{unit}"]
        refresh = seconds[f"refresh_after_1000_{unit}"]
        return {
            f"full_rebuild_by_bare_{unit}": round(rebuild / bare, 2),
            f"refresh_by_full_refresh_{unit}": round(refresh / whole, 4),
            f"refresh_by_full_rebuild_{unit}": round(refresh / rebuild, 4),
        }

    return {
        "database": settings.warehouse_url.partition(":")[0],
        "rows": rows,
        "change_rows": n_changes,
        "series_rows": n_totals,
        "refreshed_results": refreshed.n_refreshed,
        **seconds,
        **dashboard_ms(settings),
        **ratios("s"),
        **ratios("cpu_s"),  # these hold on a busy machine too
    }


def cpu_seconds(settings: Settings) -> float:
    """What this process has used, and with it the PostgreSQL servers on this machine if one of them is asked."""
    if settings.warehouse_url.startswith("sqlite"):
        return time.process_time()
    servers = [process for process in psutil.process_iter(["name", "cpu_times"]) if process.info["name"] == "postgres"]
    times = [process.info["cpu_times"] for process in servers]
    return time.process_time() + sum(one.user + one.system for one in times if one)


def bare_group_by() -> Any:
    """The plainest count by unit, procedure and day; its rows are counted, so that none need be fetched."""
    fact = fact_result.c
    key = (fact.unit_code, fact.procedure_code, fact.exists_on)
    days = select(*key, func.count().label("n")).group_by(*key).subquery()
    return select(func.count(), func.sum(days.c.n)).select_from(days)


def bare_running_sum(changes: Table) -> Any:
    """The plainest running sum of all changes up to the last day."""
    change = changes.c
    key = [change[name] for name in SERIES]
    sums = (func.sum(change[name]).over(partition_by=key, order_by=change.day) for name in CHANGES)
    return select(*_columns_of(changes), *sums).where(change.day <= LAST_DAY)


def bare_tables(connection: Connection) -> tuple[Table, Table, Table]:
    """Twice a table of all changes, and one of totals: columns and keys of the series, but no references or checks."""
    metadata = MetaData()
    columns = {"changes": PLACE_AND_CHANGES, "bare_changes": PLACE_AND_CHANGES}
    columns["bare_totals"] = [*PLACE_AND_CHANGES, *STATES]
    changes, bare_changes, bare_totals = (
        Table(name, metadata, *(fact_digitisation_daily.c[name]._copy() for name in names), sqlite_with_rowid=False)
        for name, names in columns.items()
    )
    metadata.create_all(connection)
    return changes, bare_changes, bare_totals


def _columns_of(table: Table) -> list[Any]:
    return [table.c[name] for name in PLACE_AND_CHANGES]


def analyse(connection: Connection) -> None:
    """Let the database know its tables, as it does by itself after a while."""
    connection.execute(text("ANALYZE"))


def make_register(settings: Settings, rows: int) -> None:
    """Fill the catalogue with results, dossiers and documents, set by set."""
    # Sorted at the end, millions of scattered keys take minutes less than one by one.
    indexes = [
        index for model in (Result, Dossier, Document) for index in model.metadata.tables[model.__tablename__].indexes
    ]
    with writing(settings.catalogue_url) as session:
        connection = session.connection()
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            connection.execute(text("PRAGMA cache_size=-1000000"))
        for index in indexes:
            index.drop(connection)
        for statement in _statements(rows, is_sqlite):
            connection.execute(text(statement))
        for index in indexes:
            index.create(connection)
        if not is_sqlite:  # its numbers were given, so that the server does not know which are taken
            for model in (Result, Dossier, RegisterImport):
                column = model.__table__.c.id
                sequence = func.pg_get_serial_sequence(column.table.name, column.name)
                connection.execute(select(func.setval(sequence, select(func.max(column)).scalar_subquery())))


def _statements(rows: int, is_sqlite: bool) -> Iterator[str]:
    def day(offset: str) -> str:
        return f"date('{FIRST_DAY}', ({offset}) || ' days')" if is_sqlite else f"(date '{FIRST_DAY}' + ({offset})::int)"

    now = "'2026-01-01 00:00:00'"
    yes, no = ("1", "0") if is_sqlite else ("true", "false")
    numbers = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
        if is_sqlite
        else f"WITH n AS (SELECT i::bigint FROM generate_series(1, {rows}) AS i)"
    )
    # Numbers scattered by multiplication with a prime: the same register in either database.
    drawn = f"""{numbers}, k AS (
        SELECT i, (i * 48271) % 2147483647 AS a, (i * 69621) % 2147483647 AS b, (i * 16807 + 12345) % 2147483647 AS c
        FROM n), r AS (
        SELECT i, a % {N_PAIRS} AS pair, (a / 977) % {N_DAYS} AS issued, (b / 1009) % 100 AS fate, b % 1000 AS later,
               (c / 991) % 100 AS copied, c % 700 AS until_copied, (c / 7) % 30 AS until_returned FROM k)"""
    unit, procedure = f"'G09.' || (10 + pair % {N_UNITS})", f"'1.' || (100000 + pair % {N_PROCEDURES})"
    json = "'[]'"
    yield (
        "INSERT INTO unit (code, name, source, flags) "
        f"{numbers} SELECT 'G09.' || (9 + i), 'Đơn vị ' || i, 'register', {json} FROM n WHERE i <= {N_UNITS}"
    )
    yield (
        "INSERT INTO procedure (code, name) "
        f"{numbers} SELECT '1.' || (99999 + i), 'Thủ tục ' || i FROM n WHERE i <= {N_PROCEDURES}"
    )
    yield (
        "INSERT INTO register_import (id, file_name, sha256, imported_at, imported_on, n_rows, n_new, n_changed, "
        f"n_unchanged, n_rejected) VALUES (1, 'r.csv', '{SHA}', {now}, '2026-01-01', {rows}, {rows}, 0, 0, 0)"
    )
    yield (
        "INSERT INTO batch (id, unit_code, name, source, status, first_seen_at) "
        f"VALUES ('b', 'G09.10', 'b', 'inbox', 'published', {now})"
    )
    yield (
        f"INSERT INTO batch (id, unit_code, name, source, status, first_seen_at) {numbers} "
        f"SELECT 'b' || i, 'G09.10', 'b' || i, 'inbox', 'published', {now} FROM n WHERE i <= {rows // BATCH_OF + 1}"
    )
    yield (
        "INSERT INTO scan_file (id, batch_id, path, first_seen_at, stable_since, size_bytes, mtime_ns) "
        f"VALUES (1, 'b', 'a.pdf', {now}, {now}, 1, 1)"
    )
    yield f"INSERT INTO master (sha256, size_bytes, first_file_id, stored_at) VALUES ('{SHA}', 1, 1, {now})"
    yield f"""INSERT INTO result (id, result_key, code_text, issued_on, unit_code, procedure_code, has_result,
            expires_on, validity, still_usable, unusable_from, source, flags, first_import_id, last_import_id) {drawn}
        SELECT i, i || '/QĐ-BNV|' || {day("issued")} || '|' || {unit}, i || '/QĐ-BNV', {day("issued")}, {unit},
            {procedure}, {yes}, CASE WHEN fate < 30 THEN {day("issued + 365 + later")} END, 'in_force',
            CASE WHEN fate >= 30 AND fate < 40 THEN {no} ELSE {yes} END,
            CASE WHEN fate >= 30 AND fate < 40 THEN {day("issued + later")} END, 'register', {json}, 1, 1 FROM r"""
    yield f"""INSERT INTO dossier (id, result_id, code, channel, returned_on) {drawn}
        SELECT i, i, 'H' || i, 'online', {day("issued + until_returned")} FROM r"""
    yield f"""INSERT INTO document (document_id, batch_id, sha256, first_page, page_count, unit_code, source_file,
            source_files, status, result_id, digitised_on, review_reasons, flags) {drawn}
        SELECT 'd' || i, 'b' || (i / {BATCH_OF} + 1), '{SHA}', i, 1, 'G09.10', 'a.pdf', {json},
            CASE WHEN copied < 20 THEN 'archived' WHEN copied < 30 THEN 'signed' ELSE 'accepted' END, i,
            {day("issued + until_copied")}, {json}, {json}
        FROM r WHERE copied < 50 AND issued + until_copied < {N_DAYS}"""
    yield f"""INSERT INTO document (document_id, batch_id, sha256, first_page, page_count, unit_code, source_file,
            source_files, status, dossier_code, review_reasons, flags) {drawn}
        SELECT 'w' || i, 'b' || (i / {BATCH_OF} + 1), '{SHA}', i, 1, 'G09.10', 'a.pdf', {json}, 'in_review', 'H' || i,
            {json}, {json}
        FROM r WHERE copied >= 50 AND copied < 60 ORDER BY i LIMIT {N_WAITING}"""


def change_documents(settings: Settings, rows: int) -> None:
    """Accept a copy for results all over the register that had none, on the last day."""
    numbers = random.Random(SEED).sample(range(1, rows + 1), 4 * N_CHANGED)  # noqa: S311 - the same every time
    with writing(settings.catalogue_url) as session:
        has_copy = select(Document.result_id).where(Document.result_id.in_(numbers))
        query = select(Result.id).where(Result.id.in_(numbers), Result.id.not_in(has_copy)).limit(N_CHANGED)
        for number in session.scalars(query).all():
            document = Document(
                document_id=f"new{number}",
                batch_id="b",
                sha256=SHA,
                first_page=rows + number,
                page_count=1,
                unit_code="G09.10",
                source_file="a.pdf",
                source_files=["a.pdf"],
                status="accepted",
                result_id=number,
                digitised_on=LAST_DAY,
            )
            session.add(document)
            kind = "document_accepted"
            record_event(
                session, f"{kind}:{number}", kind, LAST_DAY, agent="bench", document_id=f"new{number}", result_id=number
            )


def main(arguments: list[str]) -> int:
    """Measure one size and print the figures as a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=SIZES[-1])
    parser.add_argument("--database", default="", help="URL of an empty PostgreSQL database")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-series-") as folder:
        settings = Settings(home=Path(folder), catalogue_url=options.database, warehouse_url=options.database)
        figures = measure(settings, options.rows)
    for name, value in figures.items():
        print(f"{name:<40}{value:>14}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
