"""Typed values are held to the grammar; what it refuses is never put right in silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from sohoa.catalogue.database import reading
from sohoa.messages import LANGUAGES, load_messages
from sohoa.review.errors import WrongValue
from sohoa.review.values import CORRECTABLE, KEY_FIELDS, parse_value

from .world import CLAIMED_ON, World


@pytest.fixture
def session(world: World) -> Iterator[Session]:
    with reading(world.settings.catalogue_url) as opened:
        yield opened


def parse(session: Session, field: str, typed: str) -> str | None:
    return parse_value(session, field, typed, CLAIMED_ON, "vi")


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("code_number", " 115 ", "115"),
        ("code_number", "05", "05"),
        ("code_notation", "QĐ-BNV", "QĐ-BNV"),
        ("code_notation", "/QD-BNV", "QĐ-BNV"),
        ("code_notation", "2020/NĐ-CP", "2020/NĐ-CP"),
        ("issued_on", "24/02/2022", "2022-02-24"),
        ("issued_on", "2022-02-24", "2022-02-24"),
        ("issued_on", "Hà Nội, ngày 24 tháng 02 năm 2022", "2022-02-24"),
        ("issuer", "bo noi vu", "Bộ Nội vụ"),
        ("doc_type", "QUYẾT ĐỊNH", "Quyết định"),
        ("doc_type", "công văn", "Công văn"),
        ("dossier_code", "000.00.00.G09-220412-0001", "000.00.00.G09-220412-0001"),
        ("subject", "  Về việc \n khen thưởng ", "Về việc khen thưởng"),
        ("valid_until", "31/12/2030", "2030-12-31"),
        ("recipients", " Như trên; \n\n Lưu: VT. ", "Như trên;\nLưu: VT."),
        ("signer_name", "", None),
        ("dossier_code", " ", None),
    ],
)
def test_what_people_type_becomes_what_the_catalogue_keeps(
    session: Session, field: str, typed: str, value: str | None
) -> None:
    assert parse(session, field, typed) == value


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("code_number", "115/QĐ-BNV"),
        ("code_number", "l15"),
        ("code_number", "-1"),
        ("code_number", "1234567"),
        ("code_number", "١٢"),
        ("code_notation", "QP-BNV"),  # the reader would take it for QĐ; a person must say so
        ("code_notation", "QĐ-BNV ngày 5"),
        ("code_notation", "115"),
        ("issued_on", "30/02/2022"),
        ("issued_on", "02/06/2022"),  # the day after the claim
        ("issued_on", "01/09/1945"),
        ("issued_on", "hôm qua"),
        ("issuer", "Sở Nội vụ tỉnh Không Có"),
        ("doc_type", "Quyết"),
        ("dossier_code", "G09-221412-0001"),
        ("subject", "x" * 10_001),
        ("no_such_field", "x"),
        ("valid_from", "32/01/2022"),
        *((name, "  ") for name in KEY_FIELDS),
    ],
)
def test_what_the_grammar_refuses_is_refused(session: Session, field: str, typed: str) -> None:
    with pytest.raises(WrongValue) as refused:
        parse(session, field, typed)
    assert len(str(refused.value)) < 500


def test_an_agency_that_is_not_in_the_list_is_answered_with_those_that_are_like_it(session: Session) -> None:
    with pytest.raises(WrongValue, match="Bộ Nội vụ"):
        parse(session, "issuer", "Bộ Nội v")


@given(st.integers(min_value=1, max_value=999_999))
def test_every_number_stays_as_typed(number: int) -> None:
    assert parse_value(Session(), "code_number", str(number), CLAIMED_ON, "vi") == str(number)


@given(st.dates(min_value=dt.date(1945, 9, 2), max_value=CLAIMED_ON))
def test_every_day_is_read_in_both_ways_to_write_it(day: dt.date) -> None:
    for typed in (day.isoformat(), day.strftime("%d/%m/%Y")):
        assert parse_value(Session(), "issued_on", typed, CLAIMED_ON, "vi") == day.isoformat()


@given(st.text(max_size=40), st.sampled_from(("code_number", "code_notation", "issued_on", "dossier_code")))
def test_any_text_is_taken_or_refused_and_what_is_taken_is_taken_again(typed: str, field: str) -> None:
    try:
        value = parse_value(Session(), field, typed, CLAIMED_ON, "vi")
    except WrongValue:
        return
    if value is not None:
        assert parse_value(Session(), field, value, CLAIMED_ON, "vi") == value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_a_name_for_people(language: str) -> None:
    assert {name for name in CORRECTABLE if f"field.{name}" not in load_messages(language)} == set()
