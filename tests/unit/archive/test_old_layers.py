"""Text that an earlier OCR hid on a page is taken out; what one sees stays, to the pixel."""

from __future__ import annotations

import io

import numpy as np
import pikepdf
import pypdfium2
import pytest
from pikepdf import Dictionary, Name

from sohoa.archive.old_layers import without_hidden_text

SCAN = b"q 200 0 0 200 0 0 cm /Scan Do Q\n"
HIDDEN = b"BT 3 Tr /F 12 Tf 20 100 Td (hidden) Tj ET\n"
SEEN = b"BT 0 Tr /F 12 Tf 20 50 Td (seen) Tj ET\n"


def page_with(content: bytes, form: bytes = b"", **image: object) -> bytes:
    """A page of 200 x 200 points with a picture /Scan, a font /F, a form /Layer."""
    stream = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(200, 200))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        grey = np.random.default_rng(1).integers(150, 255, (50, 50), dtype=np.uint8)
        picture = pdf.make_stream(grey.tobytes(), Type=Name.XObject, Subtype=Name.Image, Width=50, Height=50)
        picture.update(Dictionary(ColorSpace=Name.DeviceGray, BitsPerComponent=8, **image))
        layer = pdf.make_stream(form, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 200, 200])
        layer.Resources = Dictionary(Font=Dictionary(F=font))
        page.obj.Resources = Dictionary(
            Font=Dictionary(F=font),
            XObject=Dictionary(Scan=picture, Layer=layer) if form else Dictionary(Scan=picture),
            ExtGState=Dictionary(Half=Dictionary(Type=Name.ExtGState, ca=0.5)),
        )
        page.obj.Contents = pdf.make_stream(content)
        pdf.save(stream)
    return stream.getvalue()


def filtered(before: bytes) -> tuple[str, pikepdf.Object]:
    """The text that is left, and the page's resources; the page must look as before."""
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(before)) as pdf:
        page = without_hidden_text(pdf, pdf.pages[0])
        resources = repr(page.obj.Resources)
        pdf.save(stream)
    shown = []
    for content in (before, stream.getvalue()):
        with pypdfium2.PdfDocument(content) as document:
            shown.append(document[0].render(scale=2).to_numpy().copy())
            text = document[0].get_textpage().get_text_range().strip()
    assert (shown[0] == shown[1]).all()
    return " ".join(text.split()), resources


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (SCAN + HIDDEN, ""),
        (HIDDEN + SCAN, ""),
        (SCAN + HIDDEN + SEEN, "seen"),
        (SEEN + SCAN, ""),
        (b"q 3 Tr Q " + SCAN + SEEN, "seen"),
        (b"3 Tr " + SCAN + b"BT /F 12 Tf 20 100 Td (hidden) Tj ET " + SEEN, "seen"),
        (SCAN + b"BT 3 Tr /F 12 Tf 20 50 Td (one) Tj 0 Tr (two) Tj ET\n", "onetwo"),
        (SEEN + b"/Half gs " + SCAN, "seen"),
        (SEEN + b"q 100 0 0 100 0 0 cm /Scan Do Q", "seen"),
        (b"BT 3 Tr /F 12 Tf 20 100 Td [(hid) -20 (den)] TJ T* (more) ' ET " + SCAN, ""),
        (SEEN, "seen"),
        (SCAN, ""),
        (b"", ""),
    ],
)
def test_hidden_text_goes_and_seen_text_stays(content: bytes, left: str) -> None:
    assert filtered(page_with(content))[0] == left


def test_text_under_a_picture_that_lets_it_through_stays() -> None:
    assert filtered(page_with(SEEN + SCAN, Mask=[0, 255]))[0] == "seen"


def test_a_layer_in_a_form_goes_too() -> None:
    assert filtered(page_with(SCAN + b"/Layer Do", HIDDEN))[0] == ""
    assert filtered(page_with(SCAN + b"3 Tr /Layer Do", b"BT /F 12 Tf 20 100 Td (hidden) Tj ET"))[0] == ""
    assert filtered(page_with(SCAN + b"/Layer Do", SEEN))[0] == "seen"


def test_a_font_that_nothing_is_written_in_goes_and_one_in_use_stays() -> None:
    assert "Helvetica" not in filtered(page_with(SCAN + HIDDEN))[1]
    assert "Helvetica" not in filtered(page_with(SCAN))[1]
    assert "Helvetica" in filtered(page_with(SCAN + HIDDEN + SEEN))[1]
