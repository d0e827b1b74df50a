from __future__ import annotations

import struct
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from sohoa.indicators import HeadlinePath, HeadlinePoint
from sohoa.indicators.bases import Base
from sohoa.indicators.headline import PopulationBreak
from sohoa.indicators.headline_picture import Language, headline_picture, percent

BREAKS = (
    PopulationBreak(2022, "P1", "P2", "indicator.break_p1_p2"),
    PopulationBreak(2023, "P2", "P3", "indicator.break_p2_p3"),
)
ASSUMED = Base(Decimal("0.6"), "assumed_base", 2022)
SVG = "{http://www.w3.org/2000/svg}"


def point(
    year: int, indicator: str, population: str, numerator: int, target: float, basis: str = "stated"
) -> HeadlinePoint:
    rate = numerator / 100 if numerator else None
    counted = (numerator, 100 if numerator else 0, rate)
    return HeadlinePoint(year, indicator, population, *counted, target, None, basis, *counted)


PATH = HeadlinePath(
    "civil",
    None,
    (
        point(2021, "T01", "P1", 41, 0.4),
        point(2022, "T02", "P2", 59, 0.6),
        point(2023, "T04a", "P3", 76, 0.8, "assumed_base"),
        point(2024, "T04a", "P3", 0, 1.0, "assumed_base"),
        point(2026, "T04a", "P3", 93, 1.0, "no_legal_source"),
    ),
    BREAKS,
    ASSUMED,
    None,
)


def _letters(svg: bytes) -> str:
    """The texts of the picture: matplotlib keeps each as a comment beside its outlines."""
    parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))
    tree = ET.fromstring(svg, parser)
    return "\n".join(one.text or "" for one in tree.iter(ET.Comment))


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("vi", ["Đổi cách tính P1 → P2", "Đổi cách tính P2 → P3", "chưa có số liệu", "59 %", "80 %", "giả định"]),
        ("en", ["Count changes P1 → P2", "Count changes P2 → P3", "no data yet", "59 %", "assumed base"]),
    ],
)
def test_the_picture_names_breaks_bases_and_what_is_missing(language: Language, wanted: list[str]) -> None:
    said = _letters(headline_picture(PATH, form="svg", language=language))
    assert [text for text in wanted if text not in said] == []


def test_every_vietnamese_letter_has_an_outline(recwarn: pytest.WarningsRecorder) -> None:
    """matplotlib warns of each glyph that its font lacks."""
    headline_picture(PATH, form="png", language="vi")
    assert [str(one.message) for one in recwarn if "Glyph" in str(one.message)] == []


def test_the_same_path_gives_the_same_bytes() -> None:
    for form in ("svg", "png"):
        one, other = (headline_picture(PATH, form=form, language="vi") for _ in range(2))
        assert one == other


def test_a_png_is_a_png_of_useful_size() -> None:
    data = headline_picture(PATH, form="png", language="en")
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    assert width >= 1500
    assert height >= 1000


def test_the_svg_has_a_title_and_asks_nothing_of_the_network() -> None:
    data = headline_picture(PATH, form="svg", language="vi")
    title = ET.fromstring(data).find(f"{SVG}title")
    assert title is not None
    assert title.text is not None
    assert "2021–2026" in title.text
    assert all(word not in data for word in (b"<script", b"<image", b'href="http'))


@pytest.mark.parametrize(
    ("share", "vietnamese", "english"),
    [
        (0.5, "50 %", "50 %"),
        (0.625, "62,5 %", "62.5 %"),
        (0.57, "57 %", "57 %"),
        (0.9996, "99,9 %", "99.9 %"),
        (1.0, "100 %", "100 %"),
        (2 / 3, "66,6 %", "66.6 %"),
        (None, "–", "–"),
    ],
)
def test_shares_are_cut_off_not_rounded_up(share: float | None, vietnamese: str, english: str) -> None:
    assert (percent(share, "vi"), percent(share, "en")) == (vietnamese, english)
