"""Numbers, symbols, dates and codes: the grammar of domain.md §3.3 with what OCR makes of it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from sohoa.folding import fold
from sohoa.reading.figures import FIGURE, LOOSE_FIGURE, TAKEN_FOR, may_be
from sohoa.reading.symbols import known_notation, qd_put_right
from sohoa.reading.types import COPY_SYMBOLS, DOC_TYPES, LAW_TYPES, OFFICIAL_LETTER, PARTY_BODIES, PARTY_TYPES

# A label is only a label with something between it and the digits: in `Sl5` or `S665` it may have eaten one. Where a
# stamp lies over its start, the round letter and the colon are left.
_ROUND_SMALL = "[oôốồổỗộóòỏõọơ06]"
_LABEL = re.compile(
    rf"^[\W_]*(?:[S$§](?:(?:[^\W\d_]{{1,2}}|6)?(?:\s*[:;.,]|(?=[\s/…_]))|[06o]{{2}}[:;])"
    rf"|(?:[^\W\d_]|5|8)?{_ROUND_SMALL}[:;])\s*",
    re.IGNORECASE,
)
_LABEL_IN_WORD = re.compile(
    rf"(?:^[\W_]*|(?<=[^\W\d_A-Z])|(?<=\W))(?:[S$§][^\W\d_A-Z]{{0,2}}6?[:;.,]|[S$§](?:[06o]{{2}}|Ố|Ó|Ô)[:;]"
    rf"|(?:^[\W_]*)[58]?{_ROUND_SMALL}[:;])(?=[0-9]|$)"
)
_BARE_LABEL = re.compile(r"^[\W_]*[S$§][^\W\d_]{0,2}", re.IGNORECASE)
_LABELLED_NUMBER = re.compile(r"[\s._…;,]*(?P<number>[0-9](?:\s*[0-9]){0,5})[\s._…;,]*[/⁄]\s*[^\W\d_]")
# The post of a stamp's frame through a dash is read as small letters or other signs.
_LOST_DASH = re.compile(r"(?<=[A-ZĐ])(?:[^\w\s/&]?[^\W\d_A-ZĐƯƠÔÂÊĂ]{1,2}|[^\w\s/&]{1,2})(?=[A-ZĐ]{2})")
_TORN_SYMBOL = re.compile(r"(?<=[A-ZĐ])\s+(?=[A-ZĐ]+(?:-|$))")
_CODE = re.compile(
    r"^[\s._…;,]*(?P<number>[0-9](?:\s*[0-9]){0,5})?[\s._…;,]*/\s*"
    r"(?P<notation>(?:[0-9]{4}\s*/\s*)?[A-ZĐƠƯÔÂÊ0-9][\w&]{0,9}(?:\s*[-–—]\s*[A-ZĐƯƠÔÂÊ0-9][\w&]{0,14}){1,3})"
)
_CONGRESS_CODE = re.compile(
    r"^[\s._…;,]*(?P<number>[0-9]{1,4})\s*/\s*(?P<year>[0-9]{4})\s*/\s*(?P<by>(?:UBTV)?)[QO0]H(?P<term>[0-9]{1,2})(?!\w)"
)
_PARTY_CODE = re.compile(
    r"^[\s._…;,]*(?P<number>[0-9]{1,4})\s*[-–—]\s*(?P<type>[A-ZĐ0][A-Za-zĐđ]{1,3})\s*/\s*(?P<body>[A-ZĐ][A-Za-zĐđ]{1,5})(?!\w)"
)
_NOTATION = re.compile(r"(?:[0-9]{4}/)?[A-ZĐ][A-Za-zĐđ]{0,5}(?:-[A-ZĐ][A-Za-zĐđ0-9&]{0,11})+")
_ABOUT = re.compile(r"^\W*[VvN][/I1l]?\s?[vV]\W?\s*[:;]?\s*")
# A zero of a heavy face is read as a letter O with any mark.
_ROUND = "[OÓÒỎÕỌÔỐỒỔỖỘÖQ]"
_ZERO = re.compile(rf"(?<![^\W\d_]){_ROUND}(?=[\s.…]*[0-9/\\])|(?<=[0-9]){_ROUND}(?![^\W\d_])")
_GAP = r"[^\w\]\[|!§/\\(){}<>]{0,3}"  # none of what a digit is taken for
# The words of a date as they are read, in italics above all: `y` loses its tail (`ngàu`, `ngà`), `ă` is read as two
# letters. None ends in a letter that may be a digit.
_LIKE_A = "[aàáảãạâầấẩẫậăằắẳẵặ]"
DAY_WORD = rf"(?:ng[^\W\d_]{{1,3}}y|n[gsecq]?{_LIKE_A}(?:[yỳýỷỹỵuùúủũụ]|(?=[\s.…_])))"
MONTH_WORD = r"(?:th[^\W\d_]{1,4}|t[^\W\d_]ng|(?<![^\W\d_])háng)(?<![IilLtT])"
YEAR_WORD = r"n[^\W\d_]{1,3}m"
_YEARS = range(1945, 2051)  # documents of the State; what is read as a later year is misread
_DATE = re.compile(
    # Before a last digit of day or month nothing round can stand but a zero.
    rf"{DAY_WORD}{_GAP}(?P<day>[0-9\s]{{1,4}}?|{_ROUND}[1-9]){_GAP}"
    rf"{MONTH_WORD}{_GAP}(?P<month>[0-9\s]{{1,3}}?|{_ROUND}[1-9]){_GAP}"
    rf"{YEAR_WORD}\W{{0,3}}(?P<year>[0-9]{{4}})(?!\d)",
    re.IGNORECASE,
)
_DATE_FIGURES, _LOOSE_DATE_FIGURES = (
    re.compile(
        rf"(?P<a>{DAY_WORD}{_GAP})(?P<day>[{figure}]{{1,4}}?)"
        rf"(?P<b>{_GAP}{MONTH_WORD}{_GAP})(?P<month>[{figure}]{{1,3}}?)"
        rf"(?P<c>{_GAP}{YEAR_WORD}\W{{0,3}})(?P<year>[{figure}]{{4}})(?!\d)",
        re.IGNORECASE,
    )
    for figure in (FIGURE, LOOSE_FIGURE)
)
_PLACE_FIRST = re.compile(rf"[^\d()]{{2,30}}{DAY_WORD}", re.IGNORECASE)
_WORDS_OF_DATE = (
    re.compile("NGAY|N[GSECQ]?A[UV]?(?![A-Z])"),
    re.compile(r"TH[A-Z]{1,2}NG|HANG|TANG(?=\W*[0-9])"),
    re.compile(r"NAM|N[A-Z]{1,3}M(?=\W*[0-9])"),
)
_PART_OF_DATE_LINE = re.compile(r"NGA[YU]|THANG")
_DOSSIER = re.compile(
    r"(?<![\w.])(?:[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}|[A-Z][0-9]{2}(?:\.[0-9A-Z]+)*)"
    r"-([0-9]{2})([0-9]{2})([0-9]{2})-[0-9]{4,}(?!\w)"
)


class Grammar(StrEnum):
    """The six ways to number a document (domain.md §3.3)."""

    NAMED = "named"  # 1368/QĐ-BNV
    LETTER = "letter"  # 05/BNV-VP
    LEGAL = "legal"  # 30/2020/NĐ-CP
    CONGRESS = "congress"  # 33/2024/QH15
    COPY = "copy"  # 07/SY-BNV
    PARTY = "party"  # 04-NQ/TU


@dataclass(frozen=True)
class Code:
    """Number and symbol of a document.

    Attributes:
        number: digits as printed, or None where the number is left blank.
        notation: what stands after the number, dashes and marks put right: `QĐ-BNV`.
        known: every part of the symbol is in the lists of types and agencies.
    """

    number: str | None
    notation: str
    known: bool

    @property
    def grammar(self) -> Grammar:
        """Which of the six ways it is numbered in."""
        year, slash, symbol = self.notation.rpartition("/")
        if slash and not year.isdecimal():
            return Grammar.PARTY
        if "-" not in symbol:
            return Grammar.CONGRESS
        first = symbol.split("-")[0]
        if slash:
            return Grammar.LEGAL
        if first in COPY_SYMBOLS:
            return Grammar.COPY
        return Grammar.NAMED if first in DOC_TYPES else Grammar.LETTER

    @property
    def doc_type(self) -> str | None:
        """The name of the type that the symbol stands for; None where it tells none."""
        if self.grammar is Grammar.PARTY:
            return PARTY_TYPES.get(self.notation.partition("/")[0])
        if self.grammar is Grammar.CONGRESS:
            return None
        first = self.notation.rpartition("/")[2].split("-")[0]
        if self.grammar is Grammar.LEGAL:
            return LAW_TYPES.get(first) or DOC_TYPES.get(first)
        return DOC_TYPES.get(first, OFFICIAL_LETTER)

    @property
    def text(self) -> str:
        """Number and symbol as they are printed: `1368/QĐ-BNV`, `04-NQ/TU`."""
        return f"{self.number or ''}{'-' if self.grammar is Grammar.PARTY else '/'}{self.notation}"


def parse_code(line: str) -> Code | None:
    """The number and symbol in a number line such as `Số: 1368 /QĐ-BNV`; None if it is no such line."""
    # An underscore is a piece of a rule.
    text = _LABEL.sub("", unicodedata.normalize("NFC", line).replace("_", " "), count=1)
    as_read = _parse_code(text)
    if as_read and as_read.known:
        return as_read
    # Only a symbol that makes no sense as it stands is taken for a torn one, or one that lost its dash.
    mended = _parse_code(_LOST_DASH.sub("-", text))
    return mended if mended and mended.known else _parse_code(_TORN_SYMBOL.sub("", text)) or as_read


def _parse_code(text: str) -> Code | None:
    found = _CODE.match(text)
    if found is None:
        return _parse_congress(text) or _parse_party(text)
    notation, known = known_notation(re.sub(r"\s", "", found["notation"]))
    if not _NOTATION.fullmatch(notation):
        return None
    return Code(re.sub(r"\s", "", found["number"] or "") or None, notation, known)


def _parse_congress(text: str) -> Code | None:
    found = _CONGRESS_CODE.match(text)
    if found is None:
        return None
    return Code(found["number"], f"{found['year']}/{found['by']}QH{found['term']}", known=True)


def _parse_party(text: str) -> Code | None:
    found = _PARTY_CODE.match(text)
    if found is None or found["body"] not in PARTY_BODIES:
        return None
    kind = qd_put_right(found["type"])
    return Code(found["number"], f"{kind}/{found['body']}", known=True) if kind in PARTY_TYPES else None


def parse_number(line: str) -> str | None:
    """The number between label and slash, whatever is read of the symbol; None if there is none."""
    code = parse_code(line)
    if code is not None:
        return code.number
    text = unicodedata.normalize("NFC", line)
    label = _LABEL.match(text)
    found = _LABELLED_NUMBER.match(text[label.end() :]) if label else None
    return re.sub(r"\s", "", found["number"]) if found else None


def zeros_put_right(line: str) -> str:
    """A line with what can only be zeros read as a letter O as digits: a guess, to be confirmed by another look."""
    return _ZERO.sub("0", unicodedata.normalize("NFC", line))


def starts_as_number_line(line: str) -> bool:
    """Whether a line starts with the label of a number line: `Số:`, `So`, `S6.` and the like."""
    return _LABEL.match(line) is not None


def end_of_label(line: str) -> int:
    """Where the label of a number line ends; 0 if the line has none. Here a label may have lost its colon."""
    label = _LABEL.match(line) or _BARE_LABEL.match(line)
    return len(line[: label.end()].rstrip()) if label else 0


def start_of_label(word: str) -> int | None:
    """Where in a word the label `Số:` starts as it is printed: with a capital and a colon, or what is read for them.

    Digits may follow at once, and what is left of a stamp stand before. None if there is no label.
    """
    found = _LABEL_IN_WORD.search(word)
    return found.start() if found else None


def is_about_line(line: str) -> bool:
    """Whether a line starts with `V/v`, as the subject of an official letter does."""
    return _ABOUT.match(line) is not None


def parse_date(line: str) -> dt.date | None:
    """The day in `Hà Nội, ngày 05 tháng 01 năm 2020`; None if there is none or it does not exist."""
    found = _DATE.search(unicodedata.normalize("NFC", line))
    if found is None:
        return None
    day, month, year = (int(re.sub(r"[^0-9]", "", found[part]) or 0) for part in ("day", "month", "year"))
    try:
        return dt.date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def guess_date(line: str) -> dt.date | None:
    """The day as `parse_date`, letters that can stand for one digit only read as that: to be confirmed by a look."""
    line = zeros_put_right(line)
    found = _DATE_FIGURES.search(line)
    if found is None:
        return parse_date(line)
    day, month, year = (found[part].translate(TAKEN_FOR) for part in ("day", "month", "year"))
    return parse_date(f"{found['a']}{day}{found['b']}{month}{found['c']}{year}")


def may_be_day(line: str, day: dt.date) -> bool:
    """Whether the digits of a place-and-date line can be those of a day, letters read for what they are taken for."""
    found = _LOOSE_DATE_FIGURES.search(zeros_put_right(line))
    return found is not None and all(
        may_be(found[part], number) for part, number in (("day", day.day), ("month", day.month), ("year", day.year))
    )


def is_date_line(line: str) -> bool:
    """Whether a line is a place-and-date line, be its day filled in or not."""
    folded, end = fold(line), 0
    for word in _WORDS_OF_DATE:
        found = word.search(folded, end)
        if found is None:
            return False
        end = found.end()
    return True


def starts_with_place(line: str) -> bool:
    """Whether nothing but a place's name stands before `ngày`; citations have a number there."""
    return _PLACE_FIRST.match(unicodedata.normalize("NFC", line)) is not None


def is_part_of_date_line(line: str) -> bool:
    """Whether a line may be a torn piece of a place-and-date line: it holds `ngày` or `tháng`."""
    return _PART_OF_DATE_LINE.search(fold(line)) is not None


def find_dossier_code(text: str) -> str | None:
    """The first dossier code in a text whose date exists (TT 01/2018/TT-VPCP Đ.19)."""
    for found in _DOSSIER.finditer(text):
        try:
            dt.date(2000 + int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue
        return found[0]
    return None
