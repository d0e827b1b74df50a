"""What was read from a page, kept in the archive so that no page is read twice."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import astuple, dataclass, field

from sohoa.archive import LOCKED, Store
from sohoa.ocr import Word
from sohoa.settings import Settings

_METHOD = 2
"""Raised when pages must be read anew because the way of reading them changed."""


@dataclass(frozen=True)
class PageWords:
    """A page's words with the closer looks at its parts, as kept in the archive; see `PageEvidence`."""

    aspect: float
    words: list[Word]
    own_text: bool = False
    looks: dict[str, list[list[Word]]] = field(default_factory=dict)
    ink: dict[str, str] = field(default_factory=dict)


def words_key(settings: Settings, sha256: str, page_no: int) -> str:
    """Where a page's words lie in the archive; another language, resolution or method is another place."""
    profile = f"{settings.ocr_language}-{settings.ocr_dpi}-{_METHOD}"
    return f"{_words_of(sha256)}/{profile}/{page_no:05d}.json.gz"


def _words_of(sha256: str) -> str:
    return f"words/{sha256[:2]}/{sha256}"


def keep_page(settings: Settings, sha256: str, page_no: int, page: PageWords) -> None:
    """Keep what was read from a page."""
    content = {
        "aspect": page.aspect,
        "words": [astuple(word) for word in page.words],
        "own_text": page.own_text,
        "looks": {part: [[astuple(w) for w in words] for words in looks] for part, looks in page.looks.items()},
        "ink": page.ink,
    }
    packed = gzip.compress(json.dumps(content, ensure_ascii=False).encode(), mtime=0)
    Store(settings.archive).put_bytes(words_key(settings, sha256, page_no), packed)


def kept_page(settings: Settings, sha256: str, page_no: int) -> PageWords | None:
    """What was read from a page, None if it was not read."""
    store, key = Store(settings.archive), words_key(settings, sha256, page_no)
    if not store.exists(key):
        return None
    content = json.loads(gzip.decompress(store.read(key)))
    return PageWords(
        aspect=content["aspect"],
        words=[Word(*row) for row in content["words"]],
        own_text=content["own_text"],
        looks={part: [[Word(*row) for row in rows] for rows in looks] for part, looks in content["looks"].items()},
        ink=content["ink"],
    )


def withhold_page(settings: Settings, sha256: str, page_no: int) -> None:
    """Lock away what was read from a page, by this and any earlier way of reading."""
    root = settings.archive
    for path in sorted((root / _words_of(sha256)).glob(f"*/{page_no:05d}.json.gz")):
        Store(root).lock(str(path.relative_to(root)))


def give_back_pages(settings: Settings, sha256: str) -> None:
    """Put what was read from a master's pages back to where everybody's words are."""
    closed = settings.archive / LOCKED
    for path in sorted((closed / _words_of(sha256)).rglob("*.json.gz")):
        Store(settings.archive).unlock(str(path.relative_to(closed)))


def forget_pages(settings: Settings, sha256: str) -> None:
    """Remove all that was read from a master's pages; they can be read again."""
    for root in (settings.archive, settings.archive / LOCKED):
        shutil.rmtree(root / _words_of(sha256), ignore_errors=True)
