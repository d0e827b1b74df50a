"""A small archive with real scans: pages with words at known places, taken in and compiled; only OCR is left out."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from sohoa.catalogue.database import writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Document, Page, PageStatus, ScanFile
from sohoa.catalogue.search import store_words
from sohoa.intake.receipt import write_receipt
from sohoa.intake.receiving import adopt_folder, receive_batch
from sohoa.journey import compile_documents, make_copies
from sohoa.journey.readings import PageWords, keep_page
from sohoa.samples.faces import DEFAULT_FACE, text_font
from sohoa.settings import Settings
from sohoa.words import Word

DPI, SIZE = 100, (827, 1169)
OPEN, SECRET, TURNED = "mở.pdf", "kín.pdf", "ngang.png"
PAGES = {
    OPEN: [
        ["BỘ NỘI VỤ", "Số: 115/QĐ-BNV", "QUYẾT ĐỊNH", "Về việc cho phép thành lập Hội Khoa học Lịch sử"],
        ["Nơi nhận: <script>alert(1)</script>", "Danh sách hội viên: Nguyễn Thị Hoà"],
    ],
    SECRET: [["BỘ NỘI VỤ", "Số: 999/QĐ-BNV", "QUYẾT ĐỊNH", "Về việc tuyệtđốikín của Hội"]],
    TURNED: [["BỘ NỘI VỤ", "Số: 116/QĐ-BNV", "QUYẾT ĐỊNH", "Về việc nằm ngang"]],
}


def make_archive(home: Path) -> Settings:
    """Three scans, accepted; one of them was delivered lying on its side."""
    settings = Settings(home=home)
    for folder in settings.folders():
        folder.mkdir(parents=True, exist_ok=True)
    migrate(settings)
    drop = home / "thả"
    drop.mkdir()
    drawn = {name: [_drawn(lines) for lines in pages] for name, pages in PAGES.items()}
    for name, pages in drawn.items():
        images = [image.rotate(90, expand=True) if name == TURNED else image for image, _ in pages]
        more = {"save_all": True, "append_images": images[1:], "resolution": DPI} if name != TURNED else {}
        images[0].save(drop / name, dpi=(DPI, DPI), **more)
    batch_id = adopt_folder(settings, drop, "G09.01")
    receive_batch(settings, batch_id)
    with writing(settings.catalogue_url) as session:
        for file in session.query(ScanFile).filter_by(batch_id=batch_id):
            for number, (_, words) in enumerate(drawn[file.path], start=1):
                keep_page(settings, str(file.sha256), number, PageWords(SIZE[0] / SIZE[1], words))
                page = session.get_one(Page, (file.sha256, number))
                page.status, page.n_words, page.dpi = PageStatus.OCRED, len(words), DPI
                page.width_px, page.height_px = SIZE
                page.rotation, page.skew_degrees = 90 if file.path == TURNED else 0, 0.0
    compile_documents(settings, batch_id)
    make_copies(settings, batch_id)
    with writing(settings.catalogue_url) as session:
        for document in session.query(Document).filter_by(batch_id=batch_id):
            document.status = "accepted"
            session.flush()
            store_words(session, document.document_id)
    write_receipt(settings, batch_id)
    return settings


def _drawn(lines: list[str]) -> tuple[Image.Image, list[Word]]:
    image = Image.new("RGB", SIZE, "white")
    draw, font = ImageDraw.Draw(image), text_font(DEFAULT_FACE, "regular", 22)
    words: list[Word] = []
    for number, line in enumerate(lines):
        left, top = 90.0, 100.0 + 60 * number
        for text in line.split():
            right = left + draw.textlength(text, font=font)
            draw.text((left, top), text, fill="black", font=font)
            box = (left / SIZE[0], top / SIZE[1], right / SIZE[0], (top + 28) / SIZE[1])
            words.append(Word(text, 0.95, *box, number, number))
            left = right + 8
    return image, words
