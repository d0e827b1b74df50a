"""Files with several documents through the stations: what was read of each page is given, all else is real."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pikepdf
import pytest
from reading.test_boundaries import ANNEX, BLANK, CERTIFICATE, DECISION, LAST_PAGE, LETTER, OTHER, at
from reading.typesetting import LANDSCAPE, MIDDLE, Row, instead

from sohoa import journey
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import Document, DocumentStatus, Event, Field, Page, PageStatus, ScanFile, Verdict
from sohoa.catalogue.overview import batch_overview
from sohoa.intake.receiving import adopt_folder, receive_batch
from sohoa.journey.copies import copy_key
from sohoa.journey.readings import PageWords, keep_page
from sohoa.pages.separators import Separator, payload
from sohoa.reading.boundaries import StackPage
from sohoa.settings import Settings

from .conftest import World

UNIT, BATCH = "G09.01", "lô"
DOSSIER, OTHER_DOSSIER = "000.00.00.G09-220412-0001", "000.00.00.G09-220413-0007"
FILE = "chồng.pdf"
UNREAD = StackPage(unreadable=True)
Fresh = Callable[[str], Settings]


def sheet(pages: int | None = None, unit: str = UNIT) -> StackPage:
    return StackPage(
        at([Row("TỜ PHÂN CÁCH", MIDDLE, 0.4)]).words, barcodes=(payload(Separator(unit, BATCH, pages, 1)),)
    )


def with_code(rows: Sequence[Row], *codes: str) -> StackPage:
    return StackPage(at(rows).words, barcodes=codes)


class Stack:
    """One file with these pages, received and read."""

    def __init__(self, settings: Settings, folder: Path, pages: Sequence[StackPage], manifest: str = "") -> None:
        self.settings = settings
        drop = folder / BATCH
        drop.mkdir()
        with pikepdf.new() as pdf:
            for _ in pages:
                pdf.add_blank_page(page_size=(595, 842))
            pdf.save(drop / FILE)
        if manifest:
            (drop / "manifest.csv").write_text(manifest, encoding="utf-8")
        self.batch_id = adopt_folder(settings, drop, UNIT)
        receive_batch(settings, self.batch_id)
        self.world = World(settings, self.batch_id)
        (self.file,) = self.world.rows(ScanFile, ScanFile.path == FILE)
        self.read(pages)

    def read(self, pages: Sequence[StackPage]) -> None:
        """Write down what was read of the pages, as a chunk does."""
        for number, page in enumerate(pages, start=1):
            if not page.unreadable:
                keep_page(self.settings, self.file.sha256, number, PageWords(page.aspect, list(page.words)))
            with writing(self.settings.catalogue_url) as session:
                row = session.get_one(Page, (self.file.sha256, number))
                unread = PageStatus.FAILED if page.unreadable else PageStatus.OCRED
                row.status = PageStatus.BLANK if page.blank else unread
                row.n_words, row.barcodes = len(page.words), list(page.barcodes)
                row.dpi, row.colour, row.width_px, row.height_px = 200.0, True, 1654, 2339

    def compile(self) -> list[tuple[int, int]]:
        """First page and page count of each document that the file has now."""
        ids = journey.compile_documents(self.settings, self.batch_id)
        documents = self.documents()
        assert ids == [document.document_id for document in documents]
        return [(document.first_page, document.page_count) for document in documents]

    def documents(self) -> list[Document]:
        return sorted(self.world.rows(Document), key=lambda document: document.first_page)

    def settle(self, first_page: int) -> None:
        """As if a person had accepted this one."""
        with writing(self.settings.catalogue_url) as session:
            document = session.query(Document).filter_by(first_page=first_page).one()
            document.status = DocumentStatus.ACCEPTED

    def statuses(self) -> list[str]:
        return [page.status for page in self.world.rows(Page)]


@pytest.fixture
def stack(fresh: Fresh, tmp_path: Path) -> Callable[..., Stack]:
    return lambda *pages, manifest="": Stack(
        fresh("home"), tmp_path, [page if isinstance(page, StackPage) else at(page) for page in pages], manifest
    )


def test_each_document_has_its_own_pages_fields_and_text(stack: Callable[..., Stack]) -> None:
    made = stack(DECISION, ANNEX, OTHER, at(CERTIFICATE, LANDSCAPE))

    assert made.compile() == [(1, 2), (3, 1), (4, 1)]
    first, second, third = made.documents()
    assert (first.code_number, second.code_number) == ("1368", "77")
    assert "DANH SÁCH" in (first.text or "")
    assert "DANH SÁCH" not in (second.text or "")
    assert all("split_from_stack" in document.flags for document in (first, second, third))
    number = made.world.rows(Field, Field.document_id == second.document_id, Field.name == "code_number")[0]
    assert (number.page_no, number.value) == (1, "77")


def test_a_file_with_one_document_is_as_it_was(stack: Callable[..., Stack]) -> None:
    made = stack(DECISION, ANNEX)

    assert made.compile() == [(1, 2)]
    assert made.documents()[0].flags == []


def test_fields_are_read_from_the_first_page_with_something_on_it(stack: Callable[..., Stack]) -> None:
    made = stack(BLANK, DECISION)

    assert made.compile() == [(1, 2)]
    (document,) = made.documents()
    assert document.code_number == "1368"
    number = made.world.rows(Field, Field.document_id == document.document_id, Field.name == "code_number")[0]
    assert number.page_no == 2


def test_separator_sheets_and_their_backs_belong_to_no_document(stack: Callable[..., Stack]) -> None:
    made = stack(sheet(2), BLANK, DECISION, ANNEX, sheet(), OTHER)

    assert made.compile() == [(3, 2), (6, 1)]
    separator, ocred = PageStatus.SEPARATOR, PageStatus.OCRED
    assert made.statuses() == [separator, separator, ocred, ocred, separator, ocred]
    assert made.compile() == [(3, 2), (6, 1)], "compiled again"
    assert made.statuses()[1] == separator


def test_compiling_again_changes_nothing(stack: Callable[..., Stack]) -> None:
    made = stack(DECISION, UNREAD, OTHER, LAST_PAGE)
    made.compile()
    before = made.world.export()
    made.compile()
    assert made.world.export() == before


def test_pages_read_later_divide_the_file_anew(stack: Callable[..., Stack]) -> None:
    made = stack(DECISION, UNREAD, LAST_PAGE, LETTER)
    assert made.compile() == [(1, 3), (4, 1)]
    journey.make_copies(made.settings, made.batch_id)
    old = made.documents()[0].pdfa_sha256
    assert old is not None

    made.read([at(rows) for rows in (DECISION, OTHER, CERTIFICATE, LETTER)])
    assert made.compile() == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert made.documents()[0].pdfa_sha256 is None, "its copy shows pages that are not its own"
    journey.make_copies(made.settings, made.batch_id)
    with pikepdf.open(made.settings.archive / copy_key(made.documents()[0].document_id)) as pdf:
        assert len(pdf.pages) == 1


def test_proposals_that_fall_away_leave_nothing_behind_but_an_event_if_people_knew_them(
    stack: Callable[..., Stack],
) -> None:
    made = stack(DECISION, OTHER, LETTER)
    assert made.compile() == [(1, 1), (2, 1), (3, 1)]
    known, unknown = made.documents()[1:]
    with writing(made.settings.catalogue_url) as session:
        session.get_one(Document, known.document_id).status = DocumentStatus.IN_REVIEW
    made.read([at(DECISION), at(ANNEX), at(ANNEX)])

    assert made.compile() == [(1, 3)]
    gone = {known.document_id, unknown.document_id}
    assert {field.document_id for field in made.world.rows(Field)}.isdisjoint(gone)
    told = made.world.rows(Event, Event.kind == "document_withdrawn")
    assert [event.document_id for event in told] == [known.document_id]


def test_what_is_settled_is_never_touched_and_what_was_cut_off_from_it_is_in_doubt(
    stack: Callable[..., Stack],
) -> None:
    made = stack(DECISION, OTHER, LETTER)
    made.compile()
    made.settle(2)
    before = [row for row in made.world.export() if row["first_page"] == 2]
    made.read([at(DECISION), at(ANNEX), at(ANNEX)])

    assert made.compile() == [(1, 1), (2, 1), (3, 1)]
    assert [row for row in made.world.export() if row["first_page"] == 2] == before
    assert ["uncertain_boundary" in document.flags for document in made.documents()] == [True, False, True]


def test_a_qr_code_gives_dossier_and_procedure_and_contradictions_are_noted(stack: Callable[..., Stack]) -> None:
    printed = [*DECISION, Row(f"Mã hồ sơ: {OTHER_DOSSIER}", 0.3, 0.8)]
    made = stack(
        with_code(DECISION, f"{DOSSIER}|1.003822"), with_code(instead(printed, "Số:", "Số: 5/QĐ-BNV"), DOSSIER)
    )

    made.compile()
    first, second = made.documents()
    assert (first.dossier_code, first.procedure_code) == (DOSSIER, "1.003822")
    assert "dossier_conflict" not in first.flags
    fields = {row.name: row for row in made.world.rows(Field, Field.document_id == second.document_id)}
    assert (fields["dossier_code"].value, fields["dossier_code"].source) == (DOSSIER, "qr")
    assert fields["dossier_code"].confidence == 0.99
    assert (fields["dossier_code_ocr"].value, fields["dossier_code_ocr"].source) == (OTHER_DOSSIER, "ocr")
    assert "dossier_conflict" in second.flags


def test_the_manifest_s_dossier_is_that_of_a_file_with_one_document_only(fresh: Fresh, tmp_path: Path) -> None:
    manifest = f"file,pages,dossier_code\n{FILE},1,{DOSSIER}\n"
    alone = Stack(fresh("one"), tmp_path, [at(DECISION)], manifest)
    alone.compile()
    assert alone.documents()[0].dossier_code == DOSSIER
    (tmp_path / "two").mkdir()
    two = Stack(fresh("another"), tmp_path / "two", [at(DECISION), at(OTHER)], manifest)
    two.compile()
    assert [document.dossier_code for document in two.documents()] == [None, None]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A stack with everything in it, judged and published; the manifest says one page more than there is."""
    from .conftest import migrate, settings_at

    folder = tmp_path_factory.mktemp("published")
    settings = settings_at(folder / "home")
    migrate(settings)
    pages = [DECISION, ANNEX, sheet(3), OTHER, sheet(unit="G09.02"), BLANK, LETTER]
    made = Stack(settings, folder, [p if isinstance(p, StackPage) else at(p) for p in pages], f"file,pages\n{FILE},8\n")
    made.compile()
    journey.judge_documents(settings, made.batch_id)
    journey.publish_batch(settings, made.batch_id)
    return made


def test_every_reason_for_doubt_reaches_the_review(published: Stack) -> None:
    first, second, third = published.documents()

    assert "separator_mismatch" in second.review_reasons
    assert "separator_foreign" in third.review_reasons
    assert not {"separator_mismatch", "separator_foreign", "uncertain_boundary"} & set(first.review_reasons)
    assert all(document.status == DocumentStatus.IN_REVIEW for document in (first, second, third))


def test_a_page_too_few_in_the_file_is_so_for_each_of_its_documents(published: Stack) -> None:
    assert ["pages_unaccounted" in document.review_reasons for document in published.documents()] == [True] * 3


def test_a_file_s_pages_are_those_of_its_documents_and_its_sheets(published: Stack) -> None:
    covered = [
        number
        for document in published.documents()
        for number in range(document.first_page, document.first_page + document.page_count)
    ]
    sheets = [page.page_no for page in published.world.rows(Page) if page.status == PageStatus.SEPARATOR]
    assert sorted(covered + sheets) == list(range(1, 8))


def test_the_receipt_tells_of_each_document_and_of_the_sheets_in_vietnamese(published: Stack) -> None:
    folder = published.settings.outbox / UNIT / published.batch_id
    text = (folder / "receipt.csv").read_bytes().decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row[0] == FILE]

    assert [(row[1], row[5]) for row in rows] == [
        ("Chờ người kiểm tra", "2 (trang 1–2)"),
        ("Chờ người kiểm tra", "1 (trang 4)"),
        ("Chờ người kiểm tra", "1 (trang 7)"),
        ("Tờ phân cách", "3 (trang 3, 5, 6)"),
    ]
    assert "không khớp với tờ phân cách" in rows[1][2]


def test_the_overview_tells_of_each_document(published: Stack) -> None:
    with reading(published.settings.catalogue_url) as session:
        (batch,) = batch_overview(session, published.batch_id)
    (file,) = (file for file in batch["files"] if file["file"] == FILE)
    assert [(one["first_page"], one["page_count"]) for one in file["documents"]] == [(1, 2), (4, 1), (7, 1)]


def test_a_file_of_sheets_alone_is_told_as_such(stack: Callable[..., Stack]) -> None:
    made = stack(sheet(), BLANK)
    assert made.compile() == []
    journey.publish_batch(made.settings, made.batch_id)
    with reading(made.settings.catalogue_url) as session:
        (batch,) = batch_overview(session, made.batch_id)
    assert [file["outcome"] for file in batch["files"]] == ["separator"]
    receipt = (made.settings.outbox / UNIT / made.batch_id / "receipt.csv").read_text("utf-8-sig")
    assert "Tờ phân cách" in receipt


def test_verdicts_of_a_withdrawn_document_go_with_it(stack: Callable[..., Stack]) -> None:
    made = stack(DECISION, OTHER)
    made.compile()
    journey.judge_documents(made.settings, made.batch_id)
    gone = made.documents()[1].document_id
    assert made.world.rows(Verdict, Verdict.item_id == gone)
    made.read([at(DECISION), at(ANNEX)])
    made.compile()
    assert made.world.rows(Verdict, Verdict.item_id == gone) == []
