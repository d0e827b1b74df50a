"""Candidates for a person: the right result first whatever could not be read, and never an offer that is a guess."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from sohoa.catalogue.models import Base, Dossier, Result, Unit
from sohoa.catalogue.subjects import store_subjects
from sohoa.register.candidates import Fit, candidates, offered
from sohoa.register.link import Claim
from sohoa.register.normalise import fold_code

DAY = dt.date(2022, 3, 5)
NAMES = ("Hội Khoa học Lịch sử Việt Nam", "Hội Làm vườn tỉnh Phú Thọ", "Quỹ Từ thiện Bông Sen", "Câu lạc bộ Hàng không")
SUBJECT = f"Về việc cho phép thành lập {NAMES[0]}"
CLAIM = Claim("70", "QĐ-BNV", DAY, "Bộ Nội vụ", SUBJECT, None)
UNREAD = replace(CLAIM, number=None, issued_on=None)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        opened.add_all(Unit(code=code, name=code, source="test") for code in ("G09", "G09.03", "G09.05"))
        yield opened


def register(
    session: Session,
    code: str | None = "70/QĐ-BNV",
    issued_on: dt.date | None = DAY,
    subject: str | None = SUBJECT,
    *,
    unit: str = "G09.05",
    issuer: str | None = "Bộ Nội vụ",
    dossier: str | None = None,
) -> int:
    result = Result(
        result_key=f"{code}|{issued_on}|{unit}|{dossier}",
        code_text=code,
        code_folded=fold_code(code or ""),
        issued_on=issued_on,
        unit_code=unit,
        subject=subject,
        issuer=issuer,
        validity="in_force",
    )
    session.add(result)
    session.flush()
    session.add(Dossier(code=dossier, result_id=result.id))
    session.flush()
    store_subjects(session, [(result.id, subject)])
    return result.id


@pytest.fixture
def crowd(session: Session) -> list[int]:
    """Results of the same symbol and month about other things."""
    return [
        register(
            session, f"{number}/QĐ-BNV", DAY.replace(day=1 + number % 28), f"Về việc giải thể {NAMES[number % 3 + 1]}"
        )
        for number in range(100, 130)
    ]


def first(session: Session, claim: Claim) -> int:
    return candidates(session, claim)[0].result_id


def test_what_was_read_whole_comes_first_with_all_its_evidence(session: Session, crowd: list[int]) -> None:
    wanted = register(session)
    found = candidates(session, CLAIM)[0]
    assert found.result_id == wanted
    assert found.score > 0.999
    assert found.evidence == {
        "number": Fit.SAME,
        "symbol": Fit.SAME,
        "date": Fit.SAME,
        "issuer": Fit.SAME,
        "dossier": Fit.UNKNOWN,
        "subject": Fit.SAME,
    }
    assert found.subject_likeness == 1.0


@pytest.mark.parametrize("misread", ["76", "170", "7", "71"])
def test_a_number_with_one_slip_still_leads_to_its_result(session: Session, crowd: list[int], misread: str) -> None:
    wanted = register(session)
    found = candidates(session, replace(CLAIM, number=misread))[0]
    assert (found.result_id, found.evidence["number"]) == (wanted, Fit.CLOSE)


def test_a_number_that_is_far_off_leads_to_its_result_by_day_and_subject(session: Session, crowd: list[int]) -> None:
    wanted = register(session)
    found = candidates(session, replace(CLAIM, number="9115"))[0]
    assert (found.result_id, found.evidence["number"]) == (wanted, Fit.OTHER)
    assert offered([found]) is None


def test_another_date_is_found_by_number_and_told(session: Session, crowd: list[int]) -> None:
    wanted = register(session)
    found = candidates(session, replace(CLAIM, issued_on=dt.date(2021, 3, 5)))[0]
    assert (found.result_id, found.evidence["date"]) == (wanted, Fit.CLOSE)
    found = candidates(session, replace(CLAIM, issued_on=dt.date(2019, 11, 28)))[0]
    assert (found.result_id, found.evidence["date"]) == (wanted, Fit.OTHER)


def test_a_handwritten_number_is_offered_where_day_symbol_and_subject_leave_one(
    session: Session, crowd: list[int]
) -> None:
    wanted = register(session)
    found = candidates(session, replace(CLAIM, number=None))
    best = offered(found)
    assert best is not None
    assert best.result_id == wanted
    assert best.evidence["number"] == Fit.UNKNOWN


def test_number_and_day_by_pen_are_offered_where_month_and_the_rest_leave_one(
    session: Session, crowd: list[int]
) -> None:
    wanted = register(session)
    claim = replace(UNREAD, issued_year=2022, issued_month=3)
    best = offered(candidates(session, claim))
    assert best is not None
    assert (best.result_id, best.evidence["date"]) == (wanted, Fit.CLOSE)


def test_the_subject_alone_finds_but_offers_nothing(session: Session, crowd: list[int]) -> None:
    wanted = register(session)
    found = candidates(session, Claim(None, None, None, None, SUBJECT, None))
    assert found[0].result_id == wanted
    assert offered(found) is None


def test_two_results_that_fit_alike_are_not_offered(session: Session, crowd: list[int]) -> None:
    both = {register(session), register(session, "71/QĐ-BNV")}
    found = candidates(session, replace(CLAIM, number=None))
    assert {one.result_id for one in found[:2]} == both
    assert offered(found) is None


def test_a_result_of_another_month_is_not_offered(session: Session, crowd: list[int]) -> None:
    register(session)
    found = candidates(session, replace(UNREAD, issued_year=2022, issued_month=4))
    assert found[0].evidence["date"] == Fit.OTHER
    assert offered(found) is None


def test_a_dossier_code_finds_a_result_without_number_and_date(session: Session, crowd: list[int]) -> None:
    wanted = register(session, None, None, None, dossier="G09-220305-0001")
    claim = replace(UNREAD, subject=None, dossier_code="G09-220305-0001")
    found = candidates(session, claim)
    assert [(one.result_id, one.evidence["dossier"]) for one in found] == [(wanted, Fit.SAME)]


def test_whom_a_bare_certificate_is_for_is_taken_from_its_text(session: Session, crowd: list[int]) -> None:
    wanted = register(session, subject="Giấy phép hoạt động cho Quỹ Hỗ trợ Bệnh nhân nghèo Ánh Dương")
    text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nGIẤY PHÉP\ncấp cho Quỹ Hỗ trợ Bệnh nhân nghèo Ánh Dương"
    assert first(session, replace(UNREAD, subject="Giấy phép", text=text)) == wanted


def test_an_issuer_in_whose_name_the_unit_does_not_decide_speaks_against(session: Session) -> None:
    ministry = register(session, issuer=None)
    committee = register(session, unit="G09.03", issuer="Ban Tôn giáo Chính phủ")
    found = {one.result_id: one for one in candidates(session, CLAIM)}
    assert found[ministry].evidence["issuer"] == Fit.SAME
    assert found[committee].evidence["issuer"] == Fit.OTHER
    assert found[ministry].score > 10 * found[committee].score


def test_nothing_read_or_nothing_registered_gives_no_candidates(session: Session) -> None:
    assert candidates(session, CLAIM) == []
    register(session)
    assert candidates(session, Claim(None, None, None, None, None, None)) == []
    assert offered([]) is None


def test_no_more_than_asked_for_and_the_same_each_time(session: Session, crowd: list[int]) -> None:
    register(session)
    claim = replace(UNREAD, issued_year=2022, issued_month=3)
    found = candidates(session, claim, limit=3)
    assert len(found) == 3
    assert found == candidates(session, claim, limit=3)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


rows = st.lists(
    st.tuples(st.integers(1, 40), st.integers(1, 28), st.sampled_from(NAMES), st.booleans()), min_size=1, max_size=12
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows, st.booleans())
def test_an_offer_is_the_only_result_that_fits_all_that_was_read(
    session: Session, rows: list[tuple[int, int, str, bool]], day_known: bool
) -> None:
    with session.begin_nested() as undo:
        unique = {(number, day): (name, told) for number, day, name, told in rows}
        made = {
            register(
                session, f"{number}/QĐ-BNV", DAY.replace(day=day), f"Về việc thành lập {name}" if told else None
            ): (
                day,
                name,
                told,
            )
            for (number, day), (name, told) in unique.items()
        }
        day, name, _ = next(iter(made.values()))
        claim = Claim(None, "QĐ-BNV", None, "Bộ Nội vụ", f"Về việc thành lập {name}", None, "", 2022, 3)
        if day_known:
            claim = replace(claim, issued_on=DAY.replace(day=day))
        best = offered(candidates(session, claim))
        if best is not None:
            alike = [
                one for one, (on, who, told) in made.items() if told and who == name and (on == day or not day_known)
            ]
            assert alike == [best.result_id]
        undo.rollback()
