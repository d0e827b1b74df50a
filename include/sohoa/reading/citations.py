"""Documents that a text cites, and which legal document a citation means though it is not quite right."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import yaml
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from sohoa.folding import fold
from sohoa.reading.grammar import Code, Grammar, parse_code, parse_date
from sohoa.reading.passages import Passage, fold_in_place
from sohoa.reading.record import NOTHING, Reading
from sohoa.reading.symbols import confusable
from sohoa.reading.types import DOC_TYPES, LAW_TYPES, OFFICIAL_LETTER

_CODE = re.compile(
    r"(?<![0-9/.])[0-9]{1,6}\s*/\s*(?:[0-9]{4}\s*/\s*)?[^\W\d_0]\w{0,9}(?:\s?-\s?[^\W\d_]\w*)+"  # 28/2018/QĐ-TTg
    r"|(?<![0-9/.])[0-9]{1,6}\s*/\s*[0O][PDĐB]-[^\W\d_]\w*"
    r"|(?<![0-9/.])[0-9]{1,4}/[0-9]{4}/(?:UBTV)?[QO0]H[0-9]{1,2}"
    r"|(?<![0-9/.])[0-9]{1,4}\s?-\s?[^\W\d_]{2,4}/[^\W\d_]{2,6}"  # 04-NQ/TU
)
_KINDS = sorted({fold(name) for name in (*LAW_TYPES.values(), *DOC_TYPES.values(), OFFICIAL_LETTER)}, key=len)
_KIND = re.compile(rf"\b({'|'.join(reversed(_KINDS))}|HIEN PHAP)\b")
_KIND_NAMES = {fold(name): name for name in (*LAW_TYPES.values(), *DOC_TYPES.values(), OFFICIAL_LETTER)}
_NAMED_LAW = re.compile(r"\b(LUAT|PHAP LENH)\s(?P<name>[^;/0-9]{3,120}?)\s(?P<day>NG\w{1,2}Y\s[0-9].{0,30}?[0-9]{4})")
_SHORT_DATE = re.compile(r"NG\w{1,2}Y\s*([0-9]{1,2})\s?[/.-]\s?([0-9]{1,2})\s?[/.-]\s?([0-9]{4})(?![0-9])")
_ISSUER = re.compile(
    r"\s*C\w{1,3}A\s(?P<name>.{3,90}?)"
    r"(?=\s(?:QUY DINH|VE|BAN HANH|HUONG DAN|SUA DOI|PHE DUYET|CONG BO|UY QUYEN)\b|[;,.(]|$)"
)
_BASIS = re.compile(r"\bCAN C\w{1,3}\b")
_BASES_END = re.compile(
    r"\b(THEO D\w NGH\w|X[EÉ]T D\w NGH\w|SAU KHI|QUY\w{0,2}T [DP]\wNH\s?:|CAP GIAY PHEP\s?:|[DP]I\w{1,2}U 1\s?[.:])"
    r"|[.:]\s*\n(?!\W*CAN C\w{1,3}\b)"
)
_DATE_WITHIN = 60  # characters behind a number in which its day stands
_KIND_WITHIN = 40
_NAME_LIKENESS = 85.0
_LIKELY = 0.85


@dataclass(frozen=True)
class Citation:
    """One document that is cited.

    Attributes:
        kind: name of its type; None where the text has none before the number.
        code: number and symbol; None for a law cited by name and day.
        name: of such a law.
        issued_on: its day, if it is told.
        issuer: who issued it, if it is told.
        start: where in the text it stands; `end` likewise.
    """

    kind: str | None
    code: Code | None
    name: str | None
    issued_on: dt.date | None
    issuer: str | None
    start: int
    end: int

    @property
    def text(self) -> str:
        """The citation in one form: `Nghị định số 34/2017/NĐ-CP ngày 03/04/2017`."""
        what = f"{self.kind or ''} số {self.code.text}".strip() if self.code else str(self.name)
        return f"{what} ngày {self.issued_on:%d/%m/%Y}" if self.issued_on else what


@dataclass(frozen=True)
class Law:
    """A document that is known to exist, to resolve citations against."""

    code: str
    issued_on: dt.date
    name: str | None = None


def find_citations(text: str) -> list[Citation]:
    """All documents that a text cites by number, and laws cited by name and day, in order."""
    folded = fold_in_place(text).replace("\n", " ")
    found = [*_numbered(text, folded), *_named(text, folded)]
    return sorted(found, key=lambda citation: citation.start)


def _numbered(text: str, folded: str) -> Iterable[Citation]:
    matches = list(_CODE.finditer(text))
    for index, match in enumerate(matches):
        code = parse_code(" ".join(match[0].split()))
        if code is None or code.number is None:
            continue
        until = matches[index + 1].start() if index + 1 < len(matches) else len(text)
        day, end = _day_behind(text, folded, match.end(), min(until, match.end() + _DATE_WITHIN))
        by = _ISSUER.match(folded, end, until)
        kinds = list(_KIND.finditer(folded, max(0, match.start() - _KIND_WITHIN), match.start()))
        kind = _KIND_NAMES.get(kinds[-1][0]) if kinds else code.doc_type
        issuer = " ".join(text[by.start("name") : by.end("name")].split()) if by else None
        yield Citation(kind, code, None, day, issuer, kinds[-1].start() if kinds else match.start(), end)


def _day_behind(text: str, folded: str, start: int, until: int) -> tuple[dt.date | None, int]:
    """The day told right behind a number, and where that ends."""
    short = _SHORT_DATE.search(folded, start, until)
    if short:
        return _day(*short.groups()), short.end()
    stretch = text[start:until]
    day = parse_date(" ".join(stretch.split()))
    year = stretch.find(str(day.year)) if day else -1
    return day, start + year + 4 if year >= 0 else start


def _day(day: str, month: str, year: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _named(text: str, folded: str) -> Iterable[Citation]:
    for match in _NAMED_LAW.finditer(folded):
        day, _ = _day_behind(text, folded, match.start("day"), match.end())
        if day is not None:
            name = " ".join(text[match.start() : match.end("name")].split())
            yield Citation("Luật", None, name, day, None, match.start(), match.end())


def read_legal_bases(body: Passage) -> Reading:
    """What a document is based on (`Căn cứ …`), one citation a line, the official code beside one that is misquoted."""
    found = legal_bases(body.text)
    if not found:
        return NOTHING
    told = [_told(citation) for citation in found]
    return body.reading("\n".join(told), found[0].start, found[-1].end, _LIKELY)


def legal_bases(text: str) -> list[Citation]:
    """The citations of the clauses that begin with `Căn cứ`; of each only the first, the others are of its title.

    They stand one behind the other before what is decided; where a sentence ends without another, they are over.
    """
    folded = fold_in_place(text)
    starts = [match.end() for match in _BASIS.finditer(folded)]
    bases = []
    for start, until in pairwise([*starts, len(text)]):
        stop = _BASES_END.search(folded, start, until)
        at = start
        for clause in text[start : stop.start() if stop else until].split(";"):
            first = next(iter(find_citations(clause)), None)
            if first is not None:
                bases.append(_moved(first, at))
            at += len(clause) + 1
        if stop:
            break
    return bases


def _moved(citation: Citation, by: int) -> Citation:
    parts = (citation.kind, citation.code, citation.name, citation.issued_on, citation.issuer)
    return Citation(*parts, citation.start + by, citation.end + by)


def _told(citation: Citation) -> str:
    law = resolve(citation)
    if law is None or (citation.code is not None and citation.code.text == law.code):
        return citation.text
    return f"{citation.text} (= {law.code})"


@lru_cache(maxsize=1)
def known_laws() -> tuple[Law, ...]:
    """The legal documents of `rulesets/laws.yaml`."""
    loaded = yaml.safe_load(files("sohoa.rulesets").joinpath("laws.yaml").read_text(encoding="utf-8"))
    return tuple(Law(**row) for row in loaded["laws"])


def resolve(citation: Citation, laws: Sequence[Law] | None = None) -> Law | None:
    """The one document that a citation means; None if none fits or two do.

    A number without the year of its series, one digit or letter misread, or a wrong day is forgiven where all else
    fits; number and day together are never both forgiven.
    """
    known = known_laws() if laws is None else laws
    ways = (_fits_name,) if citation.code is None else (_fits_code, _nearly_fits_code)
    for fits in ways:
        fitting = [law for law in known if fits(citation, law)]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _fits_name(citation: Citation, law: Law) -> bool:
    if law.name is None or citation.name is None or law.issued_on != citation.issued_on:
        return False
    return fuzz.ratio(fold(citation.name), fold(law.name)) >= _NAME_LIKENESS


def _fits_code(citation: Citation, law: Law) -> bool:
    """The same number and symbol, and the same day or the same year of the series, which makes a number unique."""
    cited, official = citation.code, parse_code(law.code)
    if cited is None or official is None or cited.number is None or official.number is None:
        return False
    if _symbol(cited) != _symbol(official) or int(cited.number) != int(official.number):
        return False
    year = _series_year(cited)
    return citation.issued_on == law.issued_on or (year is not None and year == _series_year(official))


def _nearly_fits_code(citation: Citation, law: Law) -> bool:
    """The same symbol and day, and a number of which one digit is another."""
    cited, official = citation.code, parse_code(law.code)
    if cited is None or official is None or cited.number is None or official.number is None:
        return False
    if _symbol(cited) != _symbol(official) or citation.issued_on != law.issued_on:
        return False
    close = Levenshtein.distance(cited.number.lstrip("0"), official.number.lstrip("0")) == 1
    return close and _series_year(cited) in (_series_year(official), None)


def _symbol(code: Code) -> str:
    """The symbol without the year of its series."""
    return confusable(code.notation.rpartition("/")[2] if code.grammar is not Grammar.PARTY else code.notation)


def _series_year(code: Code) -> str | None:
    return code.notation.partition("/")[0] if code.grammar in (Grammar.LEGAL, Grammar.CONGRESS) else None
