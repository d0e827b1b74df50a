"""Files of every kind that is read, all showing the same page, built for the test.

`GOOD` by name: what it is, and by which words independent tools (`file`, `pdfimages`, `pdfinfo`, `tiffinfo`) say so.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pikepdf
from pikepdf import Name
from PIL import Image

from pages.scans import as_bytes
from sohoa.pages.formats.media import JP2, JPEG, PDF, PNG, TIFF, WEBP

from .kind_page import (
    DPI,
    ORIENTATION,
    black_page,
    cv_bytes,
    exif_of,
    grey_page,
    noisy_page,
    page_image,
    see_through,
    sixteen_bit_colours,
    stored,
)
from .kind_pdfs import (
    born_digital,
    cropped_pdf,
    far_pdf,
    fax_pdf,
    hidden_text_pdf,
    inheriting_pdf,
    jbig2_pdf,
    jpeg_bytes,
    jpeg_pdf,
    jpx_bytes,
    large_unit_pdf,
    mixed_pdf,
    palette_pdf,
    pdf_of_file,
    resaved,
    scan_pdf,
    stencil_pdf,
    strips_pdf,
    text_under_pdf,
    turned_pdf,
    wrong_table_pdf,
)
from .kind_tiffs import old_jpeg_tiff, tiff, tiffcp, uneven_fax, with_thumbnail


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        media_type: by content.
        build: makes the file's content.
        told: what a tool says of it: the tool and words of its answer.
        n_pages: pages.
        colour: whether its scan holds colour.
        dpi: effective resolution; None where no scan fills the page.
        knows_paper: whether the file tells how large the sheet is.
    """

    media_type: str
    build: Callable[[], bytes]
    told: tuple[tuple[str, str], ...]
    n_pages: int = 1
    colour: bool = True
    dpi: float | None = DPI
    knows_paper: bool = True

    @property
    def suffix(self) -> str:
        """A name's ending that goes with it."""
        return {PDF: ".pdf", TIFF: ".tif", JPEG: ".jpg", PNG: ".png", WEBP: ".webp", JP2: ".jp2"}[self.media_type]


_PDF = ("file", "PDF document")
_TIFF = ("file", "TIFF image data")


def _in_pdf(encoding: str) -> tuple[tuple[str, str], ...]:
    return (_PDF, ("pdfimages", encoding))


GOOD: dict[str, Kind] = {
    "pdf of a jpeg": Kind(PDF, jpeg_pdf, _in_pdf("rgb 3 8 jpeg")),
    "pdf of a grey jpeg": Kind(
        PDF, lambda: pdf_of_file(as_bytes(grey_page(), "JPEG", DPI)), _in_pdf("gray 1 8 jpeg"), 1, False
    ),
    "pdf of a cmyk jpeg": Kind(
        PDF, lambda: pdf_of_file(as_bytes(noisy_page().convert("CMYK"), "JPEG", DPI)), _in_pdf("cmyk 4 8 jpeg")
    ),
    "pdf of flate": Kind(PDF, lambda: pdf_of_file(as_bytes(noisy_page(), "PNG", DPI)), _in_pdf("rgb 3 8 image")),
    "pdf of 1 bit": Kind(
        PDF,
        lambda: scan_pdf(black_page().tobytes(), black_page().size, ColorSpace=Name.DeviceGray, BitsPerComponent=1),
        _in_pdf("gray 1 1 image"),
        1,
        False,
    ),
    "pdf of a palette": Kind(PDF, palette_pdf, _in_pdf("index 1 8 image")),
    "pdf of ccitt g4": Kind(PDF, lambda: fax_pdf("group4", K=-1), _in_pdf("gray 1 1 ccitt"), 1, False),
    "pdf of ccitt g3": Kind(PDF, lambda: fax_pdf("group3", K=0, EndOfLine=True), _in_pdf("gray 1 1 ccitt"), 1, False),
    "pdf of a stencil": Kind(
        PDF, stencil_pdf, (_PDF, ("pdfimages", "stencil"), ("pdfimages", "- 1 1 ccitt")), 1, False
    ),
    "pdf of jbig2": Kind(PDF, jbig2_pdf, _in_pdf("gray 1 1 jbig2"), 1, False),
    "pdf of jpeg 2000": Kind(PDF, lambda: pdf_of_file(jpx_bytes()), _in_pdf("rgb 3 8 jpx")),
    **{
        f"pdf turned by {degrees}": Kind(
            PDF, functools.partial(turned_pdf, degrees), (*_in_pdf("rgb 3 8 jpeg"), ("pdfinfo", f"Page rot: {degrees}"))
        )
        for degrees in (90, 180, 270)
    },
    "pdf with a crop box": Kind(PDF, cropped_pdf, (_PDF, ("pdfinfo", "CropBox: 60.00 48.00 655.20"))),
    "pdf with boxes far from the origin": Kind(PDF, far_pdf, (_PDF, ("pdfinfo", "MediaBox: -300.00 1000.00"))),
    "pdf with inherited boxes": Kind(PDF, inheriting_pdf, (_PDF, ("pdfinfo", "MediaBox: 0.00 0.00 595.20"))),
    "pdf with a user unit": Kind(PDF, large_unit_pdf, (_PDF, ("pdfinfo", "MediaBox: 0.00 0.00 297.60 421.20"))),
    "pdf of strips": Kind(PDF, strips_pdf, _in_pdf("rgb 3 8 jpeg")),
    "pdf with hidden text": Kind(PDF, hidden_text_pdf, (*_in_pdf("rgb 3 8 jpeg"), ("pdftotext", "Quyet dinh"))),
    "pdf with text under its scan": Kind(PDF, text_under_pdf, (*_in_pdf("rgb 3 8 jpeg"), ("pdftotext", "WRONG"))),
    "pdf born digital": Kind(PDF, born_digital, (_PDF, ("pdftotext", "Quyet dinh")), dpi=None),
    "pdf mixed": Kind(PDF, mixed_pdf, (*_in_pdf("jbig2"), ("pdfinfo", "Pages: 3")), 3),
    "pdf linearised": Kind(PDF, lambda: resaved(jpeg_pdf(), linearize=True), (_PDF, ("pdfinfo", "Optimized: yes"))),
    "pdf with object streams": Kind(
        PDF,
        lambda: resaved(mixed_pdf(), object_stream_mode=pikepdf.ObjectStreamMode.generate),
        (_PDF, ("pdfinfo", "PDF version: 1.5")),
        3,
    ),
    "pdf that forbids changes": Kind(
        PDF,
        lambda: resaved(jpeg_pdf(), encryption=pikepdf.Encryption(owner="o", user="")),
        (_PDF, ("pdfinfo", "Encrypted: yes")),
    ),
    "pdf with a wrong table": Kind(PDF, wrong_table_pdf, (_PDF, ("pdfinfo", "Pages: 3")), 3),
    "pdf with mail behind it": Kind(
        PDF, lambda: jpeg_pdf() + b"\r\n--=_NextPart_000\r\nSent by the gateway\r\n" * 90, (_PDF,)
    ),
    "pdf on whole disk blocks": Kind(PDF, lambda: jpeg_pdf() + bytes(9000), (_PDF,)),
    "tiff": Kind(TIFF, lambda: tiff(noisy_page(), "raw"), (_TIFF, ("tiffinfo", "Compression Scheme: None"))),
    "tiff of several pages": Kind(
        TIFF,
        lambda: tiff(noisy_page(), "tiff_lzw", append_images=[noisy_page()] * 2),
        (_TIFF, ("tiffinfo", "TIFF Directory at offset")),
        3,
    ),
    "tiff g4": Kind(TIFF, lambda: tiff(black_page(), "group4"), (_TIFF, ("tiffinfo", "CCITT Group 4")), 1, False),
    "tiff g3": Kind(TIFF, lambda: tiff(black_page(), "group3"), (_TIFF, ("tiffinfo", "CCITT Group 3")), 1, False),
    "tiff lzw": Kind(TIFF, lambda: tiff(noisy_page(), "tiff_lzw"), (_TIFF, ("tiffinfo", "LZW"))),
    "tiff deflate": Kind(TIFF, lambda: tiff(noisy_page(), "tiff_adobe_deflate"), (_TIFF, ("tiffinfo", "AdobeDeflate"))),
    "tiff packbits": Kind(TIFF, lambda: tiff(grey_page(), "packbits"), (_TIFF, ("tiffinfo", "PackBits")), 1, False),
    "tiff of jpeg": Kind(TIFF, lambda: tiff(noisy_page(), "jpeg"), (_TIFF, ("tiffinfo", "Compression Scheme: JPEG"))),
    "tiff of old jpeg": Kind(TIFF, old_jpeg_tiff, (_TIFF, ("tiffinfo", "Old-style JPEG"))),
    "bigtiff": Kind(TIFF, lambda: tiffcp(tiff(noisy_page(), "tiff_lzw"), "-8"), (("file", "Big TIFF image data"),)),
    "tiff of another byte order": Kind(
        TIFF, lambda: tiffcp(tiff(noisy_page(), "tiff_lzw"), "-B"), (("file", "TIFF image data, big-endian"),)
    ),
    "tiff in tiles": Kind(
        TIFF,
        lambda: tiffcp(tiff(noisy_page(), "tiff_lzw"), "-t", "-w", "64", "-l", "64"),
        (_TIFF, ("tiffinfo", "Tile Width: 64")),
    ),
    "tiff in planes": Kind(
        TIFF,
        lambda: tiffcp(tiff(noisy_page(), "tiff_lzw"), "-p", "separate"),
        (_TIFF, ("tiffinfo", "separate image planes")),
    ),
    "tiff in raw planes": Kind(
        TIFF,
        lambda: tiffcp(tiff(noisy_page(), "raw"), "-p", "separate", "-c", "none"),
        (_TIFF, ("tiffinfo", "separate image planes")),
    ),
    "tiff cmyk": Kind(TIFF, lambda: tiff(noisy_page().convert("CMYK"), "tiff_lzw"), (_TIFF, ("tiffinfo", "separated"))),
    "tiff of 16 bits grey": Kind(
        TIFF,
        lambda: tiff(Image.fromarray(np.asarray(grey_page()).astype(np.uint16) * 257), "tiff_lzw"),
        (_TIFF, ("tiffinfo", "Bits/Sample: 16")),
        1,
        False,
    ),
    "tiff of 16 bits": Kind(
        TIFF,
        lambda: cv_bytes(".tif", sixteen_bit_colours()),
        (_TIFF, ("tiffinfo", "Bits/Sample: 16")),
        knows_paper=False,
    ),
    "tiff with a palette": Kind(
        TIFF, lambda: tiff(page_image().quantize(16), "tiff_lzw"), (_TIFF, ("tiffinfo", "palette color"))
    ),
    "tiff with a thumbnail": Kind(TIFF, with_thumbnail, (_TIFF, ("tiffinfo", "reduced-resolution image")), 2),
    "tiff of uneven fax": Kind(
        TIFF, uneven_fax, (_TIFF, ("tiffinfo", "Resolution: 240, 120 pixels/inch")), 1, False, 120
    ),
    **{
        f"tiff of orientation {tag}": Kind(
            TIFF,
            functools.partial(
                lambda tag: tiff(stored(noisy_page(), tag), "tiff_lzw", tiffinfo={ORIENTATION: tag}), tag
            ),
            (_TIFF, ("tiffinfo", f"Orientation: {words}")),
        )
        for tag, words in enumerate(
            (
                "row 0 top, col 0 lhs",
                "row 0 top, col 0 rhs",
                "row 0 bottom, col 0 rhs",
                "row 0 bottom, col 0 lhs",
                "row 0 lhs, col 0 top",
                "row 0 rhs, col 0 top",
                "row 0 rhs, col 0 bottom",
                "row 0 lhs, col 0 bottom",
            ),
            start=1,
        )
    },
    "jpeg": Kind(JPEG, jpeg_bytes, (("file", "JPEG image data, JFIF"), ("file", "baseline, precision 8"))),
    "jpeg grey": Kind(JPEG, lambda: as_bytes(grey_page(), "JPEG", DPI), (("file", "components 1"),), 1, False),
    "jpeg progressive": Kind(JPEG, lambda: jpeg_bytes(progressive=True), (("file", "progressive, precision 8"),)),
    "jpeg cmyk": Kind(JPEG, lambda: as_bytes(noisy_page().convert("CMYK"), "JPEG", DPI), (("file", "components 4"),)),
    "jpeg of several pictures": Kind(
        JPEG,
        lambda: as_bytes(noisy_page(), "MPO", DPI, append_images=[page_image().resize((200, 283))]),
        (("file", "JPEG image data"),),
    ),
    **{
        f"jpeg of orientation {tag}": Kind(
            JPEG,
            functools.partial(lambda tag: as_bytes(stored(noisy_page(), tag), "JPEG", DPI, exif=exif_of(tag)), tag),
            (("file", f"orientation={words}"),),
        )
        for tag, words in enumerate(
            (
                "upper-left",
                "[*2*]",
                "lower-right",
                "[*4*]",
                "[*5*]",
                "upper-right",
                "[*7*]",
                "lower-left",
            ),
            start=1,
        )
    },
    "png": Kind(
        PNG, lambda: as_bytes(noisy_page(), "PNG", DPI), (("file", "PNG image data"), ("file", "8-bit/color RGB"))
    ),
    "png of 16 bits": Kind(
        PNG, lambda: cv_bytes(".png", sixteen_bit_colours()), (("file", "16-bit/color RGB"),), knows_paper=False
    ),
    "png with a palette": Kind(
        PNG, lambda: as_bytes(page_image().quantize(16), "PNG", DPI), (("file", "4-bit colormap"),)
    ),
    "png with alpha": Kind(PNG, lambda: as_bytes(see_through(), "PNG", DPI), (("file", "8-bit/color RGBA"),)),
    "png grey": Kind(PNG, lambda: as_bytes(grey_page(), "PNG", DPI), (("file", "8-bit grayscale"),), 1, False),
    "png black and white": Kind(
        PNG, lambda: as_bytes(black_page(), "PNG", DPI), (("file", "1-bit grayscale"),), 1, False
    ),
    "png turned by its tag": Kind(
        PNG, lambda: as_bytes(stored(noisy_page(), 6), "PNG", DPI, exif=exif_of(6)), (("file", "PNG image data"),)
    ),
    "webp": Kind(
        WEBP,
        lambda: as_bytes(noisy_page(), "WEBP", quality=85),
        (("file", "Web/P image"), ("file", "VP8 encoding")),
        knows_paper=False,
    ),
    "webp lossless": Kind(
        WEBP, lambda: as_bytes(noisy_page(), "WEBP", lossless=True), (("file", "Web/P image"),), knows_paper=False
    ),
    "webp turned by its tag": Kind(
        WEBP,
        lambda: as_bytes(stored(noisy_page(), 8), "WEBP", exif=exif_of(8)),
        (("file", "Web/P image"),),
        knows_paper=False,
    ),
    "jpeg 2000": Kind(JP2, jpx_bytes, (("file", "JPEG 2000 Part 1 (JP2)"),), knows_paper=False),
    "jpeg 2000 lossless": Kind(
        JP2,
        lambda: as_bytes(grey_page(), "JPEG2000"),
        (("file", "JPEG 2000 Part 1 (JP2)"),),
        1,
        False,
        knows_paper=False,
    ),
    "jpeg 2000 codestream": Kind(
        JP2, lambda: jpx_bytes(no_jp2=True), (("file", "JPEG 2000 codestream"),), knows_paper=False
    ),
}


@functools.cache
def content_of(name: str) -> bytes:
    """The content of a good kind, built once."""
    return GOOD[name].build()
