"""What the archivist reads in the end: every file once, its fate, the reason, in plain Vietnamese."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from pathlib import Path

import pytest
from crowd import all_at_once
from hypothesis import given
from hypothesis import strategies as st

from intake import scans
from intake.conftest import Inbox
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import Document, DocumentStatus
from sohoa.catalogue.overview import batch_overview
from sohoa.intake import claim_complete, receive_batch, write_receipt
from sohoa.intake.receipt import safe_cell


def _batch(inbox: Inbox, files: dict[str, bytes], name: str = "lô 1") -> str:
    inbox.drop("G09", name, files | {"_READY": b""})
    batch_id = claim_complete(inbox.settings)[-1]
    receive_batch(inbox.settings, batch_id)
    return batch_id


def _rows(folder: Path) -> list[list[str]]:
    text = (folder / "receipt.csv").read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def _document(inbox: Inbox, batch_id: str, path: str, **values: object) -> None:
    row = inbox.ledger(batch_id)[path]
    facts = {
        "document_id": f"{row.sha256}"[:30],
        "batch_id": batch_id,
        "sha256": row.sha256,
        "first_page": 1,
        "page_count": 2,
        "unit_code": "G09",
        "source_file": path,
        "source_files": [path],
        "status": DocumentStatus.ACCEPTED,
        "code_number": "1368",
        "code_notation": "QĐ-BNV",
        "issued_on": dt.date(2022, 3, 5),
        "review_reasons": [],
        "flags": [],
    }
    with writing(inbox.settings.catalogue_url) as session:
        session.add(Document(**(facts | values)))


def test_receipt_lists_every_file_once_with_its_fate_and_reason(inbox: Inbox) -> None:
    batch_id = _batch(
        inbox,
        {
            "a.jpg": scans.jpeg(),
            "b.jpg": scans.jpeg(),
            "cụt.pdf": scans.cut_pdf(),
            "xem.jpg": scans.jpeg(3),
            "manifest.csv": "file\na.jpg\nkhông gửi.jpg\n".encode(),
        },
    )
    _document(inbox, batch_id, "a.jpg")
    _document(inbox, batch_id, "xem.jpg", status="in_review", review_reasons=["number_uncertain", "no_register_row"])

    header, *rows = _rows(write_receipt(inbox.settings, batch_id))

    assert header == ["Tệp", "Kết quả", "Lý do, việc cần làm", "Số, ký hiệu", "Ngày ban hành", "Số trang"]
    assert [row[0] for row in rows] == ["a.jpg", "b.jpg", "cụt.pdf", "không gửi.jpg", "xem.jpg"]
    told = {row[0]: row[1:] for row in rows}
    assert told["a.jpg"] == ["Đã số hóa", "", "1368/QĐ-BNV", "05/03/2022", "2"]
    assert told["b.jpg"][0] == "Trùng"
    assert "lô 1/a.jpg" in told["b.jpg"][1]
    assert told["cụt.pdf"][:2] == ["Không mở được", "Tệp bị cắt cụt: chép lại từ máy quét"]
    assert told["không gửi.jpg"][0] == "Không mở được"
    assert told["xem.jpg"][0] == "Chờ người kiểm tra"
    assert "đối chiếu với ảnh" in told["xem.jpg"][1]
    assert "Không có trong sổ kết quả" in told["xem.jpg"][1]


def test_every_loose_page_has_the_fate_of_its_document_and_a_stack_a_line_for_each(inbox: Inbox) -> None:
    files = {"a.jpg": scans.jpeg(1), "b.jpg": scans.jpeg(2), "stack.tif": scans.tiff(3)}
    batch_id = _batch(inbox, files)
    _document(inbox, batch_id, "a.jpg", source_files=["a.jpg", "b.jpg"])
    _document(inbox, batch_id, "stack.tif", document_id="second", first_page=3, code_number="71", status="in_review")
    _document(inbox, batch_id, "stack.tif", code_number="70")

    _, *rows = _rows(write_receipt(inbox.settings, batch_id))

    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("a.jpg", "Đã số hóa", "1368/QĐ-BNV"),
        ("b.jpg", "Đã số hóa", "1368/QĐ-BNV"),
        ("stack.tif", "Đã số hóa", "70/QĐ-BNV"),
        ("stack.tif", "Chờ người kiểm tra", "71/QĐ-BNV"),
    ]
    with reading(inbox.settings.catalogue_url) as session:
        (batch,) = batch_overview(session, batch_id)
    shown = {file["file"]: (file["outcome"], len(file["documents"])) for file in batch["files"]}
    assert shown == {"a.jpg": ("accepted", 1), "b.jpg": ("accepted", 1), "stack.tif": ("in_review", 2)}


def test_duplicate_names_its_twin_in_an_earlier_batch(inbox: Inbox) -> None:
    _batch(inbox, {"gốc.jpg": scans.jpeg()}, "lô đầu")
    batch_id = _batch(inbox, {"lại.jpg": scans.jpeg()}, "lô sau")

    [_, row] = _rows(write_receipt(inbox.settings, batch_id))

    assert "lô đầu/gốc.jpg" in row[2]


def test_locked_document_shows_nothing_of_its_content(inbox: Inbox) -> None:
    batch_id = _batch(inbox, {"mật.jpg": scans.jpeg()})
    _document(inbox, batch_id, "mật.jpg", status="locked", review_reasons=["secrecy_mark"])

    [_, row] = _rows(write_receipt(inbox.settings, batch_id))

    assert row[0] == "mật.jpg"
    assert row[3:] == ["", "", ""]


def test_csv_begins_with_the_mark_by_which_excel_knows_utf_8(inbox: Inbox) -> None:
    folder = write_receipt(inbox.settings, _batch(inbox, {"Quyết định.jpg": scans.jpeg()}))

    content = (folder / "receipt.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\xef\xbb\xbf") == 1
    assert "Quyết định.jpg" in content.decode("utf-8")


@pytest.mark.parametrize(
    "name",
    ["=cmd|'calc'!A1.jpg", "+1.jpg", "-1+1.jpg", "@SUM(A1).jpg", "\t=1.jpg", "\r=1.jpg", "\n=1.jpg", "\uff1d1.jpg"],
)
def test_no_file_name_becomes_a_formula(inbox: Inbox, name: str) -> None:
    [_, row] = _rows(write_receipt(inbox.settings, _batch(inbox, {name: scans.jpeg()})))

    assert row[0] == f"'{name}"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_file_name_becomes_a_formula_where_cells_end_at_another_character(inbox: Inbox, delimiter: str) -> None:
    """Vietnamese Windows splits CSV at semicolons."""
    folder = write_receipt(inbox.settings, _batch(inbox, {f'a{delimiter}=1+1{delimiter}"{delimiter}=2.jpg': b""}))
    text = (folder / "receipt.csv").read_bytes().decode("utf-8-sig")

    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]
    assert not [cell for cell in cells if cell.startswith("=")]


@given(st.text(max_size=20))
def test_safe_cell_keeps_the_text_and_starts_no_formula(text: str) -> None:
    safe = safe_cell(text)

    assert safe.removeprefix("'") == text.removeprefix("'") or safe == text
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))


def test_html_shows_hostile_names_as_text(inbox: Inbox) -> None:
    name = "<script>alert(1)<\u2215script>\"'&.jpg"
    batch_id = _batch(inbox, {name: scans.jpeg()}, name="<img src=x onerror=alert(2)>")
    text = (write_receipt(inbox.settings, batch_id) / "receipt.html").read_text(encoding="utf-8")

    assert "<script" not in text
    assert "<img" not in text
    assert name in html.unescape(text)


def test_html_counts_outcomes_and_says_that_nothing_was_deleted(inbox: Inbox) -> None:
    batch_id = _batch(inbox, {"a.jpg": scans.jpeg(), "b.jpg": scans.jpeg(), "c.jpg": scans.jpeg()}, name="")
    text = (write_receipt(inbox.settings, batch_id) / "receipt.html").read_text(encoding="utf-8")

    assert '<html lang="vi">' in text
    assert "các tệp rời" in text
    assert re.findall(r"<li><b>(\d+)</b>([^<]+)</li>", text) == [("1", "Đang xử lý"), ("2", "Trùng")]
    assert "Không tệp nào bị xóa" in text
    assert len(re.findall("<tr class=", text)) == 3


def test_receipt_speaks_english_when_told_so(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox.settings, "language", "en")
    folder = write_receipt(inbox.settings, _batch(inbox, {"a.pdf": b""}))

    assert _rows(folder)[1][1:3] == ["Cannot be opened", "Empty file: scan or copy it again"]
    assert '<html lang="en">' in (folder / "receipt.html").read_text(encoding="utf-8")


def test_receipt_issued_again_takes_the_place_of_the_first(inbox: Inbox) -> None:
    batch_id = _batch(inbox, {"a.jpg": scans.jpeg()})
    first = write_receipt(inbox.settings, batch_id)
    before = _rows(first)
    _document(inbox, batch_id, "a.jpg")
    second = write_receipt(inbox.settings, batch_id)

    assert first == second
    assert before != _rows(second)
    assert {path.name for path in second.iterdir()} == {"receipt.csv", "receipt.html"}


def test_receipt_written_by_several_processes_at_once_is_whole(inbox: Inbox) -> None:
    batch_id = _batch(inbox, {f"{number}.jpg": scans.jpeg(number) for number in range(30)})

    folders = all_at_once(3, write_receipt, inbox.settings, batch_id)

    assert len(_rows(folders[0])) == 31
    assert {path.name for path in folders[0].iterdir()} == {"receipt.csv", "receipt.html"}


def test_receipt_with_names_in_broken_bytes_can_be_written(inbox: Inbox) -> None:
    import os

    batch_id = _batch(inbox, {os.fsdecode(b"h\xf4.jpg"): scans.jpeg()})

    assert _rows(write_receipt(inbox.settings, batch_id))[1][0] == "h\\xf4.jpg"
