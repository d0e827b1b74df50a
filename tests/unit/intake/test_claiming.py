"""A complete batch is taken once, whoever comes at the same time and whoever is killed on the way."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from crowd import all_at_once

from intake import scans
from intake.conftest import REST, START, Inbox, at
from sohoa.catalogue.database import reading, writing
from sohoa.catalogue.models import Batch, BatchStatus, Event
from sohoa.intake import begin_batch, claim_complete, complete_batches, unfinished_batches


class Killed(BaseException):
    """The process ends here."""


def _claimed(inbox: Inbox, batch_id: str) -> set[str]:
    return {path.split(f".claimed/{batch_id}/", 1)[1] for path in inbox.on_disk() if f".claimed/{batch_id}/" in path}


def _n_claim_events(inbox: Inbox) -> int:
    with reading(inbox.settings.catalogue_url) as session:
        return session.query(Event).filter(Event.kind == "batch_claimed").count()


def test_claim_moves_the_folder_whole_with_one_rename(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "sâu/b.jpg": scans.jpeg(2), "_READY": b""})
    renamed = []
    real = Path.rename
    monkeypatch.setattr(Path, "rename", lambda self, target: (renamed.append(self), real(self, target))[1])

    [batch_id] = claim_complete(inbox.settings)

    assert renamed == [folder]
    assert _claimed(inbox, batch_id) == {"a.jpg", "sâu/b.jpg", "_READY"}
    assert inbox.only_batch().status == BatchStatus.CLAIMED


def test_claim_counts_on_the_vietnamese_day(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "_READY": b""})

    claim_complete(inbox.settings, dt.datetime(2025, 3, 3, 17, 0, tzinfo=dt.UTC))

    assert inbox.only_batch().claimed_on == dt.date(2025, 3, 4)


def test_incomplete_batch_is_not_touched(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})

    assert claim_complete(inbox.settings, START) == []
    assert inbox.on_disk() == {"G09/lô 1/a.jpg"}


def test_claim_is_told_again_until_someone_begins(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "_READY": b""})
    [batch_id] = claim_complete(inbox.settings)

    assert claim_complete(inbox.settings) == [batch_id]
    assert begin_batch(inbox.settings, batch_id, "run 1")
    assert claim_complete(inbox.settings) == []
    assert _n_claim_events(inbox) == 1


def test_loose_files_are_claimed_together_and_debris_stays(inbox: Inbox) -> None:
    inbox.drop("G09", "", {"a.jpg": scans.jpeg(), "b.jpg": scans.jpeg(2), "Thumbs.db": b"x", "_READY": b""})
    inbox.drop("G09", "lô 1", {"c.jpg": scans.jpeg(3)})

    [batch_id] = claim_complete(inbox.settings)

    assert _claimed(inbox, batch_id) == {"a.jpg", "b.jpg", "_READY"}
    assert {"G09/Thumbs.db", "G09/lô 1/c.jpg"} <= inbox.on_disk()


def test_same_name_dropped_again_while_the_first_is_in_work_is_a_second_batch(inbox: Inbox) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(1), "_READY": b""})
    [first] = claim_complete(inbox.settings)
    begin_batch(inbox.settings, first, "run 1")
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(2), "_READY": b""})

    [second] = claim_complete(inbox.settings)

    assert inbox.statuses() == {"lô 1": ["claimed", "claimed"]}
    assert _claimed(inbox, first) == _claimed(inbox, second) == {"a.jpg", "_READY"}
    content = inbox.settings.inbox / "G09" / ".claimed"
    assert (content / first / "a.jpg").read_bytes() == scans.jpeg(1)
    assert (content / second / "a.jpg").read_bytes() == scans.jpeg(2)


# --- changes at the last instant ------------------------------------------------------------------------------


def _between_look_and_claim(monkeypatch: pytest.MonkeyPatch, happening: Callable[[], object]) -> None:
    from sohoa.intake import claiming

    real = claiming.complete_drops

    def look(*arguments):  # type: ignore[no-untyped-def]
        seen = real(*arguments)
        happening()
        return seen

    monkeypatch.setattr(claiming, "complete_drops", look)


def test_file_that_comes_after_the_look_keeps_the_batch_in_the_inbox(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is still being copied must not be taken along half-copied."""
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)
    with monkeypatch.context() as patch:
        _between_look_and_claim(patch, lambda: inbox.drop("G09", "lô 1", {"b.pdf": scans.cut_pdf()}))
        assert claim_complete(inbox.settings, at(REST)) == []

    assert inbox.on_disk() == {"G09/lô 1/a.jpg", "G09/lô 1/b.pdf"}


def test_loose_file_that_comes_after_the_look_waits_for_the_next_batch(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if another watcher has put it into the ledger meanwhile."""
    inbox.drop("G09", "", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)

    def another_watcher() -> None:
        inbox.drop("G09", "", {"b.pdf": scans.cut_pdf()})
        complete_batches(inbox.settings, at(REST))

    with monkeypatch.context() as patch:
        _between_look_and_claim(patch, another_watcher)
        [batch_id] = claim_complete(inbox.settings, at(REST))

    assert _claimed(inbox, batch_id) == {"a.jpg"}
    assert "G09/b.pdf" in inbox.on_disk()


@pytest.mark.parametrize("batch", ["lô 1", ""])
def test_drop_taken_away_after_the_look_is_not_claimed(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, batch: str
) -> None:
    folder = inbox.drop("G09", batch, {"a.jpg": scans.jpeg(), "_READY": b""})

    def take_away() -> None:
        (folder / "a.jpg").unlink()
        (folder / "_READY").unlink()

    with monkeypatch.context() as patch:
        _between_look_and_claim(patch, take_away)
        assert claim_complete(inbox.settings, START) == []
    assert claim_complete(inbox.settings, at(1)) == []
    assert inbox.only_batch().status == BatchStatus.WITHDRAWN


def test_loose_files_that_all_change_after_the_look_leave_no_empty_claim(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = inbox.drop("G09", "", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)
    with monkeypatch.context() as patch:
        _between_look_and_claim(patch, lambda: (folder / "a.jpg").write_bytes(scans.jpeg(2) + b"x"))
        assert claim_complete(inbox.settings, at(REST)) == []
    (folder / "a.jpg").unlink()

    assert claim_complete(inbox.settings, at(REST + 1)) == []
    assert inbox.only_batch().status == BatchStatus.WITHDRAWN


def test_file_that_did_not_come_along_is_no_file_of_the_batch(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would be told as lost, while it waits for its own batch."""
    inbox.drop("G09", "", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)

    def another_watcher() -> None:
        inbox.drop("G09", "", {"b.jpg": scans.jpeg(2)})
        complete_batches(inbox.settings, at(REST))

    with monkeypatch.context() as patch:
        _between_look_and_claim(patch, another_watcher)
        [batch_id] = claim_complete(inbox.settings, at(REST))

    ledger = inbox.ledger(batch_id)
    assert ledger["a.jpg"].gone_at is None
    assert ledger["b.jpg"].gone_at == at(REST)


def test_batch_that_cannot_be_moved_keeps_no_other_from_being_claimed(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = inbox.drop("G09", "kẹt", {"a.jpg": scans.jpeg(), "_READY": b""})
    inbox.drop("G10", "lô 1", {"a.jpg": scans.jpeg(), "_READY": b""})
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self == stuck:
            raise PermissionError(13, "Permission denied")
        return real(self, target)

    with monkeypatch.context() as fault:
        fault.setattr(Path, "rename", rename)
        [batch_id] = claim_complete(inbox.settings, START)
        assert inbox.batch(batch_id).name == "lô 1"
        begin_batch(inbox.settings, batch_id, "run 1", START)
        with pytest.raises(PermissionError):
            claim_complete(inbox.settings, START)
    claim_complete(inbox.settings, START)

    assert inbox.statuses() == {"kẹt": ["claimed"], "lô 1": ["claimed"]}


# --- several claimers -----------------------------------------------------------------------------------------


def test_claimers_at_once_take_each_batch_once(inbox: Inbox) -> None:
    for number in range(4):
        inbox.drop("G09", f"lô {number}", {"a.jpg": scans.jpeg(number), "_READY": b""})
    inbox.drop("G10", "", {f"{n}.jpg": scans.jpeg(n) for n in range(20)} | {"_READY": b""})

    told = all_at_once(3, claim_complete, inbox.settings)

    batches = inbox.batches()
    assert [batch.status for batch in batches] == [BatchStatus.CLAIMED] * 5
    assert {batch_id for ids in told for batch_id in ids} == {batch.id for batch in batches}
    assert _n_claim_events(inbox) == 5
    loose = next(batch for batch in batches if not batch.name)
    assert len(_claimed(inbox, loose.id)) == 21
    assert all("/.claimed/" in path for path in inbox.on_disk())


# --- killed on the way ----------------------------------------------------------------------------------------


def _kill_at_rename(monkeypatch: pytest.MonkeyPatch, number: int, *, after: bool) -> None:
    real, count = Path.rename, 0

    def rename(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == number and not after:
            raise Killed
        moved = real(self, target)
        if count == number:
            raise Killed
        return moved

    monkeypatch.setattr(Path, "rename", rename)


def _kill_at_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(_: int) -> None:
        raise Killed

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("after", [False, True])
def test_claim_killed_beside_its_rename_is_completed_by_the_next(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "b.jpg": scans.jpeg(2), "_READY": b""})
    with monkeypatch.context() as patch:
        _kill_at_rename(patch, 1, after=after)
        with pytest.raises(Killed):
            claim_complete(inbox.settings, START)
    assert inbox.only_batch().status == BatchStatus.WAITING

    complete_batches(inbox.settings, at(1))  # the watcher comes first
    [batch_id] = claim_complete(inbox.settings, at(2))

    assert inbox.only_batch().status == BatchStatus.CLAIMED
    assert _claimed(inbox, batch_id) == {"a.jpg", "b.jpg", "_READY"}
    assert _n_claim_events(inbox) == 1


def test_claim_killed_between_rename_and_note_does_not_mix_with_a_new_drop_of_that_name(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(1), "_READY": b""})
    with monkeypatch.context() as patch:
        _kill_at_fsync(patch)
        with pytest.raises(Killed):
            claim_complete(inbox.settings, START)
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(2), "_READY": b""})

    claim_complete(inbox.settings, at(1))
    claim_complete(inbox.settings, at(2))

    kept = [inbox.settings.inbox / "G09" / ".claimed" / batch.id / "a.jpg" for batch in inbox.batches()]
    assert [place.read_bytes() for place in kept] == [scans.jpeg(1), scans.jpeg(2)]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("after", [False, True])
def test_loose_files_half_moved_are_claimed_as_one_batch_in_the_end(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, number: int, after: bool
) -> None:
    files = {"a.jpg": scans.jpeg(1), "b.jpg": scans.jpeg(2), "c.jpg": scans.jpeg(3), "d.jpg": scans.jpeg(4)}
    inbox.drop("G09", "", files)
    complete_batches(inbox.settings, START)
    with monkeypatch.context() as patch:
        _kill_at_rename(patch, number, after=after)
        with pytest.raises(Killed):
            claim_complete(inbox.settings, at(REST))

    complete_batches(inbox.settings, at(REST + 1))  # the watcher comes first
    [batch_id] = claim_complete(inbox.settings, at(REST + 2))

    assert _claimed(inbox, batch_id) == set(files)
    assert inbox.statuses() == {"": ["claimed"]}


def test_claim_of_loose_files_killed_before_the_first_move_is_no_claim(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = inbox.drop("G09", "", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)
    with monkeypatch.context() as patch:
        _kill_at_rename(patch, 1, after=False)
        with pytest.raises(Killed):
            claim_complete(inbox.settings, at(REST))
    (folder / "a.jpg").unlink()

    assert claim_complete(inbox.settings, at(REST + 1)) == []
    assert inbox.only_batch().status == BatchStatus.WITHDRAWN


def test_loose_files_all_moved_but_not_noted_are_not_forgotten(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.drop("G09", "", {"a.jpg": scans.jpeg(), "_READY": b""})
    with monkeypatch.context() as patch:
        _kill_at_fsync(patch)
        with pytest.raises(Killed):
            claim_complete(inbox.settings, START)

    complete_batches(inbox.settings, at(1))
    [batch_id] = claim_complete(inbox.settings, at(2))

    assert _claimed(inbox, batch_id) == {"a.jpg", "_READY"}


def test_new_loose_file_never_buries_one_of_the_same_name_that_was_moved_before(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.drop("G09", "", {"a.jpg": scans.jpeg(1), "b.jpg": scans.jpeg(2)})
    complete_batches(inbox.settings, START)
    with monkeypatch.context() as patch:
        _kill_at_rename(patch, 1, after=True)
        with pytest.raises(Killed):
            claim_complete(inbox.settings, at(REST))
    inbox.drop("G09", "", {"a.jpg": scans.jpeg(3)})
    for seconds in (REST + 1, 2 * REST + 1, 2 * REST + 2, 3 * REST + 2):
        claim_complete(inbox.settings, at(seconds))

    kept = [place.read_bytes() for place in (inbox.settings.inbox / "G09" / ".claimed").rglob("*.jpg")]
    assert sorted(kept) == sorted([scans.jpeg(1), scans.jpeg(2), scans.jpeg(3)])
    assert inbox.statuses() == {"": ["claimed", "claimed"]}


# --- who works on a batch -------------------------------------------------------------------------------------


@pytest.fixture
def batch_id(inbox: Inbox) -> str:
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg(), "_READY": b""})
    [batch_id] = claim_complete(inbox.settings, START)
    return batch_id


def test_batch_belongs_to_the_run_that_begins_first(inbox: Inbox, batch_id: str) -> None:
    assert begin_batch(inbox.settings, batch_id, "run 1", at(0))
    assert not begin_batch(inbox.settings, batch_id, "run 2", at(1))


def test_run_may_begin_again_what_it_has_begun(inbox: Inbox, batch_id: str) -> None:
    assert begin_batch(inbox.settings, batch_id, "run 1", at(0))
    assert begin_batch(inbox.settings, batch_id, "run 1", at(1))


def test_stalled_batch_goes_to_another_run(inbox: Inbox, batch_id: str) -> None:
    begin_batch(inbox.settings, batch_id, "run 1", at(0))

    assert unfinished_batches(inbox.settings, at(599)) == []
    assert not begin_batch(inbox.settings, batch_id, "run 2", at(599))
    assert unfinished_batches(inbox.settings, at(601)) == [batch_id]
    assert begin_batch(inbox.settings, batch_id, "run 2", at(601))
    assert not begin_batch(inbox.settings, batch_id, "run 1", at(602))


def test_published_batch_is_neither_unfinished_nor_begun_by_another_run(inbox: Inbox, batch_id: str) -> None:
    begin_batch(inbox.settings, batch_id, "run 1", at(0))
    with writing(inbox.settings.catalogue_url) as session:
        session.get_one(Batch, batch_id).status = BatchStatus.PUBLISHED

    assert unfinished_batches(inbox.settings, at(10_000)) == []
    assert not begin_batch(inbox.settings, batch_id, "run 2", at(10_000))


@pytest.mark.parametrize("status", [BatchStatus.WAITING, BatchStatus.WITHDRAWN])
def test_batch_that_is_not_claimed_is_not_begun(inbox: Inbox, status: BatchStatus) -> None:
    """Its folder is not ours yet: received now, it would pass for a batch without files."""
    inbox.drop("G09", "lô 1", {"a.jpg": scans.jpeg()})
    complete_batches(inbox.settings, START)
    with writing(inbox.settings.catalogue_url) as session:
        session.get_one(Batch, inbox.only_batch().id).status = status

    assert not begin_batch(inbox.settings, inbox.only_batch().id, "run 1")


def test_batch_that_nobody_knows_is_an_error(inbox: Inbox) -> None:
    with pytest.raises(KeyError, match=r"G09\.x"):
        begin_batch(inbox.settings, "G09.x", "run 1")


def test_folder_of_the_command_line_is_never_handed_out(inbox: Inbox, tmp_path: Path) -> None:
    from sohoa.intake import adopt_folder

    (tmp_path / "scans").mkdir()
    adopt_folder(inbox.settings, tmp_path / "scans", "G09")

    assert unfinished_batches(inbox.settings, at(10_000_000)) == []


def test_runs_that_begin_at_once_get_the_batch_once(inbox: Inbox, batch_id: str) -> None:
    began = all_at_once(3, _begin_as_this_process, inbox.settings, batch_id)

    assert sorted(began) == [False, False, True]


def _begin_as_this_process(settings, batch_id):  # type: ignore[no-untyped-def]
    return begin_batch(settings, batch_id, f"run {os.getpid()}")
