"""
### digitise_batch: from a claimed batch to documents in the catalogue

**What**: one run per batch (`partition_key` = batch id): master store, pages and OCR in chunks, fields, PDF/A,
the records gate, linking, catalogue and receipt. Every step may run twice.
**Trigger**: asset `batch`, one run for each partition key. By hand:
`airflow dags trigger` cannot give a key; POST `/api/v2/dags/digitise_batch/dagRuns` with
`{"logical_date": null, "partition_key": "<batch id>"}`.
**Owner**: data-engineering.
**When it fails**: documents in review and files in quarantine leave the run green; red means a broken tool, disk
or database. Mend the cause and clear the failed tasks: what is done stays done. A failed chunk of `read_pages`
leaves its pages unread and their documents in review until it is cleared, with `compile_documents` and all after it.
"""

from __future__ import annotations

from airflow.sdk import PartitionedAssetTimetable, TriggerRule, dag, task

from sohoa_airflow import steps
from sohoa_airflow.assets import BATCH, CATALOGUE
from sohoa_airflow.defaults import DEFAULT_ARGS


@dag(
    schedule=PartitionedAssetTimetable(assets=BATCH),
    catchup=False,
    max_active_runs=4,
    max_active_tasks=64,
    default_args=DEFAULT_ARGS,
    tags=["sohoa", "digitise"],
    doc_md=__doc__,
)
def digitise_batch():
    begin_batch = task.short_circuit(steps.begin_batch, inlets=[BATCH])()
    receive_batch = task(steps.receive_batch)()
    read_pages = task(steps.read_pages, pool="ocr", map_index_template="{{ pages }}").expand(chunk=receive_batch)
    compile_documents = task(steps.compile_documents, trigger_rule=TriggerRule.ALL_DONE)()
    make_copies = task(steps.make_copies)()
    check_quality = task(steps.check_quality)()
    publish_batch = task(steps.publish_batch, outlets=[CATALOGUE])()
    verdict = task(steps.verdict, trigger_rule=TriggerRule.ALL_DONE, retries=0)()

    begin_batch >> receive_batch >> [read_pages, compile_documents]
    read_pages >> compile_documents >> [make_copies, check_quality] >> publish_batch >> verdict


digitise_batch()
