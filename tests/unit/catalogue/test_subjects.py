"""Keys of subjects: the same for what reads the same, changed with the register."""

from __future__ import annotations

from sqlalchemy import select

from sohoa.catalogue.database import connect, reading, writing
from sohoa.catalogue.models import Result, SubjectKey, Unit
from sohoa.catalogue.subjects import (
    bare_subject,
    change_subjects,
    registered_subjects,
    store_subjects,
    subject_keys,
)
from sohoa.settings import Settings

SUBJECT = "Về việc cho phép thành lập Hội Khoa học Lịch sử Việt Nam"


def test_marks_case_and_the_words_before_a_subject_play_no_part() -> None:
    assert subject_keys(SUBJECT) == subject_keys("V/v CHO PHÉP THÀNH LẬP HỘI KHOA HỌC, LỊCH SỬ VIỆT NAM.")
    assert bare_subject(SUBJECT) == "CHO PHEP THANH LAP HOI KHOA HOC LICH SU VIET NAM"


def test_a_word_read_wrong_costs_only_the_keys_that_hold_it() -> None:
    whole, torn = subject_keys(SUBJECT), subject_keys(SUBJECT.replace("Lịch", "L1ch"))
    assert len(whole) == 9
    assert len(whole & torn) == 6


def test_a_subject_of_one_or_two_words_has_one_key_and_none_has_none() -> None:
    assert len(subject_keys("Giấy phép")) == 1
    assert subject_keys("Giấy phép") != subject_keys("Giấy")
    assert subject_keys("---") == subject_keys(None) == subject_keys("") == frozenset()


def _result(number: int, subject: str | None) -> Result:
    return Result(id=number, result_key=str(number), unit_code="X", validity="in_force", subject=subject)


def test_keys_follow_a_subject_that_changes(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        store_subjects(session, [(1, SUBJECT), (2, SUBJECT)])
        change_subjects(session, {1: (SUBJECT, "Giấy phép hoạt động")})
    with reading(settings.catalogue_url) as session:
        kept = {number: set(session.scalars(select(SubjectKey.key).filter_by(result_id=number))) for number in (1, 2)}
    assert kept == {1: subject_keys("Giấy phép hoạt động"), 2: subject_keys(SUBJECT)}


def test_every_registered_subject_is_found_for_a_catalogue_that_had_no_keys(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        session.add(Unit(code="X", name="X", source="test"))
        session.flush()
        session.add_all([_result(1, "một"), _result(2, None), _result(3, "ba")])
    with connect(settings.catalogue_url).connect() as connection:
        assert list(registered_subjects(connection)) == [(1, "một"), (3, "ba")]
