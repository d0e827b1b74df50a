"""Annexes: how a page shows that it comes with another document, and what it says of that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sohoa.folding import fold
from sohoa.reading.identity import NOTHING, Identity, identity_of
from sohoa.reading.lines import Line, join

_NOTE = re.compile(
    r"\(\W*(\w+ ){0,3}KEM THEO\b|^\W*(?!(\w+ )?GUI\b)(\w+ ){0,3}KEM THEO (?!HO SO)(\w+ ){1,3}(SO|NGAY)\b"
)
_NAME = re.compile(r"^\W*(PHU LUC|BIEU( MAU)? SO|MAU SO|DANH SACH|DIEU LE|QUY CHE)\b")
_NAME_WITHIN, _NOTE_WITHIN = 0.35, 0.45  # of the page's height
_NAME_WORDS = 6  # a sentence that begins so is longer
_NAMED_FROM = 0.35  # of the page's width: named in the middle or, as forms are, at the right
_NOTE_LINES = 3


@dataclass(frozen=True)
class Annex:
    """What the first page of an annex says.

    Attributes:
        of: the document that it comes with.
        about: its title, folded.
    """

    of: Identity = NOTHING
    about: str = ""


def annex_of(lines: Sequence[Line]) -> Annex | None:
    """What a page says as an annex; None if it has neither an annex's name nor a note.

    Args:
        lines: of the page, from top to bottom.
    """
    upper = [line for line in lines if line.middle < _NOTE_WITHIN]
    # Where a sentence happens to break before `kèm theo`, the line begins with a small letter.
    notes = (index for index, line in enumerate(upper) if _NOTE.search(line.folded) and not _is_within(line))
    names = (index for index, line in enumerate(upper) if line.middle < _NAME_WITHIN and _is_name(line))
    note, name = next(notes, None), next(names, None)
    if note is None:
        return None if name is None else Annex()
    text = join(upper[note : note + _NOTE_LINES])
    title = upper[0 if name is None else name + 1 : note]
    return Annex(identity_of([text], [text]), fold(join(title)))


def _is_within(line: Line) -> bool:
    return line.text.lstrip(" -–*.,;")[:1].islower()


def _is_name(line: Line) -> bool:
    named = _NAME.match(line.folded) is not None and len(line.words) <= _NAME_WORDS
    return named and line.centre > _NAMED_FROM and (line.text.isupper() or line.folded[:1] in "PM")
