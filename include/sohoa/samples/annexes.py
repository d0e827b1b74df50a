"""Longer documents, as stacks hold them: decisions of several pages, with appendices, charters and plans behind."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from sohoa.samples import texts
from sohoa.samples.documents import Annex, Document, annex_note, charter
from sohoa.samples.kinds import Form
from sohoa.samples.results import Result

_LONG_SHARE, _ANNEX_SHARE, _LETTER_ANNEX_SHARE = 0.4, 0.5, 0.15
_TABLE_HEADS = (
    (("STT", "Nội dung", "Đơn vị tính", "Số lượng"), (12.0, 90.0, 30.0, 28.0)),
    (("TT", "Công việc", "Cơ quan chủ trì", "Thời hạn"), (12.0, 66.0, 50.0, 32.0)),
)


def lengthened(document: Document, result: Result, rng: Random) -> Document:
    """The document with more on its pages and behind them, or as it is."""
    if document.form is Form.CERTIFICATE:
        return document
    if rng.random() < _LONG_SHARE:
        clauses = rng.sample(texts.phrases("clauses"), rng.randint(5, len(texts.phrases("clauses"))))
        numbered = tuple(f"{index}. {text}" for index, text in enumerate(clauses, 1))
        document = replace(document, paragraphs=(*document.paragraphs[:1], *numbered, *document.paragraphs[1:]))
    share = _LETTER_ANNEX_SHARE if document.form is Form.LETTER else _ANNEX_SHARE
    if document.annexes or rng.random() >= share:
        return document
    return replace(document, annexes=_annexes(document, result, rng))


def _annexes(document: Document, result: Result, rng: Random) -> tuple[Annex, ...]:
    note = annex_note(result)
    drawn = rng.random()
    if document.form is Form.LETTER or drawn < 0.4:
        return (_appendix("PHỤ LỤC", note, rng),)
    if drawn < 0.6:
        return tuple(_appendix(f"PHỤ LỤC {ordinal}", note, rng) for ordinal in ("I", "II", "III")[: rng.randint(2, 3)])
    if drawn < 0.92:
        title = rng.choice((("ĐIỀU LỆ", result.matter.concerns), ("QUY CHẾ", "Tổ chức và hoạt động")))
        return (Annex(title, f"(Ban hành kèm theo {note})", (), charter(result, rng)),)
    # Before 2020 an attached plan had a letterhead of its own, without a number.
    plan = tuple(f"{index}. {text}" for index, text in enumerate(rng.sample(texts.phrases("clauses"), 6), 1))
    return (Annex(("KẾ HOẠCH", "Triển khai thực hiện"), f"(Kèm theo {note})", (), plan, letterhead=document.header),)


def _appendix(title: str, note: str, rng: Random) -> Annex:
    columns, widths = rng.choice(_TABLE_HEADS)
    what = rng.choice(("Danh mục nhiệm vụ được giao", "Biểu tổng hợp số liệu", "Danh mục hồ sơ, tài liệu kèm theo"))
    rows = tuple(_appendix_row(index, columns[2], rng) for index in range(1, rng.choice((6, 11, 19, 34)) + 1))
    return Annex((title, what), f"(Kèm theo {note})", rows, columns=columns, widths=widths)


def _appendix_row(index: int, third: str, rng: Random) -> tuple[str, ...]:
    work = rng.choice(texts.phrases("works"))
    if third == "Đơn vị tính":
        return str(index), work, rng.choice(("bộ", "hồ sơ", "văn bản", "lượt")), str(rng.randint(2, 480))
    return str(index), work, texts.office(rng), f"Tháng {rng.randint(3, 12)}/{rng.randint(2018, 2024)}"
