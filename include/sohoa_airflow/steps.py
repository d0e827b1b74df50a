"""The tasks of `digitise_batch`: each takes the batch id from the run's partition key and calls one station.

The library is imported inside the tasks: every task imports its DAG file anew.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException


def _batch_id() -> str:
    key = get_current_context()["dag_run"].partition_key
    if not key:
        raise AirflowFailException(
            "This run has no partition key: trigger it with the id of a claimed batch (see the DAG's documentation)."
        )
    return str(key)


def begin_batch() -> bool:
    """Whether this run is to work on the batch."""
    from sohoa.intake import begin_batch
    from sohoa.settings import load_settings

    return begin_batch(load_settings(), _batch_id(), get_current_context()["run_id"])


def receive_batch() -> list[list[list[Any]]]:
    """Bring the files into the master store; return the chunks of pages to read."""
    from sohoa.intake import receive_batch
    from sohoa.journey import plan_chunks
    from sohoa.settings import load_settings

    settings = load_settings()
    receive_batch(settings, _batch_id())
    return [[list(part) for part in chunk] for chunk in plan_chunks(settings, _batch_id())]


def read_pages(chunk: list[list[Any]]) -> int:
    """Read a chunk of pages; return how many cannot be read."""
    from sohoa.journey import PageRange, read_chunk
    from sohoa.settings import load_settings

    ranges = [PageRange(*part) for part in chunk]
    n_pages = sum(part.last - part.first + 1 for part in ranges)
    get_current_context()["pages"] = f"{n_pages} pages from {ranges[0].sha256[:8]} p.{ranges[0].first}"  # type: ignore[typeddict-unknown-key]
    return read_chunk(load_settings(), _batch_id(), ranges)


def compile_documents() -> int:
    """Make documents of what was read; return how many."""
    from sohoa.journey import compile_documents
    from sohoa.settings import load_settings

    return len(compile_documents(load_settings(), _batch_id()))


def make_copies() -> int:
    """Make the PDF/A files; return how many documents got none."""
    from sohoa.journey import make_copies
    from sohoa.settings import load_settings

    return make_copies(load_settings(), _batch_id())


def check_quality() -> dict[str, int]:
    """Judge the documents by `expectations/records.json`; return how many failed, by reason."""
    from sohoa.journey import judge_documents
    from sohoa.settings import load_settings

    return judge_documents(load_settings(), _batch_id()).counts("critical")


def publish_batch() -> dict[str, Any]:
    """Settle statuses and links, issue the receipt; return the batch's outcome in numbers."""
    from dataclasses import asdict

    from sohoa.journey import publish_batch
    from sohoa.settings import load_settings

    return asdict(publish_batch(load_settings(), _batch_id()))


def verdict() -> dict[str, Any]:
    """Turn the run red if an engineer must mend something: a step broke down, or pages stayed unread."""
    from dataclasses import asdict

    from sohoa.journey import count_outcome, is_published
    from sohoa.settings import load_settings

    settings, batch_id = load_settings(), _batch_id()
    outcome = count_outcome(settings, batch_id)
    if not is_published(settings, batch_id):
        raise AirflowFailException(f"Batch {batch_id} is not published: clear the failed tasks of this run.")
    if outcome.n_pages_unread:
        raise AirflowFailException(
            f"{outcome.n_pages_unread} pages of batch {batch_id} were not read: clear the failed tasks of read_pages."
        )
    return asdict(outcome)
