"""What every DAG of the house keeps to."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DAG_IDS = ("claim_batches", "digitise_batch", "finish_reviewed", "import_register", "refresh_warehouse", "report")
POOLS = PROJECT / "include" / "sohoa_airflow" / "pools.json"

# Parsing runs in a process of its own: what it imports must be only what a task would import.
PARSE = """
import json, os, sys
from airflow.dag_processing.dagbag import DagBag
before = set(sys.modules)
bag = DagBag(sys.argv[1])
heavy = sorted({"pandas", "great_expectations", "cv2", "PIL", "pikepdf", "pypdfium2"} & (set(sys.modules) - before))
from airflow.serialization.serialized_objects import DagSerialization
def describe(dag):
    again = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    return {
        "doc": dag.doc_md or "", "tags": sorted(dag.tags), "file": os.path.basename(dag.fileloc),
        "again": sorted(again.task_ids), "catchup": dag.catchup,
        "tasks": {task.task_id: {
            "owner": task.owner, "retries": task.retries, "pool": task.pool,
            "policy": task.retry_policy is not None,
            "inlets": [a.name for a in task.inlets], "outlets": [a.name for a in task.outlets],
        } for task in dag.tasks},
    }
print("RESULT" + json.dumps({
    "errors": bag.import_errors, "heavy": heavy, "dags": {i: describe(d) for i, d in bag.dags.items()},
}))
"""


@cache
def parsed() -> dict:
    done = subprocess.run(
        [sys.executable, "-c", PARSE, str(PROJECT / "dags")], capture_output=True, text=True, check=False, timeout=120
    )
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT")), None)
    assert line, done.stderr[-3000:]
    return json.loads(line.removeprefix("RESULT"))


def tasks() -> list[tuple[str, dict]]:
    return [(f"{dag}.{name}", task) for dag, d in parsed()["dags"].items() for name, task in d["tasks"].items()]


def test_every_dag_file_parses_and_no_dag_is_missing():
    assert parsed()["errors"] == {}
    assert sorted(parsed()["dags"]) == sorted(DAG_IDS)


def test_parsing_imports_nothing_heavy_since_every_task_parses_its_dag_again():
    assert parsed()["heavy"] == []


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_says_what_it_does_and_what_to_do_when_it_fails(dag_id):
    doc = parsed()["dags"][dag_id]["doc"]
    for word in ("**What**", "**Trigger**", "**Owner**", "**When it fails**"):
        assert word in doc


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_is_named_like_its_file_and_tagged(dag_id):
    dag = parsed()["dags"][dag_id]
    assert dag["file"] == f"{dag_id}.py"
    assert "sohoa" in dag["tags"]
    assert dag["catchup"] is False


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_survives_serialisation_with_all_its_tasks(dag_id):
    dag = parsed()["dags"][dag_id]
    assert dag["again"] == sorted(dag["tasks"])


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_fits_one_screen(dag_id):
    text = (PROJECT / "dags" / f"{dag_id}.py").read_text(encoding="utf-8")
    code = text.partition("from __future__")[2]
    assert len(code.splitlines()) <= 60


def test_every_task_has_an_owner_and_retries_by_cause():
    for name, task in tasks():
        assert task["owner"] == "data-engineering", name
        assert task["policy"], name
        # The verdict says what is wrong; trying again would not change it.
        assert task["retries"] == (0 if name == "digitise_batch.verdict" else 3), name


def test_every_pool_in_use_is_shipped_since_a_missing_pool_hangs_a_task_for_ever():
    shipped = {"default_pool", *json.loads(POOLS.read_text(encoding="utf-8"))}
    used = {task["pool"] for _, task in tasks()}
    assert "ocr" in used
    assert used <= shipped


def test_the_lineage_graph_shows_the_journey_from_the_inbox_to_the_warehouse():
    reached, before = {"inbox", "register_folder", "review"}, set()
    while reached != before:
        before = set(reached)
        for dag in parsed()["dags"].values():
            inlets = {name for task in dag["tasks"].values() for name in task["inlets"]}
            if inlets & reached:
                reached |= {name for task in dag["tasks"].values() for name in task["outlets"]}
    assert {"batch", "catalogue", "register", "warehouse", "report"} <= reached


def test_no_template_uses_a_logical_date_which_event_runs_do_not_have():
    for path in [*(PROJECT / "dags").glob("*.py"), *(PROJECT / "include" / "sohoa_airflow").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        for word in ("{{ ds", "{{ ts", "logical_date }}", "data_interval"):
            assert word not in text, path
