"""From a word to the place on the page where it stands; and nothing at all of what is classified."""

from __future__ import annotations

import hashlib
import html
import io
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select

from sohoa.archive import Store, master_key
from sohoa.catalogue.database import connect, reading, writing
from sohoa.catalogue.events import record_event
from sohoa.catalogue.models import Document, Dossier, Event, Result, utc_now
from sohoa.catalogue.search import hit_boxes, parse_question
from sohoa.journey.locking import lock_by_person
from sohoa.journey.readings import kept_page
from sohoa.reading.secrecy import DOUBT, MARK
from sohoa.settings import Settings
from sohoa_airflow.web import page_images
from web.scanned import OPEN, PAGES, SECRET, SIZE, TURNED, make_archive


@pytest.fixture(scope="session")
def drawn_once(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_archive(tmp_path_factory.mktemp("scanned") / "home")


@pytest.fixture
def archive(drawn_once: Settings, tmp_path: Path) -> Settings:
    """A copy that the test may change."""
    with connect(drawn_once.catalogue_url).connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(drawn_once.home, tmp_path / "home")
    return Settings(home=tmp_path / "home")


@pytest.fixture
def page(archive: Settings, bare_client: TestClient, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("SOHOA_HOME", str(archive.home))
    return bare_client


def document_of(archive: Settings, source_file: str) -> Document:
    with reading(archive.catalogue_url) as session:
        return session.scalars(select(Document).where(Document.source_file == source_file)).one()


def text_of(answer: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", "", answer).split()))


def links(answer: str) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'<h3><a href="([^"]+)"', answer)]


# --- searching ------------------------------------------------------------------------------------------------


def test_before_anything_is_asked_there_is_only_the_form(page: TestClient) -> None:
    answer = page.get("/search").text

    assert 'role="search"' in answer
    assert "văn bản</h2>" not in answer


@pytest.mark.parametrize("typed", ["thành lập", "thanh lap", '"hội khoa học"', "115/QĐ-BNV", "115"])
def test_a_word_leads_to_its_page_with_the_word_lit(page: TestClient, archive: Settings, typed: str) -> None:
    answer = page.get("/search", params={"q": typed}).text
    (link,) = links(answer)
    assert link.startswith(f"/documents/{document_of(archive, OPEN).document_id}?q=")
    assert link.endswith("#page-1")
    assert "<mark>" in answer

    opened = page.get(link).text
    words = kept_page(archive, document_of(archive, OPEN).sha256, 1)
    assert words is not None
    boxes = hit_boxes(words.words, parse_question(typed))
    lit = re.findall(r'<rect class="lit" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/>', opened)
    assert [float(one[0]) for one in lit] == [box[0] for box in boxes] != []
    assert [float(one[1]) for one in lit] == [box[1] for box in boxes]


def test_words_with_other_diacritics_are_not_found(page: TestClient) -> None:
    answer = page.get("/search", params={"q": "thánh lập"}).text

    assert links(answer) == []
    assert "Không tìm thấy văn bản nào" in answer


def test_what_a_scan_says_is_shown_and_never_run(page: TestClient) -> None:
    answer = page.get("/search", params={"q": "alert hoà"}).text

    assert "<script" not in answer
    assert "<script>alert(1)</script>" in text_of(answer.replace("<mark>", "").replace("</mark>", ""))
    assert "Trang 2/2" in answer


@pytest.mark.parametrize("typed", ["</input><script>", '"><svg onload=x>', "{{ 7*7 }}", "%00", "'"])
def test_what_is_typed_is_shown_as_it_is(page: TestClient, typed: str) -> None:
    answer = page.get("/search", params={"q": typed, "number": typed, "unit": typed, "type": typed, "state": typed})

    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "<svg onload" not in answer.text


def test_filters_narrow_the_list_and_stay_in_the_form(page: TestClient) -> None:
    assert len(links(page.get("/search?state=accepted").text)) == len(PAGES)
    answer = page.get("/search?q=hoi&number=115%2Fqd-bnv&unit=G09&from=01%2F01%2F2000").text
    assert links(answer) == []  # it has no date
    answer = page.get("/search?q=hoi&number=115%2Fqd-bnv&unit=G09").text
    assert len(links(answer)) == 1
    assert 'name="number" maxlength="60" value="115/qd-bnv"' in answer
    assert '<option value="G09" selected>' in answer
    assert links(page.get("/search?q=hoi&state=in_review").text) == []


def test_a_day_that_does_not_exist_is_said(page: TestClient) -> None:
    assert "Ngày không hợp lệ: 31/02/2022" in page.get("/search", params={"q": "hội", "to": "31/02/2022"}).text


def test_long_lists_come_in_pages(page: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sohoa_airflow.web.search.RESULTS_A_PAGE", 2)
    first, second = (page.get(f"/search?q=bo+noi+vu&page={number}").text for number in (1, 2))

    assert (len(links(first)), len(links(second))) == (2, 1)
    assert not set(links(first)) & set(links(second))
    assert 'rel="next"' in first
    assert "q=bo+noi+vu&amp;page=2" in first


# --- a document -----------------------------------------------------------------------------------------------


def test_from_a_document_to_its_events_package_register_row_and_receipt(page: TestClient, archive: Settings) -> None:
    document = document_of(archive, OPEN)
    with writing(archive.catalogue_url) as session:
        result = Result(
            result_key="115/QĐ-BNV|2022-02-24|G09.02", code_text="115/QĐ-BNV", unit_code="G09.02", validity="in_force"
        )
        session.add(result)
        session.flush()
        session.add(Dossier(result_id=result.id, code="000.00.00.G09-220412-0001"))
        session.get_one(Document, document.document_id).result_id = result.id
        record_event(
            session,
            "x",
            "document_sent_to_review",
            utc_now().date(),
            agent="lan",
            document_id=document.document_id,
            detail={"reasons": ["no_register_row"]},
        )
    answer = page.get(f"/documents/{document.document_id}").text
    text = text_of(answer)

    assert "115/QĐ-BNV" in text
    assert "Còn hiệu lực" in text
    assert "000.00.00.G09-220412-0001" in text
    assert "lan" in text
    assert "Chuyển người kiểm tra: " in text
    assert str(document.pdfa_key) in text
    assert str(document.pdfa_sha256) in text
    assert master_key(document.sha256) in text
    for link in re.findall(r'href="(/batches/[^"]+)"', answer):
        assert page.get(link).status_code == 200
    assert f'href="/batches/{document.batch_id}/receipt.html"' in answer


def test_page_picture_shows_the_words_where_their_boxes_are(page: TestClient, archive: Settings) -> None:
    for name in (OPEN, TURNED):
        document = document_of(archive, name)
        answer = page.get(f"/documents/{document.document_id}/pages/1.jpg")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "no-store"
        with Image.open(io.BytesIO(answer.content)) as picture:
            grey = np.asarray(picture.convert("L"))
        assert grey.shape[0] / grey.shape[1] == pytest.approx(SIZE[1] / SIZE[0], abs=0.01)
        kept = kept_page(archive, document.sha256, 1)
        assert kept is not None
        paper = grey.copy()
        for word in kept.words:
            top, bottom = (round(side * grey.shape[0]) for side in (word.top, word.bottom))
            left, right = (round(side * grey.shape[1]) for side in (word.left, word.right))
            assert grey[top:bottom, left:right].min() < 100, word
            paper[top - 4 : bottom + 12, left - 4 : right + 4] = 255
        assert paper.min() > 150


def test_archive_copy_can_be_saved(page: TestClient, archive: Settings) -> None:
    document = document_of(archive, OPEN)
    answer = page.get(f"/documents/{document.document_id}/document.pdf")

    assert hashlib.sha256(answer.content).hexdigest() == document.pdfa_sha256
    assert answer.headers["content-disposition"].startswith("attachment")


def test_page_that_cannot_be_opened_is_not_there(page: TestClient, archive: Settings) -> None:
    document = document_of(archive, OPEN)
    Store(archive.archive).path(master_key(document.sha256)).write_bytes(b"%PDF-1.7 broken")

    assert page.get(f"/documents/{document.document_id}/pages/1.jpg").status_code == 404


def test_batch_page_leads_to_its_documents(page: TestClient, archive: Settings) -> None:
    document = document_of(archive, OPEN)

    assert f'href="/documents/{document.document_id}"' in page.get(f"/batches/{document.batch_id}").text


# --- what is classified ---------------------------------------------------------------------------------------


def addresses(document: Document) -> list[str]:
    base = f"/documents/{document.document_id}"
    return [base, f"{base}?q=hoi", f"{base}/pages/1.jpg", f"{base}/document.pdf"]


def assert_gone(page: TestClient, document: Document) -> None:
    assert [page.get(address).status_code for address in addresses(document)] == [404] * 4
    for typed in {*" ".join(PAGES[SECRET][0]).split(), "999", "999/QĐ-BNV", "tuyetdoikin", "hoi", ""}:
        answer = page.get("/search", params={"q": typed, "unit": "G09"}).text
        assert document.document_id not in answer
        assert "tuyệtđốikín" not in answer.replace('value="tuyệtđốikín"', "")
    assert links(page.get("/search", params={"number": "999"}).text) == []
    assert document.document_id not in page.get(f"/batches/{document.batch_id}").text


def test_document_is_there_before_it_is_locked(page: TestClient, archive: Settings) -> None:
    """Else the tests below would hold for any document."""
    document = document_of(archive, SECRET)

    assert [page.get(address).status_code for address in addresses(document)] == [200] * 4
    assert len(links(page.get("/search", params={"q": "tuyệtđốikín"}).text)) == 1


def test_locked_document_is_found_by_no_word_and_none_of_its_addresses_answers(
    page: TestClient, archive: Settings
) -> None:
    document = document_of(archive, SECRET)
    lock_by_person(archive, document.document_id, "lan")

    assert_gone(page, document)
    assert page.get(f"/documents/{document_of(archive, OPEN).document_id}/pages/1.jpg").status_code == 200


def test_document_that_may_be_classified_is_as_if_it_were_locked(page: TestClient, archive: Settings) -> None:
    document = document_of(archive, SECRET)
    with writing(archive.catalogue_url) as session:
        row = session.get_one(Document, document.document_id)
        row.status, row.flags, row.text = "in_review", [MARK, DOUBT], None

    assert_gone(page, document)


def test_pages_and_copy_in_the_closed_folder_are_not_served_whatever_the_catalogue_says(
    page: TestClient, archive: Settings
) -> None:
    document = document_of(archive, SECRET)
    store = Store(archive.archive)
    store.lock(master_key(document.sha256))
    store.lock(str(document.pdfa_key))

    _, _, picture, copy = (page.get(address).status_code for address in addresses(document))
    assert (picture, copy) == (404, 404)


@pytest.mark.parametrize("change", [{"flags": [MARK, DOUBT]}, {"text": None}], ids=["in doubt", "no text"])
def test_page_of_what_may_be_classified_or_has_no_text_is_not_served(
    page: TestClient, archive: Settings, change: dict[str, object]
) -> None:
    document = document_of(archive, SECRET)
    with writing(archive.catalogue_url) as session:
        row = session.get_one(Document, document.document_id)
        for name, value in change.items():
            setattr(row, name, value)

    assert page.get(addresses(document)[2]).status_code == 404


def test_no_page_is_served_of_a_file_in_which_another_document_is_locked(page: TestClient, archive: Settings) -> None:
    document = document_of(archive, SECRET)
    with writing(archive.catalogue_url) as session:
        session.add(
            Document(
                document_id="beside",
                batch_id=document.batch_id,
                sha256=document.sha256,
                first_page=document.last_page + 1,
                page_count=1,
                unit_code=document.unit_code,
                source_file=document.source_file,
                source_files=document.source_files,
                status="locked",
            )
        )

    assert page.get(addresses(document)[2]).status_code == 404


def test_document_that_is_locked_while_its_page_is_drawn_is_not_sent(
    page: TestClient, archive: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, draw = document_of(archive, SECRET), page_images.page_jpeg

    def drawn(*arguments: object) -> bytes:
        picture = draw(*arguments)  # type: ignore[arg-type]
        lock_by_person(archive, document.document_id, "lan")
        return picture

    monkeypatch.setattr(page_images, "page_jpeg", drawn)

    assert page.get(addresses(document)[2]).status_code == 404
    with reading(archive.catalogue_url) as session:
        kinds = select(Event.kind).where(Event.document_id == document.document_id)
        assert session.scalars(kinds).all() == ["document_locked"]
