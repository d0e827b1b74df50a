"""The star schema of the reporting team: loaded from the catalogue, judged by a gate, published at once.

What others may call:
    refresh_warehouse   bring all tables up to date, in full or by what changed
    unpublished_event   whether the catalogue knows more than the warehouse
    METADATA, DENSE     the tables, and the view of the dense daily series
"""

from __future__ import annotations

from sohoa.warehouse.publish import (
    LoadSummary,
    StagedRates,
    connect_warehouse,
    refresh_warehouse,
    unpublished_event,
)
from sohoa.warehouse.tables import DENSE, METADATA, SCHEMA

__all__ = [
    "DENSE",
    "METADATA",
    "SCHEMA",
    "LoadSummary",
    "StagedRates",
    "connect_warehouse",
    "refresh_warehouse",
    "unpublished_event",
]
