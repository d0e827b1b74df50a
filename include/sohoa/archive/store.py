"""The write-once store: a file is there whole and verified, or it is not there."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1024 * 1024
_ABANDONED_SECONDS = 86_400
LOCKED = "locked"
"""Folder of the store for what only authorised persons may see; nobody else may enter it."""


class StoreDamaged(Exception):
    """What was written does not read back the same: disk or memory is at fault, not the document."""


@dataclass(frozen=True)
class Store:
    """A folder of write-once files; keys are relative paths that we made, never names from outside."""

    root: Path

    def path(self, key: str) -> Path:
        """Where the file of a key lies; one that was locked away stays so, whoever brings it again."""
        place, locked = self.root / key, self.root / LOCKED / key
        # In this order: a file that is just being locked away is in one place or the other.
        return locked if not place.is_file() and locked.is_file() else place

    def exists(self, key: str) -> bool:
        """Whether the file is there, whole."""
        return self.path(key).is_file()

    def read(self, key: str) -> bytes:
        """The file's content."""
        return self.path(key).read_bytes()

    def is_locked(self, key: str) -> bool:
        """Whether the file was locked away."""
        return self.path(key).is_relative_to(self.root / LOCKED)

    def lock(self, key: str) -> None:
        """Move a file to where only the owner of the archive may go; nothing if it is there, or nowhere."""
        source, target = self.root / key, self.root / LOCKED / key
        if not source.is_file():
            return
        closed = self.root / LOCKED
        closed.mkdir(mode=0o700, exist_ok=True)
        closed.chmod(0o700)
        make_folder(target.parent)
        with suppress(FileNotFoundError):  # another run was faster
            source.chmod(0o600)
            source.replace(target)
        sync_folder(target.parent)
        sync_folder(source.parent)

    def unlock(self, key: str) -> None:
        """Move a file that was locked away back to its place."""
        source, target = self.root / LOCKED / key, self.root / key
        if source.is_file():
            make_folder(target.parent)
            with suppress(FileNotFoundError):
                source.chmod(0o644)
                source.replace(target)
            sync_folder(target.parent)
            sync_folder(source.parent)

    def put_master(self, source: Path) -> tuple[str, int]:
        """Copy a scan below its own content hash; return (SHA-256, size in bytes).

        Copy, fsync, re-read and compare, rename; a file already there is left as it is. Links are refused.

        Raises:
            OSError: the source is no regular file or cannot be read, or the store cannot be written.
            StoreDamaged: the copy, or what lies in its place, does not read back the same.
        """
        with open_regular(source) as stream, self._new_file() as (part, copy):
            digest, size = _copy(stream, copy)
            _settle(copy)
            self._keep(part, master_key(digest), digest)
        return digest, size

    def sweep(self) -> None:
        """Remove what killed processes left half written, a day after they last wrote to it."""
        oldest = time.time() - _ABANDONED_SECONDS
        for part in (self.root / ".incoming").glob("*"):
            with suppress(FileNotFoundError):
                if part.stat().st_mtime < oldest:
                    part.unlink()

    def put_bytes(self, key: str, content: bytes) -> None:
        """Write a file; one that is there already is replaced as a whole.

        Raises:
            StoreDamaged: the file does not read back the same.
        """
        with self._new_file() as (part, copy):
            copy.write(content)
            _settle(copy)
            self._keep(part, key, hashlib.sha256(content).hexdigest(), replace=True)

    def put_file(self, key: str, source: Path) -> str:
        """Write a copy of a file of ours, however large; one that is there already is replaced. Return its SHA-256.

        Raises:
            StoreDamaged: the file does not read back the same.
        """
        with source.open("rb") as stream, self._new_file() as (part, copy):
            digest, _ = _copy(stream, copy)
            _settle(copy)
            self._keep(part, key, digest, replace=True)
        return digest

    @contextmanager
    def _new_file(self) -> Iterator[tuple[Path, BinaryIO]]:
        folder = self.root / ".incoming"
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / secrets.token_hex(12)
        try:
            with part.open("xb") as copy:
                yield part, copy
        finally:
            part.unlink(missing_ok=True)

    def _keep(self, part: Path, key: str, digest: str, *, replace: bool = False) -> None:
        if sha256_of(part) != digest:
            raise StoreDamaged(f"{key} does not read back as it was written")
        target = self.path(key)
        make_folder(target.parent)
        if replace or not target.exists():
            part.replace(target)
            sync_folder(target.parent)
        if sha256_of(target) != digest:
            raise StoreDamaged(f"{key} in the archive is not what it should be; it was left untouched")


def master_key(sha256: str) -> str:
    """Where a master lies in the store."""
    return f"masters/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def open_regular(path: Path) -> BinaryIO:
    """Open a file that others may have put there: a link is not followed, a pipe not waited for.

    Raises:
        OSError: it is no regular file, or cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


def sha256_of(path: Path) -> str:
    """A file's SHA-256, in hex, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        digest.update(block)
        target.write(block)
        size += len(block)
    return digest.hexdigest(), size


def _settle(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def make_folder(folder: Path) -> None:
    """Make a folder with those above it, so that they too outlast a power cut."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Bring a folder's own entries to the disk: until then a rename in it may be undone by a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
