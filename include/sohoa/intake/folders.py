"""The watched folder as it lies on the disk: which files make up which batch."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sohoa.settings import Settings

logger = logging.getLogger(__name__)

CLAIMED, DONE = ".claimed", ".done"
READY = "_READY"
MANIFEST = "manifest.csv"
BAG_MANIFEST = "manifest-sha256.txt"

_SPEAKING_FILES = frozenset({READY, MANIFEST})
_BAG_FILES = frozenset(
    {BAG_MANIFEST, "bagit.txt", "bag-info.txt", "tagmanifest-sha256.txt", "manifest-md5.txt", "tagmanifest-md5.txt"}
)
_DEBRIS = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_LONGEST_CODE, _LONGEST_PATH = 100, 1000
"""In bytes: what a unit code's column and the index over a batch's paths can hold."""


@dataclass(frozen=True)
class FoundFile:
    """A file on the disk.

    Attributes:
        path: its name relative to the batch as people read it (NFC).
        place: where it lies, byte for byte.
        regular: whether it is a file in the narrow sense; links, pipes and the like are never opened.
    """

    path: str
    place: Path
    size_bytes: int
    mtime_ns: int
    regular: bool = True


@dataclass(frozen=True)
class Drop:
    """A batch as it lies in the inbox.

    Attributes:
        unit_code: of the unit whose folder holds it.
        name: of the batch as people read it; empty for the loose files of a unit, None for a whole unit.
        place: the batch folder; for loose files the unit folder.
        files: its regular files; None if the folder could not be listed, so that nothing is known of it.
    """

    unit_code: str
    name: str | None
    place: Path
    files: tuple[FoundFile, ...] | None

    @property
    def unit_folder(self) -> Path:
        """The unit's folder in the inbox."""
        return self.place.parent if self.name else self.place


def display_path(relative: str) -> str:
    """A file name that any database and any screen can hold: NFC, broken bytes written out."""
    return unicodedata.normalize("NFC", os.fsencode(relative).decode("utf-8", "backslashreplace"))


def is_debris(name: str) -> bool:
    """Whether a file was left by an operating system rather than by a person."""
    return name.lower() in _DEBRIS or name.startswith((".", "~$"))


def is_about_batch(path: str) -> bool:
    """Whether a file speaks about the batch (manifest, _READY, BagIt tags) and is no scan."""
    return path in _SPEAKING_FILES or path in _BAG_FILES


def drops(settings: Settings) -> Iterator[Drop]:
    """All drops in the inbox; those that cannot be listed have no files, not zero files.

    Raises:
        OSError: the inbox itself cannot be listed.
    """
    for code, folder in unit_folders(settings):
        try:
            yield from list(_drops_of_unit(code, folder))
        except OSError as error:
            logger.warning("Unit folder %s cannot be listed: %s", code, error)
            yield Drop(code, None, folder, None)


def files_now(drop: Drop) -> set[FoundFile]:
    """What a drop consists of by now; nothing if it is gone."""
    try:
        if drop.name:
            return set(regular_files(drop.place))
        return set(_loose_files(drop.place, (p for p in sorted(drop.place.iterdir()) if not is_debris(p.name))))
    except FileNotFoundError:
        return set()


def unit_folders(settings: Settings) -> list[tuple[str, Path]]:
    """Unit codes and their folders in the inbox."""
    if not settings.inbox.is_dir():
        return []
    folders = [
        place
        for place in sorted(settings.inbox.iterdir())
        if not place.name.startswith(".") and place.is_dir() and not place.is_symlink()
    ]
    return list(zip(told_apart([place.name for place in folders], _LONGEST_CODE), folders, strict=True))


def claimed_folders(settings: Settings) -> dict[str, Path]:
    """Where claimed batches lie until their files are in the master store, by batch id; those that hold something."""
    lists = (folder / CLAIMED for _, folder in unit_folders(settings))
    places = (place for claimed in lists if claimed.is_dir() for place in claimed.iterdir())
    return {place.name: place for place in places if any(place.iterdir())}


def claimed_folder(settings: Settings, batch_id: str) -> Path | None:
    """Where a batch lies that was claimed, or that was put away; None if nowhere."""
    folders = [folder for _, folder in unit_folders(settings)]
    places = (folder / kind / batch_id for kind in (CLAIMED, DONE) for folder in folders)
    return next((place for place in places if place.is_dir()), None)


def regular_files(folder: Path) -> list[FoundFile]:
    """Every regular file below a folder, in a stable order; links are not followed.

    Raises:
        OSError: the folder, or one below it, is not there or cannot be listed.
    """
    return [file for file in all_files(folder) if file.regular]


def all_files(folder: Path) -> list[FoundFile]:
    """Every file below a folder, in a stable order, with links, pipes and the like among them.

    Raises:
        OSError: as for `regular_files`.
    """
    return _described(folder, _walk(folder))


def told_apart(names: list[str], longest: int) -> list[str]:
    """How people read these names; those that would read the same (NFC and NFD) get a mark, so that all are kept."""
    readable = [_shortened(display_path(name), longest) for name in names]
    times = Counter(readable)
    taken = {text for name, text in zip(names, readable, strict=True) if times[text] == 1 or name == text}
    apart = []
    for name, text in zip(names, readable, strict=True):
        if times[text] > 1 and name != text:
            digest = hashlib.sha256(os.fsencode(name)).hexdigest()
            text = next(t for n in range(8, 65) if (t := f"{text} [{digest[:n]}]") not in taken)
            taken.add(text)
        apart.append(text)
    return apart


def _shortened(text: str, longest: int) -> str:
    if len(text.encode()) <= longest:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{text.encode()[: longest - 20].decode(errors='ignore')}… {digest}"


def _drops_of_unit(code: str, folder: Path) -> Iterator[Drop]:
    entries = [entry for entry in sorted(folder.iterdir()) if not is_debris(entry.name)]
    batches = [entry for entry in entries if entry.is_dir() and not entry.is_symlink()]
    for name, place in zip(told_apart([b.name for b in batches], _LONGEST_PATH), batches, strict=True):
        try:
            files = regular_files(place)
        except OSError as error:
            logger.warning("Batch folder %s of %s cannot be listed: %s", name, code, error)
            yield Drop(code, name, place, None)
        else:
            if files:
                yield Drop(code, name, place, tuple(files))
    if loose := _loose_files(folder, entries):
        yield Drop(code, "", folder, loose)


def _loose_files(folder: Path, entries: Iterable[Path]) -> tuple[FoundFile, ...]:
    files = _described(folder, (entry for entry in entries if entry.is_symlink() or not entry.is_dir()))
    return tuple(file for file in files if file.regular)


def _walk(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        # A listing that fails must not pass for an empty folder.
        raise error

    for root, names, file_names in os.walk(folder, followlinks=False, onerror=fail):
        names[:] = sorted(name for name in names if not is_debris(name))
        links = [name for name in names if (Path(root) / name).is_symlink()]
        yield from (Path(root) / name for name in sorted([*file_names, *links]) if not is_debris(name))


def _described(folder: Path, places: Iterable[Path]) -> list[FoundFile]:
    there: list[tuple[Path, os.stat_result]] = []
    for place in places:
        try:
            there.append((place, place.lstat()))
        except FileNotFoundError:
            continue
    names = told_apart([os.path.relpath(place, folder) for place, _ in there], _LONGEST_PATH)
    return [
        FoundFile(name, place, facts.st_size, facts.st_mtime_ns, stat.S_ISREG(facts.st_mode))
        for name, (place, facts) in zip(names, there, strict=True)
    ]
