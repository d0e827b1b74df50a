"""Marks on printed pages: where the incoming stamp stands, and QR codes that can be read."""

from __future__ import annotations

import datetime as dt
from random import Random

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageChops

from sohoa.samples import Level, Side, plan
from sohoa.samples.ageing import AGEING, ScanSettings
from sohoa.samples.batch import print_share_of_qr
from sohoa.samples.delivery import deliver
from sohoa.samples.marks import mark, print_qr, qr_text
from sohoa.samples.options import checked_options
from sohoa.samples.paper import Sheet, Spot


def blank_sheet() -> Sheet:
    sheet = Sheet(Image.new("RGB", (2480, 3508), (255, 255, 255)))
    sheet.number_line = Spot(720, 450)
    return sheet


def test_qr_codes_of_the_one_stop_system_outlast_the_scanner() -> None:
    scan = next(scan for scan in plan.make_plan(12, 1, faults=False).scans if scan.result.dossiers)
    text = qr_text(scan.result, Random(1))
    assert text.split("|")[:2] == [f"{scan.result.dossiers[0]}-KQ1", scan.result.kind.procedure_code]
    sheet = blank_sheet()
    print_qr(sheet, text)
    settings = ScanSettings(dpi=200, grey=False, jpeg_quality=80, lossless=False)
    (page,) = deliver([sheet], [0], AGEING[Side.TRAIN][Level.CLEAN], settings, Side.TRAIN, Random(2))
    assert [code.text for code in zxingcpp.read_barcodes(np.asarray(page.image))] == [text]


def test_one_document_in_seven_has_a_qr_code_where_asked_for() -> None:
    scans = [scan for scan in plan.make_plan(24, 1, faults=False).scans if scan.result.dossiers]
    sheet = blank_sheet()
    shares = []
    for asked in (True, False):
        options = checked_options(1, "clean", "train", ("printed",), None, qr=asked)
        drawn = [print_share_of_qr(sheet, scan, options, Random(n)) for n, scan in enumerate(scans * 6)]
        shares.append(sum(text is not None for text in drawn) / len(drawn))
    assert 0.08 < shares[0] < 0.24
    assert shares[1] == 0.0


@pytest.mark.parametrize("side", list(Side))
def test_incoming_stamps_stand_in_the_blank_corner_or_on_the_first_lines(side: Side) -> None:
    tops = set()
    for seed in range(20):
        sheet = blank_sheet()
        mark([sheet], ("BỘ NỘI VỤ",), dt.date(2022, 1, 12), AGEING[side][Level.OFFICE], side, Random(seed))
        box = ImageChops.invert(sheet.image).getbbox()
        if box is not None:
            _, top, right, bottom = box
            assert right < 1500
            assert bottom < 1000
            tops.add("corner" if top < 70 else "text")
    assert tops == {"corner", "text"}
