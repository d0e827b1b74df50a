"""The stations in the order in which a batch passes them; the DAG and `sohoa digitise` call the same functions."""

from sohoa.journey.chunks import Chunk, PageRange, plan_chunks, read_chunk
from sohoa.journey.copies import make_copies, make_copy
from sohoa.journey.documents import compile_documents, compile_master, masters_to_compile
from sohoa.journey.judging import judge_documents
from sohoa.journey.measuring import take_in_cases
from sohoa.journey.publishing import (
    BatchOutcome,
    count_outcome,
    is_published,
    publish_batch,
    settle_waiting,
)
from sohoa.journey.reporting import import_waiting, publish_rates, take_in_register

__all__ = [
    "BatchOutcome",
    "Chunk",
    "PageRange",
    "compile_documents",
    "compile_master",
    "count_outcome",
    "import_waiting",
    "is_published",
    "judge_documents",
    "make_copies",
    "make_copy",
    "masters_to_compile",
    "plan_chunks",
    "publish_batch",
    "publish_rates",
    "read_chunk",
    "settle_waiting",
    "take_in_cases",
    "take_in_register",
]
