"""
### refresh_warehouse: bring the reporting tables up to date

**What**: brings facts, daily series and rates up to date with the catalogue, judges the rates by
`expectations/warehouse.json`, and publishes all reporting tables in one transaction. Only what changed is counted
anew; everything when a report period begins, rules change or very much did, and when the run is triggered with
`in_full`.
**Trigger**: the catalogue pulse (asset `catalogue`: documents or register changed), and daily at 01:00.
**Owner**: data-engineering.
**When it fails**: readers keep the last good tables. A failed gate names the figures that contradict themselves:
look at the Data Docs in the outbox; mend the data (or the rule) and clear the task.
"""

from __future__ import annotations

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from sohoa_airflow.assets import CATALOGUE, REGISTER, WAREHOUSE
from sohoa_airflow.defaults import DEFAULT_ARGS, TIMEZONE


@dag(
    schedule=AssetOrTimeSchedule(assets=[CATALOGUE], timetable=CronTriggerTimetable("0 1 * * *", timezone=TIMEZONE)),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["sohoa", "reporting"],
    params={"in_full": Param(False, type="boolean", description="count everything anew")},
    doc_md=__doc__,
)
def refresh_warehouse():
    @task(inlets=[CATALOGUE, REGISTER], outlets=[WAREHOUSE])
    def publish_rates(params=None):
        from sohoa.journey import publish_rates
        from sohoa.settings import load_settings
        from sohoa.warehouse import unpublished_event

        settings, in_full = load_settings(), params["in_full"]
        if not in_full and unpublished_event(settings) is None:
            raise AirflowSkipException("the warehouse shows all that the catalogue knows")
        return publish_rates(settings, in_full=in_full).load_id

    publish_rates()


refresh_warehouse()
