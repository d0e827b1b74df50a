"""PDF files of every kind, built object by object."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import img2pdf
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from pages.scans import as_bytes

from .kind_page import DPI, black_page, noisy_page, page_image
from .kind_tiffs import fax_data

POINTS = 72 / DPI


def jbig2_data(image: Image.Image) -> bytes:
    """A JBIG2 stream as PDF holds it: page information, and one generic region in MMR coding, which is that of G4."""

    def segment(number: int, kind: int, content: bytes) -> bytes:
        return struct.pack(">IBBBI", number, kind, 0, 1, len(content)) + content

    size = struct.pack(">II", image.width, image.height)
    information = segment(0, 48, size + struct.pack(">IIBH", 0, 0, 0, 0))
    region = size + struct.pack(">IIB", 0, 0, 0) + b"\x01"
    return information + segment(1, 38, region + fax_data(image))


def picture(pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], **keys: object) -> pikepdf.Object:
    """An image object of a PDF."""
    stream = pdf.make_stream(data)
    stream.update(Dictionary(Type=Name.XObject, Subtype=Name.Image, Width=size[0], Height=size[1], **keys))
    return stream


def scan_pdf(
    data: bytes, size: tuple[int, int], *, before: bytes = b"", after: bytes = b"", dpi: float = DPI, **keys: object
) -> bytes:
    """A PDF of one page that is one picture, with drawing instructions before and after it."""
    width, height = size[0] * 72 / dpi, size[1] * 72 / dpi
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(width, height))
        page.add_resource(picture(pdf, data, size, **keys), Name.XObject, Name("/Scan"))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.add_resource(font, Name.Font, Name("/F"))
        page.contents_add(before + f"q {width} 0 0 {height} 0 0 cm /Scan Do Q ".encode() + after)
        return _saved(pdf)


def _saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    stream = io.BytesIO()
    pdf.save(stream, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def pdf_of_file(content: bytes) -> bytes:
    """A PDF that holds a picture file as img2pdf puts it in."""
    return bytes(img2pdf.convert(content, layout_fun=img2pdf.get_fixed_dpi_layout_fun((DPI, DPI))))


def jpeg_bytes(**options: object) -> bytes:
    return as_bytes(noisy_page(), "JPEG", DPI, quality=85, **options)


def jpeg_pdf() -> bytes:
    """The most usual of all scans."""
    return pdf_of_file(jpeg_bytes())


def jpx_bytes(**options: object) -> bytes:
    image = noisy_page()
    return as_bytes(image, "JPEG2000", irreversible=True, quality_mode="rates", quality_layers=[10], **options)


def fax_pdf(compression: str, **parameters: object) -> bytes:
    image = black_page()
    keys = Dictionary(Columns=image.width, Rows=image.height, **parameters)
    options = {"ColorSpace": Name.DeviceGray, "BitsPerComponent": 1, "Filter": Name.CCITTFaxDecode, "DecodeParms": keys}
    return scan_pdf(fax_data(image, compression), image.size, **options)


def jbig2_pdf() -> bytes:
    image = black_page()
    keys = {"ColorSpace": Name.DeviceGray, "BitsPerComponent": 1, "Filter": Name.JBIG2Decode}
    return scan_pdf(jbig2_data(image), image.size, **keys)


def stencil_pdf() -> bytes:
    image = black_page()
    parameters = Dictionary(K=-1, Columns=image.width, Rows=image.height)
    keys = {"ImageMask": True, "BitsPerComponent": 1, "Filter": Name.CCITTFaxDecode, "DecodeParms": parameters}
    return scan_pdf(fax_data(image), image.size, before=b"0 g ", Decode=Array([0, 1]), **keys)


def palette_pdf() -> bytes:
    image = page_image().quantize(16)
    colours = bytes(image.getpalette() or [])[: 16 * 3]
    space = Array([Name.Indexed, Name.DeviceRGB, 15, pikepdf.String(colours)])
    return scan_pdf(image.tobytes(), image.size, ColorSpace=space, BitsPerComponent=8)


def turned_pdf(degrees: int) -> bytes:
    """A scan that lies turned in the file and is shown upright by the page's rotation."""
    image = noisy_page().rotate(degrees, expand=True)
    with pikepdf.open(io.BytesIO(pdf_of_file(as_bytes(image, "JPEG", DPI)))) as pdf:
        pdf.pages[0].rotate(degrees, relative=False)
        return _saved(pdf)


def _changed(change: Callable[[pikepdf.Pdf, pikepdf.Page], None], content: bytes | None = None) -> bytes:
    with pikepdf.open(io.BytesIO(content or jpeg_pdf())) as pdf:
        change(pdf, pdf.pages[0])
        return _saved(pdf)


def cropped_pdf() -> bytes:
    """The page lies in the middle of a larger picture; the crop box, not at the origin, shows it alone."""
    image = Image.new("RGB", (page_image().width + 80, page_image().height + 60), "darkgreen")
    image.paste(noisy_page(), (50, 20))
    content = pdf_of_file(as_bytes(image, "JPEG", DPI))
    width, height = page_image().size
    bottom = (image.height - 20 - height) * POINTS

    def crop(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        page.cropbox = [50 * POINTS, bottom, (50 + width) * POINTS, bottom + height * POINTS]

    return _changed(crop, content)


def far_pdf() -> bytes:
    """A page whose boxes lie far from the origin."""
    return _changed(_shift)


def _shift(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    left, bottom, right, top = (float(side) for side in page.mediabox)
    page.mediabox = [left - 300, bottom + 1000, right - 300, top + 1000]
    page.contents_add(b"1 0 0 1 -300 1000 cm ", prepend=True)


def inheriting_pdf() -> bytes:
    """A page whose box and resources are those of the tree above it."""
    return _changed(_inherit)


def _inherit(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    for key in ("/MediaBox", "/Resources"):
        pdf.Root.Pages[key] = page.obj[key]
        del page.obj[key]
    pdf.Root.Pages.Rotate = 0


def large_unit_pdf() -> bytes:
    """A page whose unit is two points."""
    return _changed(_double_unit)


def _double_unit(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    left, bottom, right, top = (float(side) for side in page.mediabox)
    page.mediabox = [left / 2, bottom / 2, right / 2, top / 2]
    page.contents_add(b"0.5 0 0 0.5 0 0 cm ", prepend=True)
    page.obj.UserUnit = 2
    pdf.Root.Version = Name("/1.6")


def born_digital() -> bytes:
    """A page of text and vector drawing, as office programs write it."""
    image = page_image()
    width, height = image.width * POINTS, image.height * POINTS
    shapes = (
        f"1 1 0.94 rg 0 0 {width} {height} re f 0.06 g {width * 0.1} {height * 0.88} {width * 0.2} {height * 0.07} re f"
        f" 0.08 0.08 0.63 rg {width * 0.05} {height * 0.1} {width * 0.05} {height * 0.4} re f"
        f" 0.84 0.12 0.16 rg {width * 0.63} {height * 0.28} {width * 0.14} {height * 0.1} re f"
        f" 0 g BT /F 30 Tf {width * 0.2} {height * 0.66} Td (Quyet dinh) Tj ET"
    )
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(width, height))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.add_resource(font, Name.Font, Name("/F"))
        page.contents_add(shapes.encode())
        return _saved(pdf)


def mixed_pdf() -> bytes:
    """A scan, a page of text, and another scan of another kind."""
    with pikepdf.new() as pdf:
        for content in (jpeg_pdf(), born_digital(), jbig2_pdf()):
            with pikepdf.open(io.BytesIO(content)) as one:
                pdf.pages.extend(one.pages)
        return _saved(pdf)


def strips_pdf() -> bytes:
    """A page that its scanner wrote as eight pictures."""
    scan = noisy_page()
    step = -(-scan.height // 8)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(scan.width * POINTS, scan.height * POINTS))
        for top in range(0, scan.height, step):
            strip = scan.crop((0, top, scan.width, min(top + step, scan.height)))
            keys = {"ColorSpace": Name.DeviceRGB, "BitsPerComponent": 8, "Filter": Name.DCTDecode}
            image = picture(pdf, as_bytes(strip, "JPEG", subsampling=0), strip.size, **keys)
            page.add_resource(image, Name.XObject, Name(f"/S{top}"))
            bottom = (scan.height - top - strip.height) * POINTS
            place = f"{strip.width * POINTS} 0 0 {strip.height * POINTS} 0 {bottom}"
            page.contents_add(f"q {place} cm /S{top} Do Q".encode())
        return _saved(pdf)


def hidden_text_pdf() -> bytes:
    layer = b"BT 3 Tr /F 20 Tf 60 400 Td (Quyet dinh) Tj ET"
    keys = {"ColorSpace": Name.DeviceRGB, "BitsPerComponent": 8, "Filter": Name.DCTDecode}
    return scan_pdf(jpeg_bytes(), page_image().size, after=layer, **keys)


def text_under_pdf() -> bytes:
    under = b"0 g BT /F 90 Tf 60 400 Td (WRONG) Tj ET "
    keys = {"ColorSpace": Name.DeviceRGB, "BitsPerComponent": 8, "Filter": Name.DCTDecode}
    return scan_pdf(jpeg_bytes(), page_image().size, before=under, **keys)


def resaved(content: bytes, **options: object) -> bytes:
    """The PDF written anew."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return _saved(pdf, **options)


def wrong_table_pdf() -> bytes:
    """Three whole pages behind a cross-reference table that points nowhere, as after a gateway changed line ends."""
    whole = mixed_pdf()
    head, mark, tail = whole.rpartition(b"startxref")
    assert mark
    return head + mark + b"\n7\n" + tail.split(b"\n", 2)[2]
