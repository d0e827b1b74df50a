"""Tones that OCR takes for others, in words that leave no doubt."""

from __future__ import annotations

import unicodedata
from importlib.resources import files

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sohoa.folding import fold
from sohoa.reading.tones import tones_put_right


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("V/v Hội Làm vườn tố chức Đại hội", "V/v Hội Làm vườn tổ chức Đại hội"),
        ("phê duyệt Điều lệ (sửa đối, bố sung)", "phê duyệt Điều lệ (sửa đổi, bổ sung)"),
        ("cho phép thành lập Tống hội Cơ khí", "cho phép thành lập Tổng hội Cơ khí"),
        ("KẾT QUẢ KIẾM TRA", "KẾT QUẢ KIỂM TRA"),
        ("Bố nhiệm", "Bổ nhiệm"),
        ("tố\nchức", "tổ\nchức"),
    ],
)
def test_a_tone_that_makes_no_word_is_put_right(read: str, meant: str) -> None:
    assert tones_put_right(read) == meant


@pytest.mark.parametrize(
    "text",
    [
        "đối với bà Tống Thị Hội",
        "tố cáo tổ chức",
        "phân bố dân cư",
        "chi tiêu công",
        "bộ súng thể thao",  # two tones away from `bổ sung`
        "chế độ bố, sung công",  # not one word
        "Hội Đông y",
        "công bố nhiệm vụ",
        "chuyển đối tượng nộp thuế",
        "ngạch cao cấp đối với bà Tống Thị Mai",
        "",
    ],
)
def test_what_may_be_meant_stays(text: str) -> None:
    assert tones_put_right(text) == text


@given(st.text(st.sampled_from("toổốsbổức hđNT ,-1")))
def test_no_letter_changes_but_in_its_tone_and_once_is_enough(text: str) -> None:
    once = tones_put_right(text)
    assert fold(once) == fold(text)
    assert tones_put_right(once) == once


def test_words_of_the_lists_are_right_as_they_are_and_none_hides_another() -> None:
    loaded = yaml.safe_load(files("sohoa.rulesets").joinpath("phrases.yaml").read_text(encoding="utf-8"))
    words = {name: text.split(", ") for name, text in loaded.items()}
    assert all(tones_put_right(word) == word for name in ("hooked", "kept") for word in words[name])
    toneless = {
        unicodedata.normalize("NFD", word).translate(dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323")))
        for word in words["hooked"]
    }
    assert len(toneless) == len(words["hooked"]) > 50
