"""Who may do what at the review desk. Nobody decides anonymously."""

from __future__ import annotations

from enum import StrEnum

from sohoa.folding import fold
from sohoa.messages import say
from sohoa.register.normalise import clean_text
from sohoa.review.errors import NotAllowed

_LONGEST_NAME = 100
_NOBODY = frozenset({"", "-", "?", "N/A", "ANONYMOUS", "ANON", "UNKNOWN", "NOBODY", "GUEST", "NONE", "NULL", "VO DANH"})


class Role(StrEnum):
    """What a person is to the archive (issue 4, Build 7)."""

    VIEWER = "viewer"
    ARCHIVIST = "archivist"
    REVIEWER = "reviewer"


class Action(StrEnum):
    """What one can do at the desk."""

    LOOK = "look"  # queue, items, accuracy
    DECIDE = "decide"  # accept, correct, split, merge, rotate, ask for a rescan
    JUDGE = "judge"  # link and unlink, reject, pass a scan below the legal floor
    REGISTER = "register"  # propose and confirm rows of the register from the paper
    EXPORT = "export"  # corrections as labelled data


_MAY = {
    Role.VIEWER: {Action.LOOK},
    Role.ARCHIVIST: {Action.LOOK, Action.DECIDE},
    Role.REVIEWER: set(Action),
}


def may(role: Role, action: Action) -> bool:
    """Whether a role may do this."""
    return action in _MAY[role]


def require(role: Role, action: Action, language: str) -> None:
    """Stop those who may not.

    Raises:
        NotAllowed: the role may not do this.
    """
    if not may(role, action):
        raise NotAllowed(say(f"review.not_allowed_{action}", language, role=say(f"review.role_{role}", language)))


def reviewer_name(given: str | None, language: str) -> str:
    """A person's name as events keep it.

    Raises:
        NotAllowed: no name, or one that names nobody.
    """
    name = clean_text(given or "")
    if fold(name) in _NOBODY or len(name) > _LONGEST_NAME:
        raise NotAllowed(say("review.anonymous", language))
    return name


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's; spelling in capitals or without marks makes no second person."""
    return fold(one) == fold(other)
