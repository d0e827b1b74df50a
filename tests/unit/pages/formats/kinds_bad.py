"""Files that must not go through: other kinds, cut, locked, and made to do harm; each with the reason to be told."""

from __future__ import annotations

import functools
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Dictionary, Name
from PIL import Image

from pages.scans import as_bytes, png_bomb

from .kind_page import black_page, noisy_page, page_image
from .kind_pdfs import jpeg_pdf, mixed_pdf, picture, resaved
from .kind_tiffs import tiff
from .kinds import content_of

MEMORY_MB = 1024
"""What the decoder may use in tests: less than what the bombs unfold to."""


def zipped(*names: str) -> bytes:
    """A ZIP file with these files in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name in names:
            package.writestr(name, "x" * 500)
    return stream.getvalue()


def cut(name: str, share: float = 0.9) -> bytes:
    """A good kind without its end."""
    whole = content_of(name)
    return whole[: int(len(whole) * share)]


def zeros_deflated(n_mebibytes: int) -> bytes:
    """Deflated zeros, made without holding them: 1000 times as many when unfolded."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = (((n_mebibytes << 20) % 65521) << 16) | 1
    return b"\x78\xda" + block * n_mebibytes + b"\x03\x00" + struct.pack(">I", checksum)


def tiff_ring() -> bytes:
    """A TIFF whose last directory names the first as the next one."""
    content = bytearray(tiff(black_page(), "group4", append_images=[black_page()]))
    (first,) = struct.unpack_from("<I", content, 4)
    at = first
    while True:
        (count,) = struct.unpack_from("<H", content, at)
        (following,) = struct.unpack_from("<I", content, at + 2 + 12 * count)
        if following == 0:
            break
        at = following
    struct.pack_into("<I", content, at + 2 + 12 * count, first)
    return bytes(content)


def tiff_of_size(side: int) -> bytes:
    """A small TIFF that says it is `side` x `side`."""
    content = tiff(Image.new("1", (1111, 1222)), "group4")
    for tag, size in ((256, 1111), (257, 1222), (278, 1222)):
        for form, kind in (("<HHIHxx", 3), ("<HHII", 4)):
            content = content.replace(struct.pack(form, tag, kind, 1, size), struct.pack("<HHII", tag, 4, 1, side))
    return content


def jpeg_of_size(side: int) -> bytes:
    """A small JPEG that says it is `side` x `side`."""
    image = noisy_page()
    size = struct.pack(">HH", image.height, image.width)
    return as_bytes(image, "JPEG").replace(size, struct.pack(">HH", side, side), 1)


def jp2_of_size(side: int) -> bytes:
    """A small JPEG 2000 that says it is `side` x `side`."""
    image = noisy_page()
    content = as_bytes(image, "JPEG2000")
    content = content.replace(struct.pack(">II", image.height, image.width), struct.pack(">II", side, side), 1)
    return content.replace(struct.pack(">II", image.width, image.height), struct.pack(">II", side, side), 1)


def locked() -> bytes:
    """A PDF that opens with a password only."""
    return resaved(jpeg_pdf(), encryption=pikepdf.Encryption(owner="o", user="u"))


def without_pages() -> bytes:
    """A PDF with no page."""
    stream = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.save(stream)
    return stream.getvalue()


def raw_pdf(*objects: bytes, trailer: bytes = b"", previous: int | None = None) -> bytes:
    """A PDF of these objects, numbered from 1, the first of them its catalogue."""
    content = b"%PDF-1.5\n"
    offsets = []
    for number, one in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    if previous is not None:
        trailer += b" /Prev %d" % (start if previous < 0 else previous)
    content += b"trailer\n<< /Root 1 0 R /Size %d%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return content


_CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"


def page_ring() -> bytes:
    """A page tree that contains itself."""
    return raw_pdf(_CATALOGUE, b"<< /Type /Pages /Count 1000000 /Kids [2 0 R 2 0 R] >>")


def table_ring() -> bytes:
    """A cross-reference table that names itself as the one before, over pages of which one is missing."""
    tree = b"<< /Type /Pages /Count 2 /Kids [3 0 R 9 0 R] >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    return raw_pdf(_CATALOGUE, tree, page, previous=-1)


def lost_page() -> bytes:
    """Three pages of which one was overwritten with zeros, as on a disk that was not read whole."""
    content = mixed_pdf()
    pages = [found.start() for found in re.finditer(rb"/Type /Page\b", content)]
    start, end = content.rindex(b" 0 obj", 0, pages[1]) - 1, content.index(b"endobj", pages[1])
    return content[:start] + bytes(end - start) + content[end:]


def cut_and_closed() -> bytes:
    """A PDF whose middle is missing, with the end of the whole one."""
    content = mixed_pdf()
    middle = len(content) // 2
    return content[: middle - 4000] + content[middle + 4000 :]


def objects_bomb() -> bytes:
    """A PDF whose page tree lies in a stream that unfolds to more than the memory holds."""
    data = zeros_deflated(3 * MEMORY_MB)
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(data)
    packed = head + b"\nstream\n" + data + b"\nendstream"
    at = len(b"%PDF-1.5\n")
    behind = at + len(b"1 0 obj\n" + _CATALOGUE + b"\nendobj\n")
    body = (
        b"%PDF-1.5\n1 0 obj\n"
        + _CATALOGUE.replace(b"2 0 R", b"3 0 R")
        + b"\nendobj\n2 0 obj\n"
        + packed
        + b"\nendobj\n"
    )
    rows = [(0, 0, 65535), (1, at, 0), (1, behind, 0), (2, 2, 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    keys = b"<< /Type /XRef /Size 5 /W [1 4 2] /Root 1 0 R /Length %d >>" % len(table)
    end = b"4 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (keys, table, len(body))
    return body + end


def animated(kind: str) -> bytes:
    """A moving picture of two frames."""
    return as_bytes(page_image().resize((80, 110)), kind, append_images=[Image.new("RGB", (80, 110), "red")])


_MAIL = (
    b"Received: from scanner (10.0.0.7)\r\nFrom: scanner@example.vn\r\nTo: luutru@example.vn\r\nSubject: scan\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nJVBERi0xLjQK\r\n"
)

BAD_FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (bytes, "file.empty"),
    "text": (lambda: "Quyết định số 15/QĐ-BNV".encode(), "file.unknown_type"),
    "zeros": (lambda: bytes(5000), "file.unknown_type"),
    "docx": (lambda: zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml"), "file.office_document"),
    "xlsx": (lambda: zipped("[Content_Types].xml", "xl/workbook.xml"), "file.office_document"),
    "odt": (lambda: zipped("mimetypeapplication/vnd.oasis.opendocument.text"), "file.office_document"),
    "doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000), "file.office_document"),
    "rtf": (lambda: b"{\\rtf1\\ansi Quyet dinh}", "file.office_document"),
    "zip": (lambda: zipped("a.pdf", "b.pdf"), "file.packed"),
    "rar": (lambda: b"Rar!\x1a\x07\x01\x00" + bytes(100), "file.packed"),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(100), "file.packed"),
    "gzip": (lambda: b"\x1f\x8b\x08\x00" + bytes(100), "file.packed"),
    "eml": (lambda: _MAIL, "file.mail"),
    "html": (lambda: b"\r\n<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "file.web_page"),
    "heic": (lambda: b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(500), "file.phone_picture"),
    "avif": (lambda: as_bytes(page_image().resize((80, 110)), "AVIF"), "file.phone_picture"),
    "gif": (lambda: as_bytes(page_image(), "GIF"), "file.other_picture"),
    "bmp": (lambda: as_bytes(page_image(), "BMP"), "file.other_picture"),
    "moving webp": (lambda: animated("WEBP"), "file.moving_picture"),
    "moving png": (lambda: animated("PNG"), "file.moving_picture"),
    "locked pdf": (locked, "file.needs_password"),
    "cut pdf": (lambda: cut("pdf mixed"), "file.truncated"),
    "cut linearised pdf": (lambda: cut("pdf linearised"), "file.truncated"),
    "cut tiff": (lambda: cut("tiff of several pages"), "file.truncated"),
    "cut g4 tiff": (lambda: cut("tiff g4"), "file.truncated"),
    "cut bigtiff": (lambda: cut("bigtiff"), "file.truncated"),
    "cut jpeg": (lambda: cut("jpeg"), "file.truncated"),
    "cut progressive jpeg": (lambda: cut("jpeg progressive"), "file.truncated"),
    "cut png": (lambda: cut("png"), "file.truncated"),
    "cut webp": (lambda: cut("webp"), "file.truncated"),
    "cut jp2": (lambda: cut("jpeg 2000"), "file.truncated"),
    "cut codestream": (lambda: cut("jpeg 2000 codestream"), "file.truncated"),
    "jpeg with zeros for its end": (lambda: cut("jpeg", 0.6) + bytes(20_000), "file.truncated"),
    "jpeg cut and closed": (lambda: cut("jpeg", 0.6) + b"\xff\xd9", "file.damaged"),
    "progressive jpeg cut and closed": (lambda: cut("jpeg progressive", 0.5) + b"\xff\xd9", "file.damaged"),
    "png with a flipped bit": (lambda: _flipped(content_of("png")), "file.truncated"),
    "pdf with a lost page": (lost_page, "file.damaged"),
    "pdf with a hole": (cut_and_closed, "file.damaged"),
    "pdf without pages": (without_pages, "file.no_pages"),
    "pdf whose pages form a ring": (page_ring, "file.damaged"),
    "pdf whose tables form a ring": (table_ring, "file.damaged"),
    "pdf with a bomb for its objects": (objects_bomb, "file.damaged"),
    "tiff ring": (tiff_ring, "file.damaged"),
    "tiff of gigapixels": (lambda: tiff_of_size(100_000), "file.too_large_page"),
    "png of gigapixels": (lambda: png_bomb(100_000), "file.too_large_page"),
    "jpeg of gigapixels": (lambda: jpeg_of_size(65_000), "file.too_large_page"),
    "jp2 of gigapixels": (lambda: jp2_of_size(100_000), "file.too_large_page"),
}
"""Refused as a whole: what builds the file, and the reason."""


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


# Files that open, with a page that does not


def _page(content: bytes = b"", *, side: float = 595, **images: tuple[bytes, dict[str, object]]) -> bytes:
    """A PDF of a good page, one with these instructions and pictures, and another good one."""
    with pikepdf.open(io.BytesIO(jpeg_pdf())) as pdf:
        good = pdf.pages[0]
        page = pdf.add_blank_page()
        page.mediabox = [0, 0, side, side]
        for name, (data, keys) in images.items():
            stream = picture(pdf, data, keys.pop("size"), **keys)  # type: ignore[arg-type]
            page.add_resource(stream, Name.XObject, Name(f"/{name}"))
        page.contents_add(content or b"q %f 0 0 %f 0 0 cm /Scan Do Q" % (side, side))
        pdf.pages.append(good)
        stream = io.BytesIO()
        pdf.save(stream)
        return stream.getvalue()


def _keys(**keys: object) -> dict[str, object]:
    return {"size": noisy_page().size, "ColorSpace": Name.DeviceRGB, "BitsPerComponent": 8, **keys}


def with_endless_instructions() -> bytes:
    """Two gigabytes of drawing in two megabytes."""
    with pikepdf.open(io.BytesIO(_page(b"q Q"))) as pdf:
        pdf.pages[1].Contents = pdf.make_stream(b"")
        pdf.pages[1].Contents.write(zeros_deflated(2048), filter=Name.FlateDecode)
        stream = io.BytesIO()
        pdf.save(stream)
        return stream.getvalue()


def with_forms_in_forms() -> bytes:
    """Forms that each draw the next one twenty times: more than any viewer ends with."""
    with pikepdf.open(io.BytesIO(_page(b"/F0 Do"))) as pdf:
        inner = pdf.make_stream(b"0 0 1 1 re f")
        inner.update(Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9]))
        for _ in range(12):
            outer = pdf.make_stream(b"/F0 Do " * 20)
            resources = Dictionary(XObject=Dictionary(F0=inner))
            outer.update(Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9], Resources=resources))
            inner = outer
        pdf.pages[1].add_resource(inner, Name.XObject, Name("/F0"))
        stream = io.BytesIO()
        pdf.save(stream)
        return stream.getvalue()


def _cut_data(data: bytes, share: float = 0.5, end: bytes = b"") -> bytes:
    return data[: int(len(data) * share)] + end


def _fax_keys() -> dict[str, object]:
    size = black_page().size
    parameters = Dictionary(K=-1, Columns=size[0], Rows=size[1])
    return _keys(ColorSpace=Name.DeviceGray, BitsPerComponent=1, Filter=Name.CCITTFaxDecode, DecodeParms=parameters)


def _damaged(kind: str, more: bytes = b"") -> bytes:
    """A page with a picture whose data break off; with `more` it is not a scan alone, and has to be drawn."""
    from .kind_pdfs import fax_data, jbig2_data, jpeg_bytes, jpx_bytes

    made: dict[str, Callable[[], tuple[bytes, dict[str, object]]]] = {
        "jpeg": lambda: (_cut_data(jpeg_bytes()), _keys(Filter=Name.DCTDecode)),
        "closed jpeg": lambda: (_cut_data(jpeg_bytes(), end=b"\xff\xd9"), _keys(Filter=Name.DCTDecode)),
        "progressive jpeg": lambda: (
            _cut_data(jpeg_bytes(progressive=True), end=b"\xff\xd9"),
            _keys(Filter=Name.DCTDecode),
        ),
        "flate": lambda: (_cut_data(zlib.compress(noisy_page().tobytes())), _keys(Filter=Name.FlateDecode)),
        "raw": lambda: (_cut_data(noisy_page().tobytes()), _keys()),
        "jpx": lambda: (_cut_data(jpx_bytes()), _keys(Filter=Name.JPXDecode)),
        "fax": lambda: (_cut_data(fax_data(black_page())), _fax_keys()),
        "jbig2": lambda: (
            _cut_data(jbig2_data(black_page())),
            _keys(ColorSpace=Name.DeviceGray, BitsPerComponent=1, Filter=Name.JBIG2Decode),
        ),
        "garbage": lambda: (b"x" * 5000, _keys(Filter=Name.DCTDecode)),
        "nothing": lambda: (b"", _keys(Filter=Name.DCTDecode)),
    }
    return _page(b"q 595 0 0 595 0 0 cm /Scan Do Q " + more, Scan=made[kind]())


DAMAGES = ("jpeg", "closed jpeg", "progressive jpeg", "flate", "raw", "jpx", "fax", "jbig2", "garbage", "nothing")
_OVER = b"0 g 20 20 30 30 re f"

BAD_PAGES: dict[str, tuple[Callable[[], bytes], str]] = {
    **{f"pdf of a broken {kind}": (functools.partial(_damaged, kind), "page.damaged") for kind in DAMAGES},
    **{
        f"pdf of a broken {kind} under a stamp": (functools.partial(_damaged, kind, _OVER), "page.damaged")
        for kind in DAMAGES
    },
    "pdf that draws what is not there": (lambda: _page(b"/Gone Do"), "page.damaged"),
    "pdf of kilometres": (lambda: _page(b"0 0 9 9 re f", side=3_000_000), "page.too_large"),
    "pdf of a gigapixel picture": (
        lambda: _page(Scan=(zeros_deflated(1), {**_keys(Filter=Name.FlateDecode), "size": (100_000, 100_000)})),
        "page.too_large",
    ),
    "pdf of a gigapixel picture under a stamp": (
        lambda: _page(
            b"q 595 0 0 595 0 0 cm /Scan Do Q " + _OVER,
            Scan=(zeros_deflated(1), {**_keys(Filter=Name.FlateDecode), "size": (100_000, 100_000)}),
        ),
        "page.too_large",
    ),
    "pdf of a jpeg that hides gigapixels": (
        lambda: _page(Scan=(jpeg_of_size(65_000), _keys(Filter=Name.DCTDecode))),
        "page.too_large",
    ),
    "pdf of endless instructions": (with_endless_instructions, "page.too_heavy"),
    "pdf of forms in forms": (with_forms_in_forms, "page.too_heavy"),
}
"""Opened, three pages long, the second of which cannot be read: what builds the file, and that page's reason."""


@functools.cache
def bad_content(name: str) -> bytes:
    """The content of a bad kind, built once."""
    return (BAD_FILES.get(name) or BAD_PAGES[name])[0]()
