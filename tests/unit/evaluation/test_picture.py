"""The picture of a calibration."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from sohoa.evaluation import Calibration, Judged, draw_calibration

SVG = "{http://www.w3.org/2000/svg}"
VALUES = [Judged("subject", sure / 10, index % 10 < sure) for sure in (3, 6, 9) for index in range(30)]


def drawn(values: list[Judged], language: str = "vi") -> ET.Element:
    return ET.fromstring(draw_calibration(Calibration(values), language))


def test_there_is_a_dot_for_every_bin_on_the_diagonal_where_confidence_is_true() -> None:
    picture = drawn(VALUES)
    panel_bottom = max(float(dot.attrib["cy"]) for dot in picture.iter(f"{SVG}circle"))
    places = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in picture.iter(f"{SVG}circle")]
    assert len(places) == len(Calibration(VALUES).bins) == 3
    (first_x, _), *others = places
    assert [x - first_x for x, _ in others] == pytest.approx([panel_bottom - y for _, y in others])


def test_both_curves_stay_within_the_picture() -> None:
    picture = drawn(VALUES)
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    curves = [path.attrib["d"] for path in picture.iter(f"{SVG}path") if path.attrib["class"] == "curve"]
    places = [tuple(map(float, place.split())) for curve in curves for place in curve[1:].split("L")]
    assert len(curves) == 2
    assert len(places) == 6
    assert all(0 <= x <= width and 0 <= y <= height for x, y in places)


@pytest.mark.parametrize("values", [[], VALUES[:1], [Judged("subject", 1.0, right=True)]], ids=len)
def test_few_values_or_none_are_drawn_all_the_same(values: list[Judged]) -> None:
    assert len(list(drawn(values).iter(f"{SVG}circle"))) == len(values)


@pytest.mark.parametrize(("language", "word"), [("vi", "Độ tin cậy"), ("en", "Confidence")])
def test_words_are_of_the_language_asked_for(language: str, word: str) -> None:
    assert word in {text.text for text in drawn(VALUES, language).iter(f"{SVG}text")}


@pytest.mark.parametrize(("language", "number"), [("vi", "0,25"), ("en", "0.25")])
def test_numbers_are_written_as_the_language_has_them(language: str, number: str) -> None:
    assert number in {text.text for text in drawn(VALUES, language).iter(f"{SVG}text")}
