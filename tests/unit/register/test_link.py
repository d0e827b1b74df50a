"""Linking a record to its result: exactly the right one, or a reason for review (design.md §7, Identity)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from sohoa.catalogue.models import Base, Dossier, Result, Unit
from sohoa.register.link import Claim, Link, link
from sohoa.register.normalise import fold_code

DAY = dt.date(2022, 3, 5)
SUBJECT = "Về việc cho phép thành lập Hội Khoa học Lịch sử Việt Nam"
OTHER_SUBJECT = "Về việc phê duyệt Điều lệ sửa đổi Quỹ Hỗ trợ bệnh nhân nghèo"
CLAIM = Claim("70", "QĐ-BNV", DAY, "Bộ Nội vụ", "cho phép thành lập Hội Khoa học Lịch sử Việt Nam", None)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        opened.add_all(Unit(code=code, name=code, source="test") for code in ("G09", "G09.01"))
        yield opened


def register(
    session: Session,
    code: str = "70/QĐ-BNV",
    issued_on: dt.date = DAY,
    subject: str | None = SUBJECT,
    *,
    unit: str = "G09",
    issuer: str | None = None,
    dossiers: tuple[str, ...] = (),
) -> int:
    """A result of the register; its id."""
    result = Result(
        result_key=f"{code}|{issued_on}|{unit}",
        code_text=code,
        code_folded=fold_code(code),
        issued_on=issued_on,
        unit_code=unit,
        subject=subject,
        issuer=issuer,
        validity="in_force",
    )
    session.add(result)
    session.flush()
    session.add_all(Dossier(code=dossier, result_id=result.id) for dossier in dossiers)
    session.flush()
    return result.id


def test_number_symbol_date_and_subject_name_the_result(session: Session) -> None:
    wanted = register(session)
    assert link(session, CLAIM) == Link(wanted)


@pytest.mark.parametrize("code", ["070/QĐ-BNV", "70 /QĐ–BNV", "Số: 70/QÐ-BNV", "70/qđ-bnv"])
def test_a_code_that_the_register_spells_in_another_way_is_the_same(session: Session, code: str) -> None:
    wanted = register(session, code)
    assert link(session, CLAIM) == Link(wanted)


@pytest.mark.parametrize("missing", ["number", "notation", "issued_on"])
def test_a_claim_without_number_symbol_or_date_is_not_guessed(session: Session, missing: str) -> None:
    register(session)
    assert link(session, replace(CLAIM, **{missing: None})) == Link(None, "link_incomplete")


@pytest.mark.parametrize(
    ("code", "issued_on"),
    [
        ("70/QĐ-BNV", DAY.replace(year=2021)),
        ("70/QĐ-BNV", DAY.replace(day=6)),
        ("70/QĐ-TGCP", DAY),
        ("71/QĐ-BNV", DAY),
        ("170/QĐ-BNV", DAY),
        ("7/QĐ-BNV", DAY),
        ("70/2022/QĐ-BNV", DAY),
    ],
)
def test_a_near_miss_is_no_register_row(session: Session, code: str, issued_on: dt.date) -> None:
    register(session, code, issued_on)
    assert link(session, CLAIM) == Link(None, "no_register_row")


@pytest.mark.parametrize(
    ("misread", "printed"), [("70", "76"), ("71", "77"), ("1368", "1388"), ("15", "16"), ("103", "108")]
)
def test_a_misread_digit_that_names_a_neighbour_is_refused_by_the_subject(
    session: Session, misread: str, printed: str
) -> None:
    register(session, f"{misread}/QĐ-BNV", subject=OTHER_SUBJECT)
    register(session, f"{printed}/QĐ-BNV", subject=SUBJECT)
    assert link(session, replace(CLAIM, number=misread)) == Link(None, "subject_differs")


def test_a_neighbour_of_the_same_day_whose_subject_fits_better_stops_the_link(session: Session) -> None:
    register(session, "70/QĐ-BNV", subject="Về việc tặng Bằng khen của Bộ trưởng cho ông Nguyễn Văn An")
    register(session, "71/QĐ-BNV", subject="Về việc tặng Bằng khen của Bộ trưởng cho ông Nguyễn Văn Anh")
    claim = replace(CLAIM, subject="Về việc tặng Bằng khen của Bộ trưởng cho ông Nguyễn Văn Anh")
    assert link(session, claim) == Link(None, "link_rival")


def test_the_same_number_of_another_day_whose_subject_fits_better_stops_the_link(session: Session) -> None:
    register(session, subject="Về việc tặng Bằng khen của Bộ trưởng cho ông Nguyễn Văn An")
    register(
        session, issued_on=DAY.replace(day=6), subject="Về việc tặng Bằng khen của Bộ trưởng cho ông Nguyễn Văn Anh"
    )
    claim = replace(CLAIM, subject="Về việc tặng Bằng khen của Bộ trưởng cho ông Nguyễn Văn Anh")
    assert link(session, claim) == Link(None, "link_rival")


def test_a_subject_read_with_a_few_wrong_marks_still_agrees(session: Session) -> None:
    wanted = register(session)
    claim = replace(CLAIM, subject="Vé viêc cho phep thành lập Hôi Khoa hoc Lich sử Vièt Nam")
    assert link(session, claim) == Link(wanted)


def test_a_registered_subject_that_stands_in_the_text_agrees(session: Session) -> None:
    wanted = register(session, subject="Giấy phép hoạt động cho Quỹ Từ thiện Bông Sen")
    text = "GIẤY PHÉP HOẠT ĐỘNG\nBộ trưởng Bộ Nội vụ\ncấp cho Quỹ Từ thiện Bông Sen"
    assert link(session, replace(CLAIM, subject="Giấy phép", text=text)) == Link(wanted)


def test_an_issuer_that_the_register_contradicts_is_refused(session: Session) -> None:
    register(session, issuer="Ban Tôn giáo Chính phủ")
    assert link(session, CLAIM) == Link(None, "issuer_differs")


def test_an_issuer_spelt_in_capitals_is_the_same(session: Session) -> None:
    wanted = register(session, issuer="BỘ NỘI VỤ")
    assert link(session, CLAIM) == Link(wanted)


def test_one_result_of_several_dossiers_is_not_ambiguous(session: Session) -> None:
    wanted = register(session, dossiers=("G09-220101-0001", "G09-220101-0002", "G09-220101-0003"))
    assert link(session, CLAIM) == Link(wanted)
    assert link(session, replace(CLAIM, dossier_code="G09-220101-0003")) == Link(wanted)


def test_a_dossier_code_that_is_none_of_the_result_s_is_refused(session: Session) -> None:
    register(session, dossiers=("G09-220101-0001", "G09-220101-0002"))
    assert link(session, replace(CLAIM, dossier_code="G09-220101-0009")) == Link(None, "dossier_differs")


def test_a_dossier_code_is_no_objection_where_the_register_knows_none(session: Session) -> None:
    wanted = register(session)
    assert link(session, replace(CLAIM, dossier_code="G09-220101-0001")) == Link(wanted)


def test_without_any_subject_only_the_dossier_code_confirms(session: Session) -> None:
    wanted = register(session, subject=None, dossiers=("G09-220101-0001",))
    assert link(session, CLAIM) == Link(None, "link_unconfirmed")
    assert link(session, replace(CLAIM, dossier_code="G09-220101-0001")) == Link(wanted)


def test_a_document_of_which_no_subject_was_read_is_not_confirmed(session: Session) -> None:
    register(session)
    assert link(session, replace(CLAIM, subject=None)) == Link(None, "link_unconfirmed")


def test_two_units_with_the_same_number_and_day_are_told_apart_by_the_subject_only(session: Session) -> None:
    wanted = register(session)
    register(session, subject=OTHER_SUBJECT, unit="G09.01")
    assert link(session, CLAIM) == Link(wanted)


@pytest.mark.parametrize("second", [SUBJECT, f"{SUBJECT} (lần 2)", None])
def test_two_units_with_the_same_number_and_day_and_no_telling_subject_are_ambiguous(
    session: Session, second: str | None
) -> None:
    register(session, subject=SUBJECT if second else None)
    register(session, subject=second, unit="G09.01")
    assert link(session, CLAIM) == Link(None, "link_ambiguous")


@pytest.mark.parametrize("first_has_subject", [True, False])
def test_of_two_units_one_without_subject_is_no_proof_for_the_other(session: Session, first_has_subject: bool) -> None:
    """The row without subject might be the very one: never a guess, and no breakdown of the batch."""
    register(session, subject=SUBJECT if first_has_subject else None)
    register(session, subject=None if first_has_subject else SUBJECT, unit="G09.01")
    assert link(session, CLAIM) == Link(None, "link_ambiguous")


@pytest.mark.parametrize("read", ["---", SUBJECT, None])
def test_a_formless_subject_of_the_register_confirms_nothing(session: Session, read: str | None) -> None:
    register(session, subject="---")
    assert link(session, replace(CLAIM, subject=read)) == Link(None, "link_unconfirmed")


def test_the_drop_folder_s_unit_plays_no_part(session: Session) -> None:
    wanted = register(session, unit="G09.01")
    assert link(session, CLAIM) == Link(wanted)


numbers = st.sampled_from(["1", "7", "10", "17", "70", "71", "76", "170"])
symbols = st.sampled_from(["QĐ-BNV", "QĐ-TGCP", "GP-BNV", "TB-BNV", "2022/QĐ-BNV"])
dates = st.sampled_from([DAY, DAY.replace(day=6), DAY.replace(year=2021)])
subjects = st.sampled_from([SUBJECT, OTHER_SUBJECT, "Về việc cho phép thành lập Hội Khoa học", "", "---", None])
dossiers = st.sampled_from(["G09-220101-0001", "G09-220101-0002", None])
rows = st.lists(st.tuples(numbers, symbols, dates, subjects, st.sampled_from(["G09", "G09.01"]), dossiers), max_size=8)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows,
    st.builds(
        Claim,
        st.one_of(st.none(), numbers),
        st.one_of(st.none(), symbols),
        st.one_of(st.none(), dates),
        st.sampled_from(["Bộ Nội vụ", None]),
        subjects,
        dossiers,
        st.sampled_from(["", SUBJECT, f"{SUBJECT} {OTHER_SUBJECT}"]),
    ),
)
def test_a_link_never_leads_to_another_number_or_day(
    session: Session, rows: list[tuple[str, str, dt.date, str | None, str, str | None]], claim: Claim
) -> None:
    with session.begin_nested() as undo:
        for number, symbol, day, subject, unit, dossier in {
            (row[0], row[1], row[2], row[4]): row for row in rows
        }.values():
            register(session, f"{number}/{symbol}", day, subject, unit=unit, dossiers=(dossier,) if dossier else ())
        found = link(session, claim)
        assert (found.result_id is None) != (found.reason is None)
        if found.result_id is not None:
            result = session.scalars(select(Result).where(Result.id == found.result_id)).one()
            assert result.code_folded == fold_code(f"{claim.number}/{claim.notation}")
            assert result.issued_on == claim.issued_on
            assert result.subject not in (None, "", "---") or claim.dossier_code
        undo.rollback()


def test_of_two_awards_of_one_day_alike_but_for_a_digit_neither_is_taken(session: Session) -> None:
    register(session)
    register(session, "71/QĐ-BNV")
    assert link(session, CLAIM) == Link(None, "link_rival")


def test_an_equal_subject_under_a_number_that_no_misreading_reaches_does_not_hold_up(session: Session) -> None:
    wanted = register(session)
    register(session, "358/QĐ-BNV")
    assert link(session, CLAIM) == Link(wanted)


def test_a_neighbour_one_digit_away_that_has_no_subject_may_be_the_very_one(session: Session) -> None:
    register(session, "70/QĐ-BNV", subject="Về việc tặng Bằng khen của Bộ trưởng cho ông Nguyễn Văn An")
    register(session, "76/QĐ-BNV", subject=None)
    claim = replace(CLAIM, subject="Về việc tặng Bằng khen của Bộ trưởng cho ông Nguyễn Văn Anh")
    assert link(session, claim) == Link(None, "link_rival")


def test_a_dossier_code_tells_such_neighbours_apart(session: Session) -> None:
    wanted = register(session, dossiers=("G09-220101-0001",))
    register(session, "76/QĐ-BNV", subject=None, dossiers=("G09-220101-0002",))
    assert link(session, replace(CLAIM, dossier_code="G09-220101-0001")) == Link(wanted)
    assert link(session, CLAIM) == Link(None, "link_rival")


def test_a_dossier_that_ended_in_both_neighbours_tells_nothing(session: Session) -> None:
    register(session, subject=None, dossiers=("G09-220101-0001",))
    register(session, "76/QĐ-BNV", subject=None, dossiers=("G09-220101-0001",))
    assert link(session, replace(CLAIM, dossier_code="G09-220101-0001")) == Link(None, "link_rival")


def test_the_same_number_on_a_day_one_digit_away_with_the_same_subject_stops_the_link(session: Session) -> None:
    register(session)
    register(session, issued_on=DAY.replace(year=2021))
    assert link(session, CLAIM) == Link(None, "link_rival")


def test_an_agency_under_another_name_of_the_unit_list_only_is_the_same(session: Session) -> None:
    register(session, issuer="Ban Thi đua - Khen thưởng Trung ương")
    assert link(session, CLAIM) == Link(None, "issuer_differs")
    assert link(session, replace(CLAIM, issuer="BAN THI ĐUA – KHEN THƯỞNG TRUNG ƯƠNG".replace("–", "-"))).reason is None


people = st.sampled_from(
    ["Nguyễn Văn An", "Nguyễn Văn Anh", "Nguyễn Vân Anh", "Trần Thị Bình", "Lê Mỹ Hạnh", "Hội Làm vườn tỉnh Phú Thọ"]
)
templates = st.sampled_from(
    [
        "Về việc tặng Bằng khen của Bộ trưởng cho {}",
        "V/v cho phép thành lập {}",
        "Về việc công nhận {} nhiệm kỳ 2018 - 2023",
    ]
)
awards = st.builds(str.format, templates, people)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.integers(1, 99_999).map(str),
    place=st.integers(0, 4),
    digit=st.integers(0, 9),
    true_subject=st.one_of(st.none(), awards),
    printed=awards,
    flipped=st.one_of(st.none(), awards),
    same_day=st.booleans(),
    same_unit=st.booleans(),
)
def test_a_flipped_digit_is_never_linked_to_the_result_that_has_that_number(
    session: Session,
    number: str,
    place: int,
    digit: int,
    true_subject: str | None,
    printed: str,
    flipped: str | None,
    same_day: bool,
    same_unit: bool,
) -> None:
    """The register has both: what is printed, and what was read, of the same issuer and year."""
    place %= len(number)
    read = f"{number[:place]}{digit}{number[place + 1 :]}"
    if read.lstrip("0") in ("", number):
        return
    true = true_subject and printed  # the register's wording of what the document says, or none
    with session.begin_nested() as undo:
        register(session, f"{number}/QĐ-BNV", DAY, true, issuer="Bộ Nội vụ")
        register(
            session,
            f"{read}/QĐ-BNV",
            DAY if same_day else DAY.replace(month=9),
            flipped,
            unit="G09" if same_unit else "G09.01",
            issuer="Bộ Nội vụ",
        )
        claim = Claim(read, "QĐ-BNV", DAY, "Bộ Nội vụ", printed, None)
        assert link(session, claim).result_id is None
        undo.rollback()
