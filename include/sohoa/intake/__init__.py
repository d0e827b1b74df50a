"""From the watched folder to the master store: nothing is taken half-copied, nothing is lost on the way."""

from sohoa.intake.claiming import begin_batch, claim_complete, unfinished_batches
from sohoa.intake.receipt import write_receipt
from sohoa.intake.receiving import adopt_folder, receive_batch
from sohoa.intake.watching import complete_batches

__all__ = [
    "adopt_folder",
    "begin_batch",
    "claim_complete",
    "complete_batches",
    "receive_batch",
    "unfinished_batches",
    "write_receipt",
]
