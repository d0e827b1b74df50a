"""Keys of subjects: the same for what reads the same, changed with the register."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from sohoa.catalogue import subjects
from sohoa.catalogue.database import connect, reading, writing
from sohoa.catalogue.models import Result, SubjectKey, Unit
from sohoa.catalogue.subjects import (
    MOST_WITH_A_KEY,
    SubjectKeys,
    bare_subject,
    registered_subjects,
    store_subjects,
    subject_keys,
)
from sohoa.folding import fold
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
        SubjectKeys(session).change({1: (SUBJECT, "Giấy phép hoạt động")})
    with reading(settings.catalogue_url) as session:
        kept = {number: set(session.scalars(select(SubjectKey.key).filter_by(result_id=number))) for number in (1, 2)}
    assert kept == {1: subject_keys("Giấy phép hoạt động"), 2: subject_keys(SUBJECT)}


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_keys_follow_however_few_are_handed_over_at_once(
    settings: Settings, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subjects, "_HANDED_OVER", at_once)
    numbers = range(1, 6)
    with writing(settings.catalogue_url) as session:
        store_subjects(session, [(number, f"{SUBJECT} số {number}") for number in numbers])
        SubjectKeys(session).change(
            {number: (f"{SUBJECT} số {number}", f"{SUBJECT} khác {number}") for number in numbers}
        )
    with reading(settings.catalogue_url) as session:
        kept = {n: set(session.scalars(select(SubjectKey.key).filter_by(result_id=n))) for n in numbers}
    assert kept == {number: subject_keys(f"{SUBJECT} khác {number}") for number in numbers}


@pytest.mark.parametrize(
    "subject", ["Về\u2002việc  đ\u0302ổi tên", "V/v:cấp phép", "Về việc", "V/vx y z", "x" * 99 + " Việt Nam"]
)
def test_a_subject_is_folded_word_by_word_as_it_is_as_a_whole(subject: str) -> None:
    whole = re.sub("[^A-Z0-9]+", " ", re.sub(r"^\W*(V/V|VE VIEC)\W+", "", fold(subject)))
    assert bare_subject(subject) == whole.strip()


def test_of_a_key_that_too_many_share_only_so_many_rows_are_kept_as_show_it(settings: Settings) -> None:
    """And it stays so when one of them changes: else it would seem to tell a few from the others."""
    n_results = 6000
    with writing(settings.catalogue_url) as session:
        keys = SubjectKeys(session)
        keys.store(
            (number, subject_keys(f"Quyết định nâng ngạch số {number // 2}")) for number in range(1, n_results + 1)
        )
        keys.change({number: (f"Quyết định nâng ngạch số {number // 2}", None) for number in range(1, 100)})
    (shared, _) = sorted(subject_keys("Quyết định nâng ngạch"))
    telling = subject_keys("ngạch số 2000") | subject_keys("ngạch số 7")
    with reading(settings.catalogue_url) as session:
        rows = session.execute(select(SubjectKey.key, SubjectKey.result_id)).all()
    assert sum(row.key == shared for row in rows) == MOST_WITH_A_KEY + 1
    assert sorted(row.result_id for row in rows if row.key in telling) == [4000, 4001]


def test_a_subject_may_change_and_keep_words_that_too_many_share(settings: Settings) -> None:
    shared = "Quyết định nâng ngạch"
    with writing(settings.catalogue_url) as session:
        keys = SubjectKeys(session)
        keys.store((number, subject_keys(shared)) for number in range(1, MOST_WITH_A_KEY + 2))
        keys.change({1: (shared, f"{shared} (đính chính)")})
    with writing(settings.catalogue_url) as session:
        SubjectKeys(session).change({1: (f"{shared} (đính chính)", shared)})
    with reading(settings.catalogue_url) as session:
        assert set(session.scalars(select(SubjectKey.key).filter_by(result_id=1))) == subject_keys(shared)


def test_every_registered_subject_is_found_for_a_catalogue_that_had_no_keys(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        session.add(Unit(code="X", name="X", source="test"))
        session.flush()
        session.add_all([_result(1, "một"), _result(2, None), _result(3, "ba")])
    with connect(settings.catalogue_url).connect() as connection:
        assert list(registered_subjects(connection)) == [(1, "một"), (3, "ba")]
