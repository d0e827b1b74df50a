"""From the claimed folder to the master store and the ledger: whole, once, and with a fate for every file."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from crowd import all_at_once
from sqlalchemy import Engine, event, select

from intake import scans
from intake.conftest import START, Inbox, installation, manifest, sha256
from sohoa.archive import Store, master_key
from sohoa.archive.groups import GROUP, members, page_source, read_group
from sohoa.catalogue.database import connect, reading
from sohoa.catalogue.models import Event, ScanFile
from sohoa.errors import SohoaError
from sohoa.intake import adopt_folder, claim_complete, receive_batch, receiving
from sohoa.intake.receipt import receipt_lines
from sohoa.messages import say
from sohoa.pages import PageWorker, Unreadable

READY = {"_READY": b""}


class Killed(BaseException):
    """The process ends here."""


def _claim(inbox: Inbox, files: dict[str, bytes], batch: str = "lô 1") -> str:
    inbox.drop("G09", batch, files | READY)
    before = {row.id for row in inbox.batches() if row.status != "waiting"}
    claim_complete(inbox.settings)
    [batch_id] = {row.id for row in inbox.batches()} - before
    return batch_id


def _receive(inbox: Inbox, files: dict[str, bytes], batch: str = "lô 1") -> str:
    batch_id = _claim(inbox, files, batch)
    receive_batch(inbox.settings, batch_id)
    return batch_id


def _store(inbox: Inbox) -> Store:
    return Store(inbox.settings.archive)


def _folder(inbox: Inbox, batch_id: str, kind: str = ".claimed") -> Path:
    return inbox.settings.inbox / "G09" / kind / batch_id


# --- the plain way --------------------------------------------------------------------------------------------


def test_every_scan_lies_in_the_master_store_byte_for_byte(inbox: Inbox) -> None:
    files = {"a.jpg": scans.jpeg(), "b.pdf": scans.pdf(3), "c.tif": scans.tiff(2), "sâu/d.png": scans.png()}
    batch_id = _receive(inbox, files)

    for name, content in files.items():
        row = inbox.ledger(batch_id)[name]
        assert row.sha256 == sha256(content)
        assert (row.outcome, row.size_bytes) == ("received", len(content))
        assert _store(inbox).read(master_key(row.sha256)) == content
        assert inbox.masters()[row.sha256].size_bytes == len(content)


def test_every_page_waits_to_be_read(inbox: Inbox) -> None:
    batch_id = _receive(inbox, {"b.pdf": scans.pdf(3), "c.tif": scans.tiff(2)})

    ledger = inbox.ledger(batch_id)
    assert inbox.n_pages(ledger["b.pdf"].sha256) == 3
    assert inbox.n_pages(ledger["c.tif"].sha256) == 2


def test_source_lies_whole_in_done_at_the_end(inbox: Inbox) -> None:
    files = {"a.jpg": scans.jpeg(), "sâu/b.pdf": scans.cut_pdf(), "Thumbs.db": b"x", "manifest.csv": b"file\na.jpg\n"}
    batch_id = _receive(inbox, files)

    assert inbox.on_disk() == {f"G09/.done/{batch_id}/{name}" for name in files | READY}
    assert all((_folder(inbox, batch_id, ".done") / name).read_bytes() == files[name] for name in files)


def test_files_about_the_batch_are_no_scans(inbox: Inbox) -> None:
    batch_id = _receive(inbox, {"a.jpg": scans.jpeg(), "manifest.csv": b"file\na.jpg\n", "sâu/manifest.csv": b"x"})

    assert inbox.outcomes(batch_id) == {
        "_READY": ("ignored", None),
        "manifest.csv": ("ignored", None),
        "a.jpg": ("received", None),
        "sâu/manifest.csv": ("quarantined", "file.unknown_type"),
    }


def test_manifest_tells_of_scan_day_dossier_and_pages(inbox: Inbox) -> None:
    text = "\ufefffile;pages;scanned_on;dossier_code\n.\\sâu\\a.jpg;1;05/03/2021;G09.01-220305-0001\nb.jpg;x;never;\n"
    batch_id = _receive(
        inbox, {"sâu/a.jpg": scans.jpeg(), "b.jpg": scans.jpeg(2), "manifest.csv": text.encode("utf-8")}
    )

    row, other = inbox.ledger(batch_id)["sâu/a.jpg"], inbox.ledger(batch_id)["b.jpg"]
    assert (str(row.scanned_on), row.dossier_code, row.pages_declared) == ("2021-03-05", "G09.01-220305-0001", 1)
    assert (other.scanned_on, other.dossier_code, other.pages_declared, other.outcome) == (None, None, None, "received")


def test_receiving_again_changes_nothing(inbox: Inbox) -> None:
    batch_id = _receive(inbox, {"a.jpg": scans.jpeg(), "b.pdf": scans.cut_pdf()})
    before = _final_state(inbox)
    receive_batch(inbox.settings, batch_id)

    assert _final_state(inbox) == before


def test_batch_that_nobody_knows_is_an_error(inbox: Inbox) -> None:
    with pytest.raises(KeyError, match="no batch"):
        receive_batch(inbox.settings, "G09.x")


def test_receiving_shows_progress(inbox: Inbox) -> None:
    """A large batch takes longer than a run may be silent."""
    batch_id = _receive(inbox, {"a.jpg": scans.jpeg()})

    assert inbox.batch(batch_id).progress_at is not None


# --- quarantine -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", scans.cut_pdf(), "file.truncated"),
        ("a.pdf", b"%PDF-1.7\n" + b"rubbish\n" * 50 + b"%%EOF", "file.truncated"),
        ("a.pdf", scans.locked_pdf(), "file.needs_password"),
        ("a.pdf", b"", "file.empty"),
        ("a.docx", scans.DOCX, "file.office_document"),
        ("a.tif", scans.tiff(3)[:-500], "file.truncated"),
        ("a." + "x" * 250, b"hostile", "file.unknown_type"),
        ("a.php\n.sh", b"hostile", "file.unknown_type"),
    ],
)
def test_file_that_cannot_be_read_is_kept_in_quarantine_with_its_reason(
    inbox: Inbox, name: str, content: bytes, reason: str
) -> None:
    batch_id = _receive(inbox, {name: content, "good.jpg": scans.jpeg()})

    assert inbox.outcomes(batch_id) == {
        name: ("quarantined", reason),
        "good.jpg": ("received", None),
        "_READY": ("ignored", None),
    }
    kept = sorted((inbox.settings.quarantine / batch_id).iterdir())
    told = json.loads(next(place for place in kept if place.suffix == ".json").read_text(encoding="utf-8"))
    assert told == {"file": name, "sha256": sha256(content), "reason": reason}
    assert [place.read_bytes() for place in kept if place.suffix != ".json"] == [content]
    assert _store(inbox).read(master_key(sha256(content))) == content


@pytest.mark.parametrize("limit", ["max_pages_per_file", "max_page_megapixels", "max_file_mb"])
def test_file_beyond_a_limit_is_quarantined(inbox: Inbox, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id = _claim(inbox, {"a.tif": scans.tiff(2)})
    monkeypatch.setattr(inbox.settings, limit, 1 if limit == "max_pages_per_file" else 0)
    receive_batch(inbox.settings, batch_id)

    outcome, reason = inbox.outcomes(batch_id)["a.tif"]
    assert outcome == "quarantined"
    assert reason in {"file.too_many_pages", "file.too_large_page", "file.too_large"}


def test_file_whose_hash_is_not_the_manifests_is_quarantined(inbox: Inbox) -> None:
    files = {"a.jpg": scans.jpeg(1), "b.jpg": scans.jpeg(2)}
    batch_id = _receive(inbox, files | {"manifest.csv": manifest(files, a="0" * 64)})

    assert inbox.outcomes(batch_id)["a.jpg"] == ("quarantined", "file.hash_mismatch")
    assert inbox.outcomes(batch_id)["b.jpg"] == ("received", None)


def test_hash_in_the_manifest_that_is_none_is_left_out(inbox: Inbox) -> None:
    batch_id = _receive(inbox, {"a.jpg": scans.jpeg(), "manifest.csv": b"file,sha256\na.jpg,n/a\n"})

    assert inbox.outcomes(batch_id)["a.jpg"] == ("received", None)


def test_links_and_pipes_are_told_and_never_opened(inbox: Inbox, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(scans.jpeg(7))
    folder = inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
    (folder / "link.jpg").symlink_to(outside / "secret.jpg")
    (folder / "dangling.jpg").symlink_to(outside / "nothing")
    (folder / "folder").symlink_to(outside)
    os.mkfifo(folder / "pipe.pdf")
    batch_id = _receive(inbox, {})

    refused = ("quarantined", "file.not_regular")
    assert inbox.outcomes(batch_id) == {
        "a.jpg": ("received", None),
        "link.jpg": refused,
        "dangling.jpg": refused,
        "folder": refused,
        "pipe.pdf": refused,
        "_READY": ("ignored", None),
    }
    assert sha256(scans.jpeg(7)) not in inbox.masters()
    assert (_folder(inbox, batch_id, ".done") / "link.jpg").is_symlink()


def test_link_that_reads_like_a_file_does_not_take_its_place(inbox: Inbox) -> None:
    import unicodedata

    name = unicodedata.normalize("NFC", "quyết định.jpg")
    folder = inbox.drop("G09", "lô 1", {name: scans.jpeg()})
    (folder / unicodedata.normalize("NFD", name)).symlink_to("/etc/passwd")
    batch_id = _receive(inbox, {})

    assert inbox.outcomes(batch_id)[name] == ("received", None)
    assert sorted(outcome for outcome, _ in inbox.outcomes(batch_id).values() if outcome) == [
        "ignored",
        "quarantined",
        "received",
    ]


def test_file_that_the_manifest_names_and_nobody_sent_is_told(inbox: Inbox) -> None:
    batch_id = _receive(inbox, {"a.jpg": scans.jpeg(), "manifest.csv": b"file\na.jpg\nb.jpg\n"})

    assert inbox.outcomes(batch_id)["b.jpg"] == ("quarantined", "file.missing")


def test_file_that_was_lost_between_claim_and_receipt_is_told(inbox: Inbox) -> None:
    batch_id = _claim(inbox, {"a.jpg": scans.jpeg(), "b.jpg": scans.jpeg(2)})
    (_folder(inbox, batch_id) / "b.jpg").unlink()
    receive_batch(inbox.settings, batch_id)

    assert inbox.outcomes(batch_id)["b.jpg"] == ("quarantined", "file.missing")


def test_file_taken_away_before_the_claim_has_no_outcome(inbox: Inbox) -> None:
    from sohoa.intake import complete_batches

    folder = inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "b.jpg": scans.jpeg(2)})
    complete_batches(inbox.settings, START)
    (folder / "b.jpg").unlink()
    batch_id = _receive(inbox, {})

    assert inbox.outcomes(batch_id)["b.jpg"] == (None, None)
    assert inbox.ledger(batch_id)["b.jpg"].gone_at is not None


def test_decoder_that_dies_of_one_file_costs_that_file(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id = _claim(inbox, {"a.jpg": scans.jpeg(), "b.jpg": scans.jpeg(2)})
    _let_decoder_die_of(monkeypatch, {str(_store(inbox).path(master_key(sha256(scans.jpeg()))))})
    receive_batch(inbox.settings, batch_id)

    assert inbox.outcomes(batch_id)["a.jpg"] == ("quarantined", "page.crashed")
    assert inbox.outcomes(batch_id)["b.jpg"] == ("received", None)


def test_decoder_that_does_not_run_at_all_quarantines_nothing(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing program must turn the run red, not every scan into a bad one."""
    batch_id = _claim(inbox, {"a.jpg": scans.jpeg()})
    with monkeypatch.context() as fault:
        _let_decoder_die_of(fault, None)
        with pytest.raises(SohoaError, match="sohoa doctor"):
            receive_batch(inbox.settings, batch_id)
    assert inbox.outcomes(batch_id)["a.jpg"] == (None, None)

    receive_batch(inbox.settings, batch_id)
    assert inbox.outcomes(batch_id)["a.jpg"] == ("received", None)


def _let_decoder_die_of(monkeypatch: pytest.MonkeyPatch, paths: set[str] | None) -> None:
    real = PageWorker.call

    def call(self: PageWorker, operation: str, **arguments: Any) -> Any:
        if paths is None or arguments["path"] in paths:
            raise Unreadable("page.crashed", "the decoder ended with code 127")
        return real(self, operation, **arguments)

    monkeypatch.setattr(PageWorker, "call", call)


# --- duplicates -----------------------------------------------------------------------------------------------


def test_second_copy_in_a_batch_is_a_duplicate_of_the_first(inbox: Inbox) -> None:
    batch_id = _receive(inbox, {"a.jpg": scans.jpeg(), "b.jpg": scans.jpeg()})

    ledger = inbox.ledger(batch_id)
    assert inbox.outcomes(batch_id)["b.jpg"] == ("duplicate", "file.duplicate")
    assert ledger["b.jpg"].duplicate_of == ledger["a.jpg"].id
    assert ledger["a.jpg"].outcome == "received"
    assert len(inbox.masters()) == 1


def test_copy_in_a_later_batch_is_a_duplicate_of_the_first(inbox: Inbox) -> None:
    first = _receive(inbox, {"a.jpg": scans.jpeg()})
    second = _receive(inbox, {"other name.jpg": scans.jpeg()}, "lô 2")

    assert inbox.ledger(second)["other name.jpg"].duplicate_of == inbox.ledger(first)["a.jpg"].id


def test_good_scan_is_no_duplicate_of_itself_in_quarantine(inbox: Inbox) -> None:
    """The manifest of the first drop was wrong; sent again with a right one, the scan must be read."""
    files = {"a.pdf": scans.pdf(2)}
    first = _receive(inbox, files | {"manifest.csv": manifest(files, a="0" * 64)})
    second = _receive(inbox, files | {"manifest.csv": manifest(files)}, "lô 2")

    assert inbox.outcomes(first)["a.pdf"] == ("quarantined", "file.hash_mismatch")
    assert inbox.outcomes(second)["a.pdf"] == ("received", None)
    master = inbox.masters()[sha256(files["a.pdf"])]
    assert (master.n_pages, master.media_type) == (2, "application/pdf")
    assert inbox.n_pages(master.sha256) == 2

    third = _receive(inbox, files, "lô 3")
    assert inbox.ledger(third)["a.pdf"].duplicate_of == inbox.ledger(second)["a.pdf"].id


def test_bad_scan_sent_again_is_a_duplicate_of_the_first_and_its_receipt_says_what_is_wrong(inbox: Inbox) -> None:
    first = _receive(inbox, {"a.pdf": scans.cut_pdf()})
    second = _receive(inbox, {"a.pdf": scans.cut_pdf()}, "lô 2")

    assert inbox.outcomes(second)["a.pdf"] == ("duplicate", "file.truncated")
    assert inbox.ledger(second)["a.pdf"].duplicate_of == inbox.ledger(first)["a.pdf"].id
    with reading(inbox.settings.catalogue_url) as session:
        (line,) = receipt_lines(inbox.settings, session, second)
    assert line.reason.startswith(f"Trùng với lô 1/a.pdf, cũng không mở được. {say('file.truncated', 'vi')}")


def test_wrong_content_under_a_name_is_not_passed_off_as_a_duplicate(inbox: Inbox) -> None:
    """b.jpg was overwritten by a copy of a.jpg; the manifest knows what b.jpg should be."""
    rows = {"a.jpg": scans.jpeg(1), "b.jpg": scans.jpeg(2)}
    batch_id = _receive(inbox, rows | {"b.jpg": scans.jpeg(1), "manifest.csv": manifest(rows)})

    assert inbox.outcomes(batch_id)["b.jpg"] == ("quarantined", "file.hash_mismatch")


# --- loose pages ----------------------------------------------------------------------------------------------

PAGES = {f"doc_{number:03d}.jpg": scans.jpeg(number * 10) for number in (1, 2, 3)}


def _group_of(inbox: Inbox, batch_id: str) -> str:
    """The one group of a batch."""
    [found] = {row.group_sha256 for row in inbox.ledger(batch_id).values()} - {None}
    return str(found)


def _twins(inbox: Inbox, batch_id: str) -> dict[str, str]:
    """The paths of which files of a batch are duplicates."""
    with reading(inbox.settings.catalogue_url) as session:
        paths = dict(session.execute(select(ScanFile.id, ScanFile.path)).all())
    return {path: paths[row.duplicate_of] for path, row in inbox.ledger(batch_id).items() if row.duplicate_of}


def test_loose_pages_wait_to_be_read_as_the_pages_of_one_master(inbox: Inbox) -> None:
    batch_id = _receive(inbox, PAGES | {"other.jpg": scans.jpeg(7)})

    ledger, group = inbox.ledger(batch_id), _group_of(inbox, batch_id)
    master = inbox.masters()[group]
    assert (master.media_type, master.n_pages, master.first_file_id) == (GROUP, 3, ledger["doc_001.jpg"].id)
    assert inbox.n_pages(group) == 3
    for name, content in PAGES.items():
        assert (ledger[name].outcome, ledger[name].group_sha256) == ("received", group)
        assert ledger[name].sha256 == sha256(content)
        assert inbox.n_pages(ledger[name].sha256) == 0
        assert _store(inbox).read(master_key(sha256(content))) == content
    assert (ledger["other.jpg"].group_sha256, inbox.n_pages(ledger["other.jpg"].sha256)) == (None, 1)
    sources = [page_source(inbox.settings, group, number) for number in (1, 2, 3)]
    assert [source.path.read_bytes() for source in sources] == list(PAGES.values())


def test_loose_pages_directly_in_a_unit_folder_belong_together_too(inbox: Inbox) -> None:
    batch_id = _receive(inbox, PAGES, batch="")

    assert inbox.n_pages(_group_of(inbox, batch_id)) == 3


def test_manifest_says_which_files_are_pages_and_in_which_order(inbox: Inbox) -> None:
    text = "Tệp;Tài liệu;Trang;Số trang;Mã hồ sơ\nb.jpg;QĐ 70;1;1;G09-1\na.tif;QĐ 70;2;2;\n"
    batch_id = _receive(inbox, {"a.tif": scans.tiff(2), "b.jpg": scans.jpeg(), "manifest.csv": text.encode()})

    ledger = inbox.ledger(batch_id)
    pages = [(page.sha256, page.page_no) for page in members(inbox.settings, _group_of(inbox, batch_id))]
    assert pages == [(ledger["b.jpg"].sha256, 1), (ledger["a.tif"].sha256, 1), (ledger["a.tif"].sha256, 2)]
    assert (ledger["b.jpg"].pages_declared, ledger["a.tif"].pages_declared) == (1, 2)
    assert (ledger["b.jpg"].dossier_code, ledger["a.tif"].dossier_code) == ("G09-1", None)


def test_same_pages_under_other_names_are_duplicates_page_by_page(inbox: Inbox) -> None:
    first = _receive(inbox, PAGES)
    again = _receive(inbox, {name.replace("doc", "lại"): content for name, content in PAGES.items()}, "lô 2")

    assert _group_of(inbox, again) == _group_of(inbox, first)
    assert {outcome for path, outcome in inbox.outcomes(again).items() if path != "_READY"} == {
        ("duplicate", "file.duplicate")
    }
    assert _twins(inbox, again) == {name.replace("doc", "lại"): name for name in PAGES}
    assert inbox.n_pages(_group_of(inbox, first)) == 3


def test_page_that_two_documents_share_is_cut_out_of_neither(inbox: Inbox) -> None:
    blank = scans.jpeg(255)
    files = {"a_1.jpg": scans.jpeg(1), "a_2.jpg": blank, "a_3.jpg": blank, "b_1.jpg": scans.jpeg(2), "b_2.jpg": blank}
    batch_id = _receive(inbox, files)

    ledger = inbox.ledger(batch_id)
    groups = {name[0]: ledger[name].group_sha256 for name in files}
    assert {ledger[name].outcome for name in files} == {"received"}
    assert {name: inbox.n_pages(group) for name, group in groups.items()} == {"a": 3, "b": 2}


def test_same_group_twice_in_a_batch_is_one(inbox: Inbox) -> None:
    batch_id = _receive(inbox, PAGES | {f"bản sao/{name}": content for name, content in PAGES.items()})

    # The folder comes first in the order of the paths.
    assert _twins(inbox, batch_id) == {name: f"bản sao/{name}" for name in PAGES}
    assert inbox.n_pages(_group_of(inbox, batch_id)) == 3


def test_copy_of_a_loose_page_is_its_duplicate_whatever_it_is_called(inbox: Inbox) -> None:
    """It must not pass for a document of one page, nor take the page's place."""
    first = _receive(inbox, PAGES | {"a copy.jpg": PAGES["doc_002.jpg"]})
    later = _receive(inbox, {"trang một.jpg": PAGES["doc_001.jpg"]}, "lô 2")

    assert _twins(inbox, first) == {"a copy.jpg": "doc_002.jpg"}
    assert _twins(inbox, later) == {"trang một.jpg": "doc_001.jpg"}


def test_pages_that_came_one_by_one_before_are_read_again_as_a_group(inbox: Inbox) -> None:
    first = _receive(inbox, {"một.jpg": PAGES["doc_001.jpg"], "hai.jpg": PAGES["doc_002.jpg"]})
    batch_id = _receive(inbox, PAGES, "lô 2")

    assert inbox.outcomes(first)["một.jpg"] == ("received", None)
    assert inbox.n_pages(_group_of(inbox, batch_id)) == 3
    assert _twins(inbox, batch_id) == {}


def test_page_that_comes_with_a_later_batch_joins_nothing(inbox: Inbox) -> None:
    first = _receive(inbox, {name: PAGES[name] for name in ("doc_001.jpg", "doc_002.jpg")})
    late = _receive(inbox, {"doc_003.jpg": PAGES["doc_003.jpg"]}, "lô 2")

    assert inbox.n_pages(_group_of(inbox, first)) == 2
    assert inbox.ledger(late)["doc_003.jpg"].group_sha256 is None
    assert inbox.outcomes(late)["doc_003.jpg"] == ("received", None)


@pytest.mark.parametrize(
    ("files", "text", "fate", "gaps"),
    [
        (PAGES | {"doc_002.jpg": PAGES["doc_002.jpg"][:-40]}, "", ("quarantined", "file.truncated"), {2}),
        (PAGES | {"doc_003.jpg": b""}, "", ("quarantined", "file.empty"), {3}),
        (PAGES, f"file,sha256\ndoc_001.jpg,{'0' * 64}\n", ("quarantined", "file.hash_mismatch"), {1}),
        (PAGES, "file\ndoc_004.jpg\n", ("quarantined", "file.missing"), {4}),
        ({name: PAGES[name] for name in ("doc_001.jpg", "doc_003.jpg")}, "", None, {2}),
    ],
)
def test_page_that_is_bad_or_missing_leaves_a_gap(
    inbox: Inbox, files: dict[str, bytes], text: str, fate: tuple[str, str] | None, gaps: set[int]
) -> None:
    batch_id = _receive(inbox, files | ({"manifest.csv": text.encode()} if text else {}))

    bad = {path: told for path, told in inbox.outcomes(batch_id).items() if told[0] == "quarantined"}
    assert list(bad.values()) == ([fate] if fate else [])
    group = read_group(_store(inbox), _group_of(inbox, batch_id))
    assert group.gaps == gaps
    assert len(group.pages) == inbox.n_pages(_group_of(inbox, batch_id)) == len(files) - len(bad.keys() & files.keys())


def test_whole_group_sent_after_a_broken_one_is_new(inbox: Inbox) -> None:
    _receive(inbox, PAGES | {"doc_002.jpg": b""})
    whole = _receive(inbox, PAGES, "lô 2")

    assert _twins(inbox, whole) == {}
    assert inbox.n_pages(_group_of(inbox, whole)) == 3


def test_file_with_the_very_bytes_of_a_group_does_not_take_its_place(inbox: Inbox) -> None:
    first = _receive(inbox, PAGES)
    content = _store(inbox).read(master_key(_group_of(inbox, first)))
    fresh = {name: scans.jpeg(number) for number, name in enumerate(PAGES, start=101)}
    lines = content.decode()
    for name in PAGES:
        lines = lines.replace(sha256(PAGES[name]), sha256(fresh[name]))
    hostile = _receive(inbox, {"x.txt": lines.encode()}, "lô 2")
    batch_id = _receive(inbox, fresh, "lô 3")

    assert inbox.outcomes(hostile)["x.txt"] == ("quarantined", "file.unknown_type")
    assert _group_of(inbox, batch_id) == sha256(lines.encode())
    assert inbox.n_pages(_group_of(inbox, batch_id)) == 3
    assert _twins(inbox, batch_id) == {}


def test_page_written_into_the_claimed_folder_meanwhile_is_one_of_the_group(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = _claim(inbox, {name: PAGES[name] for name in ("doc_001.jpg", "doc_003.jpg")})
    real = Store.put_master

    def put_master(self: Store, source: Path) -> tuple[str, int]:
        (_folder(inbox, batch_id) / "doc_002.jpg").write_bytes(PAGES["doc_002.jpg"])
        monkeypatch.setattr(Store, "put_master", real)
        return real(self, source)

    monkeypatch.setattr(Store, "put_master", put_master)
    receive_batch(inbox.settings, batch_id)

    assert read_group(_store(inbox), _group_of(inbox, batch_id)).gaps == set()
    assert inbox.n_pages(_group_of(inbox, batch_id)) == 3


def test_page_written_after_a_kill_is_told_beside_the_group_that_stands(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = _claim(inbox, {name: PAGES[name] for name in ("doc_001.jpg", "doc_002.jpg")})

    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "note_missing", killed)
        with pytest.raises(Killed):
            receive_batch(inbox.settings, batch_id)
    before = _group_of(inbox, batch_id)
    (_folder(inbox, batch_id) / "doc_003.jpg").write_bytes(PAGES["doc_003.jpg"])
    receive_batch(inbox.settings, batch_id)

    assert _group_of(inbox, batch_id) == before
    assert inbox.n_pages(before) == 2
    assert inbox.outcomes(batch_id)["doc_003.jpg"] == ("received", None)
    assert inbox.n_pages(inbox.ledger(batch_id)["doc_003.jpg"].sha256) == 1


# --- the storage at fault -------------------------------------------------------------------------------------


def test_full_disk_leaves_the_source_where_it_is(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id = _claim(inbox, {"a.jpg": scans.jpeg(1), "b.jpg": scans.jpeg(2)})
    real, writes = os.fsync, 0

    def full(descriptor: int) -> None:
        nonlocal writes
        writes += 1
        if writes > 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    with monkeypatch.context() as fault:
        fault.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            receive_batch(inbox.settings, batch_id)
    assert {path.name for path in _folder(inbox, batch_id).iterdir()} == {"a.jpg", "b.jpg", "_READY"}
    assert inbox.batch(batch_id).received_at is None

    receive_batch(inbox.settings, batch_id)
    assert inbox.outcomes(batch_id) == {
        "a.jpg": ("received", None),
        "b.jpg": ("received", None),
        "_READY": ("ignored", None),
    }


def test_share_that_is_gone_does_not_pass_for_a_batch_without_files(inbox: Inbox) -> None:
    batch_id = _claim(inbox, {"a.jpg": scans.jpeg()})
    away = inbox.settings.inbox.with_name("not mounted")
    inbox.settings.inbox.rename(away)
    with pytest.raises(FileNotFoundError, match="mounted"):
        receive_batch(inbox.settings, batch_id)
    assert inbox.batch(batch_id).received_at is None

    away.rename(inbox.settings.inbox)
    receive_batch(inbox.settings, batch_id)
    assert inbox.outcomes(batch_id)["a.jpg"] == ("received", None)


def test_sub_folder_that_cannot_be_listed_is_not_left_out(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id = _claim(inbox, {"a.jpg": scans.jpeg(), "sâu/b.jpg": scans.jpeg(2)})
    real = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith("sâu"):
            raise OSError(errno.EIO, "Input/output error")
        return real(path)

    with monkeypatch.context() as fault:
        fault.setattr(os, "scandir", scandir)
        with pytest.raises(OSError, match="Input/output"):
            receive_batch(inbox.settings, batch_id)
    receive_batch(inbox.settings, batch_id)

    assert inbox.outcomes(batch_id)["sâu/b.jpg"] == ("received", None)


def test_file_that_grows_while_it_is_copied_is_not_entered_half(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id = _claim(inbox, {"a.jpg": scans.jpeg()[:-40]})
    real = Store.put_master

    def put_master(self: Store, source: Path) -> tuple[str, int]:
        answer = real(self, source)
        source.write_bytes(scans.jpeg())
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(Store, "put_master", put_master)
        with pytest.raises(OSError, match="still being written"):
            receive_batch(inbox.settings, batch_id)
    receive_batch(inbox.settings, batch_id)

    assert inbox.outcomes(batch_id)["a.jpg"] == ("received", None)
    assert inbox.ledger(batch_id)["a.jpg"].sha256 == sha256(scans.jpeg())


def test_file_written_into_the_claimed_folder_meanwhile_comes_along(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = _claim(inbox, {"b.jpg": scans.jpeg()})
    real = Store.put_master

    def put_master(self: Store, source: Path) -> tuple[str, int]:
        late = _folder(inbox, batch_id) / "a.jpg"
        if not late.exists():
            late.write_bytes(scans.jpeg(2))
        return real(self, source)

    monkeypatch.setattr(Store, "put_master", put_master)
    receive_batch(inbox.settings, batch_id)

    assert inbox.outcomes(batch_id)["a.jpg"] == ("received", None)


def test_catalogue_restored_from_a_backup_finds_its_files_in_done(inbox: Inbox) -> None:
    batch_id = _claim(inbox, {"a.jpg": scans.jpeg()})
    database, backup = inbox.settings.home / "catalogue.db", inbox.settings.home / "backup.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(backup),))
    receive_batch(inbox.settings, batch_id)
    connect(inbox.settings.catalogue_url).dispose()
    for leftover in inbox.settings.home.glob("catalogue.db-*"):
        leftover.unlink()
    backup.replace(database)
    assert inbox.outcomes(batch_id)["a.jpg"] == (None, None)
    receive_batch(inbox.settings, batch_id)

    assert inbox.outcomes(batch_id)["a.jpg"] == ("received", None)


# --- killed anywhere ------------------------------------------------------------------------------------------

EVERYTHING = {
    "again.pdf": scans.pdf(2),
    "cut.pdf": scans.cut_pdf(),
    "sâu/a.pdf": scans.pdf(2),
    "manifest.csv": b"file,scanned_on\nagain.pdf,2021-03-05\nnever sent.jpg,\n",
    "doc_1.jpg": scans.jpeg(1),
    "doc_2.jpg": scans.jpeg(2),
}


def _final_state(inbox: Inbox) -> dict[str, Any]:
    """All that must not depend on how often a process was killed; times and ids apart."""
    with reading(inbox.settings.catalogue_url) as session:
        paths = dict(session.execute(select(ScanFile.id, ScanFile.path)).all())
        events = sorted(session.scalars(select(Event.kind)))
    rows = inbox.ledger().values()

    def twin(row: ScanFile) -> str:
        return paths.get(row.duplicate_of or 0, "")

    [batch] = inbox.batches()
    return {
        "files": sorted(
            (
                row.path,
                row.outcome,
                row.reason,
                row.sha256,
                row.group_sha256 or "",
                row.size_bytes,
                str(row.scanned_on),
                twin(row),
            )
            for row in rows
        ),
        "masters": sorted((m.sha256, m.n_pages, paths[m.first_file_id]) for m in inbox.masters().values()),
        "pages": {row.path: inbox.n_pages(row.group_sha256 or row.sha256) for row in rows},
        "stored": {place.name: sha256(place.read_bytes()) for place in inbox.settings.archive.glob("masters/*/*/*")},
        "quarantine": sorted(place.name for place in inbox.settings.quarantine.glob("*/*")),
        "inbox": {path.replace(batch.id, "<id>") for path in inbox.on_disk()},
        "events": events,
        "received": batch.received_at is not None,
    }


class _Killer:
    """Ends the process before its n-th step that the disk or the database would notice."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
        self.left, self.patch = number, monkeypatch
        self.patch.setattr(os, "fsync", self.tick)  # a killed process takes nothing with it that was written
        for name in ("rename", "replace", "mkdir", "unlink"):
            self._watch(Path, name)

    def _watch(self, owner: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def step(*arguments: Any, **options: Any) -> Any:
            self.tick()
            return real(*arguments, **options)

        self.patch.setattr(owner, name, step)

    def tick(self, _: object = None) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


def _receive_killed(inbox: Inbox, batch_id: str, number: int) -> bool:
    """Whether the process was killed before it was done."""
    with pytest.MonkeyPatch.context() as patch:
        killer = _Killer(patch, number)
        event.listen(Engine, "commit", killer.tick)
        try:
            receive_batch(inbox.settings, batch_id)
        except Killed:
            return True
        finally:
            event.remove(Engine, "commit", killer.tick)
    return False


@pytest.fixture
def claimed(tmp_path: Path, empty_catalogue: Path) -> Callable[[str], tuple[Inbox, str]]:
    """Makes installations in which the same batch has just been claimed."""
    first = Inbox(installation(tmp_path / "first", empty_catalogue))
    batch_id = _claim(first, EVERYTHING)
    connect(first.settings.catalogue_url).dispose()

    def make(name: str) -> tuple[Inbox, str]:
        shutil.copytree(first.settings.home, tmp_path / name)
        return Inbox(first.settings.model_validate({"home": tmp_path / name})), batch_id

    return make


def test_killed_before_any_of_its_steps_it_ends_in_the_same_ledger(claimed: Callable[[str], tuple[Inbox, str]]) -> None:
    calm, batch_id = claimed("calm")
    receive_batch(calm.settings, batch_id)
    expected = _final_state(calm)
    assert list(calm.settings.archive.glob(".incoming/*")) == []

    number = 0
    while True:
        number += 1
        inbox, batch_id = claimed(str(number))
        killed = _receive_killed(inbox, batch_id, number)
        if not killed:
            break
        source = _folder(inbox, batch_id)
        if source.is_dir():
            assert {path.name for path in source.rglob("*.*")} >= {Path(name).name for name in EVERYTHING}
        else:
            assert inbox.batch(batch_id).received_at is not None, "the source moved before the ledger was complete"
        receive_batch(inbox.settings, batch_id)
        assert _final_state(inbox) == expected, f"after a kill at step {number}"
    assert number > 25


def test_killed_again_and_again_it_ends_in_the_same_ledger(claimed: Callable[[str], tuple[Inbox, str]]) -> None:
    calm, batch_id = claimed("calm")
    receive_batch(calm.settings, batch_id)
    inbox, batch_id = claimed("wild")

    number = 1
    while _receive_killed(inbox, batch_id, number):
        number += 1
    assert number > 3
    assert _final_state(inbox) == _final_state(calm)


def test_half_written_files_of_killed_processes_are_cleared_away_after_a_day(inbox: Inbox) -> None:
    incoming = inbox.settings.archive / ".incoming"
    incoming.mkdir()
    (incoming / "old").write_bytes(b"half")
    os.utime(incoming / "old", (1, 1))
    (incoming / "fresh").write_bytes(b"another process is at it")
    _receive(inbox, {"a.jpg": scans.jpeg()})

    assert [place.name for place in incoming.iterdir()] == ["fresh"]


# --- two at once ----------------------------------------------------------------------------------------------


def test_two_runs_at_once_end_as_one(claimed: Callable[[str], tuple[Inbox, str]]) -> None:
    calm, batch_id = claimed("calm")
    receive_batch(calm.settings, batch_id)
    inbox, batch_id = claimed("crowd")

    all_at_once(2, receive_batch, inbox.settings, batch_id)

    assert _final_state(inbox) == _final_state(calm)


def test_run_whose_folder_another_has_put_away_is_content(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id = _claim(inbox, {"a.jpg": scans.jpeg(1), "b.jpg": scans.jpeg(2)})
    real = Store.put_master

    def put_master(self: Store, source: Path) -> tuple[str, int]:
        monkeypatch.setattr(Store, "put_master", real)
        receive_batch(inbox.settings, batch_id)
        return real(self, source)

    monkeypatch.setattr(Store, "put_master", put_master)
    receive_batch(inbox.settings, batch_id)

    assert inbox.outcomes(batch_id)["b.jpg"] == ("received", None)
    assert all("/.done/" in path for path in inbox.on_disk())


# --- a folder named on the command line -----------------------------------------------------------------------


def test_folder_of_the_command_line_stays_as_it_is(inbox: Inbox, tmp_path: Path) -> None:
    folder = tmp_path / "quét"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(scans.jpeg())
    batch_id = adopt_folder(inbox.settings, folder, "G09")
    receive_batch(inbox.settings, batch_id)

    assert inbox.outcomes(batch_id) == {"a.jpg": ("received", None)}
    assert (folder / "a.jpg").read_bytes() == scans.jpeg()
    assert (inbox.batch(batch_id).name, inbox.batch(batch_id).source) == ("quét", str(folder))


def test_folder_of_a_run_that_was_cut_short_is_taken_up_again(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "quét").mkdir()

    assert adopt_folder(inbox.settings, tmp_path / "quét", "G09") == adopt_folder(
        inbox.settings, tmp_path / "quét", "G09"
    )


@pytest.mark.parametrize("code", ["", " ", ".", "..", "../..", "/etc", "a/b", "a\nb"])
def test_unit_code_that_would_be_a_path_is_refused(inbox: Inbox, tmp_path: Path, code: str) -> None:
    """The receipt's folder is named after the unit."""
    with pytest.raises(SohoaError, match="unit"):
        adopt_folder(inbox.settings, tmp_path, code)
    assert inbox.batches() == []


def test_folder_that_has_gone_is_not_an_empty_batch(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "quét").mkdir()
    batch_id = adopt_folder(inbox.settings, tmp_path / "quét", "G09")
    (tmp_path / "quét").rmdir()

    with pytest.raises(FileNotFoundError):
        receive_batch(inbox.settings, batch_id)
