"""The whole way through real Airflow processes: a dropped batch becomes a rate in the warehouse."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from collections import Counter
from typing import Any

import pytest

from services.conftest import UNIT, Drops, Stack, documents, sohoa

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("airflow")]


def receipt(stack: Stack, batch_id: str) -> list[dict[str, str]]:
    path = stack.home / "outbox" / UNIT / batch_id / "receipt.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def task_states(stack: Stack, batch_id: str) -> dict[str, str]:
    run = next(run for run in stack.airflow.runs("digitise_batch") if run["partition_key"] == batch_id)
    assert run["state"] == "success"
    return stack.airflow.task_states("digitise_batch", run["dag_run_id"])


def warehouse_rates(stack: Stack) -> dict[tuple[str, str, str | None], tuple[int, int]]:
    with sqlite3.connect(stack.home / "warehouse.db") as connection:
        rows = connection.execute(
            "SELECT indicator, period, unit_code, numerator, denominator FROM digitisation_rate WHERE calendar='civil'"
        ).fetchall()
    return {(indicator, period, unit): (part, whole) for indicator, period, unit, part, whole in rows}


def test_a_dropped_batch_becomes_documents_a_receipt_and_rates(
    stack: Stack, drops: Drops, undisturbed: dict[str, dict[str, Any]]
) -> None:
    names = drops.portion(8, stack.inbox("lô thứ nhất"))
    stack.wait_for_batch("lô thứ nhất", "claimed", 15 + 5)  # picked up within 15 s; 5 s for looking
    batch = stack.wait_for_batch("lô thứ nhất", "published", 300)
    stack.wait_until_idle()

    states = task_states(stack, batch["batch_id"])
    assert set(states.values()) == {"success"}
    assert sorted(row["Tệp"] for row in receipt(stack, batch["batch_id"])) == sorted(names)
    assert not stack.inbox("lô thứ nhất").exists()
    assert (stack.home / "inbox" / UNIT / ".done" / batch["batch_id"]).is_dir()

    got = {key: row for key, row in documents(stack.home).items() if row["source_file"] in names}
    assert len(got) == len(names)
    assert got == {key: undisturbed[key] for key in got}, "the DAG and `sohoa digitise` must agree"

    truth = drops.truth()
    for row in got.values():
        if row["status"] == "accepted":
            assert row["result_key"] == truth[row["source_file"]]["result_key"]

    told = json.loads(sohoa(stack.home, "indicators", "--period", "2024", "--format", "json"))
    known = warehouse_rates(stack)
    assert told
    for rate in told:
        key = (rate["indicator"], "2024", rate["unit_code"])
        assert known[key] == (rate["numerator"], rate["denominator"])


def test_a_second_drop_of_the_same_batch_changes_nothing_and_its_receipt_names_the_twins(
    stack: Stack, drops: Drops
) -> None:
    names = drops.portion(3, stack.inbox("lô gốc"))
    first = stack.wait_for_batch("lô gốc", "published", 300)
    stack.wait_until_idle()
    before, rates = documents(stack.home), warehouse_rates(stack)

    shutil.copytree(stack.home / "inbox" / UNIT / ".done" / first["batch_id"], stack.inbox(".staging lô lặp")).rename(
        stack.inbox("lô lặp")
    )
    second = stack.wait_for_batch("lô lặp", "published", 200)
    stack.wait_until_idle()

    assert documents(stack.home) == before
    assert warehouse_rates(stack) == rates
    reasons = {row["Tệp"]: row["Lý do, việc cần làm"] for row in receipt(stack, second["batch_id"])}
    assert reasons.keys() == set(names)
    for name, reason in reasons.items():
        assert f"Trùng với lô gốc/{name}" in reason


def test_two_batches_in_the_same_second_and_a_killed_triggerer_lose_nothing(stack: Stack, drops: Drops) -> None:
    first = drops.portion(1, stack.inbox("lô A"))
    second = drops.portion(1, stack.inbox("lô B"))
    # Just about now the pulse tells of them: whatever it has not yet handed over is lost with it.
    stack.airflow.kill("triggerer")
    third = drops.portion(1, stack.inbox("lô C"))
    stack.ensure_up()

    batches = [stack.wait_for_batch(name, "published", 300) for name in ("lô A", "lô B", "lô C")]
    stack.wait_until_idle()

    found = Counter(row["source_file"] for row in documents(stack.home).values())
    assert [found[name] for name in (*first, *second, *third)] == [1, 1, 1]
    assert len({batch["batch_id"] for batch in batches}) == 3
