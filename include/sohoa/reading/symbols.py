"""The symbol after a number, spelled as the lists of types and agencies have it, whatever OCR made of it."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from sohoa.catalogue.units import load_ruleset_units
from sohoa.folding import fold
from sohoa.reading.types import DOC_TYPES, LAW_TYPES

_OTHER_AGENCIES = ("CP", "TTg", "UBND", "SNV")  # met in citations and in copies of others' decisions
_QUYET_DINH = re.compile("[QO0]{1,2}[PDĐB]{1,2}")
_BEGUN = 3  # letters of a symbol whose end a stamp covers
_CONFUSED = str.maketrans({"0": "O", "1": "I", "L": "I", "5": "S", "8": "B", "P": "D"})


def known_notation(raw: str) -> tuple[str, bool]:
    """The symbol with its parts as the lists spell them, and whether all are known."""
    year, _, rest = raw.rpartition("/")
    first, *others = re.split("[-–—]", rest)
    # Laws are numbered with their year; without one, TT may as well be TTr with a letter lost.
    law = _LAWS.get(confusable(first)) if year else None
    parts = [(law, True) if law else _known_part(qd_put_right(first)), *map(_known_part, others)]
    spelled = "-".join(part for part, _ in parts)
    # A type stands first: behind an agency its letters are another office's, or the beginning of one's.
    is_known = all(known for _, known in parts) and DOC_TYPES.keys().isdisjoint(part for part, _ in parts[1:])
    return (f"{year}/{spelled}" if year else spelled), is_known


def put_right(notation: str, agency: str, kind: str | None) -> str:
    """A symbol with a part that was misread in one letter, or only begun, as the document's own head has it.

    Parts of the lists stay as they are, and so does what is no such misreading.

    Args:
        notation: as `known_notation` spells it.
        agency: the symbol of the agency that the head names.
        kind: the symbol of the type that the heading names; None for letters, whose symbol begins with the agency's.
    """
    parts = notation.split("-")
    wanted = [agency] if kind is None else [kind, agency]
    if len(parts) != 2 or "/" in notation:
        return notation
    for index, (part, own) in enumerate(zip(parts, wanted, strict=False)):
        if part not in known_symbols().values() and _is_misread(confusable(part), confusable(own)):
            parts[index] = own
    return "-".join(parts)


def _is_misread(read: str, own: str) -> bool:
    return Levenshtein.distance(read, own) <= 1 or (len(read) >= _BEGUN and own.startswith(read))


def qd_put_right(part: str) -> str:
    """QĐ for what OCR makes of it before a dash: `QP`, `0P`, `QD` and the like (domain.md §3.4)."""
    return "QĐ" if _QUYET_DINH.fullmatch(part) else part


def confusable(text: str) -> str:
    """A symbol reduced to what OCR keeps apart: marks gone, Đ = ĐĐ = D = P, 0 = O, 1 = I (domain.md §3.4)."""
    return re.sub("D+", "D", fold(text).replace(" ", "").translate(_CONFUSED))


_LAWS = {confusable(symbol): symbol for symbol in LAW_TYPES}


def _known_part(part: str) -> tuple[str, bool]:
    vocabulary = known_symbols()
    if part in vocabulary.values():
        return part, True
    known = vocabulary.get(confusable(part))
    return (known, True) if known else (part, False)


@lru_cache(maxsize=1)
def known_symbols() -> dict[str, str]:
    """Known parts of symbols by their confusable form; forms that two parts share are left out."""
    agencies = [entry.symbol for entry in load_ruleset_units() if entry.symbol]
    by_form: dict[str, list[str]] = {}
    for part in (*DOC_TYPES, *agencies, *_OTHER_AGENCIES):
        by_form.setdefault(confusable(part), []).append(part)
    # Types that only case or a mark tells apart (DA, ĐA; TC, TTr) must be read as they stand.
    return {form: parts[0] for form, parts in by_form.items() if len(parts) == 1}
