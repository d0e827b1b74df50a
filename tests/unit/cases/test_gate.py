"""The gate of case exports, with the real suite of `expectations/cases.json`."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from cases.exports import case, opened, paper, write
from sohoa.catalogue.database import reading
from sohoa.catalogue.models import ServiceCase, Verdict
from sohoa.journey import take_in_cases
from sohoa.quality import GateFailed
from sohoa.register import RowsRefused
from sohoa.settings import Settings


def n_cases(settings: Settings) -> int | None:
    with reading(settings.catalogue_url) as session:
        return session.scalar(select(func.count()).select_from(ServiceCase))


def test_cases_that_contradict_themselves_are_refused_with_their_rows(settings: Settings, tmp_path: Path) -> None:
    rows = [
        case("G09.05-240510-0001"),
        paper("G09.05-240510-0001"),
        case("G09.05-240510-0002", Ngày_hẹn_trả="09/05/2024"),
        case("G09.05-240510-0003", Ngày_trả_kết_quả="09/05/2024"),
        opened("G09.05-240510-0004", Ngày_tiếp_nhận="01/01/2999", Ngày_hẹn_trả="02/01/2999"),
        case("G09.05-240510-0005", Ngày_trả_kết_quả="01/01/2999"),
    ]
    with pytest.raises(GateFailed) as refused:
        take_in_cases(settings, write(tmp_path / "cases.csv", rows))

    told = str(refused.value)
    assert "case_due_before_received: 1 (4)" in told
    assert "case_ended_before_received: 1 (5)" in told
    assert "case_in_future: 2 (6, 7)" in told
    assert n_cases(settings) == 0
    with reading(settings.catalogue_url) as session:
        warned = session.execute(select(Verdict.item_id, Verdict.reason).where(Verdict.severity == "warning"))
        assert {(item, reason) for item, reason in warned if item == "4"} == {("4", "case_without_components")}


def test_a_good_export_passes_and_wrong_rows_stop_before_the_gate(settings: Settings, tmp_path: Path) -> None:
    good = write(tmp_path / "good.csv", [case("G09.05-240510-0001"), paper("G09.05-240510-0001")])
    bad = write(tmp_path / "bad.csv", [case("G09.05-240510-0001", Kênh_tiếp_nhận="Fax")])

    assert take_in_cases(settings, good).n_new == 1
    with pytest.raises(RowsRefused):
        take_in_cases(settings, bad)
    assert n_cases(settings) == 1


def test_an_export_without_a_case_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(GateFailed, match="cases_empty"):
        take_in_cases(settings, write(tmp_path / "cases.csv", []))
