"""
### import_register: take exports of the one-stop system into the register

**What**: reads each CSV or XLSX in the register folder, judges it by `expectations/register.json` and imports it;
documents that waited for their register row are tried again. The file moves to `.done`, or to `.refused`.
**Trigger**: the register pulse (asset `register_folder`), and every hour in case no triggerer runs.
**Owner**: data-engineering.
**When it fails**: the log names the file and what is wrong with it. A refused file lies in `.refused`; have it
exported again, or change `expectations/register.json` if the rule is wrong, and put it back into the folder.
"""

from __future__ import annotations

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from sohoa_airflow.assets import CATALOGUE, REGISTER, REGISTER_FOLDER
from sohoa_airflow.defaults import DEFAULT_ARGS, TIMEZONE


@dag(
    schedule=AssetOrTimeSchedule(
        assets=[REGISTER_FOLDER], timetable=CronTriggerTimetable("5 * * * *", timezone=TIMEZONE)
    ),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["sohoa", "register"],
    doc_md=__doc__,
)
def import_register():
    @task(inlets=[REGISTER_FOLDER], outlets=[REGISTER])
    def import_exports():
        from sohoa.journey import import_waiting
        from sohoa.settings import load_settings

        if names := import_waiting(load_settings()):
            return names
        raise AirflowSkipException("no export waits")

    @task(outlets=[CATALOGUE])
    def settle_waiting():
        from sohoa.journey import settle_waiting
        from sohoa.settings import load_settings

        if batch_ids := settle_waiting(load_settings()):
            return batch_ids
        raise AirflowSkipException("no document waited for these rows")

    import_exports() >> settle_waiting()


import_register()
