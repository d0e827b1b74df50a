"""Page templates: measures and wordings that differ from office to office under NĐ 30/2020 (domain.md §3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sohoa.samples.sides import Side


@dataclass(frozen=True)
class Template:
    """One office's template. Lengths in mm, sizes in points.

    Attributes:
        right: right margins, equally likely; NĐ 30 allows 15-20.
        body: sizes of the text in Times, equally likely.
        leading: height of a line, in font sizes.
        gap: space above a paragraph.
        agency_x, nation_x: middle of the two halves of the letterhead, as shares of the page's width.
        pitch: from line to line of the letterhead.
        head: sizes of agency, nation and motto.
        rules: under agency, motto and title: a drawn line, two of them, or typed hyphens.
        number: what stands before and after the digits of the number.
        pad_days: whether days below 10 get a zero.
        page_number: where pages from the second on carry their number, and how it is put.
        signature_x: middle of the signature block, as a share of the page's width.
        signature_room: from the last line of the position to the name, at the least.
    """

    left: float
    top: float
    bottom: float
    right: tuple[float, ...]
    body: tuple[float, ...]
    leading: float
    indent: float
    gap: float
    agency_x: float
    nation_x: float
    pitch: float
    head: tuple[float, float, float]
    rules: Literal["line", "double", "hyphens"]
    nation: str
    motto: str
    number: tuple[str, str]
    pad_days: bool
    page_number: Literal["top", "bottom"]
    page_number_form: str
    title: float
    resolution_colon: bool
    signature_x: float
    signature_room: float
    cell_line: int
    cell: float
    cell_head_shaded: bool


_NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO = "Độc lập - Tự do - Hạnh phúc"

TEMPLATES: dict[Side, tuple[Template, ...]] = {
    Side.TRAIN: (
        Template(
            left=30.0,
            top=20.0,
            bottom=20.0,
            right=(15.0, 18.0, 20.0),
            body=(13.0, 13.5, 13.5, 14.0),
            leading=1.2,
            indent=10.0,
            gap=1.6,
            agency_x=61 / 210,
            nation_x=145 / 210,
            pitch=5.6,
            head=(12.5, 12.5, 13.5),
            rules="line",
            nation=_NATION,
            motto=_MOTTO,
            number=("Số: ", ""),
            pad_days=True,
            page_number="top",
            page_number_form="{}",
            title=15.0,
            resolution_colon=True,
            signature_x=0.715,
            signature_room=22.0,
            cell_line=2,
            cell=12.0,
            cell_head_shaded=False,
        ),
    ),
    Side.TEST: (
        Template(
            left=34.0,
            top=25.0,
            bottom=24.0,
            right=(16.0, 17.0),
            body=(13.2, 13.8),
            leading=1.34,
            indent=12.7,
            gap=2.1,
            agency_x=0.31,
            nation_x=0.675,
            pitch=5.9,
            head=(12.0, 12.0, 13.0),
            rules="double",
            nation=_NATION,
            motto="Độc lập – Tự do – Hạnh phúc",
            number=("Số: ", " "),
            pad_days=True,
            page_number="top",
            page_number_form="{}",
            title=14.0,
            resolution_colon=True,
            signature_x=0.69,
            signature_room=25.0,
            cell_line=3,
            cell=11.5,
            cell_head_shaded=True,
        ),
        Template(
            left=31.0,
            top=17.0,
            bottom=18.0,
            right=(15.0, 19.0),
            body=(13.0, 14.0),
            leading=1.13,
            indent=8.5,
            gap=2.6,
            agency_x=0.275,
            nation_x=0.7,
            pitch=5.3,
            head=(13.0, 12.2, 14.0),
            rules="hyphens",
            nation="CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            motto="Độc lập - Tự do - Hạnh Phúc",
            number=("Số: ", ""),
            pad_days=True,
            page_number="bottom",
            page_number_form="{}",
            title=16.0,
            resolution_colon=False,
            signature_x=0.73,
            signature_room=19.0,
            cell_line=2,
            cell=12.5,
            cell_head_shaded=False,
        ),
        Template(
            left=35.0,
            top=22.0,
            bottom=20.0,
            right=(17.5, 20.0),
            body=(13.4, 14.0),
            leading=1.25,
            indent=11.4,
            gap=0.9,
            agency_x=0.3,
            nation_x=0.685,
            pitch=5.5,
            head=(12.8, 12.4, 13.4),
            rules="line",
            nation=_NATION,
            motto=_MOTTO,
            number=("Số:", ""),
            pad_days=False,
            page_number="top",
            page_number_form="- {} -",
            title=14.5,
            resolution_colon=True,
            signature_x=0.7,
            signature_room=21.0,
            cell_line=1,
            cell=12.0,
            cell_head_shaded=True,
        ),
    ),
}
