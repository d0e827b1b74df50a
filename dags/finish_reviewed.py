"""
### finish_reviewed: carry out what persons decided at the review desk

**What**: for each document with a decision its remaining stations: turned pages read again, the records gate, PDF/A,
link, status, receipt. The rates follow by `refresh_warehouse`.
**Trigger**: the review pulse (asset `review`: decisions not carried out yet), and every 10 minutes in case no
triggerer runs.
**Owner**: data-engineering.
**When it fails**: the log names each document whose decision could not be carried out, and why; the others are done.
Mend the cause (a tool, disk or database) and clear the task. No decision is lost: it is tried again with each run.
"""

from __future__ import annotations

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from sohoa_airflow.assets import CATALOGUE, REVIEW
from sohoa_airflow.defaults import DEFAULT_ARGS, TIMEZONE


@dag(
    schedule=AssetOrTimeSchedule(assets=[REVIEW], timetable=CronTriggerTimetable("*/10 * * * *", timezone=TIMEZONE)),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["sohoa", "review"],
    doc_md=__doc__,
)
def finish_reviewed():
    @task(inlets=[REVIEW], outlets=[CATALOGUE])
    def finish_decisions():
        from sohoa.review import finish_waiting
        from sohoa.settings import load_settings

        if finished := finish_waiting(load_settings()):
            return {one.document_id: one.status for one in finished}
        raise AirflowSkipException("no decision waits")

    finish_decisions()


finish_reviewed()
