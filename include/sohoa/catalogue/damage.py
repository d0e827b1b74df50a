"""How much harm it does if what is wrong with a document were passed over: the order of the review queue."""

from __future__ import annotations

from collections.abc import Iterable

_IDENTITY = frozenset(
    {
        *("number_missing", "number_invalid", "number_uncertain", "handwritten_number"),
        *("notation_missing", "notation_invalid", "notation_uncertain"),
        *("date_missing", "date_invalid", "date_uncertain"),
        *("link_incomplete", "no_register_row", "link_ambiguous", "link_unconfirmed", "link_rival"),
        *("issuer_differs", "dossier_differs", "subject_differs", "result_has_copy"),
        *("copy_is_signed", "same_pages", "same_number"),
    }
)
"""Reasons over number, date and link: a wrong value counts a result that is not there, or another one."""

_NO_CURE_AT_THE_DESK = frozenset({"page_failed", "pages_unaccounted", "missing_page", "low_dpi", "no_pdfa"})
"""Reasons that only a new scan or an engineer takes away."""

WORST, MIDDLE, LEAST = 0, 1, 2


def damage(reasons: Iterable[str]) -> int:
    """The rank of a document that waits for these reasons; 0 comes first.

    Number, date and link first, then all others, and last what a person at the desk cannot cure.
    """
    given = set(reasons)
    if given & _IDENTITY or any(reason.startswith(("link_", "number_", "date_")) for reason in given):
        return WORST
    return LEAST if given and given <= _NO_CURE_AT_THE_DESK else MIDDLE
