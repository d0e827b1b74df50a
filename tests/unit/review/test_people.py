"""Roles, and names that name nobody."""

from __future__ import annotations

import pytest

from sohoa.messages import LANGUAGES
from sohoa.review import Action, NotAllowed, Role, may, require, reviewer_name
from sohoa.review.people import same_person


def test_a_viewer_only_looks() -> None:
    assert [action for action in Action if may(Role.VIEWER, action)] == [Action.LOOK]


def test_an_archivist_corrects_but_neither_links_nor_adds_to_the_register() -> None:
    assert may(Role.ARCHIVIST, Action.DECIDE)
    assert not any(may(Role.ARCHIVIST, action) for action in (Action.JUDGE, Action.REGISTER, Action.EXPORT))


def test_a_reviewer_may_do_all() -> None:
    assert all(may(Role.REVIEWER, action) for action in Action)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_who_may_not_is_told_so_in_words(role: Role, action: Action, language: str) -> None:
    if may(role, action):
        require(role, action, language)
        return
    with pytest.raises(NotAllowed):
        require(role, action, language)


def test_a_name_is_kept_in_one_spelling() -> None:
    assert reviewer_name("  Nguyễn\u200b  An ", "vi") == "Nguyễn An"


@pytest.mark.parametrize("name", [None, "", " \n", "Anonymous", "unknown", "vô danh", "a" * 101])
def test_a_name_that_names_nobody_is_refused(name: str | None) -> None:
    with pytest.raises(NotAllowed, match="SOHOA_REVIEWER"):
        reviewer_name(name, "en")


def test_another_spelling_is_no_second_person() -> None:
    assert same_person("Nguyễn An", "NGUYEN AN")
    assert not same_person("Nguyễn An", "Nguyễn Anh")
