"""Documents that wait at the review desk: real page images, with each field's box where it was drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageDraw

from sohoa.archive import Store
from sohoa.catalogue.database import writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Batch, Document, Dossier, Field, Master, Page, RegisterImport, Result, ScanFile
from sohoa.catalogue.subjects import store_subjects
from sohoa.journey.drafts import document_id
from sohoa.journey.readings import PageWords, keep_page
from sohoa.ocr import Word
from sohoa.register import fold_code, result_key
from sohoa.samples.faces import DEFAULT_FACE, Style, text_font
from sohoa.settings import Settings
from sohoa.warehouse import refresh_warehouse

EXPECTATIONS = Path(__file__).parents[2] / "expectations"
WIDTH, HEIGHT, DPI = 1654, 2339, 200
BATCH, YEAR = "lo-2022", 2022
NOW = dt.datetime(2022, 6, 1, 3, 0, tzinfo=dt.UTC)
SURE = 0.99
SUBJECTS = (
    "Về việc cho phép thành lập Hội Khoa học Lịch sử tỉnh",
    "Về việc công nhận Điều lệ sửa đổi của Hiệp hội Vận tải ô tô",
    "Về việc tặng Bằng khen cho tập thể và cá nhân có thành tích",
    "Về việc cho phép đổi tên Quỹ Bảo trợ trẻ em vùng cao",
)
BODY = (
    "Căn cứ Nghị định quy định chức năng, nhiệm vụ, quyền hạn và cơ cấu tổ chức",
    "của Bộ Nội vụ;",
    "Căn cứ Nghị định quy định về tổ chức, hoạt động và quản lý hội;",
    "Xét đề nghị của Vụ trưởng Vụ Tổ chức phi chính phủ,",
    "QUYẾT ĐỊNH:",
    "Điều 1. Cho phép thực hiện theo hồ sơ đã trình kèm theo Quyết định này.",
    "Điều 2. Tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành theo quy định",
    "của pháp luật và chịu sự quản lý nhà nước của Bộ Nội vụ.",
    "Điều 3. Quyết định này có hiệu lực kể từ ngày ký.",
    "Điều 4. Chánh Văn phòng Bộ, Vụ trưởng Vụ Tổ chức phi chính phủ và các đơn vị",
    "có liên quan chịu trách nhiệm thi hành Quyết định này./.",
)


@dataclass(frozen=True)
class Paper:
    """What stands on a sheet, and what a machine made of it.

    Attributes:
        number: as printed; the register has it under this one.
        read: what was read as the number; None for nothing.
        sure: how sure that was.
        looked: the number in a second look at the line, None if it gave nothing else.
        registered: whether the register knows it.
        issuer: what was read as the agency, and how sure that was.
        scanned_by: the unit in whose queue it waits; `decided_by` the one in whose rate it counts.
    """

    number: str
    read: str | None
    sure: float = 0.5
    looked: str | None = None
    registered: bool = True
    issuer: str | None = "Bộ Nội vụ"
    issuer_sure: float = SURE
    reasons: tuple[str, ...] = ("number_uncertain",)
    flags: tuple[str, ...] = ()
    subject: str = SUBJECTS[0]
    n_pages: int = 1
    scanned_by: str = "G09.01"
    decided_by: str = "G09.02"

    @property
    def path(self) -> str:
        return f"qd-{self.number}.tif"


def make_desk(home: Path, papers: Sequence[Paper]) -> tuple[Settings, list[str]]:
    """An installation in which these papers wait, with its warehouse; ids in the papers' order."""
    settings = Settings(home=home, expectations=EXPECTATIONS)
    for folder in settings.folders():
        folder.mkdir(parents=True, exist_ok=True)
    migrate(settings)
    with writing(settings.catalogue_url) as session:
        session.add(
            Batch(
                id=BATCH,
                unit_code="G09.01",
                name="Quyết định năm 2022",
                source="inbox",
                status="published",
                first_seen_at=NOW,
                claimed_at=NOW,
                claimed_on=NOW.date(),
                received_at=NOW,
            )
        )
        session.add(
            RegisterImport(
                id=1,
                file_name="register.csv",
                sha256="0" * 64,
                imported_at=NOW,
                imported_on=NOW.date(),
                n_rows=0,
                n_new=0,
                n_changed=0,
                n_unchanged=0,
                n_rejected=0,
            )
        )
    ids = [_store(settings, paper) for paper in papers]
    refresh_warehouse(settings)
    return settings, ids


def issued_on(paper: Paper) -> dt.date:
    return dt.date(YEAR, 1, 1) + dt.timedelta(days=int(paper.number) % 120)


def _store(settings: Settings, paper: Paper) -> str:
    words, scan = draw(settings.work, paper)
    sha256, size = Store(settings.archive).put_master(scan)
    identity, day = document_id(sha256, 1), issued_on(paper)
    if paper.registered:
        _register(settings, paper, day)
    with writing(settings.catalogue_url) as session:
        file = ScanFile(
            batch_id=BATCH,
            path=paper.path,
            first_seen_at=NOW,
            stable_since=NOW,
            size_bytes=size,
            mtime_ns=1,
            sha256=sha256,
            outcome="document",
        )
        session.add(file)
        session.flush()
        session.add(
            Master(
                sha256=sha256,
                size_bytes=size,
                media_type="image/tiff",
                n_pages=paper.n_pages,
                first_file_id=file.id,
                stored_at=NOW,
            )
        )
        session.flush()
        session.add_all(
            Page(
                sha256=sha256,
                page_no=number,
                status="ocred",
                width_px=WIDTH,
                height_px=HEIGHT,
                dpi=DPI,
                colour=True,
                rotation=0,
                skew_degrees=0.0,
                text_origin="ocr",
                quality_flags=[],
            )
            for number in range(1, paper.n_pages + 1)
        )
        known = {
            "code_number": paper.read,
            "code_notation": "QĐ-BNV",
            "issuer": paper.issuer,
            "doc_type": "Quyết định",
            "subject": paper.subject,
        }
        session.add(
            Document(
                document_id=identity,
                batch_id=BATCH,
                sha256=sha256,
                first_page=1,
                page_count=paper.n_pages,
                unit_code=paper.scanned_by,
                source_file=paper.path,
                source_files=[paper.path],
                status="in_review",
                review_reasons=list(paper.reasons),
                flags=list(paper.flags),
                issued_on=day,
                text=paper.subject,
                **known,
            )
        )
        session.flush()
        sure = {"code_number": paper.sure if paper.read else 0.0, "issuer": paper.issuer_sure}
        for name, value in {**known, "issued_on": day.isoformat(), "signer_name": "Nguyễn Văn Bình"}.items():
            left, top, right, bottom = _box(words, name)
            session.add(
                Field(
                    document_id=identity,
                    name=name,
                    value=value,
                    confidence=sure.get(name, SURE),
                    source="ocr",
                    page_no=1,
                    left=left,
                    top=top,
                    right=right,
                    bottom=bottom,
                )
            )
    _keep_words(settings, sha256, paper, words)
    return identity


def _register(settings: Settings, paper: Paper, day: dt.date) -> None:
    code = f"{paper.number}/QĐ-BNV"
    with writing(settings.catalogue_url) as session:
        row = Result(
            result_key=result_key(code, day, paper.decided_by, None),
            code_text=code,
            code_folded=fold_code(code),
            issued_on=day,
            unit_code=paper.decided_by,
            issuer="Bộ Nội vụ",
            subject=paper.subject,
            validity="in_force",
            first_import_id=1,
        )
        session.add(row)
        session.flush()
        session.add(Dossier(result_id=row.id, code=None))
        store_subjects(session, [(row.id, paper.subject)])


def _keep_words(settings: Settings, sha256: str, paper: Paper, words: list[tuple[str, Word]]) -> None:
    """As OCR would: the number as it was read, and as a second look saw it."""

    def reading(number: str | None) -> list[Word]:
        line = [word for name, word in words if name in ("label", "code_number", "code_notation")]
        texts = ["Số:", f"{number or ''}/QĐ-BNV"]
        return [replace(word, text=text) for word, text in zip(line, texts, strict=False)]

    rest = [word for name, word in words if name not in ("label", "code_number", "code_notation")]
    looks = {"number": [reading(paper.looked)]} if paper.looked else {}
    page = PageWords(WIDTH / HEIGHT, sorted([*reading(paper.read), *rest], key=lambda word: word.line), looks=looks)
    keep_page(settings, sha256, 1, page)


def _box(words: list[tuple[str, Word]], name: str) -> tuple[float, float, float, float]:
    found = [word for label, word in words if label == name]
    return (
        min(word.left for word in found),
        min(word.top for word in found),
        max(word.right for word in found),
        max(word.bottom for word in found),
    )


def draw(folder: Path, paper: Paper) -> tuple[list[tuple[str, Word]], Path]:
    """Draw the paper as a TIFF; each word with the field that it belongs to, where it was drawn."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT), (252, 250, 244))
    pen = ImageDraw.Draw(sheet)
    words: list[tuple[str, Word]] = []
    day = issued_on(paper)

    def write(name: str, text: str, middle: float, top: float, size: int = 38, face: Style = "regular") -> None:
        font = text_font(DEFAULT_FACE, face, size)
        x = middle * WIDTH - pen.textlength(text, font) / 2
        line = len({word.line for _, word in words})
        for word in text.split():
            box = pen.textbbox((x, top * HEIGHT), word, font)
            pen.text((x, top * HEIGHT), word, (20, 20, 30), font)
            places = (box[0] / WIDTH, box[1] / HEIGHT, box[2] / WIDTH, box[3] / HEIGHT)
            words.append((name, Word(word, 0.95, *places, line=line, block=line)))
            x += pen.textlength(f"{word} ", font)

    write("issuer", "BỘ NỘI VỤ", 0.27, 0.06, face="bold")
    write("motto", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 0.69, 0.06, 36, "bold")
    write("motto", "Độc lập - Tự do - Hạnh phúc", 0.69, 0.078, face="bold")
    number = len(words)
    write("label", f"Số: {paper.number}/QĐ-BNV", 0.27, 0.11)
    write("issued_on", f"Hà Nội, ngày {day.day:02} tháng {day.month:02} năm {day.year}", 0.69, 0.11, face="italic")
    words[number + 1] = ("code_number", words[number + 1][1])
    whole = words[number + 1][1]
    cut = whole.left + (whole.right - whole.left) * len(paper.number) / (len(paper.number) + 7)
    words[number + 1] = ("code_number", replace(whole, right=cut))
    words.append(("code_notation", replace(whole, left=cut)))
    write("doc_type", "QUYẾT ĐỊNH", 0.5, 0.16, 44, "bold")
    write("subject", paper.subject, 0.5, 0.183, face="bold")
    write("body", "BỘ TRƯỞNG BỘ NỘI VỤ", 0.5, 0.22, face="bold")
    for row, text in enumerate(BODY):
        write("body", text, 0.5, 0.26 + row * 0.03)
    pen.ellipse((0.60 * WIDTH, 0.72 * HEIGHT, 0.72 * WIDTH, 0.805 * HEIGHT), outline=(200, 30, 40), width=6)
    write("body", "BỘ TRƯỞNG", 0.72, 0.71, face="bold")
    write("signer_name", "Nguyễn Văn Bình", 0.72, 0.83, face="bold")
    others = [Image.new("RGB", (WIDTH, HEIGHT), (252, 250, 244 - n)) for n in range(1, paper.n_pages)]
    out = folder / paper.path
    sheet.save(out, dpi=(DPI, DPI), compression="tiff_lzw", save_all=True, append_images=others)
    return words, out
