"""What the issuing and the receiving office put on printed pages: signature, seals, the stamp `ĐẾN`, a QR code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random

import numpy as np
import zxingcpp
from PIL import Image

from sohoa.samples import seals, signatures, stamps
from sohoa.samples.ageing import Ageing
from sohoa.samples.ink import px
from sohoa.samples.paper import Sheet, Spot
from sohoa.samples.results import Result
from sohoa.samples.sides import Side

_QR_MM = 19.0


def mark(
    sheets: Sequence[Sheet], header: tuple[str, ...], received_on: dt.date, ranges: Ageing, side: Side, rng: Random
) -> None:
    """Sign, seal and stamp the drawn pages, in place."""
    for sheet in sheets:
        if sheet.signature is not None:
            _sign_and_seal(sheet.image, sheet.signature, header, ranges, side, rng)
        elif sheet.is_annex_start and rng.random() < 0.5:
            strength = rng.uniform(*ranges.seal_strength)
            seals.press_seal(sheet.image, header, px(33), px(24), strength, side, rng)
    if rng.random() < ranges.incoming_stamp:
        left, top = _stamp_place(sheets[0], ranges, rng)
        stamps.press_incoming_stamp(sheets[0].image, f"{received_on:%d/%m/%Y}", left, top, side, rng)


def _sign_and_seal(
    page: Image.Image, spot: Spot, header: tuple[str, ...], ranges: Ageing, side: Side, rng: Random
) -> None:
    towards = rng.uniform(*ranges.seal_offset)
    strength = rng.uniform(*ranges.seal_strength)
    drop = px(rng.uniform(*ranges.signature_drop)) if ranges.signature_drop[1] else 0
    signatures.sign(page, spot.x + px(rng.uniform(-3, 5)), spot.y + drop, side, rng)
    # The seal covers the left third of the signature (NĐ 30/2020, Đ.33).
    left, down = px(19 - towards * 0.9), px(towards * 0.9 - 2)
    seals.press_seal(page, header, spot.x - left, spot.y + down, strength, side, rng)


def _stamp_place(first: Sheet, ranges: Ageing, rng: Random) -> tuple[int, int]:
    """In the blank corner above the letterhead, or on the lines about and below the number."""
    number = first.number_line
    if number is None or rng.random() >= ranges.stamp_on_text:
        beside_qr = px(20) if first.has_qr else 0
        return px(rng.uniform(7, 16)) + beside_qr, px(rng.uniform(1.5, 3.5))
    return px(rng.uniform(22, 52)), number.y + px(rng.uniform(-9, 10))


def qr_text(result: Result, rng: Random) -> str:
    """What the one-stop system prints into its QR code (domain.md §4.3).

    Dossier code with the ordinal of the result, procedure code, owner's id, name of the paper, system, time.
    """
    owner = f"0{rng.randint(10, 96):02d}{rng.randint(100_000_000, 999_999_999)}"
    printed_at = f"{result.issued_on:%d/%m/%Y} {rng.randint(8, 16):02d}:{rng.randint(0, 59):02d}"
    return "|".join(
        (
            f"{result.dossiers[0]}-KQ1",
            result.kind.procedure_code,
            owner,
            result.kind.doc_type,
            "Hệ thống thông tin giải quyết TTHC Bộ Nội vụ",
            printed_at,
        )
    )


def print_qr(sheet: Sheet, text: str) -> None:
    """Print a QR code (ISO/IEC 18004) into the top left corner, its quiet zone in white."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    modules = Image.fromarray(np.array(zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False)))
    # Enlarged first, so that modules stay even at any number of them.
    large = modules.resize((modules.width * 8, modules.height * 8), Image.Resampling.NEAREST)
    printed = large.resize((px(_QR_MM), px(_QR_MM)), Image.Resampling.BOX)
    sheet.image.paste(printed.convert("RGB"), (px(7), px(5)))
    sheet.has_qr = True
