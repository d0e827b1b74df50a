"""The star schema of the reporting team: staged from the catalogue, judged by a gate, published at once.

What others may call:
    refresh_warehouse   all three steps
    stage_warehouse     the catalogue's state as one pandas frame per table
    publish_warehouse   replace the published rows by staged frames, in one transaction
    unpublished_event   whether the catalogue knows more than the warehouse
    METADATA, DENSE     the tables, and the view of the dense daily series
"""

from __future__ import annotations

from sohoa.warehouse.publish import (
    LoadSummary,
    connect_warehouse,
    publish_warehouse,
    refresh_warehouse,
    unpublished_event,
)
from sohoa.warehouse.stage import WarehouseFrames, stage_warehouse
from sohoa.warehouse.tables import DENSE, METADATA, SCHEMA

__all__ = [
    "DENSE",
    "METADATA",
    "SCHEMA",
    "LoadSummary",
    "WarehouseFrames",
    "connect_warehouse",
    "publish_warehouse",
    "refresh_warehouse",
    "stage_warehouse",
    "unpublished_event",
]
