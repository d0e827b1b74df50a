"""Small scan files of every kind that an inbox meets, made in memory."""

from __future__ import annotations

import io

import pikepdf
from PIL import Image


def jpeg(shade: int = 200) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (64, 64), (shade, shade, 255 - shade)).save(stream, "JPEG", dpi=(300, 300))
    return stream.getvalue()


def png(shade: int = 200) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (64, 64), (shade, 10, shade)).save(stream, "PNG")
    return stream.getvalue()


def tiff(frames: int = 2, shade: int = 100) -> bytes:
    stream = io.BytesIO()
    pages = [Image.new("RGB", (64, 64), (shade, number, 7)) for number in range(frames)]
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:])
    return stream.getvalue()


def pdf(pages: int = 1, title: str = "") -> bytes:
    return _pdf(pages, title, None)


def locked_pdf() -> bytes:
    return _pdf(1, "", pikepdf.Encryption(owner="a", user="b"))


def cut_pdf() -> bytes:
    whole = pdf(3, "x" * 400)
    return whole[: len(whole) * 6 // 10]


def _pdf(pages: int, title: str, encryption: pikepdf.Encryption | None) -> bytes:
    stream = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page(page_size=(200, 300))
        made.docinfo["/Title"] = title
        made.save(stream, encryption=encryption or False)
    return stream.getvalue()


DOCX = b"PK\x03\x04" + b"word/document.xml" * 20
