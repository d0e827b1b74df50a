"""From page images to words: one tesseract call per chunk, each word with its confidence and place."""

from sohoa.ocr.sense import makes_sense, sense_of
from sohoa.ocr.tesseract import OTHER_LANGUAGE, Layout, TesseractFailed, installed_models, read_images, read_lines
from sohoa.words import Word, text_of

__all__ = [
    "OTHER_LANGUAGE",
    "Layout",
    "TesseractFailed",
    "Word",
    "installed_models",
    "makes_sense",
    "read_images",
    "read_lines",
    "sense_of",
    "text_of",
]
