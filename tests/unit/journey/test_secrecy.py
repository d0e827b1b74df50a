"""A classified paper on its way: what is left of it, and where, after every station, rerun and kill."""

from __future__ import annotations

import csv
import gzip
import io
import json
import logging
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from reading.test_boundaries import DECISION, OTHER, at
from reading.typesetting import LEFT, MIDDLE, Row, instead
from sqlalchemy import delete
from stamping import press

from sohoa import journey
from sohoa.archive import LOCKED, Store, master_key
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Correction, Document, DocumentStatus, Event, Field, Page, ScanFile, Verdict, utc_now
from sohoa.catalogue.overview import batch_overview
from sohoa.errors import SohoaError
from sohoa.intake import claim_complete
from sohoa.intake.receiving import adopt_folder, receive_batch
from sohoa.journey.locking import clear, lock_by_person, put_away, put_away_left
from sohoa.journey.readings import PageWords, keep_page, kept_page
from sohoa.reading.secrecy import DOUBT, FRAME, LOOK, MARK
from sohoa.settings import Settings

from .conftest import World, digitise, settings_at
from .test_stacks import FILE, UNIT, Fresh, Stack

Dropped = tuple[World, dict[str, dict[str, object]]]
SAMPLES = Path(__file__).parents[2] / "samples"
MARKED = [*DECISION, Row("MẬT", LEFT, 0.135)]
SECOND_PAGE = [Row("Điều 2. Quyết định này có hiệu lực kể từ ngày ký.", MIDDLE, 0.1)]
OF_STARS = instead(DECISION, "Về việc", "Về việc cho phép thành lập Hội Thiên văn")
SECRET_WORDS = ("Khoa học", "thành lập", "1368/QĐ", "1368QĐ")


def everything(settings: Settings) -> Iterator[tuple[Path, bytes]]:
    """Every file below the home but those in closed folders, unpacked."""
    for path in sorted(settings.home.rglob("*")):
        if path.is_file() and LOCKED not in path.parts and f".{LOCKED}" not in path.parts:
            content = path.read_bytes()
            yield path, gzip.decompress(content) if path.suffix == ".gz" else content


def assert_nowhere(settings: Settings, words: tuple[str, ...]) -> None:
    for path, content in everything(settings):
        for word in words:
            escaped = json.dumps(word).strip('"').encode()
            assert word.encode() not in content, path
            assert escaped not in content, path


@pytest.fixture
def stack(fresh: Fresh, tmp_path: Path) -> Callable[..., Stack]:
    return lambda *pages: Stack(fresh("home"), tmp_path, [at(rows) for rows in pages])


def publish(stack: Stack) -> journey.BatchOutcome:
    """The stations after the reading; the gate has nothing to judge where all is locked."""
    stack.compile()
    if {document.status for document in stack.documents()} != {"locked"}:
        journey.judge_documents(stack.settings, stack.batch_id)
    return journey.publish_batch(stack.settings, stack.batch_id)


def doubtful(stack: Stack, page_no: int = 1) -> None:
    """As if a red frame had been seen on a page of which nothing could be read."""
    words = kept_page(stack.settings, stack.file.sha256, page_no)
    assert words is not None
    looks = {LOOK: [[words.words[0].__class__(FRAME, 1.0, 0.2, 0.1, 0.3, 0.13, 0, 0)]]}
    keep_page(stack.settings, stack.file.sha256, page_no, PageWords(words.aspect, words.words, looks=looks))


# -- with real pages and real tesseract


@pytest.fixture(scope="module")
def dropped(tmp_path_factory: pytest.TempPathFactory) -> Dropped:
    """Two papers dropped into the inbox, one of them stamped TỐI MẬT; digitised to the end."""
    home = tmp_path_factory.mktemp("secrecy")
    settings = settings_at(home)
    migrate(settings)
    truth = {row["source_file"]: row for row in map(json.loads, (SAMPLES / "truth.jsonl").open(encoding="utf-8"))}
    drop = settings.inbox / UNIT / "lô"
    drop.mkdir(parents=True)
    secret, plain = "scan_0030.jpg", "scan_0027.pdf"
    with Image.open(SAMPLES / "scans" / secret) as page:
        press(page, "TỐI MẬT", (12, 20), 200).save(drop / "a.pdf", resolution=200.0)
    (drop / "b.pdf").write_bytes((SAMPLES / "scans" / plain).read_bytes())
    (drop / "_READY").touch()
    log = logging.FileHandler(home / "sohoa.log", encoding="utf-8")
    logging.getLogger().addHandler(log)
    try:
        [batch_id] = claim_complete(settings)
        digitise(settings, batch_id)
    finally:
        logging.getLogger().removeHandler(log)
    return World(settings, batch_id), {"a.pdf": truth[secret], "b.pdf": truth[plain]}


def test_nothing_outside_the_closed_folders_holds_a_word_of_it(
    dropped: Dropped,
) -> None:
    world, truth = dropped
    theirs = phrases_of(truth["b.pdf"])
    own = tuple(word for word in phrases_of(truth["a.pdf"]) if word not in theirs)
    assert len(own) > 6
    assert_nowhere(world.settings, own)
    seen = b"".join(content for _, content in everything(world.settings))
    assert any(word.encode() in seen for word in theirs), "the search must be able to find words"


def phrases_of(row: dict[str, object]) -> tuple[str, ...]:
    """Its code, signer, and each two words of its subject that follow one another."""
    words = str(row["subject"]).split()
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return (f"{row['code_number']}/{row['code_notation']}", str(row["signer_name"]), *pairs)


def test_it_is_locked_and_told_and_the_other_paper_goes_on(
    dropped: Dropped,
) -> None:
    world, _ = dropped
    (row,) = [row for row in world.export() if row["source_file"] == "a.pdf"]
    assert (row["status"], row["review_reasons"][0], row["flags"]) == ("locked", MARK, [MARK])
    empty = ("doc_type", "code_number", "code_notation", "issued_on", "issuer", "subject", "signer_name", "text")
    assert {row[name] for name in (*empty, "dossier_code", "result_key", "digitised_on")} == {None}
    assert row["field_confidence"] == {}
    assert world.document("b.pdf").subject
    outcome = journey.count_outcome(world.settings, world.batch_id)
    assert outcome.n_locked == 1
    assert outcome.needs_person
    receipt = world.settings.outbox / UNIT / world.batch_id / "receipt.csv"
    lines = {line["Tệp"]: line for line in csv.DictReader(io.StringIO(receipt.read_text("utf-8-sig")))}
    assert lines["a.pdf"]["Kết quả"] == "Văn bản mật, đã khóa"
    assert "người phụ trách bảo mật" in lines["a.pdf"]["Lý do, việc cần làm"]
    assert lines["a.pdf"]["Số, ký hiệu"] == ""


def test_master_and_delivered_copy_are_kept_where_only_the_owner_may_go(
    dropped: Dropped,
) -> None:
    world, _ = dropped
    (file,) = world.rows(ScanFile, ScanFile.path == "a.pdf")
    store = Store(world.settings.archive)
    kept = store.path(master_key(str(file.sha256)))
    assert kept.is_relative_to(world.settings.archive / LOCKED)
    closed = world.settings.inbox / UNIT / f".{LOCKED}"
    delivered = closed / world.batch_id / "a.pdf"
    assert delivered.read_bytes() == kept.read_bytes()
    for folder in (world.settings.archive / LOCKED, closed):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in (kept, delivered):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (world.settings.inbox / UNIT / ".done" / world.batch_id / "b.pdf").is_file()
    pages = world.rows(Page, Page.sha256 == file.sha256)
    assert [page.status for page in pages] == ["ocred"]


# -- with given words


def test_every_document_of_a_file_with_a_classified_one_is_locked(stack: Callable[..., Stack]) -> None:
    held = stack(OTHER, MARKED, SECOND_PAGE, instead(OTHER, "Số:", "Số: 78/QĐ-BNV"))
    outcome = publish(held)
    reasons = {document.first_page: document.review_reasons for document in held.documents()}
    assert reasons == {
        1: ["secrecy_in_file", "locked_away"],
        2: [MARK, "locked_away"],
        4: ["secrecy_in_file", "locked_away"],
    }
    assert {document.status for document in held.documents()} == {"locked"}
    assert (outcome.n_locked, outcome.n_accepted, outcome.n_in_review) == (3, 0, 0)
    assert_nowhere(held.settings, (*SECRET_WORDS, "77/QĐ"))
    assert held.statuses() == ["ocred"] * 4
    with reading(held.settings.catalogue_url) as session:
        (batch,) = batch_overview(session, held.batch_id)
    assert batch["files"][0]["outcome"] == "locked"


def test_running_the_stations_again_changes_nothing(stack: Callable[..., Stack]) -> None:
    held = stack(OTHER, MARKED)
    publish(held)
    before, events = held.world.export(), len(held.world.rows(Event))
    publish(held)
    assert (held.world.export(), len(held.world.rows(Event))) == (before, events)


class Killed(BaseException):
    pass


@pytest.mark.parametrize("survives", [0, 1, 3, 5])
def test_killed_anywhere_while_it_is_locked_and_run_again_it_ends_the_same(
    stack: Callable[..., Stack], survives: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = stack(OTHER, MARKED)
    steps = iter(range(survives))

    def dying(name: str) -> None:
        module = "sohoa.journey.locking"
        real = getattr(journey.locking, name)

        def step(*arguments: object) -> object:
            if next(steps, None) is None:
                raise Killed
            return real(*arguments)

        monkeypatch.setattr(f"{module}.{name}", step)

    for name in ("forget_pages", "lock_copies", "shut_sources", "put_away"):
        dying(name)
    lock = Store.lock

    def locking(store: Store, key: str) -> None:
        if next(steps, None) is None:
            raise Killed
        lock(store, key)

    monkeypatch.setattr(Store, "lock", locking)
    with suppress(Killed):
        publish(held)
    monkeypatch.undo()
    publish(held)
    assert [document.status for document in held.documents()] == ["locked", "locked"]
    assert_nowhere(held.settings, SECRET_WORDS)
    assert Store(held.settings.archive).is_locked(master_key(held.file.sha256))
    kinds = [event.kind for event in held.world.rows(Event)]
    assert kinds.count("document_locked") == 2


def test_the_same_file_again_is_a_duplicate_and_leaves_no_copy_in_the_open(
    stack: Callable[..., Stack], tmp_path: Path
) -> None:
    held = stack(MARKED)
    publish(held)
    locked = Store(held.settings.archive).path(master_key(held.file.sha256)).read_bytes()
    drop = held.settings.inbox / UNIT / "lại"
    drop.mkdir(parents=True)
    (drop / "lại.pdf").write_bytes(locked)
    (drop / "_READY").touch()
    [batch_id] = claim_complete(held.settings)
    outcome = digitise(held.settings, batch_id)
    assert (outcome.n_duplicate, outcome.n_locked) == (1, 0)
    assert locked not in [content for _, content in everything(held.settings)]
    assert (held.settings.inbox / UNIT / f".{LOCKED}" / batch_id / "lại.pdf").read_bytes() == locked
    assert [document.status for document in held.documents()] == ["locked"]


def test_what_may_be_a_mark_goes_to_review_without_its_words(stack: Callable[..., Stack]) -> None:
    held = stack(OTHER, OF_STARS)
    doubtful(held, 2)
    outcome = publish(held)
    free, withheld = held.documents()
    assert withheld.status == "in_review"
    assert withheld.review_reasons == [MARK, DOUBT]
    assert free.code_number == "77"
    assert (outcome.n_locked, outcome.n_in_review) == (0, 2)
    assert_nowhere(held.settings, ("Thiên văn", "1368/QĐ", "1368QĐ"))
    judged = held.world.rows(Verdict, Verdict.item_id == withheld.document_id)
    assert {verdict.reason for verdict in judged if not verdict.passed} == {MARK}
    journey.make_copies(held.settings, held.batch_id)
    assert [bool(document.pdfa_sha256) for document in held.documents()] == [True, False]
    before = held.world.export()
    publish(held)
    assert held.world.export() == before


def test_a_person_who_sees_no_mark_has_it_read_after_all(stack: Callable[..., Stack]) -> None:
    held = stack(DECISION)
    doubtful(held)
    publish(held)
    (document,) = held.documents()
    assert clear(held.settings, document.document_id, "lan") == held.batch_id
    with writing(held.settings.catalogue_url) as session:
        for page in session.query(Page):
            page.status = "ocred"
    publish(held)
    (document,) = held.documents()
    assert document.code_number == "1368"
    assert document.text
    assert MARK not in document.review_reasons
    assert [e.agent for e in held.world.rows(Event, Event.kind == "secrecy_cleared")] == ["lan"]


def test_a_person_who_releases_a_locked_file_has_its_pages_read_anew(stack: Callable[..., Stack]) -> None:
    held = stack(MARKED)
    publish(held)
    (document,) = held.documents()
    clear(held.settings, document.document_id, "lan")
    assert journey.plan_chunks(held.settings, held.batch_id) == [[(held.file.sha256, 1, 1)]]
    held.read([at(MARKED)])
    publish(held)
    (document,) = held.documents()
    assert (document.status, document.code_number) == ("in_review", "1368")
    assert not Store(held.settings.archive).is_locked(master_key(held.file.sha256))
    with pytest.raises(SohoaError, match="not held for secrecy"):
        clear(held.settings, document.document_id, "lan")


def test_a_person_who_sees_a_mark_locks_the_file_with_all_that_was_made_of_it(stack: Callable[..., Stack]) -> None:
    held = stack(DECISION, OTHER)
    publish(held)
    journey.make_copies(held.settings, held.batch_id)
    first, _ = held.documents()
    with writing(held.settings.catalogue_url) as session:
        session.add(
            Correction(
                document_id=first.document_id,
                field="subject",
                read_value="Khoa học",
                read_confidence=0.5,
                read_source="ocr",
                set_value="Khoa học",
                sha256=first.sha256,
                decided_at=utc_now(),
            )
        )
        session.get_one(Document, first.document_id).status = DocumentStatus.ACCEPTED
    lock_by_person(held.settings, first.document_id, "lan")
    assert [document.status for document in held.documents()] == ["locked", "locked"]
    assert held.world.rows(Field) == []
    assert_nowhere(held.settings, SECRET_WORDS)
    assert list((held.settings.archive / "documents").rglob("*.pdf")) == []
    lock_by_person(held.settings, first.document_id, "lan")
    with pytest.raises(SohoaError, match="no document"):
        lock_by_person(held.settings, "x", "lan")


def test_a_run_beside_the_one_that_locks_writes_nothing_back(
    stack: Callable[..., Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = stack(MARKED)
    publish(held)
    looks = iter([False])
    real = journey.documents.has_locked

    def late(*arguments: object) -> bool:
        return next(looks, None) is not False and real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("sohoa.journey.documents.has_locked", late)
    held.compile()
    (document,) = held.documents()
    assert (document.status, document.text) == ("locked", None)


def test_words_that_a_slower_run_kept_after_all_are_removed(stack: Callable[..., Stack]) -> None:
    held = stack(MARKED)
    publish(held)
    keep_page(held.settings, held.file.sha256, 1, PageWords(0.7, list(at(MARKED).words)))
    put_away(held.settings, held.file.sha256)
    assert_nowhere(held.settings, SECRET_WORDS)


def test_loose_pages_share_the_fate_of_the_paper_that_one_of_them_belongs_to(fresh: Fresh, tmp_path: Path) -> None:
    settings = fresh("home")
    pages = {number: picture(number) for number in range(1, 4)}

    def drop(name: str, *numbers: int) -> str:
        folder = tmp_path / name
        folder.mkdir()
        for place, number in enumerate(numbers, start=1):
            (folder / f"QĐ_{place}.png").write_bytes(pages[number])
        batch_id = adopt_folder(settings, folder, UNIT)
        receive_batch(settings, batch_id)
        with writing(settings.catalogue_url) as session:
            for page in session.query(Page).filter_by(status="pending"):
                rows = MARKED if (name, page.page_no) == ("một", 1) else OTHER
                page.status = "ocred"
                keep_page(settings, page.sha256, page.page_no, PageWords(0.7, list(at(rows).words)))
        journey.compile_documents(settings, batch_id)
        return batch_id

    earlier = drop("trước", 2, 3)
    drop("một", 1, 2)
    later = drop("sau", 2, 3, 2)
    world = World(settings, earlier)
    assert {document.status for document in world.rows(Document)} == {"locked"}
    assert {document.batch_id for document in world.rows(Document)} >= {earlier, later}
    for file in world.rows(ScanFile):
        assert Store(settings.archive).is_locked(master_key(file.sha256))
    assert_nowhere(settings, (*SECRET_WORDS, "Căn cứ"))


def picture(shade: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (420, 594), (200, 200, 100 + shade)).save(stream, "PNG")
    return stream.getvalue()


def test_what_a_killed_run_left_half_locked_is_finished_by_any_other_batch(stack: Callable[..., Stack]) -> None:
    held = stack(MARKED)
    publish(held)
    Store(held.settings.archive).unlock(master_key(held.file.sha256))
    put_away_left(held.settings, "another")
    assert Store(held.settings.archive).is_locked(master_key(held.file.sha256))
    with writing(held.settings.catalogue_url) as session:
        session.execute(delete(Verdict))
    assert held.file.path == FILE
