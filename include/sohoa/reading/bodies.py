"""What a page shows below its head of where its document begins, runs on and ends.

None of it hangs on title, number or date, which stamps cover.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sohoa.folding import fold
from sohoa.reading.grammar import is_about_line
from sohoa.reading.lines import Line, join, lines_of
from sohoa.words import Word

_GROUND = re.compile(r"^\W*(CAN CU|XET DE NGHI|THEO DE NGHI)\b")
_RESULTS = "QUYET DINH|NGHI QUYET|GIAY PHEP|GIAY CHUNG NHAN|THONG BAO|CONG VAN"
_KINDS = f"{_RESULTS}|CHI THI|THONG TU|NGHI DINH|TO TRINH|BAO CAO"
_LETTER = "CONG VAN"
_KIND = re.compile(rf"^\W*(?:CAP )?({_KINDS})\W*$")
_COMES_WITH = re.compile(rf"\bKEM THEO ({_KINDS})(?! NAY)\b")
_RESOLUTION = re.compile(r"^\W*(QUYET DINH|QUYET NGHI|NGHI QUYET|CAP GIAY PHEP|CHI THI)\W*$")
_ADDRESSED = re.compile(r"^\W*KINH GUI\b")
_ARTICLE = re.compile(r"^\W*DIEU (\d{1,3})\s?[.:,–-]")
# In a table's narrow column of numbers the one is read as a letter.
_ITEM = re.compile(r"^\W*((?=[IL]?[0-9])[0-9IL]{1,3})(?=\s*[.)|\]_]|\s*$)(?!\.\d)")
_ONES = str.maketrans("IL", "11")
_UNFILLED = re.compile(r"^\W*SO\W[\W_]*/")
_DATED = re.compile(r"\bTH\w+ [^A-Z\d]{0,3}(\d{1,2}) N\w{1,2}M [^A-Z\d]{0,3}((?:19|20)\d\d)(?!\d)")
_DOTS = re.compile(r"[.…_]{4,}|…")
_ENCLOSES = re.compile(rf"\b(SAO GUI|GUI KEM|KEM THEO|BAN SAO|SAO Y)( [^\s.;]+){{0,4}}? ({_RESULTS})(?! NAY)\b")
_RECIPIENTS = re.compile(r"^\W*NO[I1L] ?NH[A-Z]N\W*$")
_FILED = re.compile(r"^\W*LUU\s?[:;.,]")
_TEXT_ENDS = re.compile(r"[.,]\s?/\s?[.,]?\W*$")
_OPENING_WITHIN, _ADDRESSED_WITHIN, _NUMBER_WITHIN = 0.75, 0.5, 0.35  # of the page's height
_TEXT_STARTS, _TEXT_STOPS = 0.17, 0.94  # of the page's height: text keeps margins of 20 to 25 mm
_FULL_PAGE = 0.8  # of the page's height: a paragraph that does not fit below goes to the next page
_LAST_LINES = 5  # of a page: the last line of a paragraph is short, cells of a table end where they end
_LAST_PARAGRAPH, _HIGH = 0.1, 0.4  # of the page's height
_LEFT_EDGE, _RIGHT_EDGE, _COLUMN, _DATE_COLUMN = 0.25, 0.68, 0.55, 0.4  # of the page's width
_CENTRED = 0.1
_PRINT = 0.5  # confidence; what stamps and specks leave has less
_MOST_WORDS_OF_TITLE = 5
_FEWEST_GAPS = 3
_WHOLE_WIDTH = (0.25, 0.75)  # of the page's width: running text begins before the one and ends behind the other
_ROW, _CELLS = 0.018, 3  # of the page's height: cells of one row begin no further apart
_LAST_ROW = 0.2  # of the page's height
_RULE = "|"  # as rules between cells are read
_FIRST_ROWS = 2
_STEP, _MISREAD = 2, 1  # from one number read to the next; last numbers of a page that may be misread


@dataclass(frozen=True)
class Body:
    """What was found on one page.

    Attributes:
        kind: name of its type, folded, where it stands by itself; `CONG VAN` for letters.
        comes_with: the type of the document that it says it comes with, folded.
        grounds: it has paragraphs `Căn cứ …`.
        decides: it opens as decisions do: below such grounds stands `QUYẾT ĐỊNH:` or `Điều 1`.
        addressed: `Kính gửi: …` stands in its upper half.
        about: `V/v …` stands in the left column.
        articles: numbers of `Điều …`, from top to bottom.
        items: other numbers at the left edge, of paragraphs or rows.
        opens_within: its first print is a line of text over the whole width, or a row of a table: no head is that.
        starts_low: its first print stands lower than text begins on a page that is not the first.
        is_last_row: it has nothing but a row of cells at its top, or two.
        full: its text or table goes down to the bottom margin.
        encloses: it says that another document comes with it: a copy of a decision or letter.
        ends: marks of a document's end, wherever they stand: the `text` is closed by `./.`, `recipients` are named,
            it is `filed`: `Lưu: …` is the last of them.
        ends_high: such a mark stands so high that little more than the end of a text is on the page.
        month: year and month of its date line, of which the day may be by pen.
        unfilled: it is a form, its number (`Số: …/QĐ-…`) or much else waits to be filled in.
    """

    kind: str | None = None
    comes_with: str | None = None
    grounds: bool = False
    decides: bool = False
    addressed: bool = False
    about: bool = False
    articles: tuple[int, ...] = ()
    items: tuple[int, ...] = ()
    opens_within: bool = False
    starts_low: bool = False
    is_last_row: bool = False
    full: bool = False
    encloses: bool = False
    ends: frozenset[str] = frozenset()
    ends_high: bool = False
    month: tuple[int, int] | None = None
    unfilled: bool = False

    @property
    def opens(self) -> bool:
        """Whether it opens as decisions or letters do."""
        return self.decides or self.addressed

    @property
    def opens_wholly(self) -> bool:
        """Whether nothing but the first page of a decision or letter looks so."""
        return (self.decides and 1 in self.articles) or (self.addressed and self.about)

    def counts_on(self, before: Body) -> bool:
        """Whether articles, paragraphs or rows are numbered on from the page before; one may not have been read."""
        items = [before.items[: len(before.items) - lost] for lost in range(_MISREAD + 1)]
        return _follows(before.articles, self.articles) or any(_follows(some, self.items) for some in items)

    def began_before(self, before: Body) -> bool:
        """Whether what it shows surely began on another page: it starts within text, or with later rows of a list."""
        if not self.items:
            return self.opens_within and not self.opens
        known = sorted(before.items)[: len(before.items) - _MISREAD]
        return self.items[0] > max([_FIRST_ROWS, *known])

    def counts_anew(self, before: Body) -> bool:
        """Whether its articles cannot be the next ones of the page before."""
        return bool(before.articles and self.articles) and not _follows(before.articles, self.articles)


def _follows(before: Sequence[int], after: Sequence[int]) -> bool:
    return bool(before and after) and 0 < after[0] - before[-1] <= _STEP


def body_of(words: Sequence[Word], aspect: float) -> Body:
    """What a page shows below its head.

    Args:
        words: as read from the upright page.
        aspect: page width over page height.
    """
    lines = [line for line in lines_of(words, aspect) if any(letter.isalnum() for letter in line.text)]
    text = [line for line in lines if _is_print(line) and line.middle < _TEXT_STOPS]
    upper = [line for line in lines if line.middle < _NUMBER_WITHIN]
    note = _COMES_WITH.search(fold(join(lines)))
    return Body(
        kind=_kind(lines),
        comes_with=note[1] if note else None,
        grounds=any(_GROUND.match(line.folded) for line in lines),
        decides=_decides(lines),
        addressed=_is_addressed(lines),
        about=any(line.right < _COLUMN and is_about_line(line.text) for line in upper),
        articles=_numbers(_ARTICLE, lines),
        items=_numbers(_ITEM, lines),
        opens_within=_opens_within(text),
        starts_low=bool(text) and text[0].middle > _TEXT_STARTS,
        is_last_row=_is_last_row(text),
        full=_is_full(text),
        encloses=_ENCLOSES.search(fold(join(lines))) is not None,
        ends=_ends(lines),
        ends_high=bool(_ends([line for line in lines if line.middle < _HIGH])),
        month=_month(upper),
        unfilled=any(_UNFILLED.match(line.folded) for line in upper) or _has_gaps(lines),
    )


def _is_print(line: Line) -> bool:
    return sum(word.confidence for word in line.words) >= _PRINT * len(line.words)


def _kind(lines: Sequence[Line]) -> str | None:
    named = (_KIND.match(line.folded) for line in lines if _is_title(line))
    name = next((match[1] for match in named if match), None)
    return name or (_LETTER if _is_addressed(lines) else None)


def _is_addressed(lines: Sequence[Line]) -> bool:
    return any(line.middle < _ADDRESSED_WITHIN and _ADDRESSED.match(line.folded) for line in lines)


def _is_title(line: Line) -> bool:
    centred = abs(line.centre - 0.5) < _CENTRED
    return centred and len(line.words) <= _MOST_WORDS_OF_TITLE and line.text.isupper()


def _decides(lines: Sequence[Line]) -> bool:
    """Grounds and, below the first of them, what is decided; the type's name above them may be the same words."""
    upper = [line for line in lines if line.middle < _OPENING_WITHIN]
    ground = next((index for index, line in enumerate(upper) if _GROUND.match(line.folded)), None)
    if ground is None:
        return False
    return any(_is_resolution(line) or _numbers(_ARTICLE, [line]) == (1,) for line in upper[ground + 1 :])


def _is_resolution(line: Line) -> bool:
    return _is_title(line) and _RESOLUTION.match(line.folded) is not None


def _numbers(pattern: re.Pattern[str], lines: Sequence[Line]) -> tuple[int, ...]:
    found = (pattern.match(line.folded) for line in lines if line.left < _LEFT_EDGE and line.middle < _TEXT_STOPS)
    return tuple(int(match[1].translate(_ONES)) for match in found if match)


def _opens_within(text: Sequence[Line]) -> bool:
    """Whether the first lines of print are text or a row of cells; a head has two columns."""
    if not text:
        return False
    if text[0].left < _WHOLE_WIDTH[0] and text[0].right > _WHOLE_WIDTH[1]:
        return True
    cells: list[Line] = []
    for line in sorted((one for one in text if one.middle - text[0].middle < _ROW), key=lambda one: one.right):
        if not cells or line.left > cells[-1].right:
            cells.append(line)
    return len(cells) >= _CELLS


def _is_last_row(text: Sequence[Line]) -> bool:
    """Whether all print is in cells side by side high on the page; heads, which are too, have capitals."""
    high = all(line.middle < _LAST_ROW for line in text)
    beside = any(
        _RULE in line.text or any(abs(line.middle - other.middle) < _ROW / 2 for other in text if other is not line)
        for line in text
    )
    return high and beside and not any(_is_title(line) or line.text.isupper() for line in text if len(line.words) > 1)


def _is_full(text: Sequence[Line]) -> bool:
    """Whether text or a table, which take the page's whole width, go down to the bottom margin."""
    last = [line for line in text[-_LAST_LINES:] if line.middle > _FULL_PAGE - _LAST_PARAGRAPH]
    if not last or last[-1].middle < _FULL_PAGE:
        return False
    return min(line.left for line in last) < _LEFT_EDGE and max(line.right for line in last) > _RIGHT_EDGE


def _month(upper: Sequence[Line]) -> tuple[int, int] | None:
    dates = (_DATED.search(line.folded) for line in upper if line.left > _DATE_COLUMN)
    return next(((int(date[2]), int(date[1])) for date in dates if date), None)


def _has_gaps(lines: Sequence[Line]) -> bool:
    """Whether it has lines of dots below its head; incoming stamps have some too."""
    return sum(_DOTS.search(line.text) is not None for line in lines if line.middle > _NUMBER_WITHIN) >= _FEWEST_GAPS


def _ends(lines: Sequence[Line]) -> frozenset[str]:
    found = {
        "text": any(_TEXT_ENDS.search(line.text) for line in lines),
        "recipients": any(line.left < _COLUMN and _RECIPIENTS.match(line.folded) for line in lines),
        "filed": any(line.left < _COLUMN and _FILED.match(line.folded.lstrip("- ")) for line in lines),
    }
    return frozenset(mark for mark, there in found.items() if there)
