"""The event log: it only grows, and what is told twice is there once."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

import pytest
from crowd import all_at_once
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.events import insert_once, record_event
from sohoa.catalogue.models import Batch, Event, Procedure, UtcDateTime, utc_now
from sohoa.settings import Settings

DAY = dt.date(2025, 3, 3)


def _tell(settings: Settings, key: str = "accepted:d1", **values: Any) -> bool:
    with writing(settings.catalogue_url) as session:
        return record_event(session, key, "document_accepted", DAY, agent="test", **values)


def _log(settings: Settings) -> list[Event]:
    with reading(settings.catalogue_url) as session:
        return list(session.scalars(select(Event).order_by(Event.id)))


def test_event_is_written_down_with_both_its_times(settings: Settings) -> None:
    before = utc_now()
    assert _tell(settings, document_id="d1", detail={"reasons": ["số"]})

    [event] = _log(settings)
    assert (event.kind, event.effective_on, event.agent, event.document_id) == ("document_accepted", DAY, "test", "d1")
    assert before <= event.recorded_at <= utc_now()
    assert event.detail == {"reasons": ["số"]}


def test_event_told_twice_is_one_event(settings: Settings) -> None:
    assert _tell(settings, detail={"n": 1})
    assert not _tell(settings, detail={"n": 2})

    assert [event.detail for event in _log(settings)] == [{"n": 1}]


def test_event_told_by_several_processes_at_once_is_one_event(settings: Settings) -> None:
    assert sorted(all_at_once(3, _tell, settings)) == [False, False, True]


def test_event_falls_with_its_transaction(settings: Settings) -> None:
    def fail() -> None:
        with writing(settings.catalogue_url) as session:
            record_event(session, "k", "x", DAY, agent="test")
            raise RuntimeError("cut")

    with pytest.raises(RuntimeError, match="cut"):
        fail()
    assert _log(settings) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET agent = 'someone else'",
        "UPDATE OR IGNORE event SET agent = 'someone else'",
        "DELETE FROM event",
        "DELETE FROM event WHERE id = 1",
        "INSERT OR REPLACE INTO event SELECT id, event_key, 'forged', batch_id, document_id, result_id, effective_on, "
        "recorded_at, agent, detail FROM event",
        "REPLACE INTO event (event_key, kind, effective_on, recorded_at, agent, detail) "
        "VALUES ('accepted:d1', 'forged', '2020-01-01', '2020-01-01', 'x', '{}')",
    ],
)
def test_database_refuses_to_change_what_happened(settings: Settings, statement: str) -> None:
    _tell(settings)

    def change() -> None:
        with writing(settings.catalogue_url) as session:
            session.execute(text(statement))

    with suppress(DBAPIError):  # refused, or passed over in silence
        change()
    [event] = _log(settings)
    assert (event.kind, event.agent, event.id) == ("document_accepted", "test", 1)


@pytest.mark.parametrize("statement", ["UPDATE event SET agent = 'x'", "DELETE FROM event"])
def test_refusal_says_why(settings: Settings, statement: str) -> None:
    _tell(settings)

    with pytest.raises(IntegrityError, match="append-only"), writing(settings.catalogue_url) as session:
        session.execute(text(statement))


def test_insert_once_keeps_the_first_row_and_says_so(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        assert insert_once(session, Procedure, code="1", name="first")
        assert not insert_once(session, Procedure, code="1", name="second")
        assert session.get_one(Procedure, "1").name == "first"


def test_insert_once_does_not_swallow_other_faults(settings: Settings) -> None:
    with pytest.raises(IntegrityError), writing(settings.catalogue_url) as session:
        insert_once(session, Procedure, code="1", name=None)


def test_two_waiting_batches_of_one_name_cannot_be(settings: Settings) -> None:
    def add(batch_id: str, status: str) -> None:
        with writing(settings.catalogue_url) as session:
            session.add(
                Batch(id=batch_id, unit_code="G09", name="lô", source="inbox", status=status, first_seen_at=utc_now())
            )

    add("1", "claimed")
    add("2", "waiting")
    add("3", "withdrawn")
    with pytest.raises(IntegrityError):
        add("4", "waiting")


def test_instants_come_back_in_utc_and_without_time_zone_are_refused(settings: Settings) -> None:
    kind = UtcDateTime()
    local = dt.datetime(2025, 3, 3, 8, tzinfo=dt.timezone(dt.timedelta(hours=7)))

    bound = kind.process_bind_param(local, None)  # type: ignore[arg-type]
    assert bound == dt.datetime(2025, 3, 3, 1, tzinfo=dt.UTC)
    assert kind.process_result_value(bound.replace(tzinfo=None), None) == local  # type: ignore[arg-type, union-attr]
    with pytest.raises(ValueError, match="time zone"):
        kind.process_bind_param(dt.datetime(2025, 3, 3), None)  # type: ignore[arg-type]  # noqa: DTZ001
