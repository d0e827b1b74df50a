"""The store: a file is there whole and verified, or it is not there."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest
from crowd import all_at_once
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sohoa.archive import Store, StoreDamaged, master_key


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "archive")


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "Quyết định.pdf"
    path.write_bytes(b"%PDF-1.7 " + bytes(range(256)) * 20_000)
    return path


def _key(path: Path) -> str:
    return master_key(hashlib.sha256(path.read_bytes()).hexdigest())


def _files(store: Store) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def test_scan_is_kept_byte_for_byte_under_its_hash(store: Store, scan: Path) -> None:
    digest, size = store.put_master(scan)

    assert (digest, size) == (hashlib.sha256(scan.read_bytes()).hexdigest(), scan.stat().st_size)
    assert store.read(master_key(digest)) == scan.read_bytes()
    assert _files(store) == [store.path(master_key(digest))]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_content_survives(store: Store, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "scan").write_bytes(content)
    digest, _ = store.put_master(tmp_path / "scan")

    assert store.read(master_key(digest)) == content


def test_scan_put_twice_is_written_once(store: Store, scan: Path) -> None:
    digest, _ = store.put_master(scan)
    before = store.path(master_key(digest)).stat()
    store.put_master(scan)

    assert store.path(master_key(digest)).stat().st_mtime_ns == before.st_mtime_ns
    assert store.path(master_key(digest)).stat().st_ino == before.st_ino


def test_damaged_master_is_noticed_and_left_as_it_is(store: Store, scan: Path) -> None:
    digest, _ = store.put_master(scan)
    place = store.path(master_key(digest))
    damaged = bytearray(place.read_bytes())
    damaged[1000] ^= 1
    place.write_bytes(damaged)

    with pytest.raises(StoreDamaged, match=digest):
        store.put_master(scan)
    assert place.read_bytes() == damaged
    assert _files(store) == [place]


def test_copy_that_does_not_read_back_the_same_is_not_kept(
    store: Store, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad disk: what comes back is not what was written."""
    real = os.fsync

    def bad_disk(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.pwrite(descriptor, b"\xff\xff", 100)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", bad_disk)

    with pytest.raises(StoreDamaged, match="as it was written"):
        store.put_master(scan)
    assert _files(store) == []


def test_full_disk_leaves_nothing_behind(store: Store, scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        store.put_master(scan)
    assert _files(store) == []


def test_content_and_folders_are_on_the_disk_before_the_name_is(
    store: Store, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order that outlasts a power cut: content, folders from the top, rename, folder of the file."""
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        steps.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()).removeprefix(f"{store.root}"))
        real_fsync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    digest, _ = store.put_master(scan)

    first, second = digest[:2], digest[2:4]
    content, *rest = steps
    assert content.startswith("/.incoming/")
    assert rest == ["", "/masters", f"/masters/{first}", "rename", f"/masters/{first}/{second}"]


def test_no_name_appears_before_its_content_is_whole(store: Store, scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen from another process while the copy is under way: not there, then whole."""
    key, seen = _key(scan), []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        seen.append(store.read(key) == scan.read_bytes() if store.exists(key) else None)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    store.put_master(scan)

    assert seen[0] is None
    assert False not in seen


def test_same_scan_put_by_several_processes_at_once_is_kept_once(store: Store, scan: Path) -> None:
    answers = all_at_once(4, store.put_master, scan)

    assert len(set(answers)) == 1
    assert _files(store) == [store.path(_key(scan))]
    assert store.read(_key(scan)) == scan.read_bytes()


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_only_a_regular_file_is_taken(store: Store, scan: Path, tmp_path: Path, kind: str) -> None:
    place = tmp_path / "other"
    {"link": lambda: place.symlink_to(scan), "pipe": lambda: os.mkfifo(place), "folder": place.mkdir}[kind]()

    with pytest.raises(OSError, match=r"regular|symbolic"):
        store.put_master(place)
    assert not store.root.exists() or _files(store) == []


def test_bytes_put_again_are_replaced_as_a_whole(store: Store) -> None:
    store.put_bytes("words/a.json", b"first")
    store.put_bytes("words/a.json", b"second, and longer")

    assert store.read("words/a.json") == b"second, and longer"
    assert store.exists("words/a.json")
    assert not store.exists("words/b.json")


def test_sweep_takes_only_what_nobody_has_written_to_for_a_day(store: Store) -> None:
    store.put_bytes("words/old.json", b"kept")
    os.utime(store.path("words/old.json"), (1, 1))
    (store.root / ".incoming" / "abandoned").write_bytes(b"half")
    os.utime(store.root / ".incoming" / "abandoned", (1, 1))
    (store.root / ".incoming" / "at work").write_bytes(b"half")

    store.sweep()

    assert {path.name for path in _files(store)} == {"old.json", "at work"}


def test_sweep_of_a_store_that_does_not_exist_yet_does_nothing(store: Store) -> None:
    store.sweep()

    assert not store.root.exists()


def test_a_large_file_of_ours_is_copied_whole_and_may_be_replaced(store: Store, scan: Path) -> None:
    for content in (scan.read_bytes(), b"later"):
        scan.write_bytes(content)
        assert store.put_file("documents/a/document.pdf", scan) == hashlib.sha256(content).hexdigest()
        assert store.read("documents/a/document.pdf") == content
    assert scan.exists()
    assert [path.name for path in _files(store)] == ["document.pdf"]
