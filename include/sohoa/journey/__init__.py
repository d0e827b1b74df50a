"""The stations in the order in which a batch passes them; the DAG and `sohoa digitise` call the same functions."""

from sohoa.journey.chunks import Chunk, plan_chunks, read_chunk
from sohoa.journey.copies import make_copies
from sohoa.journey.documents import compile_documents, judge_documents
from sohoa.journey.publishing import BatchOutcome, publish_batch

__all__ = [
    "BatchOutcome",
    "Chunk",
    "compile_documents",
    "judge_documents",
    "make_copies",
    "plan_chunks",
    "publish_batch",
    "read_chunk",
]
