"""From the words of pages to a document's fields, with what they are worth."""

from __future__ import annotations

import pytest
from reading.typesetting import DECISION, page

from sohoa.catalogue.models import Page, TextOrigin
from sohoa.journey.drafts import Draft, draft_of, record_of
from sohoa.journey.readings import PageWords
from sohoa.reading.boundaries import Segment
from sohoa.reading.calibration import calibrated

BLANK = PageWords(aspect=0.7, words=[])


def words() -> PageWords:
    seen = page(DECISION)
    looks = {part: [list(look) for look in found] for part, found in seen.looks.items()}
    return PageWords(seen.aspect, list(seen.words), seen.own_text, looks, dict(seen.ink))


def drafted(origin: TextOrigin, *kept: PageWords) -> Draft:
    pages = [Page(text_origin=origin if one.words else None) for one in kept]
    return draft_of(Segment(1, len(kept)), pages, kept, is_stack=False)


@pytest.mark.parametrize("name", ["code_number", "issued_on", "issuer", "doc_type", "subject", "signer_name"])
def test_scores_of_what_ocr_read_become_confidences(name: str) -> None:
    score = record_of([words()]).confidence(name)
    found = drafted(TextOrigin.OCR, words()).record.readings[name]
    assert found.value is not None
    assert found.confidence == calibrated(name, score) != score


def test_a_page_s_own_text_keeps_its_scores() -> None:
    assert drafted(TextOrigin.OWN, words()).record == record_of([words()])


def test_what_was_not_found_stays_without_confidence() -> None:
    found = drafted(TextOrigin.OCR, words()).record
    assert (found.value("dossier_code"), found.confidence("dossier_code")) == (None, 0.0)


def test_values_of_a_page_behind_a_blank_one_keep_their_place() -> None:
    alone, behind = (drafted(TextOrigin.OCR, *kept).record for kept in ([words()], [BLANK, words()]))
    assert {name: found.confidence for name, found in behind.readings.items()} == {
        name: found.confidence for name, found in alone.readings.items()
    }
    assert behind.readings["code_number"].page_no == 2
