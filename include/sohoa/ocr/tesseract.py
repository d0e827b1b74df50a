"""Tesseract, called once for many page images."""

from __future__ import annotations

import csv
import importlib
import io
import logging
import re
import shlex
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from types import ModuleType

from sohoa.errors import SohoaError
from sohoa.settings import Settings
from sohoa.tools import TESSERACT, arm_launcher
from sohoa.words import Word

logger = logging.getLogger(__name__)


def _load_pytesseract() -> ModuleType:
    """The module without pandas, which it loads where it finds it: two seconds for tables that nobody asks for here.

    A chunk is a process of its own under Airflow, so each would wait for that anew.
    """
    without_pandas = "pandas" not in sys.modules and "pytesseract" not in sys.modules
    if without_pandas:
        sys.modules["pandas"] = None  # type: ignore[assignment] # what import takes for "not installed"
    try:
        return importlib.import_module("pytesseract")
    finally:
        if without_pandas:
            del sys.modules["pandas"]


# At once: while it hides pandas, no other thread may look for it.
_pytesseract = _load_pytesseract().pytesseract

_OPTIONS = (
    "tessedit_do_invert=0",  # white print on black is rare in offices, and looking for it takes half as long again
    "textord_all_prop=1",  # no search for typewriter pitch, which this recogniser does not use
)

_ETH = str.maketrans({"Ð": "Đ", "ð": "đ"})
"""The `vie` model writes the Icelandic letter where the Vietnamese one stands; they look the same."""
_DOUBLE = re.compile("ĐÐ|ÐĐ")
"""The model also writes one letter as both; where the paper has two, it writes the same one twice."""
OTHER_LANGUAGE = "eng"
"""Its model errs otherwise than that of `vie`: a third opinion on digits."""
_WORD_LEVEL, _PAGE_LEVEL = "5", "1"


class Layout(Enum):
    """What an image holds, by tesseract's page segmentation modes.

    A `LINE` is cut into words by tesseract; a `RAW_LINE` goes to its recogniser whole, for lines whose parting fails.
    """

    BLOCK = 6
    LINE = 7
    RAW_LINE = 13


class TesseractFailed(Exception):
    """Tesseract ended with an error, ran out of time, or returned fewer pages than it was given."""


def read_images(settings: Settings, images: Sequence[Path], work: Path) -> list[list[Word] | None]:
    """Words of each image, None where tesseract failed on it.

    All images go to one call, since the model loads once; if that fails or answers for fewer pages,
    each image is tried by itself, so that a bad page costs only itself.

    Args:
        settings: Language, resolution and limits.
        images: image files that we wrote ourselves, at `settings.ocr_dpi`.
        work: A folder of this call's own.
    """
    if not images:
        return []
    try:
        return list(_words_of(settings, images, work))
    except TesseractFailed as failure:
        logger.warning("A call for %d pages failed (%s); reading them one by one", len(images), failure)
    readings: list[list[Word] | None] = []
    for image in images:
        try:
            readings.extend(_words_of(settings, [image], work))
        except TesseractFailed as failure:
            logger.warning("Page image %s cannot be read: %s", image.name, failure)
            readings.append(None)
    return readings


def read_lines(
    settings: Settings,
    images: Sequence[Path],
    work: Path,
    *,
    layout: Layout = Layout.LINE,
    language: str | None = None,
) -> list[list[Word]]:
    """Words of small images; an empty list for an image where tesseract failed.

    Args:
        settings: Language, resolution and limits.
        images: image files that we wrote ourselves.
        work: A folder of this call's own.
        layout: What each holds.
        language: Another one than that of the settings.
    """
    if not images:
        return []
    try:
        return _words_of(settings, images, work, f"--psm {layout.value}", language)
    except TesseractFailed as failure:
        logger.warning("A second look at %d lines failed: %s", len(images), failure)
    if len(images) == 1:
        return [[]]
    return [read_lines(settings, [image], work, layout=layout, language=language)[0] for image in images]


def _words_of(
    settings: Settings, images: Sequence[Path], work: Path, options: str = "", language: str | None = None
) -> list[list[Word]]:
    """Run tesseract on a list of images.

    Raises:
        TesseractFailed: It did not answer for every one.
        SohoaError: It lacks the language.
    """
    language = language or settings.ocr_language
    models = _models_for(language)
    work.mkdir(parents=True, exist_ok=True)
    listing, base = work / "list.txt", work / "out"
    listing.write_text("".join(f"{image}\n" for image in images), encoding="utf-8")
    arm_launcher(settings.ocr_memory_mb)
    _pytesseract.tesseract_cmd = str(TESSERACT)
    base.with_suffix(".tsv").unlink(missing_ok=True)
    try:
        _pytesseract.run_tesseract(
            str(listing),
            str(base),
            extension="tsv",
            lang=language,
            config=" ".join((models, f"--dpi {settings.ocr_dpi}", *(f"-c {option}" for option in _OPTIONS), options)),
            timeout=settings.ocr_seconds_per_page * len(images),
        )
    except (RuntimeError, OSError) as error:  # a TesseractError is one, and so is a call that took too long
        raise TesseractFailed(str(error)) from error
    return _words_by_page(base.with_suffix(".tsv"), len(images))


@cache
def _models_for(language: str) -> str:
    """The option that names the folder of the models, by the word of the tesseract that installed them.

    Raises:
        SohoaError: There is none for the language: a fault of the machine, not of the pages.
    """
    wanted = language.split("+")
    remedy = f"install them (Debian: apt-get install {' '.join(f'tesseract-ocr-{name}' for name in wanted)})"
    try:
        folder, models = installed_models()
    except (OSError, subprocess.SubprocessError) as error:
        raise SohoaError(f"tesseract is not installed; {remedy}") from error
    missing = set(wanted) - models
    if missing:
        raise SohoaError(f"tesseract has no model {', '.join(sorted(missing))}; {remedy}")
    return f"--tessdata-dir {shlex.quote(folder)}"


def installed_models() -> tuple[str, frozenset[str]]:
    """The folder of the models and their names, as the installed tesseract tells; no names if it tells no folder.

    Raises:
        OSError: There is no tesseract.
        subprocess.SubprocessError: It does not answer.
    """
    told = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=30, check=False)
    folder = re.search(r'languages in "(.+)"', told.stdout)
    return (folder[1], frozenset(told.stdout.splitlines()[1:])) if folder else ("", frozenset())


def _words_by_page(tsv: Path, n_pages: int) -> list[list[Word]]:
    pages: list[list[Word]] = []
    size = (1, 1)
    line_ids: dict[tuple[str, ...], int] = {}
    try:
        text = tsv.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TesseractFailed(str(error)) from error
    for row in csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == _PAGE_LEVEL:
            pages.append([])
            line_ids = {}
            size = (max(1, int(row["width"])), max(1, int(row["height"])))
        elif row["level"] == _WORD_LEVEL and (row["text"] or "").strip():
            key = (row["block_num"], row["par_num"], row["line_num"])
            pages[-1].append(_word(row, size, line_ids.setdefault(key, len(line_ids))))
    if len(pages) != n_pages:
        raise TesseractFailed(f"{len(pages)} pages read of {n_pages}")
    return pages


def _spelled(text: str) -> str:
    """What tesseract wrote, in NFC and without the Icelandic letter, which stands for a Đ or beside the same one."""
    return _DOUBLE.sub("Đ", unicodedata.normalize("NFC", text)).translate(_ETH)


def _word(row: dict[str, str], size: tuple[int, int], line: int) -> Word:
    left, top = int(row["left"]), int(row["top"])
    return Word(
        text=_spelled(row["text"].strip()),
        confidence=round(max(0.0, float(row["conf"])) / 100, 4),
        left=round(left / size[0], 5),
        top=round(top / size[1], 5),
        right=round((left + int(row["width"])) / size[0], 5),
        bottom=round((top + int(row["height"])) / size[1], 5),
        line=line,
        block=int(row["block_num"]),
    )
