"""The DAG `report` in real Airflow processes: a person answers through Airflow's API."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from services.conftest import APPROVER, Stack, wait_for
from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Report
from sohoa.reports import damaged_files, find_report
from sohoa.settings import Settings
from sohoa_airflow.approval import APPROVE, REJECT
from sohoa_airflow.local import USER

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("airflow")]


def build_closed_on(stack: Stack, day: str) -> str:
    """A run as the timetable makes it: the report periods that closed the day before. Its id."""
    body = {"logical_date": None, "partition_key": day}
    return str(stack.airflow.post("/api/v2/dags/report/dagRuns", body)["dag_run_id"])


def questions(stack: Stack, run_id: str, n: int) -> list[dict[str, Any]]:
    """The questions of a run, as soon as there are so many that wait for an answer."""
    path = f"/api/v2/dags/report/dagRuns/{quote(run_id)}/hitlDetails"

    def asked() -> Any:
        found = [one for one in stack.airflow.get(path)["hitl_details"] if is_parked(stack, one["task_instance"])]
        return found if len(found) == n else None

    found: list[dict[str, Any]] = wait_for(asked, 120, f"{n} questions of {run_id}", every=0.3)
    return found


def is_parked(stack: Stack, task: dict[str, Any]) -> bool:
    """Whether the scheduler knows that a task waits.

    It looks every second. Airflow 3.3.2 loses an answer that it is given before that, and asks again; no person is so
    quick.
    """
    log = (stack.airflow.home / "scheduler.log").read_text(encoding="utf-8", errors="replace")
    told = [line for line in log.splitlines() if "TaskInstance Finished" in line and f"ti_id={task['id']}," in line]
    return any("state=awaiting_input" in line for line in told)


def answer(stack: Stack, user: str, asked: dict[str, Any], option: str, reason: str | None = None) -> int:
    """Answer as a person with an account of Airflow does; the status code."""
    password = json.loads((stack.airflow.home / "passwords.json").read_text(encoding="utf-8"))[user]
    login = httpx.post(f"{stack.airflow.url}/auth/token", json={"username": user, "password": password}, timeout=30)
    task = asked["task_instance"]
    path = f"/api/v2/dags/report/dagRuns/{quote(task['dag_run_id'])}/taskInstances/{task['task_id']}"
    return httpx.patch(
        f"{stack.airflow.url}{path}/{task['map_index']}/hitlDetails",
        json={"chosen_options": [option], "params_input": {"reason": reason}},
        headers={"Authorization": f"Bearer {login.json()['access_token']}"},
        timeout=30,
    ).status_code


def wait_for_end(stack: Stack, run_id: str) -> str:
    """The state in which a run ends."""
    path = f"/api/v2/dags/report/dagRuns/{quote(run_id)}"
    state: str = wait_for(
        lambda: (state := stack.airflow.get(path)["state"]) in ("success", "failed") and state,
        120,
        f"the end of {run_id}",
        every=0.3,
    )
    return state


def report_of(settings: Settings, period: str) -> Report:
    with reading(settings.catalogue_url) as session:
        number = session.query(Report.id).filter_by(period=period).one().id
    return find_report(settings, number)


def published(settings: Settings) -> set[str]:
    return {path.name for path in (settings.outbox / "reports").glob("*-v*")}


def test_what_a_person_answers_through_the_api_is_published_or_kept_with_its_reason(stack: Stack) -> None:
    settings = Settings(home=stack.home)
    waiting_list = settings.outbox / "reports" / "cho-duyet.txt"
    run = build_closed_on(stack, "2022-06-15")
    asked = questions(stack, run, 2)
    half = next(one for one in asked if "6 tháng đầu năm 2022" in one["subject"])
    quarter = next(one for one in asked if "quý II năm 2022" in one["subject"])
    assert published(settings) == set()
    assert waiting_list.exists()

    assert answer(stack, USER, half, APPROVE) == 403, "an administrator is no approver"
    assert answer(stack, APPROVER, half, APPROVE) == 200
    assert answer(stack, APPROVER, quarter, REJECT, "Thiếu sổ kết quả quý II") == 200
    assert wait_for_end(stack, run) == "success"

    approved, rejected = report_of(settings, "2022H1"), report_of(settings, "2022Q2")
    assert (approved.state, approved.decided_by, damaged_files(settings, approved)) == ("published", APPROVER, [])
    assert set(approved.files) == {"bao-cao.docx", "bao-cao.xlsx", "data.json"}
    assert (rejected.state, rejected.decided_by, rejected.reason) == ("rejected", APPROVER, "Thiếu sổ kết quả quý II")
    (folder,) = published(settings)
    assert "2022H1" in folder
    assert not waiting_list.exists()
