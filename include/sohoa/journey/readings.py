"""What was read from a page, kept in the archive so that no page is read twice."""

from __future__ import annotations

import gzip
import json
from dataclasses import astuple, dataclass, field

from sohoa.archive import Store
from sohoa.ocr import Word
from sohoa.settings import Settings

_METHOD = 1
"""Raised when pages must be read anew because the way of reading them changed."""


@dataclass(frozen=True)
class PageWords:
    """A page's words with the second looks at its parts, as kept in the archive."""

    aspect: float
    words: list[Word]
    looks: dict[str, list[Word]] = field(default_factory=dict)
    coloured_ink: dict[str, float] = field(default_factory=dict)


def words_key(settings: Settings, sha256: str, page_no: int) -> str:
    """Where a page's words lie in the archive; another language, resolution or method is another place."""
    profile = f"{settings.ocr_language}-{settings.ocr_dpi}-{_METHOD}"
    return f"words/{sha256[:2]}/{sha256}/{profile}/{page_no:05d}.json.gz"


def layer_key(settings: Settings, sha256: str, page_no: int) -> str:
    """Where a page's text layer (a one-page PDF of invisible words) lies in the archive."""
    return words_key(settings, sha256, page_no).removesuffix(".json.gz") + ".pdf"


def keep_page(settings: Settings, sha256: str, page_no: int, page: PageWords, layer: bytes | None) -> None:
    """Keep what was read from a page; the words come last, since they say that all is there."""
    store = Store(settings.archive)
    if layer is not None:
        store.put_bytes(layer_key(settings, sha256, page_no), layer)
    content = {
        "aspect": page.aspect,
        "words": [astuple(word) for word in page.words],
        "looks": {part: [astuple(word) for word in words] for part, words in page.looks.items()},
        "coloured_ink": page.coloured_ink,
    }
    packed = gzip.compress(json.dumps(content, ensure_ascii=False).encode(), mtime=0)
    store.put_bytes(words_key(settings, sha256, page_no), packed)


def kept_page(settings: Settings, sha256: str, page_no: int) -> PageWords | None:
    """What was read from a page, None if it was not read."""
    store, key = Store(settings.archive), words_key(settings, sha256, page_no)
    if not store.exists(key):
        return None
    content = json.loads(gzip.decompress(store.read(key)))
    return PageWords(
        aspect=content["aspect"],
        words=[Word(*row) for row in content["words"]],
        looks={part: [Word(*row) for row in rows] for part, rows in content["looks"].items()},
        coloured_ink=content["coloured_ink"],
    )
