"""Marks of secrecy: MẬT, TỐI MẬT, TUYỆT MẬT, stamped or printed; never the same words in running text.

The stamps are red capitals in a double frame 8 mm high, 20, 30 and 40 mm wide (Thông tư 24/2020/TT-BCA, as before it
Thông tư 33/2015/TT-BCA), below number and symbol; offices also print them, and press them where there is room.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from sohoa.folding import fold
from sohoa.ocr import Word
from sohoa.reading.lines import Line

MARK, DOUBT = "secrecy_mark", "secrecy_doubtful"
"""Flags of a record: it bears a mark, or something like one; and that a person must say whether it is one."""

LOOK = "secrecy"
"""Name of the closer looks at what may be a stamp: one list of words for each reading of each place."""

FRAME = "▭"
"""Stands among the words of such a look for a red frame around them."""

TANGLE = "▦"
"""Stands before the words of a look at red stamps that lie across one another."""

_FORMS = ("MAT", "TOIMAT", "TUYETMAT")
_PLAIN = frozenset({"MẬT", "MAT"})
_OTHER_STAMPS = ("KHAN", "THUONGKHAN", "HOATOC", "HOATOCHENGIO", "SAOY", "BANSAO", "THUHOI", "DEN", "DI", "SOHOA")
_LIFTED = "GIAIMAT"
_CERTAIN_ERRORS = {"MAT": 0, "TOIMAT": 1, "TUYETMAT": 2}
_DOUBTFUL_ERRORS = {"MAT": 1, "TOIMAT": 2, "TUYETMAT": 3}
_ENDS_BEFORE_A_WRAP = frozenset({"BI", "BAO"})  # BÍ MẬT, BẢO MẬT, broken after the first word
_WRAP_LINES = 2.5  # line heights from the middle of a line to that of the one it goes on from
_HEAD = 0.5  # of a page's height: stamps stand above
_FRAME = "|[](){}¦‖!_—–-=~.,:;'\"“”‘’«»*°/\\"
_FRAME_LETTERS = "IlL1iJjT"  # what the sides of a frame are read as
_LABEL = re.compile(r"^\W*(MUC )?DO MAT\b\W*")
_CODE = re.compile(r"/[^\W\d_][\w.-]*$")
_FEWEST_OF_ANOTHER, _LEAST_CONFIDENCE = 4, 0.7  # letters of a stamp that can be read and is none of these


class Secrecy(IntEnum):
    """What a page or document says of itself; the higher decides."""

    NONE = 0
    DOUBTFUL = 1
    CERTAIN = 2


def secrecy_of(pages: Sequence[Sequence[Line]], looks: Iterable[Sequence[Sequence[Word]]] = ()) -> Secrecy:
    """Whether a document bears a mark of secrecy.

    Args:
        pages: the lines of each page from top to bottom, the first one first.
        looks: for each page the closer looks at what may be a stamp on it.

    A lifted mark (GIẢI MẬT) is for a person to judge, with whatever mark it lifts.
    """
    marks = [_of_line(page, line, first=number == 0) for number, page in enumerate(pages) for line in page]
    marks += [_of_stamp(words) for page in looks for words in page]
    if any(_is_lifted(line.text) for line in pages[0] if line.middle < _HEAD) or any(
        _is_lifted(_joined(words)) for page in looks for words in page
    ):
        return Secrecy.DOUBTFUL
    return max(marks, default=Secrecy.NONE)


def flags_of(secrecy: Secrecy) -> tuple[str, ...]:
    """The record flags that say so."""
    return ((), (MARK, DOUBT), (MARK,))[secrecy]


def _of_line(page: Sequence[Line], line: Line, *, first: bool) -> Secrecy:
    labelled = _LABEL.sub("", line.folded)
    if labelled != line.folded and _letters(labelled) in _FORMS:
        return Secrecy.CERTAIN
    found = max((_of_run(text, framed=framed, head=first and line.middle < _HEAD) for text, framed in _runs(line)))
    if found and _letters(line.folded) in _FORMS and _goes_on(page, line):
        return Secrecy.NONE
    return found


def _runs(line: Line) -> list[tuple[str, bool]]:
    """The parts of a line that stand apart: between the sides of frames, and behind a number; and if framed."""
    runs: list[tuple[list[str], bool]] = [([], False)]
    for word in line.words:
        bare = word.text.strip(_FRAME)
        opens, closes = word.text[:1] in "|[({¦‖", word.text[-1:] in "|])}¦‖"
        if (opens or not bare) and runs[-1][0]:
            runs.append(([], opens))
        if bare:
            runs[-1] = ([*runs[-1][0], bare], runs[-1][1] or opens or closes)
        elif opens:
            runs[-1] = (runs[-1][0], True)
        if bare and (closes or _CODE.search(bare)):
            runs.append(([], False))
    return [(" ".join(words), framed) for words, framed in runs if words] or [("", False)]


def _of_run(text: str, *, framed: bool, head: bool) -> Secrecy:
    letters = _letters(text)
    if letters in _FORMS and text.isupper() and (text in _PLAIN or letters != "MAT" or head or framed):
        return Secrecy.CERTAIN
    if not head or _near_another(letters):
        return Secrecy.NONE
    if letters in _FORMS and framed:
        return Secrecy.DOUBTFUL
    if not text.isupper():
        return Secrecy.NONE
    for form in _FORMS[1:]:
        if Levenshtein.distance(letters, form) <= _CERTAIN_ERRORS[form]:
            return Secrecy.CERTAIN
    inner = _without_sides(text)
    if inner in _FORMS:
        return Secrecy.CERTAIN if inner != "MAT" or framed or "MẬT" in text else Secrecy.DOUBTFUL
    return _by_likeness(letters) if framed else Secrecy.NONE


def _of_stamp(words: Sequence[Word]) -> Secrecy:
    """What a closer look at a place of a stamp's size says; a red frame with nothing to be read in it is in doubt."""
    if words and words[0].text == TANGLE:
        return _of_tangle(words[1:])
    framed = any(word.text == FRAME for word in words)
    sure = [word for word in words if word.text != FRAME and word.confidence >= _LEAST_CONFIDENCE]
    text = _joined(words)
    letters = _letters(text)
    if letters and _near_another(letters):
        return Secrecy.NONE
    if letters in _FORMS or _without_sides(text) in _FORMS:
        return Secrecy.CERTAIN
    if (found := _by_likeness(letters)) and (framed or (sure and text.isupper())):
        return found
    readable = len(_letters(_joined(sure))) >= _FEWEST_OF_ANOTHER
    return Secrecy.DOUBTFUL if framed and not readable else Secrecy.NONE


def _of_tangle(words: Sequence[Word]) -> Secrecy:
    """What was made out of stamps across one another: seldom a whole word, and never surely all."""
    texts = [word.text.strip(_FRAME) for word in words]
    whole = {_letters(text) for text in (*texts, *map("".join, pairwise(texts)))}
    for form in _FORMS[1:]:
        if any(Levenshtein.distance(letters, form) <= _CERTAIN_ERRORS[form] for letters in whole):
            return Secrecy.CERTAIN
    return Secrecy.DOUBTFUL if any(text.upper().endswith("MẬT") for text in texts) else Secrecy.NONE


def _by_likeness(letters: str) -> Secrecy:
    letters = re.sub(r"(.)\1+", r"\1", letters)  # a letter that its marks tore in two
    errors = {form: Levenshtein.distance(letters, form) for form in _FORMS}
    if any(errors[form] <= most for form, most in _CERTAIN_ERRORS.items()):
        return Secrecy.CERTAIN
    if letters.endswith("MAT") and len(letters) < len(_FORMS[-1]) + 2:
        return Secrecy.DOUBTFUL
    return Secrecy.DOUBTFUL if any(errors[form] <= most for form, most in _DOUBTFUL_ERRORS.items()) else Secrecy.NONE


def _near_another(letters: str) -> bool:
    """Whether this is rather a mark of urgency, or another stamp of an office."""
    to_mark = min(Levenshtein.distance(letters, form) for form in _FORMS)
    return any(Levenshtein.distance(letters, other) < to_mark for other in _OTHER_STAMPS)


def _goes_on(page: Sequence[Line], line: Line) -> bool:
    """Whether a line is the end of a phrase of the line above it: `… BẢO VỆ BÍ` / `MẬT`."""
    for other in page:
        above = 0 < line.middle - other.middle < _WRAP_LINES * max(line.height, other.height)
        if above and other.left < line.right and line.left < other.right:
            words = re.findall(r"\w+", other.folded)
            if words and words[-1] in _ENDS_BEFORE_A_WRAP:
                return True
    return False


def _is_lifted(text: str) -> bool:
    folded = fold(text)
    head = re.sub(r"[^A-Z]", "", folded.partition("TU:")[0])
    return _without_sides(head) == _LIFTED or head == _LIFTED


def _joined(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _letters(text: str) -> str:
    return re.sub(r"[^A-Z]", "", fold(text))


def _without_sides(text: str) -> str:
    """The letters without what the sides of a frame may have been read as, at either end."""
    return _letters(text.strip(_FRAME + " ").lstrip(_FRAME_LETTERS.replace("T", "")).rstrip("IlL1iJj"))
