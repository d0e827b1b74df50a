"""Documents that are copies of the same thing: found, weighed, and the decision kept."""

from sohoa.duplicates.likeness import forget_look
from sohoa.duplicates.twins import (
    COPY_IS_SIGNED,
    HAS_COPY,
    Decision,
    Kind,
    Twinned,
    find_twin,
    record_twin,
    superseded_by,
    twins_of,
)

__all__ = [
    "COPY_IS_SIGNED",
    "HAS_COPY",
    "Decision",
    "Kind",
    "Twinned",
    "find_twin",
    "forget_look",
    "record_twin",
    "superseded_by",
    "twins_of",
]
