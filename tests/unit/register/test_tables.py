from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from sohoa.errors import SohoaError
from sohoa.register import REQUIRED, Rejection, tables
from sohoa.settings import Settings

from .conftest import WriteCsv
from .exports import as_cp1258, judged, numbered, row


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def write_xlsx(path: Path, *rows: Sequence[object], title: str = "Sổ") -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Hướng dẫn"
    book.active.append(["Danh sách dưới đây"])
    sheet = book.create_sheet(title)
    for cells in rows:
        sheet.append(list(cells))
    book.save(path)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encode",
    [lambda text: text.encode("utf-8-sig"), str.encode, as_cp1258, lambda text: text.encode("utf-16")],
    ids=["bom", "utf8", "cp1258", "utf16"],
)
def test_a_csv_is_read_whatever_program_wrote_it(
    settings: Settings, write_csv: WriteCsv, delimiter: str, encode
) -> None:  # type: ignore[no-untyped-def]
    cells = row(Trích_yếu='Về việc "đặc cách", bổ nhiệm;\nnguyễn ỡ ự ệ ặ', Ngày_hết_hiệu_lực="2030-01-31")
    (taken,), rejections = judged(settings, write_csv([cells], delimiter=delimiter, encode=encode))
    assert rejections == []
    assert taken.subject == 'Về việc "đặc cách", bổ nhiệm; nguyễn ỡ ự ệ ặ'
    assert taken.code_text == "70/QĐ-BNV"
    assert (taken.issued_on, taken.expires_on) == (dt.date(2022, 3, 5), dt.date(2030, 1, 31))


def test_headers_may_come_in_any_order_case_and_spacing_below_titles(settings: Settings, tmp_path: Path) -> None:
    names = sorted(REQUIRED)
    headers = [f" {name.upper()} ".replace(" ", "  ") for name in names] + ["Ghi chú", ""]
    cells = [row()[name] for name in names] + ["bỏ qua", ""]
    path = tmp_path / "title.csv"
    path.write_text("\n".join(["SỔ KẾT QUẢ;;", "", ";".join(headers), ";".join(cells)]), encoding="utf-8")
    (taken,), _ = judged(settings, path)
    assert (taken.line, taken.result_key) == (4, "70/QĐ-BNV|2022-03-05|G09")
    assert taken.columns == set(REQUIRED)


def test_a_mapping_file_renames_headers(settings: Settings, write_csv: WriteCsv, tmp_path: Path) -> None:
    other = {"Mã hồ sơ": "MaHoSo", "Số ký hiệu kết quả": "SoKyHieu"}
    cells = {other.get(name, name): value for name, value in row().items()}
    path = write_csv([cells], headers=list(cells))
    with pytest.raises(SohoaError, match=r"thiếu các cột: Mã hồ sơ, Số ký hiệu kết quả\. .*MaHoSo, Mã TTHC"):
        judged(settings, path)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text('"mahoso": "mã hồ sơ"\nSoKyHieu: Số ký hiệu kết quả\n', encoding="utf-8")
    (taken,), _ = judged(settings, path, mapping)
    assert taken.result_key == "70/QĐ-BNV|2022-03-05|G09"


@pytest.mark.parametrize("text", ["- a", "a: [1]", "{", "!!python/object/apply:os.getcwd []", "a: Số hiệu lạ"])
def test_a_wrong_mapping_file_is_refused(settings: Settings, write_csv: WriteCsv, tmp_path: Path, text: str) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(text, encoding="utf-8")
    with pytest.raises(SohoaError, match="ánh xạ"):
        judged(settings, write_csv([row()]), mapping)


def test_a_workbook_is_read_with_real_dates_and_numbers(settings: Settings, tmp_path: Path) -> None:
    cells = [row()[name] for name in REQUIRED]
    dated = [*cells]
    dated[0], dated[6], dated[9] = 220412, dt.datetime(2022, 3, 5), True  # noqa: DTZ001 - a cell has no time zone
    path = write_xlsx(
        tmp_path / "r.xlsx", ["SỔ KẾT QUẢ"], [], REQUIRED, dated, [], ["x", *cells[1:6], "31/02/2022", *cells[7:]]
    )
    (taken,), rejections = judged(settings, path)
    assert (taken.line, taken.dossier_code, taken.still_usable) == (4, "220412", True)
    assert taken.issued_on == dt.date(2022, 3, 5)
    assert rejections == [Rejection(6, "Ngày ban hành", "register.date_invalid")]


def test_formulas_are_never_calculated(settings: Settings, tmp_path: Path) -> None:
    cells = [row()[name] for name in REQUIRED]
    cells[11] = '=HYPERLINK("http://example.org","x")'
    (taken,), _ = judged(settings, write_xlsx(tmp_path / "r.xlsx", REQUIRED, cells))
    assert taken.subject is None  # a program wrote it, no spreadsheet ever showed a value


def test_bad_rows_are_named_by_line_and_reason_and_stop_no_others(settings: Settings, write_csv: WriteCsv) -> None:
    path = write_csv([numbered(1), numbered(2, Ngày_ban_hành="30/02/2022"), numbered(3, Mã_đơn_vị=""), numbered(4)])
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    lines.insert(2, lines[1] + ",một ô thừa")
    lines.insert(3, "cụt,dòng")
    lines.insert(4, lines[1].replace("1/QĐ", "9/QĐ").replace("Về việc", '"Về việc'))
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + lines[1].replace("1/Q", "7/Q").encode() + b"\xff\n")
    rows, rejections = judged(settings, path)
    assert [(one.line, one.code_text) for one in rows] == [(2, "1/QĐ-BNV"), (8, "4/QĐ-BNV")]
    assert rejections == [
        Rejection(3, None, "register.cells_number"),
        Rejection(4, None, "register.cells_number"),
        Rejection(5, None, "register.quotes_broken"),
        Rejection(6, "Ngày ban hành", "register.date_invalid"),
        Rejection(7, "Mã đơn vị", "register.unit_missing"),
        Rejection(10, "Trích yếu", "register.text_broken"),
    ]


def test_an_unclosed_quote_never_joins_two_rows(settings: Settings, write_csv: WriteCsv) -> None:
    # The usual case: the subject is quoted in every row, and one lost its end.
    good = [numbered(n, Trích_yếu="một, hai") for n in range(1, 5)]
    path = write_csv(good)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    lines[2] = lines[2].removesuffix('"')
    path.write_text("\n".join(lines), encoding="utf-8")
    rows, rejections = judged(settings, path)
    assert [one.line for one in rows] == [2, 4, 5]
    assert rejections == [Rejection(3, None, "register.quotes_broken")]


def test_a_file_that_is_no_register_is_refused_in_one_line(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    for content, says in [
        (b"", "không có dữ liệu"),
        (b"\r\n \n", "không có dữ liệu|thiếu các cột"),
        (b"not a workbook", "không phải là bảng tính"),
        (b"PK\x03\x04" + b"\x00" * 50, "không phải là bảng tính"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600, "mật khẩu"),
    ]:
        path.write_bytes(content)
        if not content.strip():
            path = path.with_suffix(".csv")
            path.write_bytes(content)
        with pytest.raises(SohoaError, match=says):
            judged(settings, path)
        path = path.with_suffix(".xlsx")
    for missing in (tmp_path, tmp_path / "nowhere.csv"):
        with pytest.raises(SohoaError, match="Không mở được"):
            judged(settings, missing)


def test_a_zip_that_is_no_workbook_or_a_bomb_is_refused(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<broken")
    with pytest.raises(SohoaError, match="không phải là bảng tính"):
        judged(settings, path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (2 << 20))
    monkeypatch.setattr(tables, "MAX_UNPACKED_BYTES", 1 << 20)
    with pytest.raises(SohoaError, match="giải nén chiếm 2 MB"):
        judged(settings, path)


def test_files_beyond_the_limits_are_refused(
    settings: Settings, write_csv: WriteCsv, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv([numbered(1), numbered(2)])
    monkeypatch.setattr(tables, "MAX_ROWS", 1)
    with pytest.raises(SohoaError, match="hơn 1 dòng"):
        judged(settings, path)
    monkeypatch.setattr(tables, "MAX_LINE_CHARS", 1000)
    path.write_text(path.read_text(encoding="utf-8") + "x" * 2000, encoding="utf-8")
    with pytest.raises(SohoaError, match="dòng quá dài"):
        judged(settings.model_copy(), path)
    with path.open("ab") as handle:
        handle.truncate((1 << 20) + 1)
    with pytest.raises(SohoaError, match="lớn hơn 1 MB"):
        judged(settings.model_copy(update={"max_file_mb": 1}), path)
