"""The manifest helps, it does not command: whatever is in it, reading it does no harm."""

from __future__ import annotations

import datetime as dt
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sohoa.intake.manifest import ManifestEntry, read_manifest

HASH = "ab" * 32
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _read(folder: Path, content: bytes | str, name: str = "manifest.csv") -> dict[str, ManifestEntry]:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_manifest(folder)


def test_all_columns_are_read_in_any_order_and_case(tmp_path: Path) -> None:
    text = f"Dossier_Code, PAGES ,file,SHA256,scanned_on\nG09-1,12,sâu/a.pdf,{HASH.upper()},2021-03-05\n"

    assert _read(tmp_path, text) == {
        "sâu/a.pdf": ManifestEntry("sâu/a.pdf", HASH, 12, dt.date(2021, 3, 5), "G09-1"),
    }


def test_vietnamese_headers_are_read(tmp_path: Path) -> None:
    text = "Tên tệp;Mã băm;Số trang;Ngày quét;Mã hồ sơ;Tài liệu;Trang\n"
    row = f"a.jpg;{HASH};1;05/03/2021;G09-1;QĐ 70;2\n"
    read = ManifestEntry("a.jpg", HASH, 1, dt.date(2021, 3, 5), "G09-1", "QĐ 70", 2)

    assert _read(tmp_path, text + row) == {"a.jpg": read}
    assert _read(tmp_path, unicodedata.normalize("NFD", text) + row) == {"a.jpg": read}


def test_document_and_page_say_which_files_belong_together(tmp_path: Path) -> None:
    said = _read(tmp_path, f"file,document,page\na.jpg, {unicodedata.normalize('NFD', 'Tờ trình')} ,10\nb.jpg,,\n")

    assert said == {"a.jpg": ManifestEntry("a.jpg", document="Tờ trình", page=10), "b.jpg": ManifestEntry("b.jpg")}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_spreadsheets_way_of_writing_csv_is_read(tmp_path: Path, delimiter: str, end: str, mark: str) -> None:
    rows = (("file", "pages"), ('"a, ""b""; c.pdf"', "2"), ("d.pdf", "3"))
    text = mark + end.join(delimiter.join(row) for row in rows) + end

    assert {path: entry.pages for path, entry in _read(tmp_path, text).items()} == {'a, "b"; c.pdf': 2, "d.pdf": 3}


@pytest.mark.parametrize(
    "written", ["sâu\\a.pdf", "./sâu/a.pdf", " sâu/a.pdf ", unicodedata.normalize("NFD", "sâu/a.pdf")]
)
def test_names_are_read_as_the_disk_shows_them(tmp_path: Path, written: str) -> None:
    assert set(_read(tmp_path, f"file\n{written}\n")) == {"sâu/a.pdf"}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("pages", "-1"),
        ("pages", "1.5"),
        ("pages", "9" * 5000),
        ("pages", "99999999999999999999"),
        ("scanned_on", "31/02/2021"),
        ("scanned_on", "2021-13-01"),
        ("scanned_on", "hôm qua"),
        ("sha256", "n/a"),
        ("sha256", "ab" * 31),
        ("dossier_code", "x" * 5000),
        ("dossier_code", "G09\x00"),
        ("dossier_code", ""),
        ("document", "x" * 5000),
        ("document", "a\x00b"),
        ("page", "đầu"),
        ("page", "-1"),
    ],
)
def test_value_that_makes_no_sense_is_left_out(tmp_path: Path, column: str, value: str) -> None:
    assert _read(tmp_path, f"file,{column}\na.pdf,{value}\n") == {"a.pdf": ManifestEntry("a.pdf")}


def test_rows_shorter_and_longer_than_the_header_are_read(tmp_path: Path) -> None:
    assert _read(tmp_path, "file,pages\na.pdf\nb.pdf,2,x,y\n,3\n") == {
        "a.pdf": ManifestEntry("a.pdf"),
        "b.pdf": ManifestEntry("b.pdf", pages=2),
    }


def test_bag_manifest_is_read_where_there_is_no_csv(tmp_path: Path) -> None:
    text = f"{HASH}  data/a b.pdf\n{HASH.upper()} data/50%25 %0A.pdf\nrubbish\n"

    assert _read(tmp_path, text, "manifest-sha256.txt") == {
        "data/a b.pdf": ManifestEntry("data/a b.pdf", HASH),
        "data/50% \n.pdf": ManifestEntry("data/50% \n.pdf", HASH),
    }


def test_folder_without_manifest_has_no_entries(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {}
    assert read_manifest(tmp_path / "nowhere") == {}


def test_link_or_pipe_or_folder_is_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("file\na.pdf\n")
    for number, make in enumerate([lambda p: p.symlink_to(tmp_path / "real.csv"), os.mkfifo, Path.mkdir]):
        folder = tmp_path / str(number)
        folder.mkdir()
        make(folder / "manifest.csv")  # type: ignore[no-untyped-call]
        assert read_manifest(folder) == {}


def _harmless(entries: dict[str, ManifestEntry]) -> bool:
    """All that a database must be able to take."""
    return all(
        path == entry.path
        and (entry.sha256 is None or len(entry.sha256) == 64)
        and (entry.pages is None or 0 <= entry.pages < 2**31)
        and (entry.dossier_code is None or "\x00" not in entry.dossier_code)
        and (entry.document is None or 0 < len(entry.document) <= 255)
        and (entry.page is None or 0 <= entry.page < 2**31)
        for path, entry in entries.items()
    )


@quick
@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_harm(tmp_path: Path, content: bytes) -> None:
    assert _harmless(_read(tmp_path, content))
    (tmp_path / "manifest.csv").unlink()
    assert _harmless(_read(tmp_path, content, "manifest-sha256.txt"))
    (tmp_path / "manifest-sha256.txt").unlink()


CELL = st.text(alphabet=st.sampled_from('ab0159/-\x00\r\n",;\t "=đ\u0301.'), max_size=12)


@quick
@given(st.lists(st.tuples(*[CELL] * 7), max_size=5), st.sampled_from(",;\t"))
def test_any_cells_are_read_without_harm(tmp_path: Path, rows: list[tuple[str, ...]], delimiter: str) -> None:
    header = delimiter.join(("file", "sha256", "pages", "scanned_on", "dossier_code", "document", "page"))
    text = "\n".join([header, *(delimiter.join(row) for row in rows)])

    assert _harmless(_read(tmp_path, text))
