"""The write-once store: a file is there whole and verified, or it is not there."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1024 * 1024


class StoreDamaged(Exception):
    """What was written does not read back the same: disk or memory is at fault, not the document."""


@dataclass(frozen=True)
class Store:
    """A folder of write-once files; keys are relative paths that we made, never names from outside."""

    root: Path

    def path(self, key: str) -> Path:
        """Where the file of a key lies."""
        return self.root / key

    def exists(self, key: str) -> bool:
        """Whether the file is there, whole."""
        return self.path(key).is_file()

    def read(self, key: str) -> bytes:
        """The file's content."""
        return self.path(key).read_bytes()

    def put_master(self, source: Path) -> tuple[str, int]:
        """Copy a scan below its own content hash; return (SHA-256, size in bytes).

        Copy, fsync, re-read and compare, rename; a file already there is left as it is. Links are refused.

        Raises:
            OSError: the source is a link or cannot be read, or the store cannot be written.
            StoreDamaged: the copy does not read back the same.
        """
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as stream, self._new_file() as (part, copy):
            digest, size = _copy(stream, copy)
            _settle(copy)
            self._keep(part, master_key(digest), digest)
        return digest, size

    def put_bytes(self, key: str, content: bytes) -> None:
        """Write a file; one that is there already is replaced as a whole.

        Raises:
            StoreDamaged: the file does not read back the same.
        """
        with self._new_file() as (part, copy):
            copy.write(content)
            _settle(copy)
            self._keep(part, key, hashlib.sha256(content).hexdigest(), replace=True)

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
        target.parent.mkdir(parents=True, exist_ok=True)
        if replace or not target.exists():
            part.replace(target)
            _sync_folder(target.parent)
        if sha256_of(target) != digest:
            raise StoreDamaged(f"{key} in the archive is not what it should be; it was left untouched")


def master_key(sha256: str) -> str:
    """Where a master lies in the store."""
    return f"masters/{sha256[:2]}/{sha256[2:4]}/{sha256}"


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


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
