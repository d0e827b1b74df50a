"""Between two copies of one result a person chooses."""

from __future__ import annotations

from sohoa.journey.publishing import settle_document
from sohoa.review import ReplaceCopy, decide

from .world import READ, World

SURE = {**READ, "code_number": ("115", 0.99)}


def test_a_copy_of_unclear_rank_takes_the_place_of_the_current_one_only_if_a_person_says_so(world: World) -> None:
    result = world.registered()
    sha256 = world.scan("a.pdf", world.batch(), n_pages=2)
    older = world.waits((), sha256=sha256, read=SURE, status="accepted", result_id=result)
    newer = world.waits(["result_has_copy"], sha256=sha256, pages=(2, 1), read=SURE)
    settle_document(world.settings, newer)
    assert (world.document(newer).status, world.document(newer).review_reasons) == ("in_review", ["result_has_copy"])

    decide(world.settings, newer, "Nguyễn Thị An", [ReplaceCopy()])
    settle_document(world.settings, newer)
    assert (world.document(newer).status, world.document(newer).result_id) == ("accepted", result)
    assert world.document(older).status == "superseded"
