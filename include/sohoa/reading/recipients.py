"""Whom a document is sent to: `Kính gửi:` below the head (ô 9a), `Nơi nhận:` beside the signature (ô 9b)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sohoa.folding import fold
from sohoa.reading.lines import Line, around
from sohoa.reading.record import NOTHING, Reading

_RECIPIENTS = re.compile(r"^\W*NO[I1L] ?NH[A-Z]N\b\W*")
_ADDRESSED = re.compile(r"^\W*K[IL1]NH G[A-Z]{1,2}I?\b\W*")
_DASH = re.compile(r"^[\s~\-–—−•*+_.]*[~\-–—−•*+]\s*")
_FILED = re.compile(r"^L[A-Z]{1,2}U\b")
_OTHER = re.compile(r"^\W*(MA HO SO|MA SO HO SO|MA TTHC|TRA CUU)\b")
_ENDED = re.compile(r"[.;:]\W*$")
_TO_REPORT = re.compile(r"\((để|đề|dé|de) b\S?/\S{1,3}\)", re.IGNORECASE)  # `(để b/c)`, in small print
_LEFT_COLUMN = 0.55  # of the page's width: where the middle of a line of the left column may be at most
_LEFT_EDGE = 0.4
_FARTHEST = 4.0  # line heights between two lines of a list
_LIKELY = 0.9
_MOST_ADDRESSEES = 12  # lines


def read_recipients(pages: Sequence[Sequence[Line]]) -> Reading:
    """The recipients, one a line, the last one being where it is filed (`Lưu: VT, …`)."""
    for index, lines in enumerate(pages):
        left = [line for line in lines if line.centre < _LEFT_COLUMN and line.left < _LEFT_EDGE]
        start = next((at for at, line in enumerate(left) if _RECIPIENTS.match(line.folded)), None)
        if start is not None:
            return _list(left[start:], index + 1)
    return NOTHING


def _list(lines: Sequence[Line], page_no: int) -> Reading:
    """The items below a line `Nơi nhận:`; a line without a dash goes on with the item above."""
    items: list[str] = []
    taken = [lines[0]]
    for line in lines[1:]:
        apart = line.middle - taken[-1].middle
        filed = bool(items) and _FILED.match(fold(items[-1])) is not None and items[-1].endswith(".")
        if filed or apart > _FARTHEST * max(line.height, taken[-1].height) or _OTHER.match(line.folded):
            break
        if not any(letter.isalnum() for letter in line.text):
            continue
        text = _DASH.sub("", line.text)
        if items and text == line.text and not items[-1].endswith((";", ".")):
            items[-1] = f"{items[-1]} {text}"
        else:
            items.append(text)
        taken.append(line)
    return _reading(items, taken, page_no)


def read_addressees(lines: Sequence[Line]) -> Reading:
    """Whom a letter is addressed to, one a line."""
    start = next((at for at, line in enumerate(lines) if _ADDRESSED.match(line.folded)), None)
    if start is None:
        return NOTHING
    first = lines[start]
    label = _ADDRESSED.match(first.folded)
    items = [first.text[label.end() :]] if label and first.text[label.end() :].strip() else []
    taken = [first]
    listed = not items
    for line in lines[start + 1 : start + 1 + _MOST_ADDRESSEES]:
        dashed = _DASH.match(line.text) is not None
        ended = bool(items) and _ENDED.search(items[-1]) is not None
        if (ended and not (listed and dashed)) or (items and line.middle - taken[-1].middle > _FARTHEST * line.height):
            break
        text = _DASH.sub("", line.text)
        if dashed or not items:
            items.append(text)
        else:
            items[-1] = f"{items[-1]} {text}"
        taken.append(line)
    return _reading(items, taken, 1)


def _reading(items: Sequence[str], taken: Sequence[Line], page_no: int) -> Reading:
    value = "\n".join(_TO_REPORT.sub("(để b/c)", item.rstrip(" ;.,:")) for item in items if item.strip(" ;.,:"))
    if not value:
        return NOTHING
    return Reading(value, min(_LIKELY, *(line.confidence for line in taken)), page_no, around(taken))
