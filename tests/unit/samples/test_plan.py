"""Rates and neighbours of the planned world, independent of any drawing."""

from __future__ import annotations

import datetime as dt

import pytest

from sohoa.samples.plan import FALLS_SHORT, ON_TRACK, Plan, known_rates, make_plan

SIZES = [20, 24, 33, 60, 100, 250]


def shares(plan: Plan, unit_code: str) -> dict[tuple[str, str], float]:
    return {(r.indicator, r.period): r.numerator / r.denominator for r in known_rates(plan) if r.unit_code == unit_code}


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("seed", [1, 2022])
def test_one_unit_walks_the_path(n: int, seed: int) -> None:
    rates = shares(make_plan(n, seed, faults=True), ON_TRACK)
    assert rates[("T01", "2021")] == 0.4
    assert rates[("T02", "2022")] == 0.6
    assert rates[("T04a", "2023")] == 0.8
    assert rates[("T04a", "2024")] == 1.0
    assert rates[("T03", "2022")] < 1.0


@pytest.mark.parametrize("n", SIZES)
def test_another_unit_falls_short_every_year(n: int) -> None:
    rates = shares(make_plan(n, 7, faults=False), FALLS_SHORT)
    assert rates[("T01", "2021")] < 0.4
    assert rates[("T02", "2022")] < 0.6
    assert rates[("T04a", "2023")] < rates[("T02", "2022")] + 0.2
    assert rates[("T04a", "2024")] < rates[("T02", "2022")] + 0.4


@pytest.mark.parametrize("n", [1, 6, 24, 100])
def test_register_holds_four_times_as_many_results_as_scans(n: int) -> None:
    plan = make_plan(n, 1, faults=True)
    assert len(plan.scans) == n + 3
    assert len(plan.results) >= 4 * len(plan.scans)
    assert len({result.key for result in plan.results}) == len(plan.results)


def test_all_scans_but_the_unknown_one_are_in_the_register() -> None:
    plan = make_plan(24, 1, faults=True)
    keys = {result.key for result in plan.results}
    assert sum(scan.result.key not in keys for scan in plan.scans) == 1


def test_near_misses_surround_the_scans() -> None:
    plan = make_plan(24, 1, faults=False)
    scanned = {scan.result.key for scan in plan.scans}
    others = [result for result in plan.results if result.key not in scanned]
    adjacent_same_unit = other_year = other_issuer = 0
    for scan in plan.scans:
        own = scan.result
        for other in others:
            same_symbol = other.kind.notation == own.kind.notation
            same_day = other.issued_on == own.issued_on
            same_unit = other.kind.unit_code == own.kind.unit_code
            adjacent_same_unit += same_symbol and same_day and same_unit and other.number != own.number
            other_year += same_symbol and other.number == own.number and not same_day
            other_issuer += same_day and other.number == own.number and not same_symbol
    assert adjacent_same_unit >= 8
    assert other_year >= 4
    assert other_issuer >= 4


def test_adjacent_numbers_are_one_off_or_confusable() -> None:
    plan = make_plan(40, 3, faults=False)
    distances = [
        abs(int(one.number) - int(two.number))
        for one in plan.results
        for two in plan.results
        if one.code != two.code
        and (one.kind.notation, one.issued_on) == (two.kind.notation, two.issued_on)
        and one.number < two.number
    ]
    assert 1 in distances
    assert 5 in distances or 6 in distances or 60 in distances


def test_ended_results_exist_in_every_state_and_end_after_issue() -> None:
    results = make_plan(100, 2, faults=False).results
    assert len({result.validity for result in results}) == 5
    for result in results:
        for day in (result.ended_on, result.expires_on, result.not_useful_since):
            assert day is None or day > result.issued_on


def test_award_decisions_settle_several_dossiers() -> None:
    assert any(len(result.dossiers) > 1 for result in make_plan(24, 1, faults=False).results)


def test_a_result_is_in_force_on_its_last_day_and_not_on_the_day_it_is_revoked() -> None:
    results = make_plan(60, 2, faults=False).results
    expired = next(result for result in results if result.expires_on is not None and result.ended_on is None)
    revoked = next(result for result in results if result.ended_on is not None)
    assert expired.expires_on is not None
    assert revoked.ended_on is not None
    assert expired.in_force_on(expired.expires_on)
    assert not expired.in_force_on(expired.expires_on + dt.timedelta(1))
    assert not revoked.in_force_on(revoked.ended_on)
