"""The queue's order, and that nothing is ever in two people's hands."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from sohoa.catalogue.damage import damage
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import ReviewLease, utc_now
from sohoa.review import Held, NotAllowed, count_waiting, release, take, take_this, waiting
from sohoa.review.queue import LEASE

from .world import World


def queue(world: World, unit: str | None = None) -> list[str]:
    with reading(world.settings.catalogue_url) as session:
        return [row.document_id for row in waiting(session, unit)]


def test_number_date_and_link_come_first_then_others_then_what_nobody_at_the_desk_can_cure(world: World) -> None:
    scan = world.waits(["low_dpi"], "a.pdf")
    issuer = world.waits(["issuer_uncertain"], "b.pdf")
    number = world.waits(["low_dpi", "number_missing"], "c.pdf")
    date = world.waits(["date_uncertain"], "d.pdf")
    link = world.waits(["link_ambiguous"], "e.pdf")

    assert queue(world) == [number, date, link, issuer, scan]


def test_of_equal_harm_what_came_earlier_comes_first(world: World) -> None:
    now = utc_now()
    world.batch("new", claimed_at=now)
    world.batch("old", claimed_at=now - dt.timedelta(days=3))
    young, old = world.waits(path="a.pdf", batch="new"), world.waits(path="b.pdf", batch="old")

    assert queue(world) == [old, young]


def test_a_reason_that_the_list_does_not_know_is_neither_first_nor_last() -> None:
    assert damage(["low_dpi"]) > damage(["something_new"]) > damage(["no_register_row"])
    assert damage(["link_something_new"]) == damage(["no_register_row"])


def test_the_rank_follows_the_reasons(world: World) -> None:
    identity = world.waits(["low_dpi"])
    with writing(world.settings.catalogue_url) as session:
        document = session.merge(world.document(identity))
        document.review_reasons = ["date_missing"]

    assert world.document(identity).review_rank == damage(["date_missing"])


def test_a_unit_sees_its_own_and_what_units_below_it_scanned(world: World) -> None:
    world.batch("one", unit="G09.01")
    world.batch("two", unit="G09.02")
    first, second = world.waits(path="a.pdf", batch="one"), world.waits(path="b.pdf", batch="two")

    assert queue(world, "G09.01") == [first]
    assert set(queue(world, "G09")) == {first, second}
    assert queue(world, "G09.0") == []
    with reading(world.settings.catalogue_url) as session:
        assert (count_waiting(session), count_waiting(session, "G09.02")) == (2, 1)


def test_only_what_is_in_review_waits(world: World) -> None:
    for number, status in enumerate(("received", "rejected", "locked", "superseded")):
        world.waits(path=f"{number}.pdf", status=status)

    assert queue(world) == []
    assert take(world.settings, "An") is None


def test_two_people_get_two_items_and_each_the_own_one_again(world: World) -> None:
    first, second = world.waits(path="a.pdf"), world.waits(path="b.pdf")
    an, binh = take(world.settings, "An"), take(world.settings, "Bình")

    assert an is not None
    assert binh is not None
    assert (an.document_id, binh.document_id) == (first, second)
    again = take(world.settings, "An")
    assert again is not None
    assert again.document_id == first
    assert take(world.settings, "Chi") is None


def test_an_item_comes_free_when_its_lease_runs_out_or_it_is_given_back(world: World) -> None:
    identity = world.waits()
    now = utc_now()
    assert take(world.settings, "An", now=now - LEASE - dt.timedelta(seconds=1)) is not None
    taken = take(world.settings, "Bình", now=now)
    assert taken is not None
    assert not release(world.settings, identity, "An")
    assert release(world.settings, identity, "Bình")
    assert take(world.settings, "Chi") is not None


def test_what_is_left_for_later_goes_to_others(world: World) -> None:
    first, second = world.waits(path="a.pdf"), world.waits(path="b.pdf")
    take(world.settings, "An")
    after = take(world.settings, "An", skip=[first])
    other = take(world.settings, "Bình")

    assert after is not None
    assert other is not None
    assert (after.document_id, other.document_id) == (second, first)


def test_a_lease_is_renewed_in_the_same_hands_only(world: World) -> None:
    identity = world.waits()
    before = take_this(world.settings, identity, "An", now=utc_now() - dt.timedelta(minutes=5))
    assert take_this(world.settings, identity, "An").until > before.until
    with pytest.raises(Held, match="An"):
        take_this(world.settings, identity, "Bình")


@pytest.mark.parametrize("name", ["", "  ", "anonymous", "Vô danh", "x" * 200])
def test_nobody_takes_anything_anonymously(world: World, name: str) -> None:
    world.waits()
    with pytest.raises(NotAllowed):
        take(world.settings, name)


def test_many_who_ask_at_once_never_get_the_same(world: World) -> None:
    n_people, n_items = 12, 8
    world.batch()
    items = {world.waits(path=f"{number}.pdf") for number in range(n_items)}
    start = threading.Barrier(n_people)

    def ask(number: int) -> str | None:
        start.wait()
        lease = take(world.settings, f"Người {number}")
        return lease.document_id if lease else None

    with ThreadPoolExecutor(n_people) as people:
        got = list(people.map(ask, range(n_people)))

    given = [one for one in got if one is not None]
    assert len(given) == len(set(given)) == n_items
    assert set(given) == items


def test_many_who_want_one_freed_item_do_not_share_it(world: World) -> None:
    identity = world.waits()
    take_this(world.settings, identity, "An")
    with writing(world.settings.catalogue_url) as session:
        session.execute(update(ReviewLease).values(until=utc_now() - dt.timedelta(seconds=1)))
    start = threading.Barrier(8)

    def seize(number: int) -> bool:
        start.wait()
        try:
            take_this(world.settings, identity, f"Người {number}")
        except Held:
            return False
        return True

    with ThreadPoolExecutor(8) as people:
        assert sum(people.map(seize, range(8))) == 1
