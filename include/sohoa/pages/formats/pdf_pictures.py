"""The pictures that a PDF page draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pikepdf

from sohoa.pages.formats.flate import MOST_FOR_ONE, n_inflated
from sohoa.pages.formats.whole import codestream_of, codestream_size
from sohoa.pages.sandbox import Unreadable

_MOST_DRAWN = 20_000  # pictures and forms on one page
_DEEPEST_FORM = 28  # pdfium draws nothing beyond
_MOST_CONTENT = 128 * 1024 * 1024  # bytes of drawing instructions; a page of a book has some ten thousand
_CHANNELS = {"/DeviceGray": 1, "/CalGray": 1, "/Indexed": 1, "/Separation": 1, "/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3}
_CHANNELS |= {"/DeviceCMYK": 4, "/G": 1, "/RGB": 3, "/CMYK": 4, "/I": 1}


@dataclass(frozen=True)
class Picture:
    """An image of a PDF file.

    Attributes:
        stream: its stream object.
        width, height: pixels, as declared.
        filters: names of its filters, outermost first.
        colours: family of its colour space, such as `/DeviceRGB`; empty for a stencil or where none is given.
        n_channels: 1, 3 or 4; None where unknown.
        bits: bits per channel.
        plain: whether its data alone tell its looks: no mask, stencil, inversion or layer.
    """

    stream: pikepdf.Object
    width: int
    height: int
    filters: tuple[str, ...]
    colours: str
    n_channels: int | None
    bits: int
    plain: bool

    @property
    def bits_per_pixel(self) -> int | None:
        """Bits of all channels of a pixel; None where the number of channels is unknown."""
        return None if self.n_channels is None else self.n_channels * self.bits


def drawn_pictures(page: pikepdf.Page) -> list[Picture | None]:
    """The pictures in the order in which a page draws them, those within forms too; None for an inline picture.

    Raises:
        Unreadable: page.damaged where one is named and not there, page.too_heavy for a page that draws without end.
    """
    found: list[Picture | None] = []
    resources = page.resources
    _draw(found, page.obj, page.obj.get("/Contents"), resources, 0, [0])
    return found


def _draw(
    found: list[Picture | None], owner: Any, contents: Any, resources: pikepdf.Object, depth: int, drawn: list[int]
) -> None:
    if contents is None or depth > _DEEPEST_FORM:
        return
    _check_contents(contents)
    objects = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    for instruction in pikepdf.parse_content_stream(owner, "Do BI ID EI"):
        drawn[0] += 1
        if drawn[0] > _MOST_DRAWN:
            raise Unreadable("page.too_heavy", f"more than {_MOST_DRAWN} pictures")
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            found.append(None)
            continue
        name = instruction.operands[-1] if len(instruction.operands) else None
        if str(instruction.operator) != "Do" or not isinstance(name, pikepdf.Name):
            continue  # which viewers pass over too
        one = objects.get(str(name)) if objects is not None else None
        if not isinstance(one, pikepdf.Stream):
            raise Unreadable("page.damaged", f"{name} is not there")
        if one.get("/Subtype") == "/Image":
            found.append(picture_of(one))
        elif one.get("/Subtype") == "/Form":
            _draw(found, one, one, one.get("/Resources", resources), depth + 1, drawn)


def _check_contents(contents: Any) -> None:
    """Raise Unreadable for drawing instructions that unfold to more than a page can need."""
    total = 0
    for part in contents if isinstance(contents, pikepdf.Array) else [contents]:
        if isinstance(part, pikepdf.Stream):
            raw = part.read_raw_bytes()
            packed = len(raw) * MOST_FOR_ONE > _MOST_CONTENT and "/FlateDecode" in _filters(part)
            total += n_inflated(raw, _MOST_CONTENT) if packed else len(raw)
    if total >= _MOST_CONTENT:
        raise Unreadable("page.too_heavy", "its drawing instructions are endless")


def _filters(stream: pikepdf.Object) -> tuple[str, ...]:
    filters = stream.get("/Filter")
    if filters is None:
        return ()
    return tuple(str(name) for name in (filters if isinstance(filters, pikepdf.Array) else [filters]))


def picture_of(stream: pikepdf.Object) -> Picture:
    """What an image stream's dictionary says of it."""
    mask = bool(stream.get("/ImageMask", False))
    filters = _filters(stream)
    colours, n_channels = ("", 1) if mask else _colours(stream.get("/ColorSpace"))
    if n_channels is None and filters == ("/JPXDecode",):
        # Its data may tell the colours alone.
        data = memoryview(stream.read_raw_bytes())
        start, end = codestream_of(data)
        n_channels = codestream_size(data[start:end])[2] or None
    plain = not mask and not any(key in stream for key in ("/SMask", "/Mask", "/Decode", "/OC", "/SMaskInData"))
    return Picture(
        stream,
        int(stream.get("/Width", 0)),
        int(stream.get("/Height", 0)),
        filters,
        colours,
        n_channels,
        1 if mask else int(stream.get("/BitsPerComponent", 8)),
        plain,
    )


def _colours(space: Any) -> tuple[str, int | None]:
    if space is None:
        return "", None
    if isinstance(space, pikepdf.Array) and len(space):
        family = str(space[0])
        if family == "/ICCBased":
            return family, int(space[1].get("/N", 0)) or None
        if family == "/DeviceN":
            return family, len(space[1])
    else:
        family = str(space)
    return family, _CHANNELS.get(family)
