from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from indicators.forms import cases_of
from indicators.world import prepare, store
from sohoa.catalogue.database import reading
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import ApprovedBase, Event
from sohoa.errors import SohoaError
from sohoa.indicators import approve_base, compute_rates, headline_path, parse_period
from sohoa.indicators.base_approval import approve_measured_base, base_standing, base_standings
from sohoa.settings import Settings

WHO = "Trần Thị B"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A catalogue of each test's own: events cannot be taken back."""
    found = Settings(home=tmp_path)
    migrate(found)
    prepare(found)
    return found


def _stored(settings: Settings) -> list[tuple[str, int, int]]:
    with reading(settings.catalogue_url) as session:
        return [
            (one.indicator, one.numerator, one.denominator)
            for one in session.scalars(select(ApprovedBase).order_by(ApprovedBase.indicator))
        ]


def test_the_share_that_is_measured_is_frozen_and_told_of(settings: Settings) -> None:
    store(settings, cases_of(2022, 2, 5))
    found = approve_measured_base(settings, "t04a", (2, 5), calendar="civil", approved_by=WHO)

    assert found.base is not None
    assert (float(found.base.value), found.base.basis, found.base.approved_by) == (0.4, "measured_base", WHO)
    with reading(settings.catalogue_url) as session:
        (told,) = session.scalars(select(Event).where(Event.kind == "base_approved")).all()
    assert (told.agent, told.detail["numerator"], told.detail["denominator"]) == (WHO, 2, 5)


@pytest.mark.parametrize(
    ("code", "figure", "by", "wrong"),
    [
        ("T04a", (3, 5), WHO, "lúc này là 2/5, không phải 3/5"),
        ("T04a", (2, 5), " ", "Ghi tên người duyệt"),
        ("T01", (2, 5), WHO, "loại tăng dần"),
        ("T99", (2, 5), WHO, "loại tăng dần"),
        ("T04b", (2, 5), WHO, "chưa có số liệu"),
        ("T04a-HS", (2, 5), WHO, "chưa có số liệu"),
    ],
)
def test_what_is_not_measured_or_not_named_is_not_approved(
    settings: Settings, code: str, figure: tuple[int, int], by: str, wrong: str
) -> None:
    store(settings, cases_of(2022, 2, 5))
    with pytest.raises(SohoaError, match=wrong):
        approve_measured_base(settings, code, figure, calendar="civil", approved_by=by)
    assert _stored(settings) == []


def test_a_year_without_cases_gives_no_base(settings: Settings) -> None:
    store(settings, cases_of(2023, 2, 5))
    with pytest.raises(SohoaError, match="chưa có số liệu"):
        approve_measured_base(settings, "T04a", (0, 0), calendar="civil", approved_by=WHO)


@pytest.mark.parametrize(
    ("calendar", "last"), [("civil", dt.date(2022, 12, 31)), ("report", dt.date(2022, 12, 14))], ids=["civil", "report"]
)
def test_the_year_must_be_over(settings: Settings, calendar: str, last: dt.date) -> None:
    with pytest.raises(SohoaError, match="mới kết thúc"):
        approve_base(settings, "T04a", 2, 5, calendar=calendar, approved_by=WHO, on=last)
    assert _stored(settings) == []
    approve_base(settings, "T04a", 2, 5, calendar=calendar, approved_by=WHO, on=last + dt.timedelta(days=1))
    assert _stored(settings) == [("T04a", 2, 5)]


def test_a_frozen_base_stays_though_others_would_approve_another(settings: Settings) -> None:
    store(settings, cases_of(2022, 2, 5))
    approve_measured_base(settings, "T04a", (2, 5), calendar="civil", approved_by=WHO)
    store(settings, cases_of(2022, 5, 5))
    for figure in ((5, 5), (2, 5)):
        with pytest.raises(SohoaError, match="không thay đổi nữa"):
            approve_measured_base(settings, "T04a", figure, calendar="civil", approved_by="Người khác")

    assert _stored(settings) == [("T04a", 2, 5)]
    standing = base_standing(settings, "T04a")
    assert (standing.measured.numerator, standing.measured.denominator) == (5, 5)


def test_rates_and_headline_have_the_same_target_from_the_approved_base(settings: Settings) -> None:
    store(settings, [*cases_of(2022, 1, 3), *cases_of(2024, 2, 3)])
    approve_measured_base(settings, "T04a", (1, 3), calendar="civil", approved_by=WHO)
    for point in headline_path(settings, 2026).points:
        rates = compute_rates(settings, period=parse_period(str(point.year)))
        (rate,) = [one for one in rates if one.indicator == point.indicator and one.unit_code is None]
        assert rate.target == point.target
    (of_2024,) = [one for one in headline_path(settings, 2026).points if one.year == 2024]
    assert of_2024.target == pytest.approx(1 / 3 + 0.4)


def test_every_growing_target_has_a_line(settings: Settings) -> None:
    store(settings, cases_of(2022, 1, 3))
    by_code = {one.indicator: one for one in base_standings(settings)}
    assert list(by_code) == ["T04a", "T04a-HS", "T04a-GT", "T04b", "T04c"]
    assert by_code["T04a"].base is not None
    assert by_code["T04a"].base.basis == "assumed_base"
    assert by_code["T04b"].base is None
    assert by_code["T04b"].missing is not None
