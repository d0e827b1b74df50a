"""Whether a reading is language."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.ocr import Word, makes_sense, sense_of
from sohoa.ocr.sense import is_syllable

# What tesseract made of real lines, and of the same lines upside down, each word with its confidence.
UPRIGHT = [("Về", 0.97), ("việc", 0.97), ("tặng", 0.97), ("Giấy", 0.97), ("khen", 0.96), ("cho", 0.97), ("cá", 0.97)]
UPSIDE_DOWN = [("tiệtqu", 0.23), ("nịq2", 0.61), ("H1", 0.67), ("nu)", 0.17), ("ươA", 0.27), ("299", 0.87), ("2", 0.0)]
ENGLISH = [("This", 0.92), ("certificate", 0.9), ("is", 0.93), ("issued", 0.93), ("confirm", 0.93)]
ENGLISH_UPSIDE_DOWN = [("SỊI", 0.0), ("p2QH2S9D", 0.29), ("S9BAN2E", 0.16), ("911", 0.38), ("SUOIIPIOOSSP", 0.52)]
DIGITS = [("150.550", 0.96), ("894.828", 0.96), ("241.485", 0.77), ("171.975", 0.97)]


def words(reading: list[tuple[str, float]], *, on_their_side: bool = False) -> list[Word]:
    """Words of a line on an A4 page."""
    sides = (0.02, 0.1) if on_their_side else (0.1, 0.02)
    return [Word(text, confidence, 0.1, 0.1, 0.1 + sides[0], 0.1 + sides[1], 0, 0) for text, confidence in reading]


@pytest.mark.parametrize("reading", [UPRIGHT, ENGLISH, DIGITS], ids=["vietnamese", "english", "digits"])
def test_what_is_read_the_right_way_up_makes_sense(reading: list[tuple[str, float]]) -> None:
    assert makes_sense(words(reading), 0.707)


@pytest.mark.parametrize("reading", [UPSIDE_DOWN, ENGLISH_UPSIDE_DOWN], ids=["vietnamese", "english"])
def test_what_is_read_upside_down_makes_none(reading: list[tuple[str, float]]) -> None:
    assert not makes_sense(words(reading), 0.707)
    assert sense_of(words(reading), 0.707) < 0.4


def test_words_that_stand_on_their_side_make_no_sense() -> None:
    assert sense_of(words(DIGITS, on_their_side=True), 0.707) == 0.0


@pytest.mark.parametrize("reading", [[], [("—", 0.9)], [("|", 0.2), ("...", 0.8)]])
def test_nothing_read_makes_no_sense(reading: list[tuple[str, float]]) -> None:
    assert sense_of(words(reading), 0.707) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        *("Quyết", "định", "nghiêng", "gì", "giữa", "quốc", "khuya", "thuế", "Uỷ", "yêu", "hoạt", "ngoằn", "quý"),
        *("gìn", "Nguyễn", "xoè", "HÒA", "trường", "người", "mặc", "tịch", "ơ"),
    ],
)
def test_syllables_are_known_in_either_normal_form(text: str) -> None:
    assert is_syllable(unicodedata.normalize("NFC", text))
    assert is_syllable(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("text", ["mac", "bích̀", "xyz", "tiệtqu", "ươA2", "certificate", "", "ngghi", "ạạ", "fa"])
def test_what_no_syllable_can_be_is_none(text: str) -> None:
    assert not is_syllable(text)


@given(st.lists(st.tuples(st.text(max_size=12), st.floats(0, 1)), max_size=20), st.floats(0.2, 3))
def test_sense_is_a_share(reading: list[tuple[str, float]], aspect: float) -> None:
    assert 0.0 <= sense_of(words(reading), aspect) <= 1.0
