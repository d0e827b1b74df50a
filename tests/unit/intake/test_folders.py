"""Names: every file keeps one of its own, which any database and any screen can hold."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from intake.conftest import START
from sohoa.intake.folders import all_files, is_about_batch, is_debris, told_apart
from sohoa.intake.watching import new_batch_id

NAME = st.binary(min_size=1, max_size=40).map(os.fsdecode)
LOOK_ALIKE = st.lists(st.sampled_from(["ố", "o\u0302\u0301", "ô\u0301", "a", " [", "]"]), min_size=1, max_size=4).map(
    "".join
)


@given(st.lists(NAME | LOOK_ALIKE, unique=True, max_size=12))
def test_names_told_apart_are_unique_and_printable_to_a_database(names: list[str]) -> None:
    apart = told_apart(names, 200)

    assert len(set(apart)) == len(names)
    assert all(name.encode() for name in apart)


@given(st.lists(LOOK_ALIKE, unique=True, min_size=1, max_size=8), st.randoms())
def test_a_name_does_not_depend_on_the_order_of_the_listing(names: list[str], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = random.sample(names, len(names))

    assert dict(zip(names, told_apart(names, 200), strict=True)) == dict(
        zip(shuffled, told_apart(shuffled, 200), strict=True)
    )


@given(st.text(min_size=1, max_size=60).filter(lambda text: "\x00" not in text and text.isprintable()))
def test_name_that_is_alone_is_only_composed(name: str) -> None:
    assert told_apart([name], 1000) == [unicodedata.normalize("NFC", name)]


@given(st.lists(st.text("aố", min_size=60, max_size=90), unique=True, max_size=5))
def test_long_names_are_shortened_and_stay_apart(names: list[str]) -> None:
    apart = told_apart(names, 50)

    assert len(set(apart)) == len(names)
    assert all(len(name.encode()) <= 50 + len(" [") + 64 for name in apart)


@given(NAME, NAME)
def test_batch_id_is_a_safe_file_name(unit: str, name: str) -> None:
    [unit, name] = [told_apart([text], 200)[0] for text in (unit, name)]
    batch_id = new_batch_id(unit, name, START)

    assert batch_id.isascii()
    assert "/" not in batch_id
    assert len(batch_id) <= 100
    assert batch_id not in {".", ".."}


def test_batch_ids_of_a_unit_sort_by_time() -> None:
    import datetime as dt

    ids = [new_batch_id("G09", name, START + dt.timedelta(seconds=n)) for n, name in enumerate("cab")]

    assert ids == sorted(ids)


def test_deep_folder_is_listed_with_a_name_that_fits(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(12):
        deep = deep / ("sâu" * 40)
    deep.mkdir(parents=True)
    (deep / "a.jpg").write_bytes(b"x")

    [file] = all_files(tmp_path)

    assert len(file.path.encode()) <= 1000
    assert file.place.read_bytes() == b"x"


def test_only_files_at_the_top_speak_about_the_batch() -> None:
    assert is_about_batch("manifest.csv")
    assert not is_about_batch("sâu/manifest.csv")
    assert not is_debris("thumbs.db.pdf")
