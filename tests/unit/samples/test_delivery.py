"""Pages as scanners deliver them: turned, skewed, with blank backs; and that the truth says so."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from sohoa.samples import Level, Side
from sohoa.samples.ageing import AGEING, ScanSettings
from sohoa.samples.delivery import DeliveredPage, add_blank_back, deliver, turns_of
from sohoa.samples.paper import Sheet

SETTINGS = ScanSettings(dpi=100, grey=False, jpeg_quality=90, lossless=True)


def ruled_sheet() -> Sheet:
    """A4 at 300 dpi with one long level line and a square at the top left."""
    image = Image.new("RGB", (2480, 3508), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    draw.line((300, 1754, 2180, 1754), fill=(0, 0, 0), width=9)
    draw.rectangle((200, 300, 500, 600), fill=(0, 0, 0))
    return Sheet(image, lines=["Điều 1."])


def delivered(side: Side, turn: int, seed: int) -> DeliveredPage:
    ranges = replace(AGEING[side][Level.OFFICE], skew=4.0, bleed=(0, 0, 0), holes=0, folds=0, shadow=0, speckles=(0, 0))
    (page,) = deliver([ruled_sheet()], [turn], ranges, SETTINGS, side, Random(seed))
    return page


def upright(page: DeliveredPage) -> np.ndarray:
    """The page set upright and level by what the truth says."""
    turned = page.image.rotate(-page.rotation, expand=True)
    level = turned.rotate(-page.skew, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    return cv2.cvtColor(np.asarray(level), cv2.COLOR_RGB2GRAY)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_rotation_and_skew_of_the_truth_bring_the_page_upright_and_level(side: Side, turn: int) -> None:
    page = delivered(side, turn, seed=turn + 3)
    assert page.rotation == turn
    assert abs(page.skew) > 0.3, "another seed is needed"
    dark = upright(page) < 110
    assert dark[100:200, 65:170].sum() > 5 * dark[-200:-100, -170:-65].sum() + 500, "the square is not at the top left"
    line = np.argwhere(dark[500:660, 150:680])
    slope = np.polyfit(line[:, 1], line[:, 0], 1)[0]
    assert np.degrees(np.arctan(slope)) == pytest.approx(0, abs=0.12)


@pytest.mark.parametrize("side", list(Side))
def test_a_blank_back_has_no_text_and_hardly_any_ink(side: Side) -> None:
    ranges = replace(AGEING[side][Level.OFFICE], bleed=(1.0, 0.05, 0.08), holes=0, folds=0, shadow=0)
    front, back = deliver([ruled_sheet(), None], [0, 0], ranges, SETTINGS, side, Random(4))
    assert (front.blank, front.text) == (False, "Điều 1.")
    assert (back.blank, back.text, back.blocks) == (True, "", ())
    of_back, of_front = ((np.asarray(page.image.convert("L")) < 110).mean() for page in (back, front))
    assert of_back < 0.001 < of_front


def test_blank_backs_follow_a_sheet() -> None:
    sheets = [ruled_sheet(), ruled_sheet()]
    for seed in range(12):
        with_back = add_blank_back(sheets, Random(seed))
        assert with_back[0] is not None
        assert [sheet for sheet in with_back if sheet is not None] == sheets
        assert len(with_back) == 3


@pytest.mark.parametrize("side", list(Side))
def test_one_page_in_25_is_upside_down_in_an_office_and_none_when_clean(side: Side) -> None:
    rng = Random(1)
    pages = [turn for _ in range(6000) for turn in turns_of(2, AGEING[side][Level.OFFICE], rng)]
    assert 0.03 < pages.count(180) / len(pages) < 0.05
    assert 0.006 < (pages.count(90) + pages.count(270)) / len(pages) < 0.014
    assert not any(turn for _ in range(500) for turn in turns_of(2, AGEING[side][Level.CLEAN], rng))


@pytest.mark.parametrize("side", list(Side))
def test_office_pages_stay_within_what_the_issue_calls_office(side: Side) -> None:
    office = AGEING[side][Level.OFFICE]
    assert office.skew <= 2.0
    assert office.jpeg == (40, 85)
    assert min(office.bleed[0], office.holes, office.folds, office.incoming_stamp, office.upside_down) > 0
    hard = AGEING[side][Level.HARD]
    assert hard.skew > office.skew
    assert hard.jpeg[0] < office.jpeg[0]
