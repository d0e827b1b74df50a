"""Loose pages that belong together: one small master that names the masters of its pages, in order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sohoa.archive.store import Store, StoreDamaged, master_key, sha256_of
from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Master
from sohoa.settings import Settings

GROUP = "application/vnd.sohoa.pages"
"""Media type of a master that lists pages of other masters."""

_HEADERS = {False: "sohoa-pages 1", True: "sohoa-pages 1 stated"}
_GAP = "gap"
_REMEMBERED = 4096


@dataclass(frozen=True)
class PageSource:
    """The file that holds a page, its type by content, and which of its pages it is (from 1)."""

    path: Path
    media_type: str
    page_no: int


@dataclass(frozen=True)
class GroupPage:
    """Page `page_no` (from 1) of a master that is no group."""

    sha256: str
    media_type: str
    page_no: int


@dataclass(frozen=True)
class Group:
    """Pages that belong together; their places count from 1.

    Attributes:
        pages: in order; the same page may stand twice, such as a blank one.
        gaps: places before which something is missing or the order is in doubt; `len(pages) + 1` for the end.
        stated: whether a person said that they are one document; else they may be a stack of several.
    """

    pages: tuple[GroupPage, ...]
    gaps: frozenset[int] = frozenset()
    stated: bool = False

    def has_gap(self, first: int, last: int) -> bool:
        """Whether pages `first` to `last` may lack one: within, or at either end."""
        return any(first <= gap <= last + 1 for gap in self.gaps)


def write_group(store: Store, group: Group) -> tuple[str, int]:
    """Keep a group below its content hash, once; return (SHA-256, size in bytes).

    The same pages in the same order are the same group, whatever their files are called.

    Raises:
        StoreDamaged: what lies in the store does not read back the same.
    """
    content = _written(group).encode()
    digest = hashlib.sha256(content).hexdigest()
    key = master_key(digest)
    if not store.exists(key):
        store.put_bytes(key, content)
    elif sha256_of(store.path(key)) != digest:
        raise StoreDamaged(f"{key} in the archive is not what it should be; it was left untouched")
    return digest, len(content)


def read_group(store: Store, sha256: str) -> Group:
    """The group with this hash.

    Raises:
        StoreDamaged: it is not there, or not as it was written.
    """
    return _parsed(store.root, sha256)


def page_source(settings: Settings, sha256: str, page_no: int) -> PageSource:
    """The file that holds a page of any master: the master itself, or the loose page of a group.

    Raises:
        KeyError: there is no such page in the archive.
        StoreDamaged: the group cannot be read.
    """
    media_type = _media_type(settings.catalogue_url, sha256)
    store = Store(settings.archive)
    if media_type != GROUP:
        return PageSource(store.path(master_key(sha256)), media_type, page_no)
    pages = read_group(store, sha256).pages
    if not 1 <= page_no <= len(pages):
        raise KeyError(f"group {sha256} has no page {page_no}")
    page = pages[page_no - 1]
    return PageSource(store.path(master_key(page.sha256)), page.media_type, page.page_no)


def members(settings: Settings, sha256: str) -> tuple[GroupPage, ...]:
    """The pages of a group in order; none for a master that is no group."""
    if _media_type(settings.catalogue_url, sha256) != GROUP:
        return ()
    return read_group(Store(settings.archive), sha256).pages


def lacks_page(settings: Settings, sha256: str, first_page: int, page_count: int) -> bool:
    """Whether a page may be missing within or at either end of these pages; never so for a master that is no group."""
    if _media_type(settings.catalogue_url, sha256) != GROUP:
        return False
    return read_group(Store(settings.archive), sha256).has_gap(first_page, first_page + page_count - 1)


def is_stated(settings: Settings, sha256: str) -> bool:
    """Whether a person said that the pages of this master are one document; never so for one that is no group."""
    return _media_type(settings.catalogue_url, sha256) == GROUP and read_group(Store(settings.archive), sha256).stated


@lru_cache(maxsize=_REMEMBERED)
def _media_type(catalogue_url: str, sha256: str) -> str:
    with reading(catalogue_url) as session:
        master = session.get(Master, sha256)
    if master is None or master.media_type is None:
        raise KeyError(f"no readable master {sha256}")
    return master.media_type


def _written(group: Group) -> str:
    lines = [_HEADERS[group.stated]]
    for place, page in enumerate(group.pages, start=1):
        lines += [_GAP] * (place in group.gaps)
        lines.append(f"{page.sha256} {page.media_type} {page.page_no}")
    lines += [_GAP] * (len(group.pages) + 1 in group.gaps)
    return "\n".join(lines) + "\n"


@lru_cache(maxsize=64)
def _parsed(root: Path, sha256: str) -> Group:
    try:
        content = Store(root).read(master_key(sha256))
    except FileNotFoundError as error:
        raise StoreDamaged(f"group {sha256} is not in the archive") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StoreDamaged(f"group {sha256} in the archive is not what it should be")
    header, *lines = content.decode().splitlines()
    pages: list[GroupPage] = []
    gaps: set[int] = set()
    for line in lines:
        if line == _GAP:
            gaps.add(len(pages) + 1)
        else:
            digest, media_type, page_no = line.split(" ")
            pages.append(GroupPage(digest, media_type, int(page_no)))
    return Group(tuple(pages), frozenset(gaps), stated=header == _HEADERS[True])
