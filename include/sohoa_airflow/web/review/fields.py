"""Fields beside their places on the page: what stands in each box, which are doubtful, and where to look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sohoa.journey.persons import PERSON
from sohoa.reading.calibration import SURE
from sohoa.reading.record import FIELD_NAMES, Box
from sohoa.review.items import FieldView, PageView
from sohoa.review.values import CORRECTABLE
from sohoa_airflow.web.wording import Wording

FIRST_ALTERNATIVE, LAST_DIGIT = 6, 9
"""Digits 1 to 5 choose candidates, the others alternatives."""

_AIR = 6  # pixels of the OCR copy
_ONE_LINE = 60  # letters
_DAYS = ("issued_on", "valid_from", "valid_until", "annex_date")
_SHEET = (1654, 2339)  # A4 at 200 dpi, where a page's size is not known
_LEAST_WIDTH, _LEAST_HEIGHT, _ROOM = 0.42, 0.03, 1.15  # of a strip: shares of the page, and times the box


@dataclass(frozen=True)
class Alternative:
    """Another reading; `digit` None beyond the last key."""

    digit: int | None
    value: str
    shown: str


@dataclass(frozen=True)
class PageSheet:
    """A page with the boxes on it, in its own pixels; `version` changes when it is read another way round."""

    page: PageView
    width: int
    height: int
    version: str
    boxes: tuple[tuple[str, tuple[int, int, int, int]], ...]


@dataclass(frozen=True)
class Strip:
    """A part of a page around a box, in the pixels of that page: left, top, width, height."""

    page: PageSheet
    window: tuple[int, int, int, int]
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class FieldLine:
    """A field as the form has it.

    Attributes:
        shown: the value as people write it; empty if there is none.
        typed: what stands in the box: `shown`, or what a person typed before the desk said no.
        strip: where it stands on the page, if it is doubtful and that is known.
    """

    field: FieldView
    shown: str
    typed: str
    is_doubtful: bool
    is_long: bool
    alternatives: tuple[Alternative, ...]
    strip: Strip | None


def page_sheet(page: PageView, fields: Sequence[FieldView]) -> PageSheet:
    """A page with the boxes of those fields that stand on it."""
    width, height = (page.width_px, page.height_px) if page.width_px and page.height_px else _SHEET
    return PageSheet(
        page=page,
        width=width,
        height=height,
        version=f"{page.rotation}-{page.skew_degrees:.2f}",
        boxes=tuple((one.name, _frame(one.box, width, height)) for one in fields if one.box and one.page == page.page),
    )


def _pixels(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return round(left * width), round(top * height), round((right - left) * width), round((bottom - top) * height)


def _frame(box: Box, sheet_width: int, sheet_height: int) -> tuple[int, int, int, int]:
    """A box with a little air, so that its line does not touch the print."""
    left, top, width, height = _pixels(box, sheet_width, sheet_height)
    return left - _AIR, top - _AIR, width + 2 * _AIR, height + 2 * _AIR


def field_lines(
    fields: Sequence[FieldView], sheets: Sequence[PageSheet], t: Wording, typed: Mapping[str, str]
) -> tuple[FieldLine, ...]:
    """The fields that a person can set, main ones first; `typed` stands in their boxes where it is given."""
    digits = iter(range(FIRST_ALTERNATIVE, LAST_DIGIT + 1))
    by_page = {sheet.page.page: sheet for sheet in sheets}
    lines = []
    for field in sorted(fields, key=_rank):
        if field.name not in CORRECTABLE:
            continue
        shown = written(field.name, field.value or "", t)
        is_doubtful = _is_doubtful(field)
        alternatives = tuple(
            Alternative(next(digits, None), value, written(field.name, value, t)) for value in field.alternatives
        )
        sheet = by_page.get(field.page or 0)
        lines.append(
            FieldLine(
                field=field,
                shown=shown,
                typed=typed.get(field.name, shown),
                is_doubtful=is_doubtful,
                is_long=field.name == "subject" or "\n" in shown or len(shown) > _ONE_LINE,
                alternatives=alternatives,
                strip=_strip(sheet, field.box) if is_doubtful and sheet and field.box else None,
            )
        )
    return tuple(lines)


def _is_doubtful(field: FieldView) -> bool:
    """Whether a person should look at it first: of the main fields, the others stop nobody."""
    is_main = field.is_key or (field.name in FIELD_NAMES and field.value is not None)
    return is_main and field.source != PERSON and field.confidence < SURE


def _rank(field: FieldView) -> int:
    return FIELD_NAMES.index(field.name) if field.name in FIELD_NAMES else len(FIELD_NAMES)


def _strip(sheet: PageSheet, box: Box) -> Strip:
    """A window around a box, wide enough that print is never blown up beyond what one can read."""
    left, top, right, bottom = box
    width, height = max(_LEAST_WIDTH, _ROOM * (right - left)), max(_LEAST_HEIGHT, _ROOM * (bottom - top) + 0.01)
    width, height = min(1.0, width), min(1.0, height)
    x = min(max(0.0, (left + right - width) / 2), 1.0 - width)
    y = min(max(0.0, (top + bottom - height) / 2), 1.0 - height)
    return Strip(
        sheet,
        _pixels((x, y, x + width, y + height), sheet.width, sheet.height),
        _frame(box, sheet.width, sheet.height),
    )


def written(name: str, value: str, t: Wording) -> str:
    """A value as people write it: days in the order of their language."""
    if name not in _DAYS or not value:
        return value
    return t.day(dt.date.fromisoformat(value))
