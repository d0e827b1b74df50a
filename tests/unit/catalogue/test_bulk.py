"""Rows by the thousand are written as the ORM would write them, and found by their keys."""

from __future__ import annotations

import datetime as dt
import gc

import pytest
from sqlalchemy import select

from sohoa.catalogue.bulk import among, insert_rows, new_ids, rarely_collecting
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import Result, Unit
from sohoa.settings import Settings

VALUES = {
    "result_key": "1/QĐ-BNV|2022-03-05|X",
    "unit_code": "X",
    "issued_on": dt.date(2022, 3, 5),
    "expires_on": None,
    "validity": "in_force",
    "has_result": True,
    "still_usable": False,
    "source": "register",
    "flags": ["date_observed"],
}


def test_rows_come_back_as_they_were_given(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        session.add(Unit(code="X", name="X", source="test"))
        session.flush()
        session.add(Result(id=7, result_key="of a person", unit_code="X", validity="in_force"))
        session.flush()
        ids = new_ids(session, Result, 2)
        insert_rows(session, Result, [{"id": ids[0], **VALUES}, {"id": ids[1], **VALUES, "result_key": "other"}])
        insert_rows(session, Result, [])
    with reading(settings.catalogue_url) as session:
        (found,) = session.scalars(
            select(Result).where(among(session.get_bind().dialect, Result.result_key, [VALUES["result_key"], "no"]))
        )
        assert {name: getattr(found, name) for name in VALUES} == VALUES
        is_one = among(session.get_bind().dialect, Result.id, [7, 8, 99])
        assert session.scalars(select(Result.id).where(is_one)).all() == [7, 8]


def test_cycles_are_searched_for_as_before_afterwards() -> None:
    def break_off() -> None:
        with rarely_collecting():
            raise ValueError(gc.get_threshold())

    usual = gc.get_threshold()
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - it brings what held within
        break_off()
    assert caught.value.args != (usual,)
    assert (gc.get_threshold(), gc.get_freeze_count()) == (usual, 0)
