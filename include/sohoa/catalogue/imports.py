"""Which results register imports brought and changed."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, select

from sohoa.catalogue.models import RegisterImport, Result, ResultHistory


def brought_by(import_id: int, newest_before: int) -> ColumnElement[bool]:
    """That a result is one which this import brought.

    Args:
        import_id: The import.
        newest_before: Its `newest_before`, from where the results are looked through: no index has the import.
    """
    return and_(Result.id > newest_before, Result.first_import_id == import_id)


def results_since_import(connection: Connection, known: int, at_most: int) -> set[int] | None:
    """Ids of the results that imports after the import `known` brought or changed.

    None where rows that brought or changed something are more than `at_most`, and where an import of an older version
    of sohoa has not noted where its results begin.
    """
    entry = RegisterImport
    found: set[int] = set()
    columns = (entry.id, entry.newest_before, entry.n_new + entry.n_changed)
    for import_id, newest_before, n_rows in connection.execute(select(*columns).where(entry.id > known)).all():
        at_most -= n_rows
        if newest_before is None or at_most < 0:
            return None
        found.update(connection.scalars(select(Result.id).where(brought_by(import_id, newest_before))))
        changed = select(ResultHistory.result_id).where(ResultHistory.import_id == import_id)
        found.update(connection.scalars(changed))
    return found
