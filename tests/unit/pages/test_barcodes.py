"""Codes on scanned pages: found small and large, turned and noisy; what they say is bounded and harmless."""

from __future__ import annotations

import unicodedata

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from sohoa.pages.barcodes import harmless, read_barcodes
from sohoa.pages.imaging import Pixels

DPI, FINE_DPI = 200, 600
DOSSIER = "000.00.00.G09-220412-0001"
LONG = f"Mã hồ sơ: {DOSSIER}\nMã TTHC: 1.003822\nTên giấy tờ: Quyết định cho phép thành lập hội\n12/04/2022 09:41"
QR, MATRIX = zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix
LINEAR = zxingcpp.BarcodeFormat.Code128


def scanned(
    text: str | bytes,
    width_mm: float,
    kind: zxingcpp.BarcodeFormat = QR,
    *,
    skew: float = 0.0,
    turns: int = 0,
    noise: float = 6.0,
) -> Pixels:
    """A tinted A4 page with lines of print and one code, as a scanner of 200 dpi delivers it."""
    code = np.array(zxingcpp.create_barcode(text, kind).to_image(scale=1, add_quiet_zones=False))
    width = round(width_mm / 25.4 * FINE_DPI)
    height = width if code.shape[0] > 5 else width // 4
    paper = np.full((297 * FINE_DPI * 10 // 254, 210 * FINE_DPI * 10 // 254), 235, np.uint8)
    for row in range(4000, 6500, 120):
        cv2.putText(paper, "Quyet dinh nay co hieu luc", (600, row), cv2.FONT_HERSHEY_SIMPLEX, 2.5, 40, 6)
    drawn = cv2.resize(code, (width, height), interpolation=cv2.INTER_NEAREST)
    paper[500 : 500 + height, 700 : 700 + width] = np.where(drawn > 128, 235, 40)
    scale = DPI / FINE_DPI
    place = cv2.getRotationMatrix2D((1500, 1500), skew, scale)
    place[:, 2] += (scale - 1) * 1500
    page = cv2.GaussianBlur(paper, (0, 0), 1.5)
    size = (round(paper.shape[1] * scale), round(paper.shape[0] * scale))
    page = cv2.warpAffine(page, place, size, borderValue=235)
    page = page + np.random.default_rng(7).normal(0, noise, page.shape)
    page = np.rot90(np.clip(page, 0, 255).astype(np.uint8), turns).copy()
    return cv2.imdecode(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 50])[1], cv2.IMREAD_GRAYSCALE)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_qr_code_of_15_mm_is_read_on_a_crooked_page_any_way_round(turns: int) -> None:
    (code,) = read_barcodes(scanned(LONG, 15, skew=2.5, turns=turns))
    assert (code.format, code.text) == ("QR Code", LONG)


@pytest.mark.parametrize("width_mm", [12, 40, 80])
def test_small_and_large_codes_are_read(width_mm: float) -> None:
    assert [code.text for code in read_barcodes(scanned(DOSSIER, width_mm))] == [DOSSIER]


@pytest.mark.parametrize(("kind", "turns"), [(MATRIX, 0), (LINEAR, 0), (LINEAR, 1), (LINEAR, 2)])
def test_other_codes_are_read_too(kind: zxingcpp.BarcodeFormat, turns: int) -> None:
    width = 80 if kind is LINEAR else 15
    assert [code.text for code in read_barcodes(scanned(DOSSIER, width, kind, turns=turns))] == [DOSSIER]


def test_a_code_tells_where_it_stands() -> None:
    (code,) = read_barcodes(scanned(DOSSIER, 20))
    left, top, right, bottom = code.box
    assert 0 < left < right < 0.5
    assert 0 < top < bottom < 0.3


def test_the_same_text_twice_is_one_code_and_codes_come_top_to_bottom() -> None:
    first, second = scanned("second text", 30), scanned("first text", 30)
    page = np.vstack([second[:1000], first[:1000], second[:1000]])
    assert [code.text for code in read_barcodes(page)] == ["first text", "second text"]


def test_a_page_without_codes_has_none() -> None:
    text = scanned(DOSSIER, 20)
    text[:900] = 235
    assert read_barcodes(text) == []


@pytest.mark.parametrize("shape", [(1, 1), (2, 3000), (3000, 2), (40, 40)])
@pytest.mark.parametrize("fill", [0, 255])
def test_odd_pictures_do_not_upset_the_reader(shape: tuple[int, int], fill: int) -> None:
    assert read_barcodes(np.full(shape, fill, np.uint8)) == []


def test_noise_does_not_upset_the_reader() -> None:
    assert read_barcodes(np.random.default_rng(1).integers(0, 255, (800, 600), dtype=np.uint8)) == []


def test_what_a_hostile_code_says_is_harmless() -> None:
    (code,) = read_barcodes(scanned('\x00\x1b[31m=HYPERLINK("x")\u202e\u200b\ttail', 40, noise=0))
    assert code.text == '[31m=HYPERLINK("x")tail'


def test_a_code_of_raw_bytes_gives_text_or_nothing() -> None:
    for code in read_barcodes(scanned(bytes(range(256)), 60, noise=0)):
        assert code.text == harmless(code.text)


@given(st.text())
def test_texts_are_bounded_and_without_controls(text: str) -> None:
    kept = harmless(text * 200)
    assert len(kept) <= 2000
    assert {c for c in kept if unicodedata.category(c)[0] == "C"} <= {"\n"}
    assert harmless(kept) == kept
    kept.encode()


def test_line_ends_and_vietnamese_letters_stay() -> None:
    assert harmless("a\r\nb\rc") == "a\nb\nc"
    assert harmless(unicodedata.normalize("NFD", LONG)) == LONG
