"""`sohoa separators make`: a PDF that can be printed and read back, or one line that says what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import pypdfium2 as pdfium
import pytest

from sohoa.cli import main
from sohoa.pages.barcodes import read_barcodes
from sohoa.pages.separators import Separator, separator_in

Make = Callable[..., tuple[int, str]]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Make:
    """Runs the command; returns its exit code and what it said on standard error."""
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["sohoa", "separators", "make", *map(str, arguments)])
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0), capsys.readouterr().err
        return 0, capsys.readouterr().err

    return run


def sheets_in(path: Path) -> list[Separator | None]:
    with pdfium.PdfDocument(path) as pdf:
        pages = [page.render(scale=200 / 72).to_numpy()[:, :, :3] for page in pdf]
    greys = [cv2.cvtColor(page, cv2.COLOR_BGR2GRAY) for page in pages]
    return [separator_in([code.text for code in read_barcodes(grey)]) for grey in greys]


def test_sheets_carry_unit_batch_pages_and_their_number(make: Make, tmp_path: Path) -> None:
    out = tmp_path / "sheets.pdf"
    code, said = make("--unit", "G09.01", "--batch", "Lô 1", "--pages", 3, "--count", 2, "--out", out)

    assert (code, "2 sheets" in said) == (0, True)
    assert sheets_in(out) == [Separator("G09.01", "Lô 1", 3, 1), Separator("G09.01", "Lô 1", 3, 2)]


def test_without_pages_a_sheet_names_none(make: Make, tmp_path: Path) -> None:
    out = tmp_path / "sheets.pdf"
    assert make("--unit", "G09", "--batch", "x", "--out", out)[0] == 0
    assert sheets_in(out) == [Separator("G09", "x", None, 1)]


def test_the_same_sheets_are_the_same_file(make: Make, tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        make("--unit", "G09", "--batch", "x", "--out", tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--unit", "G09", "--batch", "x"),
        ("--unit", "", "--batch", "x", "--out", "x.pdf"),
        ("--unit", "G09", "--batch", "a/b", "--out", "x.pdf"),
        ("--unit", "G09", "--batch", "x", "--pages", "0", "--out", "x.pdf"),
        ("--unit", "G09", "--batch", "x", "--count", "1001", "--out", "x.pdf"),
    ],
)
def test_wrong_use_is_said_and_writes_nothing(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert make(*arguments)[0] == 2
    assert list(tmp_path.glob("*.pdf")) == []


@pytest.mark.parametrize("batch", ["x", "ữ" * 200])
def test_what_cannot_be_written_is_said_in_one_line(make: Make, tmp_path: Path, batch: str) -> None:
    out = tmp_path / ("missing/sheets.pdf" if batch == "x" else "sheets.pdf")
    code, said = make("--unit", "G09", "--batch", batch, "--out", out)
    assert code == 3
    assert "Traceback" not in said
    assert list(tmp_path.glob(".*part")) == []
