"""Page images as pages of a PDF."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name

from sohoa.archive.pictures import Picture, as_it_is, as_jpeg, packed, repacked
from sohoa.pages.formats.decoding import decode
from sohoa.pages.imaging import effective_dpi

POINTS_PER_INCH = 72
_FINEST_DPI = 10_000
_LARGEST_WITHOUT_LOSS = 4_000_000  # bytes; a page of a usual scan has 0.3 to 1 million
_MIRRORED = frozenset({2, 4, 5, 7})
_TURNS = {1: 0, 2: 0, 3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}


@dataclass
class ImagePages:
    """Adds page images to a PDF.

    Attributes:
        pdf: the document.
        n_bytes: how much image data it holds by now.
    """

    pdf: pikepdf.Pdf
    n_bytes: int = 0
    _profiles: dict[bytes, pikepdf.Object] = field(default_factory=dict)

    def add(self, path: Path, media_type: str, page_no: int, dpi: float | None) -> None:
        """Append a page image without loss; it is shown upright by its own tags.

        Args:
            path: The file.
            media_type: Its type by content.
            page_no: Which of its pages, from 1.
            dpi: Its resolution, where the file does not tell.

        Raises:
            Unreadable: it cannot be decoded.
        """
        picture = as_it_is(path, media_type, page_no) or repacked(path, media_type, page_no)
        if picture is None:
            self.add_drawn(path, media_type, page_no, _FINEST_DPI)
            return
        width, height = (int(picture.keys[side]) for side in ("Width", "Height"))
        dpi = dpi or effective_dpi(width, height, None)[0]
        self._append(picture, picture.dpi or (dpi, dpi))

    def add_drawn(self, path: Path, media_type: str, page_no: int, dpi: float) -> None:
        """Append any page as it looks, a scan at no less than its own resolution, or `dpi` if that is coarser.

        Without loss, unless the page then weighs as much as ten: what comes here was JPEG 2000 or WebP as a rule,
        which lost more.

        Raises:
            Unreadable: it cannot be decoded.
        """
        page = decode(path, media_type, page_no, round(dpi), max_megapixels=10_000)
        dpi_both = (page.pixels_dpi, page.pixels_dpi)
        picture = packed(page.pixels)
        if len(picture.data) > _LARGEST_WITHOUT_LOSS:
            picture = as_jpeg(page.pixels, dpi_both)
        self._append(picture, dpi_both)

    def _append(self, picture: Picture, dpi: tuple[float, float]) -> None:
        image = self.pdf.make_stream(picture.data, Type=Name.XObject, Subtype=Name.Image)
        for key, value in picture.keys.items():
            image[f"/{key}"] = value
        if Name.ColorSpace not in image:
            image.ColorSpace = self._colours(picture)
        width = picture.keys["Width"] / dpi[0] * POINTS_PER_INCH
        height = picture.keys["Height"] / dpi[1] * POINTS_PER_INCH
        across = (-width, width) if picture.orientation in _MIRRORED else (width, 0)
        content = f"q {across[0]:.4f} 0 0 {height:.4f} {across[1]:.4f} 0 cm /Scan Do Q\n"
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, round(width, 4), round(height, 4)]),
            Resources=Dictionary(XObject=Dictionary(Scan=image)),
            Contents=self.pdf.make_stream(content.encode()),
            Rotate=_TURNS.get(picture.orientation, 0),
        )
        self.pdf.pages.append(pikepdf.Page(self.pdf.make_indirect(page)))
        self.n_bytes += len(picture.data)

    def _colours(self, picture: Picture) -> pikepdf.Object:
        if not picture.profile:
            return {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}[picture.n_channels]
        digest = hashlib.sha256(picture.profile).digest()
        if digest not in self._profiles:
            self._profiles[digest] = self.pdf.make_stream(picture.profile, N=picture.n_channels)
        return Array([Name.ICCBased, self._profiles[digest]])
