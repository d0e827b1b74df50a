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

from sohoa.pages import files, imaging
from sohoa.pages.decoding import decode
from sohoa.pages.sandbox import Unreadable


def count(path: str, max_pages: int, max_megapixels: int) -> dict[str, Any]:
    """Media type and page count of a file."""
    kind, n_pages = files.count_pages(Path(path), max_pages, max_megapixels)
    return {"media_type": kind, "n_pages": n_pages}


def ends(path: str) -> bool:
    """Whether a file carries its end mark."""
    return files.ends_properly(Path(path))


def prepare(path: str, media_type: str, page_no: int, dpi: int, max_megapixels: int, out: str) -> dict[str, Any]:
    """Write the grey OCR copy (PGM at `dpi`) of a page to `out`, and tell what the page is like."""
    page = decode(Path(path), media_type, page_no, dpi, max_megapixels)
    grey = imaging.ocr_copy(page.pixels)
    is_scan = media_type != files.PDF
    if is_scan and page.dpi is not None:
        grey = imaging.resized(grey, dpi / page.dpi)
    if not cv2.imwrite(out, grey):
        raise OSError(f"cannot write {out}")
    height, width = grey.shape
    return {
        "width_px": width,
        "height_px": height,
        "dpi": page.dpi,
        "colour": page.colour,
        "has_text": page.has_text,
        "blank": imaging.is_blank(grey),
    }


def crop(
    path: str,
    media_type: str,
    page_no: int,
    dpi: int,
    max_megapixels: int,
    boxes: list[tuple[float, float, float, float]],
    outs: list[str],
) -> list[float]:
    """Write grey crops (PGM at `dpi`) of parts of a page, given as fractions (left, top, right, bottom).

    Returns the share of coloured ink in each.
    """
    page = decode(Path(path), media_type, page_no, dpi, max_megapixels)
    factor = 1.0 if media_type == files.PDF or page.dpi is None else dpi / page.dpi
    height, width = page.pixels.shape[:2]
    shares = []
    for (left, top, right, bottom), out in zip(boxes, outs, strict=True):
        first_row, first_column = min(int(top * height), height - 1), min(int(left * width), width - 1)
        part = page.pixels[
            first_row : max(int(bottom * height), first_row + 1),
            first_column : max(int(right * width), first_column + 1),
        ]
        shares.append(imaging.coloured_ink_share(part))
        if not cv2.imwrite(out, imaging.resized(part[:, :, 0].copy(), factor)):
            raise OSError(f"cannot write {out}")
    return shares


def pdfa(
    path: str, media_type: str, page_nos: list[int], layers: list[str | None], dpi: float, out: str
) -> dict[str, Any]:
    """Write pages as PDF/A-2b; how it was made and judged."""
    # Half of the worker's start-up time, which those who only read pages need not wait for.
    from sohoa.archive.pdfa import NotPdfa, make_pdfa

    try:
        facts = make_pdfa(Path(path), media_type, page_nos, [Path(p) if p else None for p in layers], dpi, Path(out))
    except NotPdfa as error:
        raise Unreadable("page.not_pdfa", str(error)) from error
    return asdict(facts)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "count": count,
    "ends": ends,
    "prepare": prepare,
    "crop": crop,
    "pdfa": pdfa,
}


def main() -> None:
    """Answer requests until standard input ends."""
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
