"""By what a document is known, from its own head or from what an annex says of it, and whether both can be one."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import product

from rapidfuzz.distance import Levenshtein

from sohoa.reading.figures import FIGURE, LOOSE_FIGURE, TAKEN_FOR, may_be
from sohoa.reading.grammar import parse_code, zeros_put_right
from sohoa.reading.slots import from_slash_on
from sohoa.reading.symbols import confusable

_ENDING = 2  # digits of a number whose first ones were lost
_TELLING = 3  # digits of a number that is still told from others if one of them is misread
_LIKE_SHAPES = frozenset({"06", "08", "09", "17", "38", "56", "58", "68", "89"})
_SYMBOL = r"\s*[/⁄]\s*(?P<symbol>(?:[0-9]{4}\s*/\s*)?[^\W\d_][\w&]*(?:[-–][\w&]+)+)"
_CODES = (
    # Letters are figures only in a word of their own; digits may stick to the word before.
    re.compile(rf"(?<!\w)(?P<number>[{FIGURE}]{{1,9}}?){_SYMBOL}"),
    re.compile(rf"(?<![0-9/⁄])(?P<number>[0-9]{{1,6}}){_SYMBOL}"),
)
_GAP = r"[^\w\]|!§/]{0,3}"
_DATE = re.compile(
    rf"(?:ng\w{{1,3}}y{_GAP}(?P<day>[{LOOSE_FIGURE}]{{1,4}}?){_GAP})?th[^\W\d_]{{1,4}}{_GAP}"
    rf"(?P<month>[{LOOSE_FIGURE}]{{1,3}}?){_GAP}n\w{{1,2}}m\W{{0,3}}(?P<year>[{FIGURE}]{{4}})(?!\d)",
    re.IGNORECASE,
)
_SHORT_DATE = re.compile(
    r"ng\w{1,3}y\s*(?P<day>\d{1,2})\s?[/.-]\s?(?P<month>\d{1,2})\s?[/.-]\s?(?P<year>\d{4})(?!\d)", re.IGNORECASE
)
_MONTHS, _DAYS = range(1, 13), range(1, 32)
Month = tuple[int, int]
"""Year and month."""


class Match(Enum):
    """How two readings of a number or a date agree."""

    SAME = auto()
    NEAR = auto()  # one of them can be the other with a character misread
    PARTLY = auto()  # the same symbol, or month and year; the rest of one was not read
    OPEN = auto()  # one of them was not read
    OTHER = auto()


@dataclass(frozen=True)
class Identity:
    """What was read of a document's number, symbol and date, in all ways that it can be read.

    Attributes:
        readings: of each reading of its number the codes that it can stand for, `12/QĐ-BNV`.
        symbols: symbols, be their numbers read or not.
        days: days.
        months: years and months, be their days read or not.
    """

    readings: tuple[frozenset[str], ...] = ()
    symbols: frozenset[str] = frozenset()
    days: frozenset[dt.date] = frozenset()
    months: frozenset[Month] = frozenset()

    @property
    def codes(self) -> frozenset[str]:
        """All codes that it can have."""
        return frozenset[str]().union(*self.readings)

    @property
    def is_numbered(self) -> bool:
        """Whether most readings can be of one number: strokes of a pen and what lies under a stamp are read as many."""
        counts = Counter(code for reading in self.readings for code in reading)
        return max(counts.values(), default=0) > len(self.readings) / 2

    def as_well_as(self, other: Identity) -> Identity:
        """What further readings say, too."""
        return Identity(
            self.readings + other.readings,
            self.symbols | other.symbols,
            self.days | other.days,
            self.months | other.months,
        )

    def with_missing(self, other: Identity) -> Identity:
        """This one, with what was not read of it from another."""
        return Identity(
            self.readings or other.readings,
            self.symbols or other.symbols,
            self.days or other.days,
            self.months or other.months,
        )


NOTHING = Identity()


def identity_of(numbers: Iterable[str], dates: Iterable[str]) -> Identity:
    """What several readings of a document's number line and date line, or of a note that names both, say."""
    lines = tuple(numbers)
    readings = tuple(frozenset(codes) for line in lines if (codes := codes_in(line)))
    behind_slash = (parse_code(from_slash_on(line)) for line in lines)
    symbols = {code.notation for code in behind_slash if code}
    found = [one for text in dates for one in _date_in(text)]
    return Identity(
        readings,
        frozenset(symbols | {_split(code)[1] for reading in readings for code in reading}),
        frozenset(day for _, day in found if day),
        frozenset(month for month, _ in found),
    )


def codes_in(text: str) -> set[str]:
    """Numbers with their symbols in a text, leading zeros aside; letters read both as digits and as specks."""
    found = set()
    for match in (match for pattern in _CODES for match in pattern.finditer(text)):
        for number in (match["number"].translate(TAKEN_FOR), re.sub(r"[^0-9]", "", match["number"])):
            code = parse_code(f"{''.join(number.split())}/{match['symbol']}")
            if code and code.number and code.number.strip("0"):
                found.add(f"{code.number.lstrip('0')}/{code.notation}")
    return found


def _date_in(text: str) -> Iterator[tuple[Month, dt.date | None]]:
    """The months and, where it was read, the days that the figures of the first date in a text can stand for."""
    found = _DATE.search(zeros_put_right(text)) or _SHORT_DATE.search(text)
    year = found["year"].translate(TAKEN_FOR) if found else ""
    if found is None or not year.isdecimal():
        return
    months = [month for month in _MONTHS if may_be(found["month"], month)]
    days = [day for day in _DAYS if found["day"] and may_be(found["day"], day)]
    for month, day in product(months, days or [0]):
        yield (int(year), month), _day(int(year), month, day)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def match_dates(own: Identity, cited: Identity, *, by_pen: bool) -> Match:
    """How the date of a document agrees with what is said of it; of one by pen only month and year speak against."""
    if own.days & cited.days:
        return Match.SAME
    if own.days and cited.days and not by_pen:
        days = product(map(str, own.days), map(str, cited.days))
        return Match.NEAR if any(_is_misread(*pair) for pair in days) else Match.OTHER
    if own.months and cited.months:
        return Match.PARTLY if own.months & cited.months else Match.OTHER
    return Match.OPEN


def match_codes(own: Identity, cited: Identity, *, by_pen: bool, same_day: bool) -> Match:
    """How the number of a document agrees with what is said of it; of one by pen only the symbol counts.

    Args:
        own: the document.
        cited: what is said of it.
        by_pen: its digits are by pen.
        same_day: its day is the one that is said.
    """
    if own.codes & cited.codes:
        return Match.SAME
    if own.is_numbered and cited.codes and not by_pen:
        can_be = _can_be_of_the_day if same_day else _can_be
        pairs = product(map(_split, own.codes), map(_split, cited.codes))
        return Match.NEAR if any(can_be(*pair) for pair in pairs) else Match.OTHER
    if not own.symbols or not cited.symbols:
        return Match.OPEN
    if {confusable(symbol) for symbol in own.symbols} & {confusable(symbol) for symbol in cited.symbols}:
        return Match.PARTLY
    # What was made of a pen's strokes or of a stamp is no symbol that speaks against another.
    sure = any(map(_is_known, own.symbols)) and any(map(_is_known, cited.symbols))
    return Match.OTHER if sure and not _are_near(own.symbols, cited.symbols) else Match.OPEN


def _is_known(symbol: str) -> bool:
    code = parse_code(f"/{symbol}")
    return code is not None and code.known


def _split(code: str) -> tuple[str, str]:
    number, _, symbol = code.partition("/")
    return number, symbol


def _can_be(own: tuple[str, str], cited: tuple[str, str]) -> bool:
    """Whether two codes are one but for a character of the symbol, or for a digit of a number that is long enough."""
    (number, symbol), (other, other_symbol) = own, cited
    if number == other:
        return Levenshtein.distance(symbol, other_symbol) <= 1
    is_misread = len(other) >= _TELLING and _is_misread(number, other)
    is_cut = _is_cut(number, other) and abs(len(number) - len(other)) == 1
    return symbol == other_symbol and (is_misread or is_cut)


def _can_be_of_the_day(own: tuple[str, str], cited: tuple[str, str]) -> bool:
    """Whether two codes of one day are one but for a digit, the symbol's end or the first digits."""
    (number, symbol), (other, other_symbol) = own, cited
    if number == other:
        return Levenshtein.distance(symbol, other_symbol) <= 1 or _kind(symbol) == _kind(other_symbol)
    return symbol == other_symbol and (_is_misread(number, other) or _is_cut(number, other))


def _kind(symbol: str) -> str:
    return symbol.partition("-")[0]


def _is_misread(one: str, other: str) -> bool:
    """Whether figures are the same but for one that was taken for another of like shape."""
    if len(one) != len(other):
        return False
    different = ["".join(sorted(pair)) for pair in zip(one, other, strict=True) if len(set(pair)) > 1]
    return len(different) == 1 and different[0] in _LIKE_SHAPES


def _is_cut(one: str, other: str) -> bool:
    """Whether one number is the other without its first digits.

    Numbers that an agency gives on one day lie close together: no two of them end in the same digits.
    """
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _ENDING and longer.endswith(shorter)


def _are_near(some: Iterable[str], others: Iterable[str]) -> bool:
    return any(Levenshtein.distance(one, other) <= 1 for one, other in product(some, others))
