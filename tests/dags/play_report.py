"""Run the DAG `report` with a real Airflow in this process, a thread playing the person; print what became of it.

Usage: play_report.py HOME PERIOD ANSWER [ANSWER …], each `silence` or `reject:<reason>`, one for each question.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import threading
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def main(period: str, answers: list[str]) -> None:
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
    from airflow.utils.db import initdb

    initdb()
    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag(PROJECT / "dags" / "report.py")
    # How long it waits before it asks again is not what is tried here.
    bag.dags["report"].get_task("decide.ask").retry_delay = dt.timedelta()
    sync_bag_to_db(bag, "dags-folder", None)
    seen: list[dict] = []
    person = threading.Thread(target=answer_all, args=(answers, seen), daemon=True)
    person.start()
    run = bag.dags["report"].test(run_conf={"period": period})
    person.join(timeout=5)
    tries = {f"{ti.task_id}[{ti.map_index}]": [ti.state, ti.try_number] for ti in run.get_task_instances()}
    print("RESULT" + json.dumps({"run": run.state, "tasks": tries, "seen": seen}))


def answer_all(answers: list[str], seen: list[dict]) -> None:
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select
    from sqlalchemy.orm import joinedload

    done: set[tuple] = set()
    for answer in answers:
        for _ in range(600):
            time.sleep(0.2)
            with create_session() as session:
                parked = select(TaskInstance).where(TaskInstance.state == "awaiting_input")
                waiting = session.scalars(parked.options(joinedload(TaskInstance.hitl_detail))).all()
                asked = next((ti for ti in waiting if ti.hitl_detail and (ti.id, ti.try_number) not in done), None)
                if asked is not None:
                    done.add((asked.id, asked.try_number))
                    seen.append(look(asked))
                    reply(session, asked, answer)
                    break


def look(asked) -> dict:
    outbox = Path(sys.argv[1]) / "outbox" / "reports"
    return {
        "subject": asked.hitl_detail.subject,
        "options": asked.hitl_detail.options,
        "published": sorted(path.name for path in outbox.glob("*-v*")),
        "told": (outbox / "cho-duyet.txt").read_text(encoding="utf-8"),
    }


def reply(session, asked, answer: str) -> None:
    """As Airflow does it: its sweep of those who did not answer in time, its API's way of an answer."""
    from airflow._shared.timezones.timezone import utcnow
    from airflow.jobs.job import Job
    from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
    from airflow.models.trigger import handle_event_submit
    from airflow.triggers.base import TriggerEvent

    if answer == "silence":
        asked.trigger_timeout = utcnow()
        session.commit()
        SchedulerJobRunner(job=Job()).check_awaiting_input_timeouts()
        return
    detail = asked.hitl_detail
    detail.responded_by = {"id": "7", "name": "Trần Thị Bình"}
    detail.responded_at = utcnow()
    detail.chosen_options = [detail.options[1]]
    detail.params_input = {"reason": answer.removeprefix("reject:")}
    handle_event_submit(TriggerEvent(detail.as_resume_event_payload()), task_instance=asked, session=session)


if __name__ == "__main__":
    main(sys.argv[2], sys.argv[3:])
