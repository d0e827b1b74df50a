"""From page images to words: one tesseract call per chunk, each word with its confidence and place."""

from sohoa.ocr.tesseract import PageReading, TesseractFailed, read_images, read_lines
from sohoa.ocr.words import Word, text_of

__all__ = [
    "PageReading",
    "TesseractFailed",
    "Word",
    "read_images",
    "read_lines",
    "text_of",
]
