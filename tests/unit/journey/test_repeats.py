"""Documents that repeat others, from the gate to their status: written straight into a catalogue, no page is read."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select, update

from sohoa import journey
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import (
    Batch,
    BatchStatus,
    Document,
    DocumentStatus,
    Event,
    FileOutcome,
    Master,
    Page,
    PageStatus,
    Result,
    ReviewItem,
    ScanFile,
    Twin,
    Verdict,
    utc_now,
)
from sohoa.duplicates import forget_look, superseded_by, twins_of
from sohoa.indicators import compute_rates, parse_period
from sohoa.journey.drafts import document_id
from sohoa.journey.locking import clear, lock_by_person
from sohoa.journey.repeats import REPEATED, SUPERSEDED
from sohoa.settings import Settings
from sohoa.warehouse import connect_warehouse, refresh_warehouse
from sohoa.warehouse.tables import fact_result

DAY = dt.date(2022, 3, 5)
SUBJECT = "Về việc cho phép thành lập Hội Khoa học Lịch sử Việt Nam"
TEXT = "Số: 70/QĐ-BNV ngày 05 tháng 3 năm 2022 " + SUBJECT + " Căn cứ Nghị định số 45/2010/NĐ-CP " * 5
READ = {
    "code_number": "70",
    "code_notation": "QĐ-BNV",
    "issued_on": DAY,
    "issuer": "Bộ Nội vụ",
    "subject": SUBJECT,
    "text": TEXT,
}
READ_BESIDE = {
    **READ,
    "code_number": "71",
    "subject": "Về việc bổ nhiệm Vụ trưởng Vụ Tổ chức phi chính phủ",
    "text": "Số: 71/QĐ-BNV ngày 05 tháng 3 năm 2022 Về việc bổ nhiệm Vụ trưởng Vụ Tổ chức phi chính phủ",
}


def look(seed: str, changed: int = 0) -> str:
    """A page's look; `changed` bits of it are others."""
    digest = b"".join(hashlib.sha256(f"{seed}{part}".encode()).digest() for part in range(4))
    bits = int.from_bytes(digest)
    for place in range(changed):
        bits ^= 1 << (place * 67 % 1024)
    return f"{bits:0256x}"


def verdict(batch_id: str, identity: str, refused: str | None = None) -> Verdict:
    """The gate's on a document: passed, or refused for a reason."""
    return Verdict(
        gate="records",
        subject_id=batch_id,
        item_id=identity,
        expectation="test",
        reason=refused or "number_missing",
        severity="critical",
        passed=refused is None,
        judged_at=utc_now(),
    )


@dataclass
class Desk:
    """A catalogue into which scans are put as if they had been read and judged."""

    settings: Settings

    def register(self, code: str = "70/QĐ-BNV", subject: str = SUBJECT) -> None:
        with writing(self.settings.catalogue_url) as session:
            session.add(
                Result(
                    result_key=f"{code}|{DAY}|G09",
                    code_text=code,
                    code_folded=code.replace("Đ", "D"),
                    issued_on=DAY,
                    unit_code="G09",
                    subject=subject,
                    issuer="Bộ Nội vụ",
                    validity="in_force",
                )
            )

    def scan(
        self,
        name: str,
        *,
        seen: str | None = None,
        dpi: float = 300.0,
        n_pages: int = 1,
        quality: tuple[str, ...] = (),
        claimed_on: dt.date = dt.date(2023, 6, 1),
        refused: str | None = None,
        **fields: Any,
    ) -> str:
        """Put a scan in a batch of its own through publishing; the document's id."""
        sha = hashlib.sha256(name.encode()).hexdigest()
        with writing(self.settings.catalogue_url) as session:
            session.add(
                Batch(
                    id=name,
                    unit_code="G09",
                    name=name,
                    source="inbox",
                    status=BatchStatus.CLAIMED,
                    first_seen_at=utc_now(),
                    claimed_on=claimed_on,
                    received_at=utc_now(),
                )
            )
            session.flush()
            file = ScanFile(
                batch_id=name,
                path="a.pdf",
                first_seen_at=utc_now(),
                stable_since=utc_now(),
                size_bytes=1,
                mtime_ns=1,
                sha256=sha,
                outcome=FileOutcome.DOCUMENT,
            )
            session.add(file)
            session.flush()
            session.add(Master(sha256=sha, size_bytes=1, n_pages=n_pages, first_file_id=file.id, stored_at=utc_now()))
            session.flush()
            for number in range(1, n_pages + 1):
                session.add(
                    Page(
                        sha256=sha,
                        page_no=number,
                        status=PageStatus.OCRED,
                        dpi=dpi,
                        colour=True,
                        n_words=200,
                        quality_flags=list(quality),
                        phash=seen,
                    )
                )
            identity = document_id(sha, 1)
            session.add(
                Document(
                    document_id=identity,
                    batch_id=name,
                    sha256=sha,
                    first_page=1,
                    page_count=n_pages,
                    unit_code="G09",
                    source_file="a.pdf",
                    source_files=["a.pdf"],
                    status=DocumentStatus.RECEIVED,
                    **{**READ, **fields},
                )
            )
            session.add(verdict(name, identity, refused))
        journey.publish_batch(self.settings, name)
        return identity

    def split_off(self, identity: str, read: Mapping[str, Any]) -> str:
        """Publish the second page of a scan as a document of its own; its id."""
        with writing(self.settings.catalogue_url) as session:
            first = session.get_one(Document, identity)
            first.page_count = 1
            columns = {column.key: getattr(first, column.key) for column in Document.__table__.columns}
            other = document_id(first.sha256, 2)
            others_own = {"document_id": other, "first_page": 2, "status": DocumentStatus.RECEIVED, "result_id": None}
            session.add(Document(**{**columns, **read, **others_own}))
            session.add(verdict(first.batch_id, other))
            batch_id = first.batch_id
        journey.publish_batch(self.settings, batch_id)
        return other

    def read_again(self, read: Mapping[str, Mapping[str, Any]]) -> None:
        """Publish released documents of one file anew, as if their batch had been read and judged again."""
        with writing(self.settings.catalogue_url) as session:
            for identity, fields in read.items():
                document = session.get_one(Document, identity)
                for name, value in fields.items():
                    setattr(document, name, value)
                session.add(verdict(document.batch_id, identity))
            session.execute(update(Page).where(Page.sha256 == document.sha256).values(status=PageStatus.OCRED))
            batch_id = document.batch_id
        journey.publish_batch(self.settings, batch_id)

    def document(self, identity: str) -> Document:
        with reading(self.settings.catalogue_url) as session:
            return session.get_one(Document, identity)

    def twins(self, identity: str) -> list[tuple[str, str, str, str]]:
        with reading(self.settings.catalogue_url) as session:
            return [(one.document_id, one.twin_id, one.kind, one.decision) for one in twins_of(session, identity)]

    def state(self) -> list[Any]:
        with reading(self.settings.catalogue_url) as session:
            documents = session.execute(
                select(Document.document_id, Document.status, Document.review_reasons, Document.digitised_on).order_by(
                    Document.document_id
                )
            ).all()
            events = session.execute(select(Event.event_key, Event.kind, Event.detail).order_by(Event.id)).all()
            twins = session.execute(select(Twin.document_id, Twin.twin_id, Twin.decision, Twin.decided_at)).all()
            return [documents, events, twins]


@pytest.fixture
def desk(fresh: Callable[[str], Settings]) -> Desk:
    made = Desk(fresh("home"))
    made.register()
    return made


# A better scan


def test_a_rescan_no_worse_in_any_respect_becomes_the_copy_and_the_first_is_kept_with_its_history(desk: Desk) -> None:
    first = desk.scan("first", seen=look("first"), dpi=200)
    second = desk.scan("second", seen=look("second"), dpi=300)
    old, new = desk.document(first), desk.document(second)
    assert (new.status, new.review_reasons) == (DocumentStatus.ACCEPTED, [])
    assert (old.status, old.review_reasons) == (DocumentStatus.SUPERSEDED, [SUPERSEDED])
    assert new.result_id == old.result_id
    assert desk.twins(first) == [(second, first, "same_number", "supersedes")]
    with reading(desk.settings.catalogue_url) as session:
        assert superseded_by(session, first) == second
        assert superseded_by(session, second) is None
        (event,) = session.scalars(select(Event).where(Event.kind == "document_superseded"))
    assert (event.document_id, event.agent) == (first, "sohoa digitise")
    assert event.detail["before"] == {"status": "accepted", "result_id": old.result_id, "digitised_on": "2023-06-01"}
    assert event.detail["after"]["status"] == "superseded"
    assert event.detail["superseded_by"] == second
    assert event.recorded_at is not None


def test_a_rescan_neither_moves_a_digitisation_back_nor_takes_one_away(desk: Desk) -> None:
    desk.scan("first", seen=look("first"), claimed_on=dt.date(2022, 5, 2))
    before = rates(desk)
    second = desk.scan("second", seen=look("second"), claimed_on=dt.date(2024, 9, 9))
    assert desk.document(second).digitised_on == dt.date(2022, 5, 2)
    assert rates(desk) == before
    assert any(numerator for *_, numerator, _ in before)


def test_an_older_scan_that_is_handed_in_later_brings_its_own_earlier_day(desk: Desk) -> None:
    desk.scan("first", seen=look("first"), claimed_on=dt.date(2023, 5, 2))
    stock = desk.scan("stock", seen=look("stock"), claimed_on=dt.date(2024, 1, 2), scanned_on=dt.date(2022, 7, 1))
    assert desk.document(stock).digitised_on == dt.date(2022, 7, 1)


def rates(desk: Desk) -> list[tuple[Any, ...]]:
    found = []
    for name in ("2022", "2023", "2024"):
        rows = compute_rates(desk.settings, period=parse_period(name))
        found += [(name, row.indicator, row.unit_code, row.numerator, row.denominator) for row in rows]
    return found


def test_the_receipt_of_the_first_batch_tells_that_its_scan_was_replaced(desk: Desk) -> None:
    desk.scan("first", seen=look("first"))
    desk.scan("second", seen=look("second"))
    receipt = desk.settings.outbox / "G09" / "first" / "receipt.csv"
    assert "Đã có bản thay thế" in receipt.read_text("utf-8-sig")


def test_a_third_scan_supersedes_the_second_only(desk: Desk) -> None:
    first, second, third = (desk.scan(name, seen=look(name), claimed_on=day) for name, day in days("abc"))
    assert [desk.document(one).status for one in (first, second, third)] == ["superseded", "superseded", "accepted"]
    assert desk.document(third).digitised_on == dt.date(2023, 1, 1)
    assert desk.twins(second) == [
        (second, first, "same_number", "supersedes"),
        (third, second, "same_number", "supersedes"),
    ]


def days(names: str) -> list[tuple[str, dt.date]]:
    return [(name, dt.date(2023, 1 + place, 1)) for place, name in enumerate(names)]


@pytest.mark.parametrize(
    "worse",
    [{"dpi": 240.0}, {"n_pages": 2}, {"quality": ("blurred",)}, {"issuer": None}],
    ids=["dpi", "pages", "flags", "issuer not read"],
)
def test_a_rescan_worse_in_one_respect_is_a_person_s_to_choose(desk: Desk, worse: dict[str, Any]) -> None:
    first = desk.scan("first", seen=look("first"))
    second = desk.scan("second", seen=look("second"), **worse)
    assert desk.document(first).status == DocumentStatus.ACCEPTED
    assert desk.document(second).status == DocumentStatus.IN_REVIEW
    assert desk.document(second).review_reasons == ["result_has_copy"]
    assert desk.twins(second) == [(second, first, "same_number", "review")]


@pytest.mark.parametrize("status", [DocumentStatus.SIGNED, DocumentStatus.ARCHIVED])
def test_a_copy_that_is_signed_is_not_taken_back_for_one_that_is_not(desk: Desk, status: DocumentStatus) -> None:
    first = desk.scan("first", seen=look("first"), dpi=200)
    with writing(desk.settings.catalogue_url) as session:
        session.execute(update(Document).values(status=status))
    second = desk.scan("second", seen=look("second"), dpi=400)
    assert desk.document(first).status == status
    assert desk.document(second).review_reasons == ["copy_is_signed"]


def test_where_no_look_is_known_only_a_clearly_better_scan_replaces(desk: Desk) -> None:
    first = desk.scan("first", dpi=200)
    equal = desk.scan("equal", dpi=200)
    assert desk.document(equal).review_reasons == ["result_has_copy"]
    better = desk.scan("better", dpi=300)
    assert (desk.document(better).status, desk.document(first).status) == ("accepted", "superseded")


# A copy that is taken back


def test_copies_of_one_file_that_is_locked_and_released_again_and_again_are_counted_while_they_are_accepted(
    desk: Desk,
) -> None:
    desk.register("71/QĐ-BNV", READ_BESIDE["subject"])
    first = desk.scan("copies", n_pages=2)
    read = {first: READ, desk.split_off(first, READ_BESIDE): READ_BESIDE}

    def counted() -> set[str]:
        refresh_warehouse(desk.settings)
        with connect_warehouse(desk.settings) as connection:
            return {found for found in connection.scalars(select(fact_result.c.document_id)) if found}

    assert counted() == read.keys()
    for _ in range(2):
        lock_by_person(desk.settings, first, "lan")
        assert counted() == set()
        clear(desk.settings, first, "lan")
        assert counted() == set()
        desk.read_again(read)
        assert counted() == read.keys()
    told = desk.state()[1]
    journey.publish_batch(desk.settings, "copies")
    assert desk.state()[1] == told


# The same scan again


def test_one_scan_in_another_container_is_a_duplicate_with_a_link_to_its_twin(desk: Desk) -> None:
    first = desk.scan("first", seen=look("one"))
    again = desk.scan("again", seen=look("one", changed=6))
    copy = desk.document(again)
    assert (copy.status, copy.review_reasons) == (DocumentStatus.DUPLICATE, [REPEATED])
    assert copy.digitised_on is None
    assert desk.document(first).status == DocumentStatus.ACCEPTED
    assert desk.twins(again) == [(again, first, "same_pages", "duplicate")]
    receipt = desk.settings.outbox / "G09" / "again" / "receipt.csv"
    assert "Trùng" in receipt.read_text("utf-8-sig")


def test_the_better_resolved_original_of_the_same_scan_takes_its_place(desk: Desk) -> None:
    first = desk.scan("reduced", seen=look("one"), dpi=200)
    original = desk.scan("original", seen=look("one", changed=3), dpi=400)
    assert (desk.document(first).status, desk.document(original).status) == ("superseded", "accepted")
    assert desk.twins(original) == [(original, first, "same_pages", "supersedes")]


def test_a_form_that_looks_the_same_but_says_another_number_is_no_duplicate(desk: Desk) -> None:
    desk.register("71/QĐ-BNV", "Về việc giải thể Quỹ Từ thiện Bông Sen")
    desk.scan("first", seen=look("form"))
    other = desk.scan(
        "other",
        seen=look("form"),
        code_number="71",
        subject="Về việc giải thể Quỹ Từ thiện Bông Sen",
        text=TEXT.replace("70", "71").replace(SUBJECT, "Về việc giải thể Quỹ Từ thiện Bông Sen"),
    )
    assert desk.document(other).status == DocumentStatus.IN_REVIEW
    assert desk.document(other).review_reasons == ["same_pages"]


def test_a_duplicate_whose_number_could_not_be_read_this_time_needs_no_person(desk: Desk) -> None:
    first = desk.scan("first", seen=look("one"))
    again = desk.scan("again", seen=look("one"), refused="number_uncertain")
    assert desk.document(again).status == DocumentStatus.DUPLICATE
    assert desk.twins(again) == [(again, first, "same_pages", "duplicate")]


def test_what_looks_like_a_scan_that_waits_waits_beside_it(desk: Desk) -> None:
    """The first may be withdrawn yet: then the second would be gone too."""
    first = desk.scan("first", seen=look("one"), refused="number_uncertain")
    again = desk.scan("again", seen=look("one"), refused="number_uncertain")
    assert desk.document(first).review_reasons == ["number_uncertain"]
    assert desk.document(again).review_reasons == ["number_uncertain", "same_pages"]


def test_of_two_alike_the_one_that_can_be_accepted_is(desk: Desk) -> None:
    desk.scan("first", seen=look("one"), refused="number_uncertain")
    again = desk.scan("again", seen=look("one"))
    assert desk.document(again).status == DocumentStatus.ACCEPTED


# The same number, issuer and date


def test_a_document_in_review_with_the_number_issuer_and_date_of_another_is_told_so(desk: Desk) -> None:
    first = desk.scan("first", seen=look("first"))
    second = desk.scan("second", seen=look("second"), refused="page_failed")
    assert desk.document(second).review_reasons == ["page_failed", "same_number"]
    assert desk.twins(second) == [(second, first, "same_number", "review")]


@pytest.mark.parametrize(
    "other", [{"issued_on": DAY.replace(year=2021)}, {"issuer": "Ban Tôn giáo Chính phủ"}, {"code_notation": "GP-BNV"}]
)
def test_the_same_number_of_another_day_issuer_or_symbol_is_no_twin(desk: Desk, other: dict[str, Any]) -> None:
    desk.scan("first", seen=look("first"))
    second = desk.scan("second", seen=look("second"), refused="page_failed", **other)
    assert "same_number" not in desk.document(second).review_reasons
    assert desk.twins(second) == []


def test_a_person_who_looked_into_it_is_not_asked_again(desk: Desk) -> None:
    desk.scan("first", seen=look("first"))
    second = desk.scan("second", seen=look("second"), refused="page_failed")
    with writing(desk.settings.catalogue_url) as session:
        session.add(ReviewItem(document_id=second, n_decisions=1, waived=["same_number"]))
    journey.publish_batch(desk.settings, "second")
    assert desk.document(second).review_reasons == ["page_failed"]


@pytest.mark.parametrize(
    ("status", "ends"),
    [("accepted", ("superseded", "accepted", [])), ("signed", ("signed", "in_review", ["result_has_copy"]))],
)
def test_a_person_who_takes_the_worse_scan_makes_it_the_copy_unless_the_other_is_signed(
    desk: Desk, status: str, ends: tuple[str, str, list[str]]
) -> None:
    first = desk.scan("first", seen=look("first"))
    with writing(desk.settings.catalogue_url) as session:
        session.execute(update(Document).values(status=status))
    second = desk.scan("second", seen=look("second"), dpi=240)
    with writing(desk.settings.catalogue_url) as session:
        session.add(ReviewItem(document_id=second, n_decisions=1, waived=["result_has_copy", "copy_is_signed"]))
    journey.publish_batch(desk.settings, "second")
    chosen = desk.document(second)
    assert (desk.document(first).status, chosen.status, chosen.review_reasons) == ends


# Stations that run again


def test_settling_again_tells_nothing_new(desk: Desk) -> None:
    desk.scan("first", seen=look("one"), refused="number_uncertain")
    desk.scan("like it", seen=look("one"), refused="number_uncertain")
    desk.scan("second", seen=look("two"))
    desk.scan("third", seen=look("three"))
    desk.scan("third again", seen=look("three"))
    before = desk.state()
    for name in ("first", "like it", "second", "third", "third again"):
        journey.publish_batch(desk.settings, name)
    journey.settle_waiting(desk.settings)
    assert desk.state() == before


def test_what_is_forgotten_is_found_no_more(desk: Desk) -> None:
    first = desk.scan("first", seen=look("one"), refused="number_uncertain")
    with writing(desk.settings.catalogue_url) as session:
        forget_look(session, first)
    again = desk.scan("again", seen=look("one"), refused="page_failed", code_number="71")
    assert desk.document(again).review_reasons == ["page_failed", "no_register_row"]
