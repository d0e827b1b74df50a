"""What a file is, told by its first bytes and never by its name."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from sohoa.pages.sandbox import Unreadable

PDF, TIFF, JPEG, PNG = "application/pdf", "image/tiff", "image/jpeg", "image/png"
WEBP, JP2 = "image/webp", "image/jp2"

PILLOW_FORMATS = {TIFF: ("TIFF",), JPEG: ("JPEG",), PNG: ("PNG",), WEBP: ("WEBP",), JP2: ("JPEG2000",)}
"""The one decoder that may open each kind: the others need not meet hostile bytes."""

Image.MAX_IMAGE_PIXELS = None  # our own limits speak first and in words

_HEAD_BYTES = 2048
_PDF_HEADER_WITHIN = 1024  # ISO 32000-1, implementation note 13
_KINDS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00\x08\x00", TIFF),
    (b"MM\x00+\x00\x08", TIFF),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", JP2),
    (b"\xff\x4f\xff\x51", JP2),
)
_PACKED, _OFFICE = "file.packed", "file.office_document"
_PHONE, _PICTURE = "file.phone_picture", "file.other_picture"
_FOREIGN = (
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OFFICE),  # Word, Excel and Outlook before 2007
    (0, b"{\\rtf", _OFFICE),
    (0, b"Rar!\x1a\x07", _PACKED),
    (0, b"7z\xbc\xaf\x27\x1c", _PACKED),
    (0, b"\x1f\x8b\x08", _PACKED),
    (0, b"BZh", _PACKED),
    (0, b"\xfd7zXZ\x00", _PACKED),
    (257, b"ustar", _PACKED),
    *((4, b"ftyp" + brand, _PHONE) for brand in (b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1", b"avif")),
    (0, b"GIF87a", _PICTURE),
    (0, b"GIF89a", _PICTURE),
    (0, b"8BPS\x00", _PICTURE),  # Photoshop
    (0, b"AT&TFORM", _PICTURE),  # DjVu
    (0, b"\xff\x0a", _PICTURE),  # JPEG XL
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", _PICTURE),
    (0, b"\x97JB2\r\n\x1a\n", _PICTURE),
)
_OFFICE_PARTS = (b"[Content_Types].xml", b"_rels/", b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.oasis")
_MAIL_HEADER = re.compile(
    rb"(received|from|to|date|subject|return-path|delivered-to|mime-version|message-id|content-type|x-[\w-]+):",
    re.IGNORECASE,
)
_LEAST_MAIL_HEADERS = 3


def media_type(path: Path) -> str:
    """The file's type by its content; Unreadable, with what it seems to be instead, if it is none that we read."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if not head:
        raise Unreadable("file.empty")
    for magic, kind in _KINDS:
        if head.startswith(magic):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    # A package may hold a PDF within its first kilobyte.
    reason = _foreign_reason(head)
    if reason is not None:
        raise Unreadable(reason)
    # Scanners put a line or a byte order mark before the header.
    if b"%PDF-" in head[:_PDF_HEADER_WITHIN]:
        return PDF
    raise Unreadable(_text_reason(head) or "file.unknown_type")


def _foreign_reason(head: bytes) -> str | None:
    for offset, magic, reason in _FOREIGN:
        if head.startswith(magic, offset):
            return reason
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _OFFICE if any(part in head for part in _OFFICE_PARTS) else _PACKED
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return _PICTURE
    return None


def _text_reason(head: bytes) -> str | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if re.match(rb"<!doctype html|<html|<head|<body", start, re.IGNORECASE):
        return "file.web_page"
    lines = start.split(b"\n\n")[0].split(b"\r\n\r\n")[0].splitlines()
    if lines and _MAIL_HEADER.match(lines[0]) and sum(map(bool, map(_MAIL_HEADER.match, lines))) >= _LEAST_MAIL_HEADERS:
        return "file.mail"
    return None
