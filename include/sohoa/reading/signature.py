"""The signature block at the right (ô 7): authority, office and name of who signed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz import fuzz, process

from sohoa.folding import fold
from sohoa.reading.confusions import holds, likeness
from sohoa.reading.lines import Line, around, join
from sohoa.reading.record import NOTHING, Reading

OFFICES = {
    fold(name): name
    for name in (
        "Bộ trưởng",
        "Thứ trưởng",
        "Trưởng ban",
        "Phó Trưởng ban",
        "Cục trưởng",
        "Phó Cục trưởng",
        "Vụ trưởng",
        "Phó Vụ trưởng",
        "Chánh Văn phòng",
        "Phó Chánh Văn phòng",
        "Giám đốc",
        "Phó Giám đốc",
        "Chủ tịch",
        "Phó Chủ tịch",
        "Trưởng phòng",
        "Chánh Thanh tra",
    )
}
"""Offices that sign, by their folded form."""

OFFICE = re.compile(rf"\b({'|'.join(OFFICES)})\b")
AUTHORITY = re.compile(r"^\W*(TM|TUQ|KT|TL|Q)\s?[.,:]\s?(?=[A-Z])|^\W*(TM|TUQ|KT|TL)\s+(?=[A-Z])")
_FAMILIES = """
Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Trịnh Mai Tạ Lương Cao Hà Trương Đào
Lâm Phùng Tô Triệu Thái Châu Quách Tăng Chu Kiều Lưu Vương Nông Hứa
"""
_NAME_WORDS = range(2, 7)
_MIDDLE, _HEAD_ENDS = 0.5, 0.15  # of the page's width, of its height
_LINE_STEP = 2.6  # line heights between two lines of one block
_LIKELY, _TORN = 0.9, 0.3
_FAMILY_NAMES = tuple(_FAMILIES.split())
_LIKE_A_FAMILY_NAME = 80.0  # percent
_LIKE_AN_OFFICE = 0.9
_STROKES = 4  # letters behind an office that are of no name
_FEWEST_TORN = 3  # letters before a name that are more than a speck
_SPECKS = "`'\"^.,;:|_-—~*\\/()[]{}<>“”‘’"


@dataclass(frozen=True)
class Signature:
    """The signature block of a document.

    Attributes:
        page: index of the page that is signed.
        office: lines of authority and office, top to bottom.
        name: the line of the name, and the name in it.
    """

    page: int
    office: tuple[Line, ...]
    name: tuple[Line, str]

    @property
    def top(self) -> float:
        """Where the block begins, a fraction of the page's height."""
        return min(line.box[1] for line in self.office)


def find_signature(pages: Sequence[Sequence[Line]]) -> Signature | None:
    """The block with the first name in the right column below an office, on the page that is signed."""
    for index, lines in enumerate(pages):
        right = [line for line in lines if line.centre > _MIDDLE]
        offices = [line for line in right if line.text.isupper() and names_office(line.folded)]
        if not offices or offices[-1].middle < _HEAD_ENDS:
            continue
        for line in right:
            name = _name_in(line.text) if line.middle > offices[-1].middle else None
            if name is not None:
                return Signature(index, _block(right, offices[-1]), (line, name))
    return None


def names_office(folded: str) -> bool:
    """Whether a line in capitals names an office; misread ones count behind an authority prefix only."""
    if OFFICE.search(folded):
        return True
    prefix = AUTHORITY.match(folded)
    return prefix is not None and max(holds(folded[prefix.end() :], office) for office in OFFICES) >= _LIKE_AN_OFFICE


def _block(right: Sequence[Line], office: Line) -> tuple[Line, ...]:
    """The lines in capitals that stand close above and below a line with an office."""
    block = [office]
    for line in reversed([line for line in right if line.middle < office.middle]):
        if _follows(line, block[0]):
            block.insert(0, line)
    for line in [line for line in right if line.middle > office.middle]:
        if _follows(block[-1], line):
            block.append(line)
    return tuple(block)


def _follows(upper: Line, lower: Line) -> bool:
    near = lower.middle - upper.middle <= _LINE_STEP * max(upper.height, lower.height)
    return near and all(line.text.isupper() and len(line.folded) > 2 for line in (upper, lower))


def read_signer(found: Signature | None) -> Reading:
    """The signer's name, without title."""
    if found is None:
        return NOTHING
    line, name = found.name
    before, run = _name_run([word.strip(_SPECKS) for word in line.text.split()]) or ([], [name])
    torn = "".join(before)
    if sum(letter.isalpha() for letter in torn) < _FEWEST_TORN:
        return Reading(name, line.confidence, found.page + 1, line.box)
    # `NguyR n Trong Thua`: the seal tore the family name.
    family = process.extractOne(fold(torn), _FAMILY_NAMES, processor=fold, scorer=fuzz.ratio)
    whole = [family[0], *run] if family[1] >= _LIKE_A_FAMILY_NAME and run[0] not in _FAMILY_NAMES else run
    return Reading(" ".join(whole), min(_TORN, line.confidence), found.page + 1, line.box)


def read_authority(found: Signature | None) -> dict[str, Reading]:
    """Authority prefix (`TM.`, `Q.`, `KT.`, `TL.`, `TUQ.`), for whom it was signed, and the signer's own office."""
    if found is None:
        return {}
    first, *others = found.office
    prefix = AUTHORITY.match(first.folded)
    if prefix is None:
        return {"signer_title": _told(found, found.office)}
    sign = next(group for group in prefix.groups() if group) + "."
    readings = {"authority_prefix": _reading(found, sign, [first])}
    if sign == "Q.":
        return readings | {"signer_title": _told(found, found.office, prefix.end())}
    own = next((index for index, line in enumerate(others) if OFFICE.match(line.folded)), 0)
    readings["signed_for"] = _told(found, (first, *others[:own]), prefix.end())
    if others:
        readings["signer_title"] = _told(found, others[own:])
    return readings


def _told(found: Signature, lines: Sequence[Line], skipped: int = 0) -> Reading:
    """The office that lines name, from a place in their text on; as the list spells it where it is in the list."""
    words = [word.strip(_SPECKS) for word in join(lines)[skipped:].split()]
    # Strokes of the signature are read as letters and signs between the words.
    text = " ".join(word for word in words if word.isalpha() and len(word) > 1)
    named = next((OFFICES[name] for name in OFFICES if _is_office(fold(text), name)), text)
    return _reading(found, named, lines) if text else NOTHING


def _is_office(folded: str, office: str) -> bool:
    """Whether a text is an office and nothing else but a few letters."""
    behind = folded.removeprefix(office)
    return likeness(folded, office) >= _LIKE_AN_OFFICE or (behind != folded and len(behind) <= _STROKES)


def _reading(found: Signature, value: str, lines: Sequence[Line]) -> Reading:
    return Reading(value, min(_LIKELY, *(line.confidence for line in lines)), found.page + 1, around(lines))


def _name_in(text: str) -> str | None:
    """The name in a line, without the specks that a signature or a seal leaves around it."""
    run = _name_run([word.strip(_SPECKS) for word in text.split()])
    return " ".join(run[1]) if run else None


def _name_run(words: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """The longest run of words that may be a name, after the words that stand before it."""
    names = [bool(word) and word.isalpha() and word[0].isupper() and word[1:].islower() for word in words]
    runs = [list(run) for is_name, run in groupby(range(len(words)), key=names.__getitem__) if is_name]
    longest = max(runs, key=len, default=[])
    if len(longest) not in _NAME_WORDS:
        return None
    return [word for word in words[: longest[0]] if word], [words[index] for index in longest]
