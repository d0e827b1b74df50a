"""What the search knows of a document on its way: from publication on, and never once it is, or may be, classified."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reading.test_boundaries import DECISION, OTHER, at

from sohoa import journey
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import Batch, Document, SearchPage
from sohoa.catalogue.search import Filters, search
from sohoa.journey.documents import compile_ranges
from sohoa.journey.locking import clear, lock_by_person
from sohoa.journey.publishing import settle_document
from sohoa.journey.stacks import withdraw_proposals

from .test_secrecy import MARKED, doubtful, publish
from .test_stacks import Fresh, Stack

WORDS = ("Khoa học", "khoa hoc", "1368/QĐ-BNV", "quyết định", "")


@pytest.fixture
def stack(fresh: Fresh, tmp_path: Path) -> Callable[..., Stack]:
    return lambda *pages: Stack(fresh("home"), tmp_path, [at(rows) for rows in pages])


def found(stack: Stack, typed: str) -> list[int]:
    """First pages of the documents that are found."""
    with reading(stack.settings.catalogue_url) as session:
        hits = search(session, typed, Filters(), 10).hits
        return sorted(session.get_one(Document, hit.document_id).first_page for hit in hits)


def test_documents_are_found_once_they_are_published(stack: Callable[..., Stack]) -> None:
    made = stack(DECISION, OTHER)
    made.compile()
    assert found(made, "khoa hoc") == []
    journey.judge_documents(made.settings, made.batch_id)
    journey.publish_batch(made.settings, made.batch_id)

    assert found(made, "1368/QĐ-BNV khoa học") == [1]
    assert found(made, "77/QĐ-BNV") == [2]
    publish(made)
    assert len(made.world.rows(SearchPage)) == 2


def test_classified_document_and_all_in_its_file_are_not_found(stack: Callable[..., Stack]) -> None:
    made = stack(OTHER, MARKED)
    publish(made)

    assert [found(made, typed) for typed in WORDS] == [[]] * len(WORDS)
    assert made.world.rows(SearchPage) == []


def test_document_that_may_be_classified_is_not_found_until_a_person_clears_it(stack: Callable[..., Stack]) -> None:
    made = stack(DECISION)
    doubtful(made)
    publish(made)
    assert [found(made, typed) for typed in WORDS] == [[]] * len(WORDS)
    clear(made.settings, made.documents()[0].document_id, "lan")
    made.read([at(DECISION)])
    publish(made)

    assert found(made, "1368/QĐ-BNV khoa học") == [1]


def test_document_locked_by_a_person_is_not_found_any_more(stack: Callable[..., Stack]) -> None:
    made = stack(DECISION, OTHER)
    publish(made)
    assert found(made, "khoa hoc") == [1, 2]
    lock_by_person(made.settings, made.documents()[0].document_id, "lan")

    assert [found(made, typed) for typed in WORDS] == [[]] * len(WORDS)
    assert made.world.rows(SearchPage) == []


def test_document_found_to_be_doubtful_when_read_again_is_forgotten(stack: Callable[..., Stack]) -> None:
    made = stack(DECISION, OTHER)
    publish(made)
    doubtful(made)
    made.compile()

    assert found(made, "khoa hoc") == [2]
    assert {row.document_id for row in made.world.rows(SearchPage)} == {made.documents()[1].document_id}


def test_documents_that_a_person_joined_are_found_as_one(stack: Callable[..., Stack]) -> None:
    made = stack(DECISION, OTHER)
    publish(made)
    first, second = made.documents()
    with writing(made.settings.catalogue_url) as session:
        batch = session.get_one(Batch, made.batch_id)
        withdraw_proposals(session, batch, first.sha256, {1})
        compile_ranges(made.settings, session, batch, first.sha256, [(1, 2)])
    settle_document(made.settings, first.document_id)

    assert found(made, "77/QĐ-BNV") == found(made, "khoa hoc") == [1]
    assert {(row.document_id, row.page_no) for row in made.world.rows(SearchPage)} == {
        (first.document_id, 1),
        (first.document_id, 2),
    }
    assert second.document_id not in {document.document_id for document in made.documents()}
