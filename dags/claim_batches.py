"""
### claim_batches: take complete batches out of the inbox

**What**: finds batches that are complete, claims each with one atomic rename, and hands its id on as a
partition key of the asset `batch`. Claimed batches on which nobody works are handed on again.
**Trigger**: the inbox pulse (asset `inbox`), and every 10 minutes in case no triggerer runs.
**Owner**: data-engineering.
**When it fails**: look at the task's log. A full disk or an unreachable share or database is the usual cause;
mend it and clear the task. Nothing is lost meanwhile: unclaimed batches stay in the inbox.
"""

from __future__ import annotations

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task

from sohoa_airflow.assets import BATCH, INBOX
from sohoa_airflow.defaults import DEFAULT_ARGS, TIMEZONE


@dag(
    schedule=AssetOrTimeSchedule(assets=[INBOX], timetable=CronTriggerTimetable("*/10 * * * *", timezone=TIMEZONE)),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["sohoa", "intake"],
    doc_md=__doc__,
)
def claim_batches():
    @task(inlets=[INBOX], outlets=[BATCH])
    def claim(outlet_events=None):
        from sohoa.intake import claim_complete
        from sohoa.settings import load_settings

        batch_ids = claim_complete(load_settings())
        if batch_ids:
            outlet_events[BATCH].add_partitions(batch_ids)
        return batch_ids

    claim()


claim_batches()
