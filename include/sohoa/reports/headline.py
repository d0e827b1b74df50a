"""The headline path of frozen data, and its picture."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sohoa.indicators.bases import Base
from sohoa.indicators.headline import HeadlinePath, HeadlinePoint, PopulationBreak
from sohoa.indicators.headline_picture import headline_picture


def headline_png(data: dict[str, Any]) -> bytes | None:
    """The picture of the path that the data hold, as PNG; None where no year was over yet."""
    frozen = data["headline"]
    if frozen is None:
        return None
    return headline_picture(_thawed(frozen), form="png", language="vi" if data["language"] == "vi" else "en")


def _thawed(frozen: dict[str, Any]) -> HeadlinePath:
    approved_at = frozen["base"]["approved_at"]
    return HeadlinePath(
        calendar=frozen["calendar"],
        unit_code=frozen["unit_code"],
        points=tuple(HeadlinePoint(**point) for point in frozen["points"]),
        breaks=tuple(PopulationBreak(**one) for one in frozen["breaks"]),
        base=Base(
            **{
                **frozen["base"],
                "value": Decimal(str(frozen["base"]["value"])),
                "approved_at": approved_at and dt.datetime.fromisoformat(approved_at),
            }
        ),
        measured_base=frozen["measured_base"],
    )
