"""The gates: Great Expectations suites from `expectations/*.json`, judged row by row.

A caller builds a frame (`records_frame`, `register_frame`, `cases_frame`, `warehouse_frame`), judges it (`judge`),
keeps the verdicts (`store_verdicts`), writes the page about them (`write_data_docs`), and either sends the rows
of `GateResult.failed_rows("critical")` to review or stops with `require`.

Importing this package is cheap; Great Expectations and pandas are imported when a frame is judged.
"""

from sohoa.quality.data_docs import write_data_docs
from sohoa.quality.frames import REGISTER_COLUMNS, cases_frame, records_frame, register_frame, warehouse_frame
from sohoa.quality.judging import judge, load_gate
from sohoa.quality.store import store_verdicts
from sohoa.quality.suites import GATES, Gate, Severity
from sohoa.quality.verdicts import WHOLE, Check, GateFailed, GateResult, RowVerdict, explain, require

__all__ = [
    "GATES",
    "REGISTER_COLUMNS",
    "WHOLE",
    "Check",
    "Gate",
    "GateFailed",
    "GateResult",
    "RowVerdict",
    "Severity",
    "cases_frame",
    "explain",
    "judge",
    "load_gate",
    "records_frame",
    "register_frame",
    "require",
    "store_verdicts",
    "warehouse_frame",
    "write_data_docs",
]
