"""What a rendered report says of itself beside its figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Edition:
    """One version of a report.

    `corrects` is the published version that it takes the place of, `changes` are the figures that differ from that
    one (`changed_figures`), `sha256` that of its data, `built_at` in local time.
    """

    version: int
    corrects: int | None
    changes: Sequence[dict[str, Any]]
    sha256: str
    built_at: dt.datetime
    is_draft: bool
