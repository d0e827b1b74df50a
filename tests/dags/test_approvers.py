"""Who may decide on a report in Airflow: as the settings say, checked when it asks and when someone answers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException

from sohoa.errors import SohoaError
from sohoa.settings import Settings
from sohoa_airflow.approval import APPROVE, FORM, ReportApproval
from sohoa_airflow.approvers import assigned_users

FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
KEYCLOAK = "airflow.providers.keycloak.auth_manager.keycloak_auth_manager.KeycloakAuthManager"


@pytest.fixture(autouse=True)
def two_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", "admin:admin,tran.thi.binh:op")


def settings(**approvers: str) -> Settings:
    return Settings(report_approvers=approvers)


def answered_by(user: dict[str, str] | None) -> dict[str, Any]:
    return {
        "chosen_options": [APPROVE],
        "params_input": {"reason": None},
        "responded_at": dt.datetime.now(dt.UTC),
        "responded_by_user": user,
    }


def test_without_the_setting_airflow_asks_everyone_who_may_answer() -> None:
    assert assigned_users(settings()) is None


def test_the_persons_named_are_asked() -> None:
    named = settings(**{"tran.thi.binh": "Trần Thị Bình"})
    assert assigned_users(named) == [{"id": "tran.thi.binh", "name": "Trần Thị Bình"}]


def test_a_person_without_an_account_is_an_error_that_names_the_person_and_the_setting() -> None:
    wrong = settings(**{"tran.thi.binh": "Trần Thị Bình", "le.van.cuong": "Lê Văn Cường"})
    with pytest.raises(SohoaError, match=r"le\.van\.cuong") as told:
        assigned_users(wrong)
    assert "SOHOA_REPORT_APPROVERS" in str(told.value)
    assert "tran.thi.binh" not in str(told.value)


def test_fab_knows_persons_by_number_so_a_user_name_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__AUTH_MANAGER", FAB)
    assert assigned_users(settings(**{"2": "Trần Thị Bình"})) == [{"id": "2", "name": "Trần Thị Bình"}]
    with pytest.raises(SohoaError, match="airflow users list"):
        assigned_users(settings(**{"tran.thi.binh": "Trần Thị Bình"}))


def test_other_auth_managers_have_accounts_that_only_they_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__AUTH_MANAGER", KEYCLOAK)
    assert assigned_users(settings(**{"0b1c-77": "Trần Thị Bình"})) == [{"id": "0b1c-77", "name": "Trần Thị Bình"}]


@pytest.mark.parametrize("user", [{"id": "le.van.cuong", "name": "le.van.cuong"}, None])
def test_the_answer_of_anyone_else_does_not_count_however_it_got_there(
    user: dict[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOHOA_REPORT_APPROVERS", '{"tran.thi.binh": "Trần Thị Bình"}')
    ask = ReportApproval(task_id="ask", question={"report_id": 1}, params=FORM)
    with pytest.raises(AirflowException, match="report 1"):
        ask.execute_complete({}, answered_by(user))
    person = {"id": "tran.thi.binh", "name": "tran.thi.binh"}
    assert ask.execute_complete({}, answered_by(person))["responded_by_user"] == person
