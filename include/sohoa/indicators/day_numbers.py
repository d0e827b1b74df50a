"""Days as numbers, as arrays hold them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

DAY_0 = dt.date(1970, 1, 1)
_JULIAN_DAY_0 = 2440587.5


def number_of(day: dt.date) -> int:
    """The number of a day: days since 1 January 1970, negative before."""
    return (day - DAY_0).days


class day_number(FunctionElement[int]):
    """`number_of` a column of dates; null stays null."""

    type = Integer()
    inherit_cache = True


@compiles(day_number)
def _day_number(element: day_number, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} - DATE '{DAY_0}')"


@compiles(day_number, "sqlite")
def _day_number_sqlite(element: day_number, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **options)}) - {_JULIAN_DAY_0} AS INTEGER)"
