"""The watched folder as it lies on the disk: which files make up which batch."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sohoa.settings import Settings

CLAIMED, DONE = ".claimed", ".done"
READY = "_READY"
MANIFEST = "manifest.csv"
BAG_MANIFEST = "manifest-sha256.txt"

_SPEAKING_FILES = frozenset({READY, MANIFEST})
_BAG_FILES = frozenset(
    {BAG_MANIFEST, "bagit.txt", "bag-info.txt", "tagmanifest-sha256.txt", "manifest-md5.txt", "tagmanifest-md5.txt"}
)
_DEBRIS = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


@dataclass(frozen=True)
class FoundFile:
    """A regular file on the disk.

    Attributes:
        path: its name relative to the batch as people read it (NFC).
        place: where it lies, byte for byte.
    """

    path: str
    place: Path
    size_bytes: int
    mtime_ns: int


def display_path(relative: str) -> str:
    """A file name that any database and any screen can hold: NFC, broken bytes written out."""
    return unicodedata.normalize("NFC", relative.encode("utf-8", "backslashreplace").decode())


def is_debris(name: str) -> bool:
    """Whether a file was left by an operating system rather than by a person."""
    return name.lower() in _DEBRIS or name.startswith((".", "~$"))


def is_about_batch(path: str) -> bool:
    """Whether a file speaks about the batch (manifest, _READY, BagIt tags) and is no scan."""
    return path in _SPEAKING_FILES or path in _BAG_FILES


def drops(settings: Settings) -> Iterator[tuple[str, str, list[FoundFile]]]:
    """All drops in the inbox: (unit code, batch name, files); the name is empty for loose files."""
    if not settings.inbox.is_dir():
        return
    for unit_dir in sorted(settings.inbox.iterdir()):
        if not unit_dir.is_dir() or unit_dir.is_symlink() or unit_dir.name.startswith("."):
            continue
        loose: list[FoundFile] = []
        for entry in sorted(unit_dir.iterdir()):
            if is_debris(entry.name):
                continue
            if entry.is_dir() and not entry.is_symlink():
                if files := regular_files(entry):
                    yield unit_dir.name, entry.name, files
            elif (found := _found(unit_dir, entry)) is not None:
                loose.append(found)
        if loose:
            yield unit_dir.name, "", _told_apart(loose)


def regular_files(folder: Path) -> list[FoundFile]:
    """Every regular file below a folder, in a stable order; links are not followed."""
    return _told_apart(list(_walk(folder)))


def _told_apart(files: list[FoundFile]) -> list[FoundFile]:
    """Names that look the same but differ in their bytes (NFC and NFD) get a mark, so that both are kept."""
    seen: set[str] = set()
    apart = []
    for file in files:
        if file.path in seen:
            mark = hashlib.sha256(os.fsencode(file.place.name)).hexdigest()[:8]
            file = replace(file, path=f"{file.path} [{mark}]")
        seen.add(file.path)
        apart.append(file)
    return apart


def _walk(folder: Path) -> Iterator[FoundFile]:
    for root, names, file_names in os.walk(folder, followlinks=False):
        names[:] = sorted(name for name in names if not is_debris(name))
        for name in sorted(file_names):
            if not is_debris(name) and (found := _found(folder, Path(root) / name)) is not None:
                yield found


def irregular_files(folder: Path) -> Iterator[str]:
    """Links, pipes and the like below a folder: never opened, but told to the archivist."""
    for root, _names, file_names in os.walk(folder, followlinks=False):
        for name in sorted(file_names):
            place = Path(root) / name
            if not is_debris(name) and not stat.S_ISREG(place.lstat().st_mode):
                yield display_path(os.path.relpath(place, folder))


def _found(folder: Path, place: Path) -> FoundFile | None:
    try:
        facts = place.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    relative = display_path(os.path.relpath(place, folder))
    return FoundFile(relative, place, facts.st_size, facts.st_mtime_ns)
