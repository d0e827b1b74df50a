"""One spelling for what people, exports and OCR write in several ways."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import lru_cache

from sohoa.folding import Without

DOSSIER_PREFIX = "hồ sơ:"
"""Starts the key of a result that the register knows by its dossier only."""

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－﹣", "-"))
_SLASHES = str.maketrans(dict.fromkeys("⁄∕／", "/"))
# "SO:" always introduces a number; a bare "SO" only before a digit, since symbols start with letters too.
_LABEL = re.compile(r"^(?:SO[:.]+|SO(?=[0-9]))+")
_LEADING_ZEROS = re.compile(r"^([^0-9]*)0+(?=[0-9])")
_PLAIN_NUMBER = re.compile(r"[1-9][0-9]*")
_LONGEST_SYMBOL = 40  # of those that are remembered
_DIGIT = re.compile(r"[0-9]")
_AGENCY = re.compile(r"(?:[A-Z][0-9]{2}(?:\.[0-9A-Z]+)*|[0-9]{3}(?:\.[0-9]{2}){2}\.[A-Z][0-9]{2})")


def clean_text(text: str) -> str:
    """NFC, without invisible and control characters, inner white space (line breaks too) as single blanks."""
    if not text:
        return ""
    if not text.isprintable():
        text = "".join(" " if char.isspace() else char for char in text if _is_visible(char))
    text = unicodedata.normalize("NFC", text).strip(" ")
    return " ".join(text.split()) if "  " in text else text


def _is_visible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs")


_LETTERS = Without(lambda char: unicodedata.category(char).startswith("M"))


def fold_diacritics(text: str) -> str:
    """Upper case without diacritics, Đ as D: `Quyết định` → `QUYET DINH`."""
    # Twice, because upper-casing can bring out marks that were not there before.
    for _ in range(2):
        text = unicodedata.normalize("NFD", text).translate(_LETTERS).upper()
    return text.replace("Đ", "D").replace("Ð", "D")  # the second is the Icelandic letter, seen in old exports


def fold_code(text: str) -> str | None:
    """The linking key of a "Số ký hiệu", in which typing and OCR variants of the same code meet.

    Upper case, no white space, no diacritics, Đ as D, one kind of dash, without a leading "Số:" and
    without leading zeros of the number: `Số: 05 /QĐ–BNV` → `5/QD-BNV`. It covers the number grammars of
    NĐ 30/2020/NĐ-CP, of the National Assembly (`33/2024/QH15`) and of the Party (`04-NQ/TU`).

    Returns:
        The key; None if the text has no number before its first slash (`/KH-SNV`, `…/2021/QĐ-BNV`).
    """
    number, slash, symbol = text.partition("/")
    if slash and _PLAIN_NUMBER.fullmatch(number) and len(symbol) <= _LONGEST_SYMBOL:
        return f"{number}/{_fold_symbol(symbol)}"
    folded = _LABEL.sub("", _fold_letters(text)).rstrip(".,;:")
    if not _DIGIT.search(folded.partition("/")[0]):
        return None
    return _LEADING_ZEROS.sub(r"\1", folded)


def _fold_letters(text: str) -> str:
    folded = fold_diacritics(clean_text(text)).translate(_DASHES).translate(_SLASHES)
    return "".join(clean_text(folded).split())


@lru_cache(maxsize=1000)  # of many numbers each
def _fold_symbol(symbol: str) -> str:
    return _fold_letters(symbol).rstrip(".,;:")


def clean_code(text: str) -> str | None:
    """A "Số ký hiệu" as the register has it: NFC, without white space; None if nothing is left."""
    return "".join(clean_text(text).split()) or None


@lru_cache(maxsize=1000)
def clean_unit_code(text: str) -> str:
    """A unit code without white space; upper case where it is an agency code (QĐ 20/2020/QĐ-TTg)."""
    code = "".join(clean_text(text).split())
    return code.upper() if _AGENCY.fullmatch(code.upper()) else code


def result_key(code_text: str | None, issued_on: dt.date | None, unit_code: str, dossier_code: str | None) -> str:
    """The identity of a result (design.md §7): number and symbol, issue date, deciding unit.

    Returns:
        `1368/QĐ-BNV|2021-12-31|G09`; for a row without number or date `hồ sơ:<dossier code>|<unit code>`.

    Raises:
        ValueError: neither number and date nor a dossier code.
    """
    code = clean_code(code_text or "")
    if code and issued_on and fold_code(code):
        return f"{code}|{issued_on.isoformat()}|{unit_code}"
    if not dossier_code:
        raise ValueError("a result needs number and date, or a dossier code")
    return dossier_key(dossier_code, unit_code)


def dossier_key(dossier_code: str, unit_code: str) -> str:
    """The identity of a result without number or date."""
    return f"{DOSSIER_PREFIX}{dossier_code}|{unit_code}"
