"""The character error rate: what is an error, what is not, and that order is none."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sohoa.text_accuracy import CharacterErrors, compare_page, fold_diacritics, fold_space

PAGE = [
    "BỘ NỘI VỤ",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Số: 1368/QĐ-BNV",
    "Hà Nội, ngày 31 tháng 12 năm 2021",
    "QUYẾT ĐỊNH",
    "Về việc cho phép thành lập Hội Nuôi ong Việt Nam",
    "Căn cứ Nghị định số 45/2010/NĐ-CP ngày 21 tháng 4 năm 2010 của Chính phủ quy định về tổ chức, hoạt động hội;",
    "Điều 1. Cho phép thành lập Hội Nuôi ong Việt Nam.",
    "Nơi nhận:",
    "- Như Điều 3;",
    "- Lưu: VT, TCPCP.",
    "KT. BỘ TRƯỞNG",
    "THỨ TRƯỞNG",
    "Lê Bá Thắng",
]
N_CHARACTERS = sum(map(len, PAGE))


def changed(block: int, old: str, new: str) -> str:
    assert old in PAGE[block]
    return "\n".join([*PAGE[:block], PAGE[block].replace(old, new, 1), *PAGE[block + 1 :]])


def test_the_text_itself_has_no_errors() -> None:
    assert compare_page(PAGE, "\n".join(PAGE)) == CharacterErrors(N_CHARACTERS, 0, 0, 0)


def test_columns_may_be_read_down_or_across() -> None:
    across = [*PAGE[:9], "Nơi nhận: KT. BỘ TRƯỞNG", "- Như Điều 3; THỨ TRƯỞNG", "- Lưu: VT, TCPCP.", "Lê Bá Thắng"]
    assert compare_page(PAGE, "\n".join(across)).n_errors == 0


def test_line_ends_and_decomposed_letters_are_no_errors() -> None:
    text = unicodedata.normalize("NFD", "\n\n".join(PAGE).replace(" ", "  \n"))
    assert compare_page(PAGE, text).n_errors == 0


@pytest.mark.parametrize(
    ("block", "old", "new", "n_errors", "n_folded"),
    [
        (3, "1368", "1868", 1, 1),
        (7, "Nghị", "Nghi", 1, 0),
        (7, "định", "đinh", 1, 0),
        (7, "Chính", "Chinh", 1, 0),
        (8, "Điều", "Dieu", 2, 0),
        (7, "tổ chức", "tổchức", 1, 1),
        (8, "thành lập", "thành # lập", 2, 2),
        (14, "Thắng", "Thăng", 1, 0),
        (4, "ngày 31 ", "", 8, 8),
    ],
)
def test_errors_inside_a_block_count(block: int, old: str, new: str, n_errors: int, n_folded: int) -> None:
    got = compare_page(PAGE, changed(block, old, new))
    assert (got.n_errors, got.n_errors_folded, got.n_extra) == (n_errors, n_folded, 0)


def test_words_of_a_stamp_between_blocks_are_extra_and_no_error() -> None:
    text = "\n".join([PAGE[0], "ĐẾN Số: 4471 Ngày: 12/01/2022", *PAGE[1:9], "* VIỆT * NAM", *PAGE[9:]])
    got = compare_page(PAGE, text)
    assert got.n_errors == 0
    assert got.n_extra == len("ĐẾNSố:4471Ngày:12/01/2022*VIỆT*NAM")


def test_nothing_read_is_all_wrong_and_invented_text_does_not_help() -> None:
    assert compare_page(PAGE, "").rate == 1.0
    assert compare_page(PAGE, "0123456789 " * 50).rate > 0.8


def test_text_counts_once() -> None:
    assert compare_page(["Sở Nội vụ tỉnh Hà Giang"] * 2, "Sở Nội vụ tỉnh Hà Giang").n_errors == 23


def test_a_number_filled_in_by_pen_is_neither_right_nor_wrong() -> None:
    blocks = ["Số:", "/QĐ-BNV", *PAGE[4:]]
    for read in ("70", "1O", ""):
        assert compare_page(blocks, "\n".join([f"Số: {read} /QĐ-BNV", *PAGE[4:]])).n_errors == 0


def test_a_paragraph_torn_apart_is_wrong() -> None:
    first, second = PAGE[7][:50], PAGE[7][50:]
    assert compare_page([PAGE[7]], f"{second} {first}").rate > 0.3


def test_an_empty_page_without_truth_has_a_rate() -> None:
    assert compare_page([], "").rate == 0.0
    assert compare_page([], "vết bẩn").n_extra == 6


def test_sums_of_pages_weigh_by_characters() -> None:
    total = CharacterErrors(900, 9, 3, 1) + CharacterErrors(100, 41, 7, 0)
    assert (total.rate, total.rate_folded, total.extra_rate) == (0.05, 0.01, 0.001)


WORDS = st.lists(
    st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyộảạ0123456789", min_size=2, max_size=7), min_size=1, max_size=9
).map(" ".join)
DISTINCT_BLOCKS = st.lists(WORDS, min_size=1, max_size=8, unique=True).filter(
    lambda blocks: not any(one in two for one in blocks for two in blocks if one is not two)
)


@settings(max_examples=60, deadline=None)
@given(DISTINCT_BLOCKS, st.integers(0, 2**16))
def test_order_of_blocks_never_counts(blocks: list[str], seed: int) -> None:
    shuffled = list(blocks)
    Random(seed).shuffle(shuffled)
    # A mark between blocks, so that none can be found across two others.
    assert compare_page(blocks, "\n§\n".join(shuffled)).n_errors == 0


@settings(max_examples=60, deadline=None)
@given(DISTINCT_BLOCKS, st.integers(0, 2**16))
def test_one_wrong_character_is_one_error(blocks: list[str], seed: int) -> None:
    rng = Random(seed)
    index = max(range(len(blocks)), key=lambda number: len(blocks[number]))
    place = rng.randrange(len(blocks[index]))
    wrong = blocks[index][:place] + "ω" + blocks[index][place + 1 :]
    got = compare_page(blocks, "\n§\n".join([*blocks[:index], wrong, *blocks[index + 1 :]]))
    assert got.n_errors == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, max_size=6), st.text(max_size=80))
def test_errors_never_exceed_the_truth_nor_fall_below_the_folded_ones(blocks: list[str], text: str) -> None:
    got = compare_page(blocks, text)
    assert 0 <= got.n_errors_folded <= got.n_errors <= got.n_characters == sum(len(fold_space(b)) for b in blocks)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=2, max_size=6))
def test_dropping_a_block_costs_no_more_than_its_length(blocks: list[str]) -> None:
    rates = [compare_page(blocks, "\n".join(blocks[:n])).n_errors for n in range(len(blocks) + 1)]
    for n, (more, fewer) in enumerate(pairwise(rates)):
        assert more - fewer <= len(blocks[n]) + 2


@given(st.text(max_size=40))
def test_folding_keeps_the_number_of_precomposed_letters(text: str) -> None:
    letters = fold_space(text)
    assert fold_diacritics(fold_diacritics(letters)) == fold_diacritics(letters)


def test_folding_takes_every_vietnamese_mark() -> None:
    assert fold_diacritics("Đường bộ Tuyển ở Ngữ lỵ ạ ẵ") == "Duong bo Tuyen o Ngu ly a a"
