"""Pages of print in grey, drawn for the test: white paper, black ink, 200 dpi unless told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import cv2
import numpy as np
from PIL import Image, ImageDraw

from sohoa.samples.faces import DEFAULT_FACE, text_font

DPI = 200
TEXT = (
    "Căn cứ Nghị định số 34/2017/NĐ-CP ngày 03 tháng 4 năm 2017 của Chính phủ quy định chức năng, nhiệm vụ, "
    "quyền hạn và cơ cấu tổ chức của Bộ Nội vụ; xét đề nghị của Vụ trưởng Vụ Tổ chức phi chính phủ, cho phép "
    "thành lập Hội Khoa học kỹ thuật và Kinh tế biển Việt Nam. Hội hoạt động theo Điều lệ được phê duyệt, chịu "
    "sự quản lý nhà nước của các bộ, ngành có liên quan về lĩnh vực hoạt động của Hội."
)


def mm(millimetres: float, dpi: float = DPI) -> int:
    """Pixels."""
    return round(millimetres / 25.4 * dpi)


def lines_of_text(n_lines: int, n_words: int = 12) -> list[str]:
    """Lines of Vietnamese."""
    words = cycle(TEXT.split())
    return [" ".join(next(words) for _ in range(n_words)) for _ in range(n_lines)]


def printed(
    lines: Sequence[str],
    *,
    points: float = 13,
    pitch_mm: float = 7,
    left_mm: float = 28,
    top_mm: float = 30,
    face: str = DEFAULT_FACE,
    dpi: int = DPI,
    size_mm: tuple[float, float] = (210, 297),
) -> np.ndarray:
    """A page with lines of print, as soft as a good scanner leaves it."""
    image = Image.new("L", (mm(size_mm[0], dpi), mm(size_mm[1], dpi)), 250)
    draw, font = ImageDraw.Draw(image), text_font(face, "regular", round(points / 72 * dpi))
    for number, line in enumerate(lines):
        draw.text((mm(left_mm, dpi), mm(top_mm + number * pitch_mm, dpi)), line, fill=25, font=font)
    return cv2.GaussianBlur(np.asarray(image), (0, 0), 0.8 * dpi / 200)


def page_of_text(face: str = DEFAULT_FACE, dpi: int = DPI) -> np.ndarray:
    """A full page."""
    return printed(lines_of_text(30), face=face, dpi=dpi)


def ruled(page: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """The page with a table's rules over all of it."""
    height, width = page.shape
    for number in range(columns + 1):
        x = mm(18) + number * (width - mm(36)) // columns
        cv2.line(page, (x, mm(20)), (x, height - mm(20)), 20, 3)
    for number in range(rows + 1):
        y = mm(20) + number * (height - mm(40)) // rows
        cv2.line(page, (mm(18), y), (width - mm(18), y), 20, 3)
    return page


def sealed(page: np.ndarray, x: int, y: int, radius: int) -> np.ndarray:
    """The page with a round seal."""
    for ring in (0, 8):
        cv2.circle(page, (x, y), radius - ring, 60, 4, cv2.LINE_AA)
    for angle in range(0, 360, 12):
        at = np.radians(angle)
        place = (int(x + (radius - 45) * np.sin(at)) - 10, int(y - (radius - 45) * np.cos(at)) + 10)
        cv2.putText(page, "BNV"[angle // 12 % 3], place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 60, 2)
    cv2.circle(page, (x, y), radius // 4, 60, -1)
    return page


def askew(page: np.ndarray, degrees: float) -> np.ndarray:
    """The page turned anticlockwise, as it comes out of a feeder that pulled its right side up."""
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    return cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=(250, 250, 250))
