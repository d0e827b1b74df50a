"""
### refresh_warehouse: bring the reporting tables up to date

**What**: computes populations, daily series and rates from the catalogue, judges them by
`expectations/warehouse.json`, and replaces the reporting tables in one transaction.
**Trigger**: a change of the catalogue or the register (their assets), and daily at 01:00.
**Owner**: data-engineering.
**When it fails**: readers keep the last good tables. A failed gate names the figures that contradict themselves:
look at the Data Docs in the outbox; mend the data (or the rule) and clear the task.
"""

from __future__ import annotations

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task

from sohoa_airflow.assets import CATALOGUE, REGISTER, WAREHOUSE
from sohoa_airflow.defaults import DEFAULT_ARGS, TIMEZONE


@dag(
    schedule=AssetOrTimeSchedule(
        assets=CATALOGUE | REGISTER, timetable=CronTriggerTimetable("0 1 * * *", timezone=TIMEZONE)
    ),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["sohoa", "reporting"],
    doc_md=__doc__,
)
def refresh_warehouse():
    @task(inlets=[CATALOGUE, REGISTER], outlets=[WAREHOUSE])
    def publish_rates():
        from sohoa.journey import publish_rates
        from sohoa.settings import load_settings

        return publish_rates(load_settings()).load_id

    publish_rates()


refresh_warehouse()
