"""Archive copies of documents, made from what the catalogue knows of their pages."""

from __future__ import annotations

import hashlib
import io
import subprocess
from dataclasses import dataclass

import img2pdf
import pikepdf
import pikepdf.pdfa
import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select

from sohoa.archive import Store, master_key
from sohoa.archive.groups import GROUP, Group, GroupPage, write_group
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Batch, Document, Master, Page, ScanFile, Unit, utc_now
from sohoa.journey.copies import copy_key, make_copies, manifest_key
from sohoa.journey.readings import PageWords, keep_page
from sohoa.ocr import Word
from sohoa.settings import Settings

from .conftest import settings_at

BATCH = "lô"


def jpeg(shade: int, size: tuple[int, int] = (413, 585)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, (shade, shade, 200)).save(stream, "JPEG", dpi=(50, 50))
    return stream.getvalue()


def keep_master(settings: Settings, content: bytes, media_type: str, n_pages: int, **page: object) -> str:
    """A master with its pages in the catalogue; every page reads `trang <number>`."""
    source = settings.home / "scan"
    source.write_bytes(content)
    digest, size = Store(settings.archive).put_master(source)
    add_rows(settings, digest, size, media_type, n_pages, **page)
    return digest


def add_rows(settings: Settings, digest: str, size: int, media_type: str, n_pages: int, **page: object) -> None:
    with writing(settings.catalogue_url) as session:
        now = utc_now()
        file = ScanFile(batch_id=BATCH, path=digest, first_seen_at=now, stable_since=now, size_bytes=size, mtime_ns=0)
        session.add(file)
        session.flush()
        session.add(
            Master(
                sha256=digest,
                size_bytes=size,
                media_type=media_type,
                n_pages=n_pages,
                first_file_id=file.id,
                stored_at=utc_now(),
            )
        )
        session.flush()
        session.add_all(Page(sha256=digest, page_no=n, status="ocred", dpi=50, **page) for n in range(1, n_pages + 1))
    for number in range(1, n_pages + 1):
        words = [Word("trang", 1.0, 0.1, 0.1, 0.3, 0.12, 0, 0), Word(f"{number}", 1.0, 0.32, 0.1, 0.4, 0.12, 0, 0)]
        keep_page(settings, digest, number, PageWords(aspect=0.7, words=words))


def add_document(settings: Settings, name: str, digest: str, first_page: int, page_count: int) -> None:
    with writing(settings.catalogue_url) as session:
        session.add(
            Document(
                document_id=name,
                batch_id=BATCH,
                sha256=digest,
                first_page=first_page,
                page_count=page_count,
                unit_code="G09.01",
                source_file="f",
                source_files=["f"],
                status="received",
            )
        )


def texts(settings: Settings, name: str) -> list[str]:
    with pypdfium2.PdfDocument(settings.archive / copy_key(name)) as pdf:
        return [page.get_textpage().get_text_range().strip() for page in pdf]


@dataclass(frozen=True)
class Copies:
    """What one call made of a batch."""

    settings: Settings
    n_failed: int
    loose: list[str]


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """A stack of three documents, a scan on its side, loose pages, a page with its own text, and one cut short."""
    settings = settings_at(tmp_path_factory.mktemp("copies"))
    migrate(settings)
    with writing(settings.catalogue_url) as session:
        session.merge(Unit(code="G09.01", name="Văn phòng Bộ", source="ruleset"))
        row = Batch(id=BATCH, unit_code="G09.01", name=BATCH, source="inbox", status="claimed", first_seen_at=utc_now())
        session.add(row)
    stack = img2pdf.convert([jpeg(10 * number) for number in range(1, 8)])
    digest = keep_master(settings, stack, "application/pdf", 7)
    for name, first, count in (("stack-1", 1, 2), ("stack-2", 3, 1), ("stack-3", 4, 4)):
        add_document(settings, name, digest, first, count)
    sideways = keep_master(settings, jpeg(100, (585, 413)), "image/jpeg", 1, rotation=90, skew_degrees=1.5)
    add_document(settings, "sideways", sideways, 1, 1)
    loose = [keep_master(settings, jpeg(shade), "image/jpeg", 1) for shade in (45, 85, 125)]
    group = Group(tuple(GroupPage(one, "image/jpeg", 1) for one in loose))
    digest, size = write_group(Store(settings.archive), group)
    add_rows(settings, digest, size, GROUP, 3)
    add_document(settings, "loose", digest, 2, 2)
    own = keep_master(settings, drawing(), "application/pdf", 1, text_origin="own")
    add_document(settings, "own", own, 1, 1)
    add_document(settings, "cut", keep_master(settings, jpeg(15)[:300], "image/jpeg", 1), 1, 1)
    return Copies(settings, make_copies(settings, BATCH), loose)


def drawing() -> bytes:
    stream = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842)).contents_add(b"0 0 1 rg 50 50 100 100 re f")
        pdf.save(stream)
    return stream.getvalue()


def test_the_documents_of_a_stack_get_their_own_pages_with_their_words(copies: Copies) -> None:
    assert texts(copies.settings, "stack-1") == ["trang 1", "trang 2"]
    assert texts(copies.settings, "stack-2") == ["trang 3"]
    assert texts(copies.settings, "stack-3") == [f"trang {number}" for number in range(4, 8)]


def test_every_copy_conforms_and_the_catalogue_tells_its_hash(copies: Copies) -> None:
    with reading(copies.settings.catalogue_url) as session:
        made = session.scalars(select(Document).where(Document.document_id != "cut")).all()
    assert len(made) == 6
    for document in made:
        path = copies.settings.archive / copy_key(document.document_id)
        assert document.pdfa_key == copy_key(document.document_id)
        assert document.pdfa_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert pikepdf.pdfa.validate_written(path, "2b").findings == []


def test_the_list_of_hashes_holds(copies: Copies) -> None:
    archive = copies.settings.archive
    for name in ("stack-2", "loose"):
        manifest = archive / manifest_key(name)
        checked = subprocess.run(["sha256sum", "--check", "--strict", manifest], cwd=archive, capture_output=True)
        assert checked.returncode == 0, checked.stdout


def test_a_page_is_shown_upright_as_the_catalogue_says(copies: Copies) -> None:
    with pypdfium2.PdfDocument(copies.settings.archive / copy_key("sideways")) as pdf:
        assert pdf[0].get_rotation() == 90
        assert pdf[0].get_height() > pdf[0].get_width()
    assert texts(copies.settings, "sideways") == ["trang 1"]


def test_loose_pages_of_a_group_make_one_copy(copies: Copies) -> None:
    assert texts(copies.settings, "loose") == ["trang 2", "trang 3"]
    listing = (copies.settings.archive / manifest_key("loose")).read_text()
    assert [master_key(one) in listing for one in copies.loose] == [False, True, True]


def test_own_text_is_kept_where_the_page_says_so(copies: Copies) -> None:
    assert texts(copies.settings, "own") == [""], "the page's own text is none, and no layer is laid over it"


def test_a_copy_that_cannot_be_made_is_flagged_and_leaves_nothing(copies: Copies) -> None:
    assert copies.n_failed == 1
    with reading(copies.settings.catalogue_url) as session:
        assert session.get_one(Document, "cut").flags == ["no_pdfa"]
    assert not (copies.settings.archive / copy_key("cut")).exists()
    assert list((copies.settings.work / BATCH).iterdir()) == []


def test_copies_that_are_there_are_not_made_again(copies: Copies) -> None:
    path = copies.settings.archive / copy_key("sideways")
    before = path.stat().st_mtime_ns
    assert make_copies(copies.settings, BATCH) == 1, "only the one that failed is tried again"
    assert path.stat().st_mtime_ns == before
