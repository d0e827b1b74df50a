"""How pages lie, the straightened copy, and places on it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.pages.geometry import (
    Turn,
    corners_as_delivered,
    lie_of,
    skew_of,
    straightened,
    to_delivered,
    to_straightened,
    turn_of,
)

from .prints import DPI, askew, lines_of_text, mm, page_of_text, printed, ruled, sealed

ROTATIONS = (0, 90, 180, 270)
DELIVERED = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


def delivered(page: np.ndarray, rotation: int) -> np.ndarray:
    """The page as it lies if `rotation` clockwise brings it upright."""
    return cv2.rotate(page, DELIVERED[rotation]) if rotation else page


def picture() -> np.ndarray:
    """Blots of all shades, as in a photograph."""
    grain = np.random.default_rng(5).normal(0, 1, (60, 42)).astype(np.float32)
    shades = cv2.resize(grain, (1654, 2339), interpolation=cv2.INTER_CUBIC)
    return np.clip(130 + 60 * shades, 0, 255).astype(np.uint8)


def table(cells: list[str]) -> np.ndarray:
    return ruled(printed(["      ".join(cells)] * 24, left_mm=24, top_mm=24, pitch_mm=10), 4, 26)


PAGES = {
    "text": page_of_text(),
    "text in a wide face": page_of_text("DejaVu Serif"),
    "large text on a certificate": printed(lines_of_text(8, 9), points=17, pitch_mm=14, size_mm=(297, 210)),
    "three lines": printed(lines_of_text(3)),
    "a table": table(["1", "Nguyễn Văn Hùng", "Hà Nội", "chuyên viên"]),
    "capitals": printed([line.upper() for line in lines_of_text(9, 8)], points=14, pitch_mm=9),
    "a text under seals": sealed(sealed(page_of_text(), 500, 1200, 150), 1200, 1500, 150),
    "wide lines": printed(lines_of_text(14), pitch_mm=16),
}
BARE = {
    "nothing": np.full((2339, 1654), 250, np.uint8),
    "a page number": printed(["2"], left_mm=104, top_mm=14),
    "seals": sealed(sealed(np.full((2339, 1654), 250, np.uint8), 500, 700, 170), 1100, 1500, 190),
    "a picture": picture(),
    "rules of a form": ruled(np.full((2339, 1654), 250, np.uint8), 3, 12),
    "rows of digits": printed(["  ".join(["478.213", "15.906", "2.760", "83.415"])] * 30),
    "digits in a narrow grid": ruled(printed(["  ".join(["27", "61", "85", "43"] * 4)] * 24, pitch_mm=10), 16, 24),
    "a line": printed(["Nơi nhận: Như Điều 3; Lưu: VT, TCPCP."]),
}


# Turn


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("name", ["text", "text in a wide face", "a text under seals"])
def test_a_page_of_text_is_known_for_sure_whichever_way_it_lies(name: str, rotation: int) -> None:
    turn = turn_of(delivered(PAGES[name], rotation))
    assert turn == Turn(rotation, sure=True, others=turn.others)


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_with_lines_is_turned_right_or_its_right_turn_is_worth_a_try(name: str, rotation: int) -> None:
    turn = turn_of(delivered(PAGES[name], rotation))
    assert turn.rotation == rotation or (not turn.sure and rotation in turn.others)


@pytest.mark.parametrize("name", [*PAGES, *BARE])
def test_no_straight_page_is_turned(name: str) -> None:
    lie = lie_of({**PAGES, **BARE}[name])
    assert lie.turn.rotation == 0
    assert lie.skew_degrees == 0.0


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("name", BARE)
def test_what_does_not_show_which_way_up_it_is_is_never_sure(name: str, rotation: int) -> None:
    assert not turn_of(delivered(BARE[name], rotation)).sure


def test_a_page_without_lines_is_not_worth_a_second_reading() -> None:
    for name in ("nothing", "a page number", "rules of a form"):
        assert turn_of(BARE[name]) == Turn(0, sure=False)


@pytest.mark.parametrize(("dpi", "rotation"), [(150, 90), (240, 180), (300, 180)])
def test_the_turn_is_found_at_other_resolutions(dpi: int, rotation: int) -> None:
    assert turn_of(delivered(page_of_text(dpi=dpi), rotation), dpi).rotation == rotation


def test_shadows_along_the_edges_are_no_lines() -> None:
    page = askew(page_of_text(), 1.5)
    page[:, :14] = 40
    page[-10:] = 60
    lie = lie_of(page)
    assert lie.turn.rotation == 0
    assert lie.skew_degrees == pytest.approx(1.5, abs=0.1)


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (30, 2000), (2000, 5)])
@pytest.mark.parametrize("shade", [0, 255])
def test_a_sliver_of_a_page_lies_as_it_lies(shape: tuple[int, int], shade: int) -> None:
    lie = lie_of(np.full(shape, shade, np.uint8))
    assert (lie.turn, lie.skew_degrees) == (Turn(0, sure=False), 0.0)


# Skew


@pytest.mark.parametrize("degrees", [-9.5, -4.0, -1.3, -0.4, 0.3, 0.9, 2.2, 6.0, 9.8])
@pytest.mark.parametrize("name", ["text", "a table", "three lines"])
def test_skew_is_found_to_a_tenth_of_a_degree(name: str, degrees: float) -> None:
    assert skew_of(askew(PAGES[name], degrees)) == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize("degrees", [-0.12, 0.0, 0.08])
def test_a_page_that_is_hardly_askew_stays_as_it_is(degrees: float) -> None:
    assert skew_of(askew(page_of_text(), degrees)) == 0.0


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("degrees", [-5.0, 1.7])
def test_a_page_both_turned_and_askew_lies_straight_afterwards(rotation: int, degrees: float) -> None:
    lie = lie_of(delivered(askew(page_of_text(), degrees), rotation))
    assert lie.turn.rotation == rotation
    assert lie.skew_degrees == pytest.approx(degrees, abs=0.1)
    again = lie_of(straightened(delivered(askew(page_of_text(), degrees), rotation), rotation, lie.skew_degrees))
    assert (again.turn.rotation, again.skew_degrees) == (0, 0.0)


# The straightened copy


def test_a_straight_page_is_not_copied() -> None:
    page = page_of_text()
    assert straightened(page, 0, 0.0) is page


@pytest.mark.parametrize("channels", [(), (3,)])
@pytest.mark.parametrize(("rotation", "quarters"), [(90, -1), (180, 2), (270, 1)])
def test_quarter_turns_lose_nothing(rotation: int, quarters: int, channels: tuple[int, ...]) -> None:
    page = np.random.default_rng(1).integers(0, 255, (40, 30, *channels), dtype=np.uint8)
    assert np.array_equal(straightened(page, rotation, 0.0), np.rot90(page, quarters))


@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_small_turn_keeps_the_canvas_and_fills_up_with_white(channels: tuple[int, ...]) -> None:
    page = np.full((300, 200, *channels), 90, np.uint8)
    turned = straightened(page, 0, 6.0)
    assert turned.shape == page.shape
    assert (turned[0, 0] == 255).all()
    assert (turned[150, 100] == 90).all()


# Places


def test_a_mark_on_the_straightened_page_is_where_the_delivered_page_has_it() -> None:
    page = np.full((900, 700), 255, np.uint8)
    page[200:215, 500:520] = 0
    for rotation in ROTATIONS:
        for degrees in (0.0, -4.0, 7.5):
            straight = straightened(page, rotation, degrees)
            rows, columns = np.nonzero(straight < 128)
            height, width = straight.shape
            box = (columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height)
            left, top, right, bottom = to_delivered(box, rotation, degrees, width / height)
            # The box round a box that stands askew is a little larger.
            assert left * 700 == pytest.approx(500, abs=4)
            assert right * 700 == pytest.approx(520, abs=4)
            assert top * 900 == pytest.approx(200, abs=4)
            assert bottom * 900 == pytest.approx(215, abs=4)


fractions = st.floats(0.25, 0.75)
lies = st.tuples(st.sampled_from(ROTATIONS), st.floats(-10, 10), st.floats(0.5, 2.0))


@given(st.tuples(fractions, fractions), lies)
def test_a_place_comes_back_where_it_was(place: tuple[float, float], lie: tuple[int, float, float]) -> None:
    box = (*place, *place)
    there_and_back = to_straightened(to_delivered(box, *lie), *lie)
    assert there_and_back == pytest.approx(box, abs=1e-9)


@given(st.tuples(fractions, fractions, fractions, fractions), lies)
def test_a_box_is_held_by_the_box_round_its_image(box: tuple[float, ...], lie: tuple[int, float, float]) -> None:
    left, right = sorted(box[::2])
    top, bottom = sorted(box[1::2])
    back = to_straightened(to_delivered((left, top, right, bottom), *lie), *lie)
    assert back[0] <= left + 1e-9
    assert back[1] <= top + 1e-9
    assert back[2] >= right - 1e-9
    assert back[3] >= bottom - 1e-9


@given(st.tuples(fractions, fractions, fractions, fractions), st.sampled_from(ROTATIONS))
def test_quarter_turns_bring_a_box_back_exactly(box: tuple[float, ...], rotation: int) -> None:
    given_box = (*(min(pair) for pair in (box[::2], box[1::2])), *(max(pair) for pair in (box[::2], box[1::2])))
    assert to_straightened(to_delivered(given_box, rotation, 0.0, 0.7), rotation, 0.0, 0.7) == pytest.approx(given_box)


def test_the_corners_of_a_box_keep_their_order() -> None:
    corners = corners_as_delivered((0.1, 0.2, 0.4, 0.3), 90, 0.0, 0.7)
    assert np.allclose(corners, ((0.2, 0.9), (0.2, 0.6), (0.3, 0.6), (0.3, 0.9)))


@given(st.tuples(*[st.floats(0, 1)] * 4), lies)
def test_no_box_leaves_the_page(box: tuple[float, ...], lie: tuple[int, float, float]) -> None:
    given_box = (min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3]))
    assert all(0 <= side <= 1 for side in to_delivered(given_box, *lie))


def test_the_pages_of_these_tests_are_a4_at_200_dpi() -> None:
    assert page_of_text().shape == (mm(297), mm(210))
    assert DPI == 200
