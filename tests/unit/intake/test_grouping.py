"""Which loose images are pages of one document: the manifest settles it, else names that count from the start."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.intake.grouping import Delivered, LoosePages, natural, plan_groups
from sohoa.intake.manifest import ManifestEntry

JPEG, PNG, TIFF, PDF, WEBP = "image/jpeg", "image/png", "image/tiff", "application/pdf", "image/webp"


def image(path: str, media_type: str = JPEG) -> Delivered:
    return Delivered(path, 1, media_type)


def by_name(*paths: str) -> list[tuple[str | None, ...]]:
    """The groups of readable images with these names."""
    return [group.paths for group in plan_groups([image(path) for path in paths], {})]


def by_manifest(
    files: list[Delivered], rows: dict[str, str] | dict[str, tuple[str, int | None]]
) -> list[tuple[str | None, ...]]:
    manifest = {}
    for path, said in rows.items():
        document, page = (said, None) if isinstance(said, str) else said
        manifest[path] = ManifestEntry(path, document=document, page=page)
    return [group.paths for group in plan_groups(files, manifest)]


# --- by name --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ("doc_001.jpg", "doc_002.jpg"),
        ("doc_0.jpg", "doc_1.jpg", "doc_2.jpg"),
        ("1.jpg", "2.jpg", "3.jpg"),
        ("QĐ 70 (1).jpg", "QĐ 70 (2).jpg"),
        ("QĐ 70[1].jpg", "QĐ 70[2].jpg"),
        ("abc-p1.png", "abc-p2.png"),
        ("abc trang 1.jpg", "abc trang 2.jpg"),
        ("abc trang số 1.jpg", "abc trang số 2.jpg"),
        ("abc, tờ 1.jpg", "abc, tờ 2.jpg"),
        ("trang1.jpg", "trang2.jpg"),
        ("QĐ-70.1.jpg", "QĐ-70.2.jpg"),
        ("doc1.jpg", "doc2.jpg"),
        ("scan_0001.jpg", "scan_0002.jpg", "scan_0003.jpg"),
        ("doc.jpg", "doc (1).jpg", "doc (2).jpg"),
        ("doc.jpg", "doc (2).jpg"),
        ("Lô 1/QĐ/doc_1.jpg", "Lô 1/QĐ/doc_2.jpg"),
        ("doc.001", "doc.002"),
    ],
)
def test_names_that_count_from_the_start_are_pages_of_one(names: tuple[str, ...]) -> None:
    assert by_name(*reversed(names)) == [names]


@pytest.mark.parametrize(
    "names",
    [
        ("scan_0017.jpg", "scan_0018.jpg"),
        ("IMG_0001.jpg",),
        ("doc_001.jpg",),
        ("doc_002.jpg", "doc_003.jpg"),
        ("doc_1.jpg", "tin_2.jpg"),
        ("a/doc_1.jpg", "b/doc_2.jpg"),
        ("doc_1.jpg", "doc_9.jpg"),
        ("doc_1.jpg", "doc (2).jpg"),
        ("Quyết định Lê Mỹ Hạnh.jpg", "Quyết định Lê Thị Hoa.jpg"),
        ("20220301.jpg", "20220302.jpg"),
        ("stamp1a.jpg", "stamp2a.jpg"),
    ],
)
def test_other_names_say_nothing(names: tuple[str, ...]) -> None:
    assert by_name(*names) == []


def test_page_ten_comes_after_page_nine() -> None:
    names = [f"doc_{number}.jpg" for number in range(1, 13)]

    assert by_name(*sorted(names)) == [tuple(names)]


def test_last_counter_is_the_page_and_those_before_tell_documents_apart() -> None:
    assert by_name("x_01_01.jpg", "x_01_02.jpg", "x_02_01.jpg", "x_02_02.jpg") == [
        ("x_01_01.jpg", "x_01_02.jpg"),
        ("x_02_01.jpg", "x_02_02.jpg"),
    ]


def test_file_before_a_marked_counter_is_its_first_page_and_no_page_of_another_series() -> None:
    assert by_name("QĐ 1.jpg", "QĐ 1 (1).jpg", "QĐ 2.jpg", "QĐ 2 (1).jpg") == [
        ("QĐ 1.jpg", "QĐ 1 (1).jpg"),
        ("QĐ 2.jpg", "QĐ 2 (1).jpg"),
    ]


def test_kinds_of_images_mix_and_letters_case_and_composition_do_not_matter() -> None:
    files = [
        image("Đơn_001.JPG"),
        image("đơn_002.png", PNG),
        image(unicodedata.normalize("NFC", "ĐƠN_3.tif"), TIFF),
        image("đơn-4.webp", WEBP),
    ]

    assert [group.paths for group in plan_groups(files, {})] == [
        ("Đơn_001.JPG", "đơn_002.png", "ĐƠN_3.tif", "đơn-4.webp")
    ]


@pytest.mark.parametrize(
    "whole", [Delivered("doc_3.pdf", 1, PDF), Delivered("doc_3.tif", 2, TIFF), Delivered("doc_3.pdf")]
)
def test_counter_that_numbers_bound_files_too_numbers_documents(whole: Delivered) -> None:
    assert plan_groups([image("doc_1.jpg"), image("doc_2.jpg"), whole], {}) == []


def test_content_and_not_the_suffix_says_what_a_page_is() -> None:
    assert plan_groups([image("doc_1.pdf"), image("doc_2.pdf")], {})
    assert not plan_groups([Delivered("doc_1.jpg", 1, PDF), Delivered("doc_2.jpg", 1, PDF)], {})


def test_text_beside_each_page_is_no_page() -> None:
    files = [image("doc_1.jpg"), Delivered("doc_1.txt"), image("doc_2.jpg"), Delivered("doc_2.txt")]

    assert [group.paths for group in plan_groups(files, {})] == [("doc_1.jpg", "doc_2.jpg")]


@pytest.mark.parametrize(
    ("there", "paths"),
    [
        ((1, 3), ("doc_1.jpg", None, "doc_3.jpg")),
        ((0, 1, 4, 5), ("doc_0.jpg", "doc_1.jpg", None, None, "doc_4.jpg", "doc_5.jpg")),
    ],
)
def test_number_that_is_skipped_leaves_a_gap(there: tuple[int, ...], paths: tuple[str | None, ...]) -> None:
    assert by_name(*(f"doc_{number}.jpg" for number in there)) == [paths]


def test_number_that_stands_twice_leaves_the_order_in_doubt() -> None:
    assert by_name("doc_1.jpg", "doc_01.jpg", "doc_2.jpg") == [("doc_01.jpg", None, "doc_1.jpg", "doc_2.jpg")]


@pytest.mark.parametrize("bad", [1, 2, 3])
def test_page_that_cannot_be_read_leaves_a_gap_wherever_it_stands(bad: int) -> None:
    names = [f"doc_{number}.jpg" for number in (1, 2, 3)]
    files = [Delivered(name) if number == bad else image(name) for number, name in enumerate(names, start=1)]

    [group] = plan_groups(files, {})
    assert group.paths == tuple(None if number == bad else name for number, name in enumerate(names, start=1))


def test_single_page_whose_neighbour_cannot_be_read_is_still_no_whole_document() -> None:
    assert plan_groups([image("doc_1.jpg"), Delivered("doc_2.jpg")], {}) == [
        LoosePages(("doc_1.jpg", None), stated=False)
    ]


def test_pages_none_of_which_can_be_read_are_no_group() -> None:
    assert plan_groups([Delivered("doc_1.jpg"), Delivered("doc_2.jpg")], {}) == []


# --- by manifest ----------------------------------------------------------------------------------------------


def test_manifest_joins_files_whose_names_say_nothing() -> None:
    files = [image("IMG_2034.jpg"), image("x/IMG_7.jpg"), image("other.jpg")]

    assert by_manifest(files, {"IMG_2034.jpg": "QĐ 70", "x/IMG_7.jpg": "qđ 70"}) == [("IMG_2034.jpg", "x/IMG_7.jpg")]


def test_manifest_gives_the_order() -> None:
    files = [image("a.jpg"), image("b.jpg"), image("c.jpg")]

    assert by_manifest(files, {"a.jpg": ("x", 3), "b.jpg": ("x", 1), "c.jpg": ("x", 2)}) == [
        ("b.jpg", "c.jpg", "a.jpg")
    ]


def test_order_that_the_manifest_leaves_open_is_the_natural_one() -> None:
    files = [image("p10.jpg"), image("p9.jpg")]

    assert by_manifest(files, {"p10.jpg": "x", "p9.jpg": "x"}) == [("p9.jpg", "p10.jpg")]


def test_manifest_parts_files_whose_names_count() -> None:
    files = [image("doc_1.jpg"), image("doc_2.jpg"), image("doc_3.jpg")]

    assert by_manifest(files, {"doc_1.jpg": "a", "doc_2.jpg": "b", "doc_3.jpg": "b"}) == [("doc_2.jpg", "doc_3.jpg")]


def test_manifest_may_join_bound_files() -> None:
    files = [Delivered("quyết định.pdf", 2, PDF), Delivered("phụ lục.tif", 3, TIFF), image("bìa.jpg")]
    rows: dict[str, tuple[str, int | None]] = {
        "bìa.jpg": ("x", 1),
        "quyết định.pdf": ("x", 2),
        "phụ lục.tif": ("x", 4),
    }

    assert by_manifest(files, rows) == [("bìa.jpg", "quyết định.pdf", "phụ lục.tif")]


@pytest.mark.parametrize(
    ("pages", "paths"),
    [
        ((1, 3), ("a.jpg", None, "b.jpg")),
        ((2, 3), (None, "a.jpg", "b.jpg")),
        ((1, 1), ("a.jpg", None, "b.jpg")),
        ((0, 1), ("a.jpg", "b.jpg")),
    ],
)
def test_page_that_the_manifest_skips_leaves_a_gap(pages: tuple[int, int], paths: tuple[str | None, ...]) -> None:
    assert by_manifest([image("a.jpg"), image("b.jpg")], {"a.jpg": ("x", pages[0]), "b.jpg": ("x", pages[1])}) == [
        paths
    ]


def test_page_of_the_manifest_that_nobody_sent_leaves_a_gap() -> None:
    assert by_manifest([image("a.jpg"), Delivered("b.jpg")], {"a.jpg": "x", "b.jpg": "x"}) == [("a.jpg", None)]


def test_only_the_manifest_states_that_pages_are_one_document() -> None:
    groups = plan_groups(
        [image("doc_1.jpg"), image("doc_2.jpg"), image("a.jpg"), image("b.jpg")],
        {path: ManifestEntry(path, document="x") for path in ("a.jpg", "b.jpg")},
    )

    assert [(group.paths[0], group.stated) for group in groups] == [("a.jpg", True), ("doc_1.jpg", False)]


# --- whatever comes -------------------------------------------------------------------------------------------

PART = st.text(alphabet="aĐ 01239_-.()[]p/trang", max_size=14)
FILES = st.lists(
    st.builds(
        Delivered, PART.filter(bool), st.sampled_from([0, 1, 1, 1, 3]), st.sampled_from([None, JPEG, JPEG, TIFF, PDF])
    ),
    unique_by=lambda file: file.path,
    max_size=12,
).map(lambda files: [file if file.media_type else Delivered(file.path) for file in files])


@given(FILES, st.data())
def test_no_file_is_in_two_groups_and_the_order_of_the_listing_does_not_matter(
    files: list[Delivered], data: st.DataObject
) -> None:
    said = data.draw(st.dictionaries(st.sampled_from([file.path for file in files]), PART)) if files else {}
    manifest = {path: ManifestEntry(path, document=name or None) for path, name in said.items()}
    groups = plan_groups(files, manifest)

    members = [path for group in groups for path in group.paths if path]
    readable = {file.path for file in files if file.n_pages}
    assert len(members) == len(set(members))
    assert set(members) <= readable
    assert all(any(group.paths) and len(group.paths) > 1 for group in groups)
    assert plan_groups(data.draw(st.permutations(files)), manifest) == groups


@given(st.lists(st.integers(0, 300), min_size=2, max_size=40, unique=True), st.sampled_from(["{}", "{:04d}"]))
def test_series_without_gap_is_a_group_exactly_if_it_starts_at_nought_or_one(numbers: list[int], width: str) -> None:
    first = numbers[0]
    names = [f"doc_{width.format(number)}.jpg" for number in range(first, first + len(numbers))]

    assert by_name(*names) == ([tuple(names)] if first <= 1 else [])


def test_natural_order_counts() -> None:
    assert sorted(["b2", "a10", "a9", "a"], key=natural) == ["a", "a9", "a10", "b2"]
