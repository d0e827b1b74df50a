"""The child process that opens files: reads requests (JSON lines) from standard input, answers on its output.

Everything here may crash, hang or run out of memory on a hostile file; `PageWorker` outlives it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from sohoa.pages.broad_strokes import broad_strokes, broader_strokes
from sohoa.pages.formats import files
from sohoa.pages.imaging import Pixels
from sohoa.pages.ink import ink_beneath, ink_of_broad_strokes, lies_under_stamp
from sohoa.pages.ink_copies import clear_print, dense_print, every_ink, faint_print, ink_but_red
from sohoa.pages.preparing import part_of, prepare_page
from sohoa.pages.sandbox import Unreadable


def count(path: str, max_pages: int, max_megapixels: int) -> dict[str, Any]:
    """Media type and page count of a file."""
    kind, n_pages = files.count_pages(Path(path), max_pages, max_megapixels)
    return {"media_type": kind, "n_pages": n_pages}


def ends(path: str) -> bool:
    """Whether a file carries its end mark."""
    return files.ends_properly(Path(path))


def prepare(path: str, out: str, **arguments: Any) -> dict[str, Any]:
    """Write the grey OCR copy of a page to `out`, and tell what the page is like."""
    return prepare_page(Path(path), out=Path(out), **arguments)


def crop(
    path: str,
    media_type: str,
    page_no: int,
    dpi: int,
    max_megapixels: int,
    rotation: int,
    skew_degrees: float,
    cuts: list[dict[str, Any]],
) -> None:
    """Write parts of a page at `dpi`.

    Args:
        path: the file; with `media_type`, `page_no` and `max_megapixels` as for `prepare`.
        media_type: see above.
        page_no: see above.
        dpi: resolution of what is written.
        max_megapixels: see above.
        rotation: degrees clockwise that bring the page upright.
        skew_degrees: further turn that makes its lines level.
        cuts: of each part its `box` (fractions of the straightened page: left, top, right, bottom), `out`, and
            which `ink` it is to show: one of `_COPIES` (grey, PGM), or as it is in `colour` (PPM).
    """
    for cut in cuts:
        part = part_of(Path(path), media_type, page_no, dpi, max_megapixels, rotation, skew_degrees, cut["box"])
        _write(cut["out"], _COPIES[cut["ink"]](part))


def _as_it_is(part: Pixels) -> Pixels:
    """For OpenCV's order of colours, or from it."""
    return np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2BGR), dtype=np.uint8)


_COPIES: dict[str, Callable[[Pixels], Pixels]] = {
    "every": every_ink,
    "not_red": ink_but_red,
    "faint_print": faint_print,
    "clear_print": clear_print,
    "dense_print": dense_print,
    "broad": broad_strokes,
    "broader": broader_strokes,
    "colour": _as_it_is,
}


def look(image: str, box: tuple[float, float, float, float], ink: str, out: str) -> None:
    """Write a part, in fractions, of a part in colour that `crop` wrote, with the `ink` that it is to show."""
    part = _as_it_is(_read(image, cv2.IMREAD_COLOR))
    height, width = part.shape[:2]
    left, top = min(max(0, round(box[0] * width)), width - 1), min(max(0, round(box[1] * height)), height - 1)
    right, bottom = max(left + 1, round(box[2] * width)), max(top + 1, round(box[3] * height))
    _write(out, _COPIES[ink](np.ascontiguousarray(part[top:bottom, left:right])))


def _read(image: str, mode: int) -> Pixels:
    picture = cv2.imread(image, mode)
    if picture is None:
        raise OSError(f"cannot read {image}")
    return np.asarray(picture, dtype=np.uint8)


def _write(out: str, picture: Pixels) -> None:
    if not cv2.imwrite(out, picture):
        raise OSError(f"cannot write {out}")


def ink(
    image: str, line: list[float], slots: list[list[float]], read_in_black: bool = False
) -> list[tuple[str, float]]:
    """What the ink in each slot of a line is (`Ink`) and how much of it is coloured (0-1).

    Args:
        image: a part in colour that `crop` wrote.
        line: top and bottom of the line, as fractions.
        slots: left and right of each slot, as fractions.
        read_in_black: whether what stands in the slots was read in a copy of black ink.
    """
    part = _as_it_is(_read(image, cv2.IMREAD_COLOR))
    spans = [(left, right) for left, right in slots]
    found = ink_beneath(part, (line[0], line[1]), spans, read_in_black=read_in_black)
    return [(one.ink.value, one.coloured) for one in found]


def broad_ink(image: str, line: list[float], box: tuple[float, float, float, float]) -> str:
    """What put down the broad strokes within a box about a line (`Ink`).

    Args:
        image: a part in colour that `crop` wrote.
        line: top and bottom of the line, as fractions.
        box: where digits are looked for, as fractions.
    """
    part = _as_it_is(_read(image, cv2.IMREAD_COLOR))
    return ink_of_broad_strokes(part, (line[0], line[1]), box).ink.value


def stamped(image: str, line: list[float], slots: list[list[float]]) -> bool:
    """Whether a stamp lies over a line; arguments as of `ink`."""
    part = _as_it_is(_read(image, cv2.IMREAD_COLOR))
    return lies_under_stamp(part, (line[0], line[1]), [(left, right) for left, right in slots])


def pdfa(pages: list[dict[str, Any]], out: str) -> dict[str, Any]:
    """Write pages (`CopyPage`, paths as text) as PDF/A-2b; how it was made and judged."""
    # Half of the worker's start-up time, which those who only read pages need not wait for.
    from sohoa.archive.pdfa import CopyPage, NotPdfa, make_pdfa

    asked = [
        CopyPage(**{**page, "path": Path(page["path"]), "words": Path(page["words"]) if page["words"] else None})
        for page in pages
    ]
    try:
        facts = make_pdfa(asked, Path(out))
    except NotPdfa as error:
        raise Unreadable("page.not_pdfa", str(error)) from error
    return asdict(facts)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "count": count,
    "ends": ends,
    "prepare": prepare,
    "crop": crop,
    "look": look,
    "ink": ink,
    "broad_ink": broad_ink,
    "stamped": stamped,
    "pdfa": pdfa,
}


def main() -> None:
    """Answer requests until standard input ends."""
    # There are as many workers as cores already.
    cv2.setNumThreads(1)
    # What a decoder prints must not get among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer: dict[str, Any] = {"answer": OPERATIONS[request["operation"]](**request["arguments"])}
        except Unreadable as error:
            answer = {"reason": error.reason, "detail": error.detail}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
