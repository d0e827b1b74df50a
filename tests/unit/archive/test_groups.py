"""Loose pages that belong together: a small master that says which page of which master each of its pages is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.archive import Store, StoreDamaged, master_key
from sohoa.archive.groups import (
    GROUP,
    Group,
    GroupPage,
    PageSource,
    is_stated,
    lacks_page,
    members,
    page_source,
    read_group,
    write_group,
)
from sohoa.catalogue.database import connect, writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Batch, BatchStatus, Master, ScanFile, utc_now
from sohoa.settings import Settings

A, B = "a" * 64, "b" * 64
TWO = Group((GroupPage(A, "image/jpeg", 1), GroupPage(B, "image/tiff", 3)))


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue with one file and no master."""
    made = Settings(home=tmp_path_factory.mktemp("template"))
    migrate(made)
    now = utc_now()
    with writing(made.catalogue_url) as session:
        session.add(
            Batch(id="b", unit_code="G09", name="b", source="inbox", status=BatchStatus.CLAIMED, first_seen_at=now)
        )
        session.flush()
        session.add(
            ScanFile(id=1, batch_id="b", path="a", first_seen_at=now, stable_since=now, size_bytes=1, mtime_ns=1)
        )
    connect(made.catalogue_url).dispose()
    return made.home / "catalogue.db"


@pytest.fixture
def settings(tmp_path: Path, catalogue: Path) -> Settings:
    shutil.copy(catalogue, tmp_path / "catalogue.db")
    return Settings(home=tmp_path)


def _known(settings: Settings, sha256: str, media_type: str | None) -> None:
    with writing(settings.catalogue_url) as session:
        session.add(Master(sha256=sha256, size_bytes=1, media_type=media_type, first_file_id=1, stored_at=utc_now()))


def _grouped(settings: Settings, group: Group) -> str:
    sha256, _ = write_group(Store(settings.archive), group)
    _known(settings, sha256, GROUP)
    return sha256


def test_page_of_an_ordinary_master_is_its_own(settings: Settings) -> None:
    _known(settings, A, "application/pdf")

    assert page_source(settings, A, 7) == PageSource(settings.archive / master_key(A), "application/pdf", 7)
    assert members(settings, A) == ()
    assert not lacks_page(settings, A, 1, 7)


def test_page_of_a_group_lies_in_the_master_of_its_file(settings: Settings) -> None:
    sha256 = _grouped(settings, TWO)

    assert page_source(settings, sha256, 1) == PageSource(settings.archive / master_key(A), "image/jpeg", 1)
    assert page_source(settings, sha256, 2) == PageSource(settings.archive / master_key(B), "image/tiff", 3)
    assert members(settings, sha256) == TWO.pages


@pytest.mark.parametrize("page_no", [0, -1, 3])
def test_page_that_a_group_does_not_have_is_an_error(settings: Settings, page_no: int) -> None:
    with pytest.raises(KeyError, match="has no page"):
        page_source(settings, _grouped(settings, TWO), page_no)


def test_master_that_nobody_knows_or_could_read_is_an_error_until_it_is_read(settings: Settings) -> None:
    with pytest.raises(KeyError, match="no readable master"):
        page_source(settings, A, 1)
    _known(settings, A, None)
    with pytest.raises(KeyError, match="no readable master"):
        page_source(settings, A, 1)
    with writing(settings.catalogue_url) as session:
        session.get_one(Master, A).media_type = "image/png"

    assert page_source(settings, A, 1).media_type == "image/png"


def test_group_is_kept_under_the_hash_of_its_content_and_written_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256, size = write_group(store, TWO)
    before = store.path(master_key(sha256)).stat()

    assert write_group(store, TWO) == (sha256, size)
    after = store.path(master_key(sha256)).stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_size) == (before.st_ino, before.st_mtime_ns, size)


def test_order_gaps_and_who_said_so_make_another_group(tmp_path: Path) -> None:
    others = [
        Group(TWO.pages[::-1]),
        Group(TWO.pages, frozenset({2})),
        Group(TWO.pages, frozenset({3})),
        Group(TWO.pages, stated=True),
    ]

    assert len({write_group(Store(tmp_path), group)[0] for group in [TWO, *others]}) == 5


def test_only_a_stated_group_is_one_document_by_a_persons_word(settings: Settings) -> None:
    _known(settings, A, "image/jpeg")
    groups = [_grouped(settings, TWO), _grouped(settings, Group(TWO.pages, stated=True)), A]

    assert [is_stated(settings, sha256) for sha256 in groups] == [False, True, False]


def test_damaged_group_is_told_and_left_untouched(settings: Settings) -> None:
    sha256 = _grouped(settings, TWO)
    place = Store(settings.archive).path(master_key(sha256))
    place.write_bytes(b"something else")

    with pytest.raises(StoreDamaged):
        page_source(settings, sha256, 1)
    with pytest.raises(StoreDamaged):
        write_group(Store(settings.archive), TWO)
    assert place.read_bytes() == b"something else"


def test_group_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreDamaged):
        read_group(Store(tmp_path), A)


@pytest.mark.parametrize(
    ("gap", "lacking"),
    [
        (1, [(1, 1), (1, 2), (1, 4)]),
        (3, [(1, 2), (3, 2), (1, 4), (2, 2)]),
        (5, [(3, 2), (1, 4), (4, 1)]),
    ],
)
def test_gap_concerns_the_pages_on_both_sides_of_it(
    settings: Settings, gap: int, lacking: list[tuple[int, int]]
) -> None:
    pages = tuple(GroupPage(A, "image/jpeg", 1) for _ in range(4))
    sha256 = _grouped(settings, Group(pages, frozenset({gap})))

    ranges = [(1, 1), (1, 2), (1, 4), (2, 2), (3, 2), (4, 1)]
    assert [one for one in ranges if lacks_page(settings, sha256, *one)] == [one for one in ranges if one in lacking]


PAGES = st.lists(
    st.builds(
        GroupPage,
        st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}"),
        st.sampled_from(["image/jpeg", "application/pdf"]),
        st.integers(1, 5000),
    ),
    min_size=1,
    max_size=8,
)


@given(PAGES, st.sets(st.integers(1, 9)), st.booleans())
def test_group_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, pages: list[GroupPage], gaps: set[int], stated: bool
) -> None:
    store = Store(tmp_path_factory.getbasetemp() / "groups")
    group = Group(tuple(pages), frozenset(gap for gap in gaps if gap <= len(pages) + 1), stated)

    assert read_group(store, write_group(store, group)[0]) == group
