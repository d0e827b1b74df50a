"""Loose page images that belong together: by the manifest, else by counters in their names.

Grouping is generous, because a page taken for a whole document would be accepted with the others missing, while a
group that holds several documents is a stack like any other: it is split further down, by what the pages show.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from sohoa.intake.manifest import ManifestEntry

_IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".jp2", ".j2k", ".jpx", ".tif", ".tiff", ".bmp", ".heic"}
)
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,5}")
_COUNTER = re.compile(r"(?P<stem>.*?)(?P<bracket>[(\[]?)(?<![0-9])(?P<number>[0-9]{1,6})[)\]]?", re.DOTALL)
_PAGE_WORD = re.compile(r"(?:.*[\W\d_])?(?P<word>(?:trang|tờ)(?:\s+số)?|page|pag|pg|tr|p)", re.DOTALL)
_SEPARATORS = " \t._-–—#+,"
_FIRST_NUMBERS = (0, 1)
_LEAST_SHARE = 0.5


class Kind(Enum):
    """What a delivered file can be to a group."""

    PAGE = "page"  # an image of one page, or what should be one and cannot be read
    WHOLE = "whole"  # a PDF, a TIFF of many pages: pages bound together already
    OTHER = "other"  # no scan at all


@dataclass(frozen=True)
class Delivered:
    """A file of a batch, or one that should be there.

    Attributes:
        path: relative to the batch.
        n_pages: 0 if it cannot be read or is not there.
        media_type: by content; None if it cannot be read or is not there.
    """

    path: str
    n_pages: int = 0
    media_type: str | None = None

    @property
    def kind(self) -> Kind:
        """By content; by its name where there is no content to go by."""
        if self.media_type is not None:
            single = self.media_type.startswith("image/") and self.n_pages == 1
            return Kind.PAGE if single else Kind.WHOLE
        suffix = PurePosixPath(self.path).suffix.lower()
        if suffix in _IMAGE_SUFFIXES or not suffix:
            return Kind.PAGE
        return Kind.WHOLE if suffix == ".pdf" else Kind.OTHER


@dataclass(frozen=True)
class LoosePages:
    """Files that are pages of one document, or of one stack.

    Attributes:
        paths: in page order; None where a page is missing, cannot be read, or where the order is in doubt.
        stated: whether the manifest says that they are one document.
    """

    paths: tuple[str | None, ...]
    stated: bool


def plan_groups(files: Iterable[Delivered], manifest: Mapping[str, ManifestEntry]) -> list[LoosePages]:
    """Which files of a batch belong together, in the order of their first paths; no file is in two groups.

    Args:
        files: all scans of the batch, with those that cannot be read or are missing.
        manifest: its column `document` settles the matter for the files that have a value there.

    What the manifest leaves open, names decide: images of one page in one folder whose names differ in a counter
    at their end only. The counter must start at 0 or 1 (or at 2 after a file without), and at least half of its
    numbers must be there. Not so where a PDF or a TIFF of many pages has a number of the same counter: such a
    counter numbers documents, not pages.
    """
    ordered = sorted(files, key=lambda file: file.path)
    groups = _by_manifest([file for file in ordered if _document(manifest, file)], manifest)
    groups += _by_name([file for file in ordered if not _document(manifest, file)])
    return sorted(groups, key=lambda group: next(path for path in group.paths if path))


def natural(path: str) -> tuple[tuple[int, int, str], ...]:
    """A sorting key that puts page 2 before page 10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", path.casefold())
    return tuple((0, int(part), "") if part.isdecimal() and part.isascii() else (1, 0, part) for part in parts)


# --- by manifest ----------------------------------------------------------------------------------------------


def _document(manifest: Mapping[str, ManifestEntry], file: Delivered) -> str | None:
    entry = manifest.get(file.path)
    return entry.document if entry else None


def _by_manifest(files: Sequence[Delivered], manifest: Mapping[str, ManifestEntry]) -> list[LoosePages]:
    documents: dict[str, list[tuple[int | None, Delivered]]] = defaultdict(list)
    for file in files:
        entry = manifest[file.path]
        documents[str(entry.document).casefold()].append((entry.page, file))
    return [
        LoosePages(paths, stated=True)
        for members in documents.values()
        if len(paths := _in_stated_order(members)) > 1 and any(paths)
    ]


def _in_stated_order(members: list[tuple[int | None, Delivered]]) -> tuple[str | None, ...]:
    """By page number, files without one last; a number that is skipped, or stands twice, leaves a gap."""
    members.sort(key=lambda member: (member[0] is None, member[0] or 0, natural(member[1].path), member[1].path))
    paths: list[str | None] = []
    expected = {number for number in _FIRST_NUMBERS}
    for number, file in members:
        if number is not None:
            if number not in expected:
                paths.append(None)
            # The next file may be numbered as the next file or, after one of many pages, by its first page.
            expected = {number + 1, number + max(file.n_pages, 1)}
        paths.append(file.path if file.n_pages else None)
    return tuple(paths)


# --- by name --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Series:
    """What the names of a series have in common; `style` tells `x (1)`, `x trang 1` and `x_1` apart."""

    folder: str
    stem: str
    style: str


def _by_name(files: Sequence[Delivered]) -> list[LoosePages]:
    numbered: dict[_Series, list[tuple[int, Delivered]]] = defaultdict(list)
    plain: dict[tuple[str, str], list[Delivered]] = defaultdict(list)
    for file in files:
        if file.kind != Kind.OTHER:
            name = _name(file.path)
            plain[_folder(file.path), name.strip(_SEPARATORS)].append(file)
            if found := _counted(file.path, name):
                numbered[found[0]].append((found[1], file))
    groups = []
    taken: set[str] = set()
    # The longest first: `QĐ 1 (1)` and `(2)` may have `QĐ 1` before them, which is then no number 1 of `QĐ`.
    for series in sorted(numbered, key=lambda series: (-len(series.stem), series.folder, series.stem, series.style)):
        members = [(number, file) for number, file in numbered[series] if file.path not in taken]
        heads = [f for f in plain.get((series.folder, series.stem), ()) if f.path not in taken and series.stem]
        if chosen := _pages(members, heads):
            taken.update(file.path for _, file in chosen)
            groups.append(LoosePages(_in_order(chosen), stated=False))
    return [group for group in groups if any(group.paths)]


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    """The file's name without its suffix, in small letters."""
    name = path.rpartition("/")[2]
    stem, dot, suffix = name.rpartition(".")
    return (stem if stem and _SUFFIX.fullmatch(dot + suffix) else name).casefold()


def _counted(path: str, name: str) -> tuple[_Series, int] | None:
    found = _COUNTER.fullmatch(name)
    if found is None:
        return None
    stem = found["stem"].rstrip(_SEPARATORS)
    style = "bracket" if found["bracket"] else "plain"
    if word := _PAGE_WORD.fullmatch(stem):
        stem, style = stem[: word.start("word")], "word"
    return _Series(_folder(path), stem.strip(_SEPARATORS), style), int(found["number"])


def _pages(members: list[tuple[int, Delivered]], heads: list[Delivered]) -> list[tuple[int, Delivered]] | None:
    """The files of a series that counts pages, with the one before its numbers; None if it counts something else."""
    if not members:
        return None
    first = min(number for number, _ in members)
    if len(heads) == 1 and heads[0].kind == Kind.PAGE and first in (1, 2):
        members = [*members, (first - 1, heads[0])]
    elif first not in _FIRST_NUMBERS:
        return None
    if len(members) < 2 or any(file.kind != Kind.PAGE for _, file in members):
        return None
    numbers = {number for number, _ in members}
    return members if len(numbers) >= _LEAST_SHARE * (max(numbers) - min(numbers) + 1) else None


def _in_order(members: list[tuple[int, Delivered]]) -> tuple[str | None, ...]:
    """By number; one that is skipped, or stands twice, leaves a gap."""
    paths: list[str | None] = []
    expected = min(number for number, _ in members)
    for number, file in sorted(members, key=lambda member: (member[0], member[1].path)):
        paths.extend([None] * (number - expected if number >= expected else 1))
        paths.append(file.path if file.n_pages else None)
        expected = number + 1
    return tuple(paths)
