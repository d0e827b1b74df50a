"""What decisions do to a document, and when they are refused."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sohoa.catalogue.database import writing
from sohoa.catalogue.models import Correction, Decision, Document, DocumentStatus, Event, ReviewItem, ReviewLease
from sohoa.journey.drafts import document_id
from sohoa.review import (
    Accept,
    AskRescan,
    Changed,
    Closed,
    Correct,
    Held,
    LinkTo,
    Merge,
    NotAllowed,
    NotFound,
    PassLowDpi,
    Reject,
    ReplaceCopy,
    ReviewError,
    Rotate,
    Split,
    Step,
    Unlink,
    WrongValue,
    decide,
    take,
    take_this,
    unfinished,
    view_item,
)

from .world import READ, World

AN, BINH = "Nguyễn Thị An", "Trần Bình"


def version(world: World, identity: str) -> str:
    return view_item(world.settings, identity).version


def state(world: World) -> list[Any]:
    """All that a refused decision must leave as it is."""
    return [
        [{c.name: getattr(row, c.name) for c in model.__table__.columns} for row in world.rows(model)]
        for model in (Document, Event, Decision, Correction, ReviewItem)
    ]


# Accept and correct


def test_accepting_makes_every_value_sure_and_keeps_what_was_read(world: World) -> None:
    identity = world.waits(["number_uncertain"])
    decide(world.settings, identity, AN, [Accept()])

    for name in READ:
        field = world.field(identity, name)
        assert (field.value, field.confidence, field.source) == (READ[name][0], 1.0, "person")
    labels = {row.field: row for row in world.rows(Correction)}
    assert labels["code_number"].read_confidence == 0.6
    assert labels["code_number"].read_value == labels["code_number"].set_value == "115"
    assert (labels["code_number"].page_no, labels["code_number"].left) == (1, 0.1)


def test_a_document_without_a_key_field_cannot_be_accepted(world: World) -> None:
    identity = world.waits(["number_missing"], read={**READ, "code_number": (None, 0.0)})
    before = state(world)
    with pytest.raises(WrongValue, match="Số"):
        decide(world.settings, identity, AN, [Accept()])
    assert state(world) == before


def test_a_correction_sets_value_column_and_label(world: World) -> None:
    identity = world.waits()
    decide(
        world.settings,
        identity,
        AN,
        [Correct({"code_number": " 116 ", "issued_on": "25/02/2022", "signer_name": "Lê Văn Cường"})],
    )

    document = world.document(identity)
    assert (document.code_number, document.issued_on, document.signer_name) == (
        "116",
        dt.date(2022, 2, 25),
        "Lê Văn Cường",
    )
    assert world.field(identity, "code_number").source == "person"
    labels = {row.field: (row.read_value, row.set_value) for row in world.rows(Correction)}
    assert labels == {
        "code_number": ("115", "116"),
        "issued_on": ("2022-02-24", "2022-02-25"),
        "signer_name": (None, "Lê Văn Cường"),
    }


def test_a_second_correction_keeps_what_the_machine_had_read(world: World) -> None:
    identity = world.waits()
    decide(world.settings, identity, AN, [Correct({"code_number": "116"})])
    decide(world.settings, identity, AN, [Correct({"code_number": "117"})])

    (label,) = world.rows(Correction)
    assert (label.read_value, label.read_source, label.set_value) == ("115", "ocr", "117")


def test_one_wrong_value_refuses_the_whole_decision(world: World) -> None:
    identity = world.waits()
    before = state(world)
    with pytest.raises(WrongValue, match="ngày"):
        decide(world.settings, identity, AN, [Correct({"code_number": "116", "issued_on": "30/02/2022"}), Accept()])
    assert state(world) == before


def test_every_decision_is_an_event_with_before_after_who_and_when(world: World) -> None:
    identity = world.waits()
    decide(world.settings, identity, AN, [Correct({"code_number": "116"})])

    (event,) = world.events("review_corrected")
    assert (event.agent, event.document_id, event.batch_id) == (AN, identity, "lô")
    assert event.detail == {"before": {"code_number": "115"}, "after": {"code_number": "116"}}
    assert event.recorded_at is not None


# Who, when, once


def test_nobody_decides_anonymously(world: World) -> None:
    identity = world.waits()
    with pytest.raises(NotAllowed):
        decide(world.settings, identity, " ", [Accept()])


def test_a_change_since_the_document_was_opened_refuses_the_decision(world: World) -> None:
    identity = world.waits()
    seen = version(world, identity)
    decide(world.settings, identity, BINH, [Correct({"code_number": "116"})])
    before = state(world)
    with pytest.raises(Changed, match=identity):
        decide(world.settings, identity, AN, [Accept()], seen)
    assert state(world) == before


def test_a_change_by_the_machine_is_noticed_too(world: World) -> None:
    identity = world.waits()
    seen = version(world, identity)
    with writing(world.settings.catalogue_url) as session:
        session.get_one(Document, identity).review_reasons = ["no_register_row"]
    with pytest.raises(Changed):
        decide(world.settings, identity, AN, [Accept()], seen)


def test_the_same_decision_told_twice_is_one(world: World) -> None:
    identity = world.waits()
    seen = version(world, identity)
    first = decide(world.settings, identity, AN, [Correct({"code_number": "116"})], seen)
    before = state(world)
    second = decide(world.settings, identity, AN, [Correct({"code_number": "116"})], seen)

    assert (first.again, second.again) == (False, True)
    assert second.decision_id == first.decision_id
    assert state(world) == before


def test_a_rejection_told_twice_without_version_is_one(world: World) -> None:
    identity = world.waits()
    decide(world.settings, identity, AN, [Reject("Bản nháp")])
    assert decide(world.settings, identity, AN, [Reject("Bản nháp")]).again
    with pytest.raises(Closed):
        decide(world.settings, identity, AN, [Accept()])


def test_accepting_what_is_accepted_already_changes_nothing(world: World) -> None:
    identity = world.waits(status="accepted")
    assert decide(world.settings, identity, AN, [Accept()]).again
    with pytest.raises(Closed):
        decide(world.settings, identity, AN, [Correct({"code_number": "1"})])


def test_what_another_has_in_hand_cannot_be_decided(world: World) -> None:
    identity = world.waits()
    take_this(world.settings, identity, BINH)
    with pytest.raises(Held, match="Bình"):
        decide(world.settings, identity, AN, [Accept()])
    decide(world.settings, identity, BINH, [Accept()])


def test_acceptance_gives_the_document_back_and_a_correction_keeps_it_in_hand(world: World) -> None:
    identity = world.waits()
    take(world.settings, AN)
    decide(world.settings, identity, AN, [Correct({"code_number": "116"})])
    assert [row.document_id for row in world.rows(ReviewLease)] == [identity]
    assert unfinished(world.settings) == []
    again = take(world.settings, AN)
    assert again is not None
    assert again.document_id == identity
    decide(world.settings, identity, AN, [Accept()])
    assert world.rows(ReviewLease) == []
    assert unfinished(world.settings) == [identity]


def test_what_is_being_carried_out_is_given_to_nobody(world: World) -> None:
    identity = world.waits()
    decide(world.settings, identity, AN, [Accept()])
    assert take(world.settings, BINH) is None


def test_of_many_who_decide_at_once_on_the_same_state_one_succeeds(world: World) -> None:
    identity = world.waits()
    seen = version(world, identity)
    start = threading.Barrier(6)

    def try_it(number: int) -> bool:
        start.wait()
        try:
            decide(world.settings, identity, f"Người {number}", [Correct({"code_number": f"{200 + number}"})], seen)
        except Changed:
            return False
        return True

    with ThreadPoolExecutor(6) as people:
        assert sum(people.map(try_it, range(6))) == 1
    assert len(world.rows(Decision)) == len(world.events("review_corrected")) == 1


@pytest.mark.parametrize("steps", [[Accept()], [Reject("x")], [Split(2)]])
def test_a_locked_or_unknown_document_is_not_decided_on(world: World, steps: Sequence[Step]) -> None:
    locked = world.waits(status=DocumentStatus.LOCKED)
    with pytest.raises(Closed):
        decide(world.settings, locked, AN, steps)
    with pytest.raises(NotFound):
        decide(world.settings, "no-such", AN, steps)
    with pytest.raises(Closed):
        view_item(world.settings, locked)


# Link


def test_a_link_takes_from_the_register_what_the_paper_does_not_tell(world: World) -> None:
    result = world.registered("115/QĐ-BNV")
    unread = {**READ, "code_number": (None, 0.0), "issued_on": (None, 0.0)}
    identity = world.waits(["handwritten_number", "number_missing", "date_missing"], read=unread)
    decide(world.settings, identity, AN, [LinkTo(result)])

    document = world.document(identity)
    assert (document.code_number, document.code_notation, document.issued_on) == ("115", "QĐ-BNV", dt.date(2022, 2, 24))
    (item,) = world.rows(ReviewItem)
    assert item.result_id == result
    assert "handwritten_number" in item.waived


@pytest.mark.parametrize(("code", "day"), [("116/QĐ-BNV", dt.date(2022, 2, 24)), ("115/QĐ-BNV", dt.date(2021, 2, 24))])
def test_a_link_against_what_is_surely_on_the_paper_is_refused(world: World, code: str, day: dt.date) -> None:
    result = world.registered(code, day)
    identity = world.waits(read={**READ, "code_number": ("115", 0.99)})
    before = state(world)
    with pytest.raises(WrongValue, match=r"Số|Ngày"):
        decide(world.settings, identity, AN, [LinkTo(result)])
    assert state(world) == before


def test_a_register_that_spells_the_same_number_otherwise_does_not_contradict(world: World) -> None:
    result = world.registered("0115/QD-BNV")
    identity = world.waits(read={**READ, "code_number": ("115", 0.99)})
    decide(world.settings, identity, AN, [LinkTo(result)])
    assert world.document(identity).code_notation == "QĐ-BNV"


def test_between_two_copies_a_person_chooses_only_where_there_is_a_choice(world: World) -> None:
    waits, other = world.waits(["result_has_copy"], "a.pdf"), world.waits(["number_uncertain"], "b.pdf")
    decide(world.settings, waits, AN, [ReplaceCopy()])
    with pytest.raises(WrongValue):
        decide(world.settings, other, AN, [ReplaceCopy()])
    (item,) = world.rows(ReviewItem)
    assert (item.document_id, item.waived) == (waits, ["result_has_copy"])


def test_a_link_can_be_taken_back(world: World) -> None:
    result = world.registered()
    identity = world.waits()
    with pytest.raises(WrongValue):
        decide(world.settings, identity, AN, [Unlink()])
    decide(world.settings, identity, AN, [LinkTo(result)])
    decide(world.settings, identity, AN, [Unlink()])
    (item,) = world.rows(ReviewItem)
    assert item.result_id is None
    with pytest.raises(NotFound):
        decide(world.settings, identity, AN, [LinkTo(result + 1)])


# Pages


def test_a_split_makes_two_documents_of_one(world: World) -> None:
    identity = world.waits(["uncertain_boundary"], pages=(1, 5))
    decided = decide(world.settings, identity, AN, [Correct({"code_number": "7"}), Split(3)])

    first, second = (world.document(one) for one in decided.documents)
    assert (first.document_id, first.first_page, first.page_count) == (identity, 1, 2)
    assert (second.first_page, second.page_count) == (3, 3)
    assert first.code_number == "7", "what the person set stays"
    assert second.document_id == document_id(first.sha256, 3)
    assert {row.document_id for row in world.rows(ReviewItem)} == set(decided.documents)


@pytest.mark.parametrize("page", [-1, 0, 1, 6])
def test_a_split_needs_a_page_within(world: World, page: int) -> None:
    identity = world.waits(pages=(1, 5))
    with pytest.raises(WrongValue):
        decide(world.settings, identity, AN, [Split(page)])


def test_a_merge_takes_the_next_document_in(world: World) -> None:
    sha256 = world.scan("a.pdf", world.batch(), n_pages=5)
    first = world.waits(sha256=sha256, pages=(1, 2))
    second = world.waits(sha256=sha256, pages=(3, 1))
    third = world.waits(sha256=sha256, pages=(4, 2))
    assert view_item(world.settings, first).can_merge
    assert not view_item(world.settings, third).can_merge
    decide(world.settings, first, AN, [Merge()])

    assert [(row.document_id, row.page_count) for row in world.rows(Document)] == [(first, 3), (third, 2)]
    assert [event.document_id for event in world.events("document_withdrawn")] == [second]
    (event,) = world.events("review_merged")
    assert event.detail["before"] == {"page_count": 2, "merged": second}


def test_splitting_and_merging_again_gives_the_same_pages(world: World) -> None:
    identity = world.waits(pages=(1, 4))
    decide(world.settings, identity, AN, [Split(3)])
    decide(world.settings, identity, AN, [Merge()])
    assert [(row.document_id, row.first_page, row.page_count) for row in world.rows(Document)] == [(identity, 1, 4)]


def test_a_merge_with_what_is_settled_or_in_other_hands_is_refused(world: World) -> None:
    sha256 = world.scan("a.pdf", world.batch(), n_pages=3)
    first = world.waits(sha256=sha256, pages=(1, 1))
    second = world.waits(sha256=sha256, pages=(2, 1))
    third = world.waits(sha256=sha256, pages=(3, 1), status="accepted")
    take_this(world.settings, second, BINH)
    with pytest.raises(Held):
        decide(world.settings, first, AN, [Merge()])
    with pytest.raises(WrongValue):
        decide(world.settings, second, BINH, [Merge()])
    assert world.document(third).page_count == 1


def test_turns_add_up_until_they_are_carried_out(world: World) -> None:
    identity = world.waits(pages=(1, 2))
    decide(world.settings, identity, AN, [Rotate(2, 90)])
    decide(world.settings, identity, AN, [Rotate(2, 270), Rotate(1, 180)])

    turns = [[(turn["page_no"], turn["rotation"]) for turn in row.turns] for row in world.rows(Decision)]
    assert turns == [[(2, 90)], [(2, 0), (1, 180)]]


@pytest.mark.parametrize("step", [Rotate(0, 90), Rotate(3, 90), Rotate(1, 45), Rotate(1, 0), Rotate(1, 360)])
def test_only_pages_that_are_there_can_be_turned_by_quarters(world: World, step: Rotate) -> None:
    identity = world.waits(pages=(1, 2))
    with pytest.raises(WrongValue):
        decide(world.settings, identity, AN, [step])


# Closing, and the legal floor


@pytest.mark.parametrize(
    ("step", "reason", "kind"),
    [
        (Reject("Không phải kết quả"), "rejected_by_person", "document_rejected"),
        (AskRescan("Mất góc trang 1"), "rescan_asked", "rescan_asked"),
    ],
)
def test_a_closed_document_leaves_the_queue_with_its_reason(
    world: World, step: Reject | AskRescan, reason: str, kind: str
) -> None:
    identity = world.waits()
    decide(world.settings, identity, AN, [step])

    document = world.document(identity)
    assert (document.status, document.review_reasons, document.review_note) == ("rejected", [reason], step.reason)
    (event,) = world.events(kind)
    assert event.detail["reason"] == step.reason
    assert take(world.settings, BINH) is None


@pytest.mark.parametrize("step", [Reject(" "), AskRescan(""), PassLowDpi("\n"), Reject("x" * 501)])
def test_who_closes_or_passes_says_why(world: World, step: Step) -> None:
    identity = world.waits(["low_dpi"], flags=["low_dpi"])
    with pytest.raises(WrongValue):
        decide(world.settings, identity, AN, [step])


def test_a_scan_below_the_floor_passes_with_a_reason_and_a_flag_of_its_own(world: World) -> None:
    identity = world.waits(["low_dpi"], flags=["low_dpi"])
    decide(world.settings, identity, AN, [PassLowDpi("Bản giấy đã thất lạc")])

    assert world.document(identity).flags == ["low_dpi", "low_dpi_overridden"]
    (event,) = world.events("low_dpi_overridden")
    assert event.detail["reason"] == "Bản giấy đã thất lạc"
    other = world.waits(path="b.pdf")
    with pytest.raises(WrongValue):
        decide(world.settings, other, AN, [PassLowDpi("vì thế")])


def test_no_step_of_a_person_waives_secrecy_or_missing_pages(world: World) -> None:
    identity = world.waits(["secrecy_mark", "missing_page", "page_failed", "low_dpi", "no_pdfa"])
    decide(world.settings, identity, AN, [Accept()])
    (item,) = world.rows(ReviewItem)
    assert not set(item.waived) & {"secrecy_mark", "missing_page", "page_failed", "low_dpi", "no_pdfa"}


def test_every_refusal_says_something_in_the_language_of_the_installation(world: World) -> None:
    identity = world.waits()
    world.settings.language = "en"
    with pytest.raises(ReviewError, match="digits only"):
        decide(world.settings, identity, AN, [Correct({"code_number": "12a"})])
