"""When is a batch complete, and what does the ledger know of every file that was ever there."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from crowd import all_at_once

from intake import scans
from intake.conftest import REST, START, Inbox, at, manifest, sha256
from sohoa.catalogue.models import BatchStatus
from sohoa.intake import claim_complete, complete_batches
from sohoa.settings import Settings

NFC = unicodedata.normalize("NFC", "Quyết định số 1.jpg")
NFD = unicodedata.normalize("NFD", NFC)
BROKEN = os.fsdecode(b"h\xf4 s\xbf.jpg")  # an old Windows-1258 name on a Linux disk


# --- _READY ---------------------------------------------------------------------------------------------------


def test_ready_file_completes_a_batch_at_the_first_look(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {"a.pdf": scans.cut_pdf(), "_READY": b""})

    assert complete_batches(inbox.settings, START) == [inbox.only_batch().id]


def test_ready_file_in_a_sub_folder_completes_nothing(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "x/_READY": b""})

    assert complete_batches(inbox.settings, START) == []


# --- manifest -------------------------------------------------------------------------------------------------

FILES = {"a.jpg": scans.jpeg(1), "b.pdf": scans.pdf(2), "thư mục/c.png": scans.png(3)}


def test_manifest_with_right_hashes_completes_a_batch_at_the_first_look(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", FILES | {"manifest.csv": manifest(FILES)})

    assert complete_batches(inbox.settings, START) == [inbox.only_batch().id]


def test_bag_manifest_with_right_hashes_completes_a_batch_at_the_first_look(inbox: Inbox) -> None:
    lines = "".join(f"{sha256(content)}  data/{name}\n" for name, content in FILES.items())
    tags = {"bagit.txt": b"BagIt-Version: 1.0\n", "manifest-sha256.txt": lines.encode(), "bag-info.txt": b"x: y\n"}
    inbox.drop("G09", "bao", {f"data/{name}": content for name, content in FILES.items()} | tags)

    assert complete_batches(inbox.settings, START) == [inbox.only_batch().id]


def test_manifest_with_a_wrong_hash_completes_nothing_at_once(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", FILES | {"manifest.csv": manifest(FILES, a="0" * 64)})

    assert complete_batches(inbox.settings, START) == []


def test_manifest_whose_file_has_not_come_completes_nothing_at_once(inbox: Inbox) -> None:
    there = {name: content for name, content in FILES.items() if name != "b.pdf"}
    inbox.drop("G09", "lô 1", there | {"manifest.csv": manifest(FILES)})

    assert complete_batches(inbox.settings, START) == []


def test_file_that_a_manifest_waited_for_completes_the_batch_when_it_comes(inbox: Inbox) -> None:
    there = {name: content for name, content in FILES.items() if name != "b.pdf"}
    inbox.drop("G09", "lô 1", there | {"manifest.csv": manifest(FILES)})
    complete_batches(inbox.settings, START)
    inbox.drop("G09", "lô 1", {"b.pdf": FILES["b.pdf"]})

    assert complete_batches(inbox.settings, at(2)) == [inbox.only_batch().id]


def test_wrong_hash_that_is_put_right_within_the_same_clock_tick_completes_the_batch(inbox: Inbox) -> None:
    folder = inbox.drop("G09", "lô 1", FILES | {"manifest.csv": manifest(FILES)})
    right = (folder / "a.jpg").read_bytes()
    (folder / "a.jpg").write_bytes(right[:-10])
    os.utime(folder / "a.jpg", ns=(1, 1))
    complete_batches(inbox.settings, START)
    (folder / "a.jpg").write_bytes(right)
    os.utime(folder / "a.jpg", ns=(1, 1))

    assert complete_batches(inbox.settings, at(2)) == [inbox.only_batch().id]


def test_manifest_with_a_file_without_hash_waits_for_the_rest_period(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "manifest.csv": b"file,sha256\na.jpg,\n"})

    assert complete_batches(inbox.settings, START) == []
    assert complete_batches(inbox.settings, at(REST)) == [inbox.only_batch().id]


def test_file_that_the_manifest_does_not_name_must_rest(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", FILES | {"manifest.csv": manifest(FILES), "extra.jpg": scans.jpeg(9)})

    assert complete_batches(inbox.settings, START) == []
    assert complete_batches(inbox.settings, at(REST)) == [inbox.only_batch().id]


@pytest.mark.parametrize(
    "text",
    [
        b'file,sha256\n"' + b"x" * 200_000 + b'",1\n',  # more than the csv module takes in a cell
        b"file,pages\na.jpg," + b"9" * 5000 + b"\n",  # more digits than int() takes
        b"file,sha256\ra.jpg,1\r",  # line ends of old Macintosh programs
        b"\xff\xfe\x00\x00",
        b"",
        b"\n\n\n",
        b"file,file,file\na,b\n",
    ],
)
def test_nonsense_in_a_manifest_stops_neither_its_batch_nor_the_others(inbox: Inbox, text: bytes) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(1), "manifest.csv": text})
    inbox.drop("G09", "lô 2", {"b.jpg": scans.jpeg(2), "_READY": b""})

    assert len(complete_batches(inbox.settings, START)) == 1
    assert len(complete_batches(inbox.settings, at(REST))) == 2


def test_manifest_that_is_a_pipe_is_not_opened(inbox: Inbox) -> None:
    folder = inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
    os.mkfifo(folder / "manifest.csv")

    assert complete_batches(inbox.settings, START) == []
    assert complete_batches(inbox.settings, at(REST)) == [inbox.only_batch().id]


def test_manifest_that_is_a_link_is_not_followed(inbox: Inbox, tmp_path: Path) -> None:
    elsewhere = tmp_path / "manifest.csv"
    elsewhere.write_bytes(manifest(FILES))
    folder = inbox.drop("G09", "lô 1", FILES)
    (folder / "manifest.csv").symlink_to(elsewhere)

    assert complete_batches(inbox.settings, START) == []


# --- rest period and structure --------------------------------------------------------------------------------


def test_batch_is_complete_after_the_rest_period_and_not_before(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "b.pdf": scans.pdf(), "c.tif": scans.tiff()})

    assert complete_batches(inbox.settings, START) == []
    assert complete_batches(inbox.settings, at(REST - 0.001)) == []
    assert complete_batches(inbox.settings, at(REST)) == [inbox.only_batch().id]


def test_files_that_lay_there_before_the_first_look_rest_from_that_look(inbox: Inbox) -> None:
    folder = inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
    long_ago = START.timestamp() - 86_400
    os.utime(folder / "a.jpg", (long_ago, long_ago))

    assert complete_batches(inbox.settings, START) == []
    assert complete_batches(inbox.settings, at(REST)) == [inbox.only_batch().id]


def test_growing_file_restarts_the_rest_period(inbox: Inbox) -> None:
    folder = inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "b.jpg": scans.jpeg(2)})
    complete_batches(inbox.settings, START)
    with (folder / "b.jpg").open("ab") as stream:
        stream.write(b"more")

    assert complete_batches(inbox.settings, at(50)) == []
    assert complete_batches(inbox.settings, at(REST)) == []
    assert complete_batches(inbox.settings, at(50 + REST)) == [inbox.only_batch().id]


def test_file_rewritten_with_the_same_size_restarts_the_rest_period(inbox: Inbox) -> None:
    folder = inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)
    os.utime(folder / "a.jpg", ns=(1, 1))
    complete_batches(inbox.settings, at(50))

    assert complete_batches(inbox.settings, at(REST)) == []


def test_new_file_restarts_the_rest_period(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)
    inbox.drop("G09", "lô 1", {"b.jpg": scans.jpeg(2)})
    complete_batches(inbox.settings, at(50))

    assert complete_batches(inbox.settings, at(REST)) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", scans.cut_pdf()),
        ("a.tif", scans.tiff(3)[:-500]),
        ("a.jpg", scans.jpeg()[:-40]),
        ("a.png", scans.png()[:-20]),
        ("a.pdf", b""),
    ],
)
def test_file_that_does_not_end_holds_its_batch_for_some_rest_periods_and_no_longer(
    inbox: Inbox, name: str, content: bytes
) -> None:
    inbox.drop("G09", "lô 1", {name: content, "whole.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)

    assert complete_batches(inbox.settings, at(REST)) == []
    assert complete_batches(inbox.settings, at(5 * REST - 1)) == []
    assert complete_batches(inbox.settings, at(5 * REST)) == [inbox.only_batch().id]


def test_file_that_ends_at_last_frees_its_batch(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {"a.pdf": scans.cut_pdf()})
    complete_batches(inbox.settings, START)
    complete_batches(inbox.settings, at(REST))
    inbox.drop("G09", "lô 1", {"a.pdf": scans.pdf(3)})
    complete_batches(inbox.settings, at(REST + 1))

    assert complete_batches(inbox.settings, at(2 * REST + 1)) == [inbox.only_batch().id]


@pytest.mark.parametrize("content", [scans.DOCX, b"Ghi ch\xc3\xba\n", scans.locked_pdf()])
def test_file_that_waiting_will_not_mend_holds_nothing(inbox: Inbox, content: bytes) -> None:
    inbox.drop("G09", "lô 1", {"a": content, "b.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)

    assert complete_batches(inbox.settings, at(REST)) == [inbox.only_batch().id]


def test_unfinished_batch_does_not_hold_another(inbox: Inbox) -> None:
    inbox.drop("G09", "cụt", {"a.pdf": scans.cut_pdf()})
    inbox.drop("G09", "nguyên", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)

    complete = complete_batches(inbox.settings, at(REST))

    assert [inbox.batch(batch_id).name for batch_id in complete] == ["nguyên"]


def test_a_whole_look_starts_the_decoder_once_and_a_second_look_not_at_all(
    settings: Settings, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sohoa.intake import watching
    from sohoa.pages import PageWorker

    started = 0

    class Counted(PageWorker):
        def _running(self):  # type: ignore[no-untyped-def]
            nonlocal started
            started += self._process is None
            return super()._running()

    monkeypatch.setattr(watching, "PageWorker", Counted)
    inbox.drop("G09", "lô 1", {f"{n}.jpg": scans.jpeg(n) for n in range(5)} | {"z.pdf": scans.cut_pdf()})
    complete_batches(settings, START)
    complete_batches(settings, at(REST))
    complete_batches(settings, at(REST + 2))

    assert started == 1


# --- loose files, debris, links -------------------------------------------------------------------------------


def test_loose_files_of_a_unit_form_one_batch_without_name(inbox: Inbox) -> None:
    inbox.drop("G09", "", {"a.jpg": scans.jpeg(), "b.jpg": scans.jpeg(2)})
    inbox.drop("G09", "lô 1", {"c.jpg": scans.jpeg(3)})
    complete_batches(inbox.settings, START)

    loose = next(batch for batch in inbox.batches() if batch.name == "")
    assert set(inbox.ledger(loose.id)) == {"a.jpg", "b.jpg"}
    assert loose.id in complete_batches(inbox.settings, at(REST))


@pytest.mark.parametrize(
    "name", [".DS_Store", "Thumbs.db", "THUMBS.DB", "desktop.ini", "~$don.docx", ".~lock.a.odt#", "._a.jpg"]
)
def test_debris_is_no_file_of_a_batch(inbox: Inbox, name: str) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), name: b"debris", f"sâu/{name}": b"debris"})
    inbox.drop("G09", "chỉ rác", {name: b"debris"})
    inbox.drop("G10", "", {name: b"debris"})
    complete_batches(inbox.settings, START)

    assert set(inbox.ledger()) == {"a.jpg"}
    assert inbox.only_batch().name == "lô 1"


def test_links_are_not_followed(inbox: Inbox, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(scans.jpeg(7))
    folder = inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
    (folder / "link.jpg").symlink_to(outside / "secret.jpg")
    (folder / "folder").symlink_to(outside)
    (folder / "_READY").symlink_to(outside / "secret.jpg")
    (inbox.settings.inbox / "G10").symlink_to(outside)
    (inbox.settings.inbox / "G09" / "linked batch").symlink_to(outside)
    (inbox.settings.inbox / "G09" / "loose.jpg").symlink_to(outside / "secret.jpg")

    assert complete_batches(inbox.settings, START) == []
    assert set(inbox.ledger()) == {"a.jpg"}


def test_work_folders_of_ours_are_no_batches(inbox: Inbox) -> None:
    inbox.drop("G09", ".claimed/G09.x", {"a.jpg": scans.jpeg()})
    inbox.drop("G09", ".done/G09.y", {"a.jpg": scans.jpeg()})
    inbox.drop(".trash", "lô", {"a.jpg": scans.jpeg()})

    assert complete_batches(inbox.settings, START) == []
    assert inbox.batches() == []


def test_missing_inbox_is_an_empty_inbox(inbox: Inbox) -> None:
    inbox.settings.inbox.rmdir()

    assert complete_batches(inbox.settings, START) == []


# --- the ledger -----------------------------------------------------------------------------------------------


def test_ledger_knows_when_each_file_was_first_seen(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(2), "b.jpg": scans.jpeg(3)})
    complete_batches(inbox.settings, at(10))

    ledger = inbox.ledger()
    assert (ledger["a.jpg"].first_seen_at, ledger["a.jpg"].stable_since) == (START, at(10))
    assert (ledger["b.jpg"].first_seen_at, ledger["b.jpg"].stable_since) == (at(10), at(10))


def test_file_taken_away_stays_in_the_ledger_as_gone_and_may_come_back(inbox: Inbox) -> None:
    folder = inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "b.jpg": scans.jpeg(2)})
    complete_batches(inbox.settings, START)
    (folder / "b.jpg").unlink()
    complete_batches(inbox.settings, at(10))
    gone = inbox.ledger()["b.jpg"]
    inbox.drop("G09", "lô 1", {"b.jpg": scans.jpeg(2)})
    complete_batches(inbox.settings, at(20))
    back = inbox.ledger()["b.jpg"]

    assert gone.gone_at == at(10)
    assert (back.gone_at, back.first_seen_at, back.stable_since) == (None, START, at(20))


def test_drop_taken_away_is_withdrawn_and_a_new_one_of_that_name_is_another_batch(inbox: Inbox) -> None:
    folder = inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)
    (folder / "a.jpg").unlink()
    folder.rmdir()
    complete_batches(inbox.settings, at(10))

    assert inbox.only_batch().status == BatchStatus.WITHDRAWN
    assert inbox.ledger()["a.jpg"].gone_at == at(10)

    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, at(20))
    assert inbox.statuses() == {"lô 1": ["withdrawn", "waiting"]}


def test_unit_that_nobody_knows_is_created_with_a_flag(inbox: Inbox) -> None:
    from sohoa.catalogue.database import reading
    from sohoa.catalogue.models import Unit

    inbox.drop("X99", "lô 1", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)

    with reading(inbox.settings.catalogue_url) as session:
        assert session.get_one(Unit, "X99").flags == ["unknown_to_ruleset"]


def test_look_at_an_unchanged_inbox_writes_nothing(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)
    database = inbox.settings.home / "catalogue.db"
    wal = database.with_name("catalogue.db-wal")
    before = (database.stat().st_mtime_ns, wal.stat().st_size if wal.exists() else 0)
    complete_batches(inbox.settings, at(10))

    assert (database.stat().st_mtime_ns, wal.stat().st_size if wal.exists() else 0) == before


# --- names ----------------------------------------------------------------------------------------------------


def test_names_that_differ_in_their_normal_form_only_are_both_kept(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {NFC: scans.jpeg(1), NFD: scans.jpeg(2)})
    complete_batches(inbox.settings, START)

    assert NFC in inbox.ledger()
    assert len(inbox.ledger()) == 2
    assert complete_batches(inbox.settings, at(REST)) == [inbox.only_batch().id]


def test_folders_that_differ_in_their_normal_form_only_keep_all_their_files(inbox: Inbox) -> None:
    """Three spellings of one name, with a file of the same name in each."""
    mixed = unicodedata.normalize("NFC", "Quyết ") + unicodedata.normalize("NFD", "định")
    spellings = [unicodedata.normalize("NFC", mixed), mixed, unicodedata.normalize("NFD", mixed)]
    inbox.drop("G09", "lô 1", {f"{name}/a.jpg": scans.jpeg(n) for n, name in enumerate(spellings)})
    complete_batches(inbox.settings, START)

    assert len(inbox.ledger()) == 3
    assert complete_batches(inbox.settings, at(REST)) == [inbox.only_batch().id]


def test_file_name_in_decomposed_form_is_known_in_composed_form(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {NFD: scans.jpeg(), "manifest.csv": manifest({NFC: scans.jpeg()})})

    assert complete_batches(inbox.settings, START) == [inbox.only_batch().id]
    assert NFC in inbox.ledger()


@pytest.mark.parametrize("name", [NFD.removesuffix(".jpg"), BROKEN, "a" * 255, "lô\nmới", "%s{x}|'\";--"])
def test_batch_folder_may_bear_any_name(inbox: Inbox, name: str) -> None:
    inbox.drop("G09", name, {"a.jpg": scans.jpeg(), "_READY": b""})

    [batch_id] = claim_complete(inbox.settings)

    assert inbox.batch(batch_id).name.isprintable() or "\n" in name
    assert inbox.on_disk() == {f"G09/.claimed/{batch_id}/a.jpg", f"G09/.claimed/{batch_id}/_READY"}


@pytest.mark.parametrize("name", ["Sở Nội vụ", unicodedata.normalize("NFD", "Sở Nội vụ"), BROKEN, "a" * 255])
def test_unit_folder_may_bear_any_name(inbox: Inbox, name: str) -> None:
    inbox.drop(name, "lô 1", {"a.jpg": scans.jpeg(), "_READY": b""})
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "_READY": b""})

    batch_ids = claim_complete(inbox.settings)

    assert len(batch_ids) == 2
    assert all(len(batch_id) < 200 and batch_id.isascii() for batch_id in batch_ids)


def test_unit_and_batch_folders_in_two_normal_forms_are_all_taken(inbox: Inbox) -> None:
    for unit in ("Sở", unicodedata.normalize("NFD", "Sở")):
        for name in ("lô mới", unicodedata.normalize("NFD", "lô mới")):
            inbox.drop(unit, name, {"a.jpg": scans.jpeg(), "_READY": b""})

    assert len(claim_complete(inbox.settings)) == 4
    assert all("/.claimed/" in path for path in inbox.on_disk())


def test_names_with_broken_bytes_enter_the_ledger_readably(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {BROKEN: scans.jpeg(), f"{BROKEN}.d/x.jpg": scans.jpeg(2)})
    complete_batches(inbox.settings, START)

    assert set(inbox.ledger()) == {"h\\xf4 s\\xbf.jpg", "h\\xf4 s\\xbf.jpg.d/x.jpg"}
    assert complete_batches(inbox.settings, at(REST)) == [inbox.only_batch().id]


def test_name_that_looks_like_a_broken_one_is_told_apart_from_it(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {BROKEN: scans.jpeg(), "h\\xf4 s\\xbf.jpg": scans.jpeg(2)})
    complete_batches(inbox.settings, START)

    assert len(inbox.ledger()) == 2


# --- faults of the share --------------------------------------------------------------------------------------


def _refuse(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let the system refuse to list a folder, as a share does that is half gone."""
    real = os.scandir

    def scandir(path: str | Path = ".") -> object:
        if Path(path) == folder:
            raise OSError(5, "Input/output error", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    real_listdir = os.listdir

    def listdir(path: str | Path = ".") -> list[str]:
        if Path(path) == folder:
            raise OSError(5, "Input/output error", str(path))
        return real_listdir(path)

    monkeypatch.setattr(os, "listdir", listdir)


def test_folder_that_cannot_be_listed_is_neither_complete_nor_withdrawn(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A listing that fails must not pass for a folder without files."""
    folder = inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "sâu/b.jpg": scans.jpeg(2), "_READY": b""})
    other = inbox.drop("G09", "lô 2", {"a.jpg": scans.jpeg(), "_READY": b""})
    complete_batches(inbox.settings, START)
    with monkeypatch.context() as fault:
        _refuse(fault, folder / "sâu")
        complete = complete_batches(inbox.settings, at(5))
        assert [inbox.batch(batch_id).name for batch_id in complete] == [other.name]
        assert inbox.ledger()["sâu/b.jpg"].gone_at is None
    assert len(complete_batches(inbox.settings, at(6))) == 2


def test_unit_folder_that_cannot_be_listed_keeps_its_batches_and_stops_no_other_unit(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "_READY": b""})
    inbox.drop("G10", "lô 2", {"a.jpg": scans.jpeg(), "_READY": b""})
    complete_batches(inbox.settings, START)
    _refuse(monkeypatch, inbox.settings.inbox / "G09")

    complete = complete_batches(inbox.settings, at(5))

    assert [inbox.batch(batch_id).name for batch_id in complete] == ["lô 2"]
    assert inbox.statuses() == {"lô 1": ["waiting"], "lô 2": ["waiting"]}


# --- several watchers -----------------------------------------------------------------------------------------


def test_watchers_that_see_a_drop_at_once_agree_on_one_batch(inbox: Inbox) -> None:
    for number in range(3):
        inbox.drop("X01", f"lô {number}", {"a.jpg": scans.jpeg(), "_READY": b""})

    looks = all_at_once(3, complete_batches, inbox.settings)

    assert len(inbox.batches()) == 3
    assert len(inbox.ledger(inbox.batches()[0].id)) == 2
    assert {tuple(sorted(look)) for look in looks} == {tuple(sorted(b.id for b in inbox.batches()))}


def test_watcher_with_an_old_view_makes_no_batch_of_files_that_another_has_claimed(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is read, then another process claims it, then the first one writes its ledger."""
    from sohoa.intake import watching

    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "_READY": b""})
    inbox.drop("G09", "", {"b.jpg": scans.jpeg(2), "_READY": b""})
    real_drops, claimed = watching.drops, list[str]()

    def slow_drops(settings: Settings):  # type: ignore[no-untyped-def]
        seen = list(real_drops(settings))
        if not claimed:
            monkeypatch.setattr(watching, "drops", real_drops)
            claimed.extend(claim_complete(settings))
        return iter(seen)

    monkeypatch.setattr(watching, "drops", slow_drops)
    complete = complete_batches(inbox.settings, START)

    assert len(claimed) == 2
    assert complete == []
    assert inbox.statuses() == {"lô 1": ["claimed"], "": ["claimed"]}


def test_watcher_with_an_old_view_does_not_withdraw_what_another_has_just_seen(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sohoa.intake import watching

    real_drops = watching.drops

    def early_drops(settings: Settings):  # type: ignore[no-untyped-def]
        monkeypatch.setattr(watching, "drops", real_drops)
        seen = list(real_drops(settings))
        inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
        complete_batches(settings, START)
        return iter(seen)

    monkeypatch.setattr(watching, "drops", early_drops)
    complete_batches(inbox.settings, at(1))

    assert inbox.statuses() == {"lô 1": ["waiting"]}
