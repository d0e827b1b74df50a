"""Whether the text of a page is all the print that one sees on it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pypdfium2 as pdfium

from sohoa.pages.imaging import Pixels
from sohoa.pages.pieces import numbered_pieces

_DPI = 100
_POINTS_PER_INCH, _MM_PER_INCH = 72, 25.4
_PX_PER_MM = _DPI / _MM_PER_INCH
_MARGIN_MM = 0.8  # around a word: marks above capitals, and what smoothing spreads
_DARKER = 40  # grey levels below the paper around it
_LETTER_MM = (1.0, 8.0)  # height of a letter, from small print to a heading
_WIDEST_LETTER_MM = 12.0  # letters that touch
_RULE = 12  # times longer than thick: a rule of a table, not a letter
_GAP = 1.5  # heights: letters nearer to each other stand in one line
_LEAST_LETTERS = 4  # of a line of print
_MOST_MM, _MOST_SHARE = 40.0, 0.10  # of lines beside the text: a seal has two short ones
_SEEN_SHARE = 0.8  # of the words must have ink


def covers_the_ink(page: pdfium.PdfPage, boxes: Sequence[tuple[float, float, float, float]]) -> bool:
    """Whether words are what is printed on a page: they have ink, and hardly a line of print stands beside them.

    Rules, pictures and seals need no words.

    Args:
        page: The page.
        boxes: Of its words, in fractions of the page as shown: left, top, right, bottom.
    """
    drawn = page.render(scale=_DPI / _POINTS_PER_INCH, rev_byteorder=True, may_draw_forms=False).to_numpy()
    # In red light a seal is as white as the paper.
    ink = _ink_of(np.ascontiguousarray(drawn[:, :, 0]))
    height, width = ink.shape
    beside = ink.copy()
    margin = round(_MARGIN_MM * _PX_PER_MM)
    n_seen, in_words = 0, 0.0
    for left, top, right, bottom in boxes:
        x0, y0, x1, y1 = int(left * width), int(top * height), int(right * width) + 1, int(bottom * height) + 1
        n_seen += bool(ink[y0:y1, x0:x1].any())
        in_words += (x1 - x0) / _PX_PER_MM
        beside[max(0, y0 - margin) : y1 + margin, max(0, x0 - margin) : x1 + margin] = 0
    if n_seen < _SEEN_SHARE * len(boxes):
        return False
    return _length_of_lines(beside) <= max(_MOST_MM, _MOST_SHARE * in_words)


def _ink_of(grey: Pixels) -> Pixels:
    """What is darker than the paper around it, or lighter on a dark ground; 1 where there is ink."""
    size = round(_LETTER_MM[1] * _PX_PER_MM) | 1
    paper = cv2.medianBlur(grey, size)
    return np.asarray(cv2.absdiff(grey, paper) > _DARKER, dtype=np.uint8)


def _length_of_lines(ink: Pixels) -> float:
    """How many millimetres of lines of print there are."""
    stats = numbered_pieces(ink)[1][1:]
    widths, heights = stats[:, cv2.CC_STAT_WIDTH] / _PX_PER_MM, stats[:, cv2.CC_STAT_HEIGHT] / _PX_PER_MM
    letters = (
        (heights >= _LETTER_MM[0])
        & (heights <= _LETTER_MM[1])
        & (widths <= _WIDEST_LETTER_MM)
        & (heights <= _RULE * widths)
    )
    # Letters drawn as their boxes and grown sideways run together to lines.
    drawn = np.zeros_like(ink)
    for left, top, width, height, _ in stats[letters]:
        reach = int(_GAP * height / 2) + 1
        drawn[top : top + height, max(0, left - reach) : left + width + reach] = 1
    labels, lines = numbered_pieces(drawn)
    corners = stats[letters]
    middles = (
        corners[:, cv2.CC_STAT_TOP] + corners[:, cv2.CC_STAT_HEIGHT] // 2,
        corners[:, cv2.CC_STAT_LEFT] + corners[:, cv2.CC_STAT_WIDTH] // 2,
    )
    members = np.bincount(labels[middles], minlength=len(lines))
    level = (members >= _LEAST_LETTERS) & (lines[:, cv2.CC_STAT_WIDTH] > 2 * lines[:, cv2.CC_STAT_HEIGHT])
    level[0] = False
    return float(lines[level, cv2.CC_STAT_WIDTH].sum()) / _PX_PER_MM
