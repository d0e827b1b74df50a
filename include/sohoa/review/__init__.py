"""The review desk: what the machine is not sure of, settled by persons; the web pages and `sohoa review` call the same.

waiting, count_waiting, take, take_this, release   the queue, each item in one person's hands at a time
view_item, find_unlocked                           a document with all that a person decides by; its row alone
decide                                             take steps (Accept, Correct, LinkTo …) on a document
finish_document, finish_waiting, unfinished        the remaining stations after a decision
propose_result, confirm_result, decline_result     register from the paper
export_labels, production_accuracy                 what persons set beside what was read
Role, Action, may, require, reviewer_name          who may do what
"""

from __future__ import annotations

from sohoa.review.deciding import Decided, decide
from sohoa.review.desk import find_unlocked
from sohoa.review.errors import Changed, Closed, Held, NotAllowed, NotFound, ReviewError, WrongValue
from sohoa.review.finishing import Finished, finish_document, finish_waiting, unfinished
from sohoa.review.items import ItemView, view_item
from sohoa.review.labels import FieldAccuracy, export_labels, production_accuracy
from sohoa.review.people import Action, Role, may, require, reviewer_name
from sohoa.review.queue import Lease, Waiting, count_waiting, release, take, take_this, waiting
from sohoa.review.registering import (
    Proposal,
    confirm_result,
    decline_result,
    find_proposal,
    open_proposals,
    propose_result,
)
from sohoa.review.steps import (
    Accept,
    AskRescan,
    Correct,
    LinkTo,
    Merge,
    PassLowDpi,
    Reject,
    ReplaceCopy,
    Rotate,
    Split,
    Step,
    Unlink,
)

__all__ = [
    "Accept",
    "Action",
    "AskRescan",
    "Changed",
    "Closed",
    "Correct",
    "Decided",
    "FieldAccuracy",
    "Finished",
    "Held",
    "ItemView",
    "Lease",
    "LinkTo",
    "Merge",
    "NotAllowed",
    "NotFound",
    "PassLowDpi",
    "Proposal",
    "Reject",
    "ReplaceCopy",
    "ReviewError",
    "Role",
    "Rotate",
    "Split",
    "Step",
    "Unlink",
    "Waiting",
    "WrongValue",
    "confirm_result",
    "count_waiting",
    "decide",
    "decline_result",
    "export_labels",
    "find_proposal",
    "find_unlocked",
    "finish_document",
    "finish_waiting",
    "may",
    "open_proposals",
    "production_accuracy",
    "propose_result",
    "release",
    "require",
    "reviewer_name",
    "take",
    "take_this",
    "unfinished",
    "view_item",
    "waiting",
]
