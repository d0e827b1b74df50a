"""What the search finds, in which order, and what never."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from review.world import World
from sqlalchemy import text

from sohoa.catalogue.database import connect, forget_deleted, reading, writing
from sohoa.catalogue.documents import PAGE_BREAK
from sohoa.catalogue.migrate import MIGRATIONS, migrate
from sohoa.catalogue.models import Document, SearchPage
from sohoa.catalogue.search import (
    Filters,
    Found,
    erase_words,
    forget_words,
    hit_boxes,
    index_all,
    parse_question,
    search,
    store_words,
)
from sohoa.catalogue.units import load_ruleset_units, store_units
from sohoa.settings import Settings
from sohoa.words import Word

LETTER = "Về việc cho phép thành lập Hội Khoa học Lịch sử\nCăn cứ Nghị định số 45/2010/NĐ-CP"
ANNEX = "DANH SÁCH\n1. Nguyễn Thị Hoà, Đồng Nai\n2. Trần Văn Đức, Thuỷ Nguyên"


class Archive:
    """A catalogue with documents whose text is given."""

    def __init__(self, found: Settings) -> None:
        self.settings = found
        self.world = World(found)
        self.n = 0

    def add(
        self,
        *pages: str,
        number: str = "115",
        issued_on: dt.date = dt.date(2022, 2, 24),
        indexed: bool = True,
        **columns: Any,
    ) -> str:
        self.n += 1
        facts = {"code_number": number, "code_notation": "QĐ-BNV", "doc_type": "Quyết định"}
        facts["issued_on"] = issued_on.isoformat()
        read = {name: (value, 1.0) for name, value in facts.items()}
        identity = self.world.waits(
            path=f"{self.n}.pdf",
            pages=(1, len(pages)),
            read=read,
            text=PAGE_BREAK.join(pages),
            **{"status": "rejected", **columns},
        )
        if indexed:
            with writing(self.settings.catalogue_url) as session:
                store_words(session, identity)
        return identity

    def search(self, typed: str, limit: int = 100, offset: int = 0, **filters: Any) -> Found:
        with reading(self.settings.catalogue_url) as session:
            return search(session, typed, Filters(**filters), limit, offset)

    def ids(self, typed: str, **filters: Any) -> list[str]:
        return [hit.document_id for hit in self.search(typed, **filters).hits]


@pytest.fixture
def archive(settings: Settings) -> Archive:
    return Archive(settings)


# --- words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "thành lập",
            "thanh lap",
            "THANH LAP",
            "Tha\u0300nh",
            '"thành lập hội"',
            '"thanh lap hoi"',
            "“thành lập hội”",
        ),
        *(
            "khoa thành",
            "45/2010/NĐ-CP",
            "45/2010/nd-cp",
            "nđ cp",
            "115/QĐ-BNV",
            "115 nghị",
            '"thành lập hội',
            "quyet dinh",
        ),
    ],
)
def test_document_is_found_by(archive: Archive, typed: str) -> None:
    identity = archive.add(LETTER)
    archive.add("Việc khác", number="9", doc_type="Công văn")

    assert archive.ids(typed) == [identity]


@pytest.mark.parametrize(
    "typed", ["thánh lập", "thành lấp", "lập thành hội khác", '"hội thành lập"', "45/2011", "dành", "115/QD-BNW"]
)
def test_document_is_not_found_by(archive: Archive, typed: str) -> None:
    archive.add(LETTER)

    assert archive.search(typed).total == 0


def test_d_with_and_without_stroke_are_told_apart_only_when_typed(archive: Archive) -> None:
    stroke, plain = archive.add("ông Đức", number="1"), archive.add("ông Dức", number="2")

    assert archive.ids("đức") == [stroke]
    assert set(archive.ids("duc")) == {stroke, plain}


def test_tone_on_either_vowel_is_one_word(archive: Archive) -> None:
    identity = archive.add(ANNEX)

    for typed in ("hoà", "hòa", "thủy", "thuỷ", '"thị hòa"'):
        assert archive.ids(typed) == [identity]
    assert archive.ids("hoá") == []


def test_words_of_one_page_and_facts_of_the_document_are_found_together(archive: Archive) -> None:
    identity = archive.add(LETTER, ANNEX, subject="Về việc tặng thưởng")

    (hit,) = archive.search("115 Nguyễn tặng").hits
    assert (hit.document_id, hit.page) == (identity, 2)
    assert archive.ids("lịch sử nguyễn thị") == []


def test_snippet_is_of_the_page_with_most_of_the_words_and_sets_them_apart(archive: Archive) -> None:
    archive.add("trang bìa", LETTER, ANNEX)

    (hit,) = archive.search('"thành lập" khoa').hits
    assert hit.page == 2
    assert [piece.text for piece in hit.snippet if piece.hit] == ["thành lập", "Khoa"]
    assert "".join(piece.text for piece in hit.snippet).startswith("Về việc cho phép thành lập Hội Khoa học")


def test_snippet_of_what_only_the_facts_hold_is_the_subject(archive: Archive) -> None:
    archive.add("không đọc được", subject="Về việc tặng Huân chương")

    (hit,) = archive.search("huân chương").hits
    assert [(piece.text, piece.hit) for piece in hit.snippet] == [("Về việc tặng ", False), ("Huân chương", True)]


def test_number_that_was_typed_comes_first(archive: Archive) -> None:
    cited = [archive.add("Căn cứ 115 115 115 115", number=str(n)) for n in range(3)]
    own = archive.add("Một văn bản dài hơn " * 20, number="115")

    assert archive.ids("115")[0] == own
    assert set(archive.ids("115")) == {own, *cited}
    noughts = archive.add("x", number="07")
    assert archive.ids("7", number="7") == []
    assert archive.ids("07 x") == [noughts]


def test_boxes_are_those_of_the_words_asked_for() -> None:
    words = [
        Word(text, 1.0, n / 10, 0.1, n / 10 + 0.05, 0.2, 0, 0) for n, text in enumerate(["Hội", "Khoa", "học,", "khoa"])
    ]

    assert [box[0] for box in hit_boxes(words, parse_question('"khoa hoc"'))] == [0.1, 0.2]
    assert [box[0] for box in hit_boxes(words, parse_question("khoa"))] == [0.1, 0.3]
    assert hit_boxes(words, parse_question("")) == []


# --- filters and paging ---------------------------------------------------------------------------------------


def test_filters_narrow_what_is_found(archive: Archive) -> None:
    world = archive.world
    early = archive.add(LETTER, number="07", issued_on=dt.date(2020, 1, 1), status="superseded")
    decided = archive.add(LETTER, doc_type="Giấy phép", result_id=world.registered(unit="G09.02"))
    other = archive.add(LETTER, batch=world.batch("khác", unit="G09.03"), code_notation="GP-BNV")
    everything = {early, decided, other}

    assert set(archive.ids("hội")) == set(archive.ids("")) == everything
    assert set(archive.ids("hội", unit="G09")) == everything
    assert archive.ids("hội", unit="G09.02") == [decided]
    assert archive.ids("hội", unit="G09.03") == [other]
    assert archive.ids("hội", unit="G09.0") == []
    assert archive.ids("hội", doc_type="giay phep") == [decided]
    assert archive.ids("hội", doc_type="Thông tư") == []
    assert archive.ids("hội", number="7") == [early]
    assert archive.ids("", number="115/gp-bnv") == [other]
    assert archive.ids("", number="/") == []
    assert archive.ids("hội", issued_to=dt.date(2021, 1, 1)) == [early]
    assert early not in archive.ids("hội", issued_from=dt.date(2020, 1, 2))
    assert archive.ids("hội", state="superseded") == [early]


def test_portions_together_are_the_whole_and_each_knows_how_many_there_are(archive: Archive) -> None:
    made = {archive.add(LETTER, number=str(n)) for n in range(7)}
    for typed in ("hội", ""):
        portions = [archive.search(typed, 3, offset) for offset in (0, 3, 6, 9)]

        assert [len(portion.hits) for portion in portions] == [3, 3, 1, 0]
        assert {portion.total for portion in portions} == {7}
        assert {hit.document_id for portion in portions for hit in portion.hits} == made


def test_newest_come_first_where_no_words_are_asked_for(archive: Archive) -> None:
    days = [dt.date(2020, 1, 1), dt.date(2024, 1, 1), dt.date(2022, 1, 1)]
    made = {day: archive.add(LETTER, number=str(day.year), issued_on=day) for day in days}

    assert archive.ids("") == [made[day] for day in sorted(days, reverse=True)]


# --- what is typed --------------------------------------------------------------------------------------------


def made_once(home: Path) -> Archive:
    found = Settings(home=home)
    migrate(found)
    made = Archive(found)
    made.add(LETTER, ANNEX)
    return made


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Only read."""
    return made_once(tmp_path_factory.mktemp("shelf") / "home")


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """One document that is written again and again."""
    return made_once(tmp_path_factory.mktemp("sheet") / "home")


@pytest.mark.parametrize(
    "typed",
    ['"', '""', "*", "a OR b", "NOT", "NEAR(a b)", "exact : x", "' OR 1=1 --", "a*", "^a", "(", "+", "\x00", "%", "_"],
)
def test_signs_with_a_meaning_elsewhere_have_none(shelf: Archive, typed: str) -> None:
    assert shelf.search(typed).total == 0


@given(typed=st.text(max_size=400), number=st.text(max_size=20))
@examples(max_examples=300, deadline=None)
def test_nothing_typed_is_an_error(shelf: Archive, typed: str, number: str) -> None:
    found = shelf.search(typed, number=number, doc_type=number, unit=number)

    assert found.total == len(found.hits)


@given(st.lists(st.sampled_from([*"\"'*:^()-+{}", "AND", "OR", "NOT", "NEAR", "hội", "exact", " "]), max_size=40))
@examples(max_examples=200, deadline=None)
def test_no_mixture_of_signs_and_words_is_an_error(shelf: Archive, typed: list[str]) -> None:
    shelf.search("".join(typed))


@given(page=st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60))
@examples(max_examples=150, deadline=None)
def test_every_word_of_a_page_finds_it(sheet: Archive, page: str) -> None:
    identity = sheet.ids("")[0]
    with writing(sheet.settings.catalogue_url) as session:
        document = session.get_one(Document, identity)
        document.text = f"{page}{PAGE_BREAK}{ANNEX}"
        session.flush()
        store_words(session, identity)
    for term in parse_question(page).terms:
        assert sheet.ids(f'"{" ".join(term.words)}"') == [identity]


# --- what is kept ---------------------------------------------------------------------------------------------


def index_of(found: Settings) -> list[tuple[Any, ...]]:
    with reading(found.catalogue_url) as session:
        rows = session.execute(
            text(
                "SELECT document_id, page_no, exact, folded FROM search_page "
                "JOIN search_index ON search_index.rowid = search_page.id ORDER BY 1, 2"
            )
        )
        return [tuple(row) for row in rows]


def test_words_are_replaced_when_they_are_written_again(archive: Archive) -> None:
    identity = archive.add(LETTER, ANNEX)
    with writing(archive.settings.catalogue_url) as session:
        session.get_one(Document, identity).text = "Bằng khen"
        session.flush()
        store_words(session, identity)

    assert archive.ids("bằng khen") == [identity]
    assert archive.ids("thành lập") == []
    assert len(index_of(archive.settings)) == 1


def test_index_made_anew_is_the_same(archive: Archive) -> None:
    archive.add(LETTER, ANNEX)
    archive.add("Công văn", number="9")
    before = index_of(archive.settings)
    with writing(archive.settings.catalogue_url) as session:
        assert index_all(session) == 2

    assert index_of(archive.settings) == before


@pytest.mark.parametrize("columns", [{"status": "locked"}, {"text": None, "status": "in_review"}])
def test_what_may_not_be_shown_is_never_indexed_nor_found(archive: Archive, columns: dict[str, Any]) -> None:
    identity = archive.add(LETTER)
    with writing(archive.settings.catalogue_url) as session:
        document = session.get_one(Document, identity)
        for name, value in columns.items():
            setattr(document, name, value)

    assert archive.ids("thành lập") == archive.ids("") == archive.ids("", number="115") == []
    with writing(archive.settings.catalogue_url) as session:
        store_words(session, identity)
    assert index_of(archive.settings) == []
    with writing(archive.settings.catalogue_url) as session:
        assert index_all(session) == 0


def test_erased_words_are_nowhere_in_the_file(archive: Archive) -> None:
    kept = archive.add("Văn bản thường")
    identity = archive.add("tuyệt zyxwvuts mật", number="2")
    later = archive.add("Văn bản sau", number="3")
    with writing(archive.settings.catalogue_url) as session:
        session.get_one(Document, identity).text = None
        erase_words(session, [identity])
    forget_deleted(archive.settings.catalogue_url)

    content = (Path(archive.settings.home) / "catalogue.db").read_bytes()
    assert b"yxwvuts" not in content
    assert set(archive.ids("văn bản")) == {kept, later}


def test_forgetting_says_whether_there_was_anything(archive: Archive) -> None:
    identity = archive.add(LETTER)
    with writing(archive.settings.catalogue_url) as session:
        assert forget_words(session, identity)
        assert not forget_words(session, identity)
        assert session.query(SearchPage).count() == 0
    assert archive.ids("hội") == []


def test_page_with_more_words_than_any_page_has_is_indexed_as_far_as_it_goes(archive: Archive) -> None:
    identity = archive.add(" ".join(["đầu", *("giữa" for _ in range(6000)), "cuối", "x" * 5000]))

    assert archive.ids("đầu") == [identity]
    assert archive.ids("cuối") == []


def test_documents_that_were_there_before_the_index_are_found_after_the_migration(tmp_path: Path) -> None:
    found = Settings(home=tmp_path / "home")
    found.home.mkdir()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with connect(found.catalogue_url).connect().execution_options(sohoa_writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    store_units(found.catalogue_url, load_ruleset_units())
    older = Archive(found)
    identity = older.add(LETTER, indexed=False)
    older.add("Văn bản mật", number="2", status="locked", indexed=False)
    migrate(found)

    assert older.ids("thành lập") == older.ids("") == [identity]
