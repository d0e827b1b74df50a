"""Tones put right in words that can only be meant otherwise (`rulesets/phrases.yaml`)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import yaml

_SYLLABLE = re.compile(r"[^\W\d_]+")
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))  # grave, acute, tilde, hook, dot

Pair = tuple[str, str]


def tones_put_right(text: str) -> str:
    """A text with the tone of one syllable changed wherever that makes a word of the list; all else stays as read."""
    found = list(_SYLLABLE.finditer(text))
    read = [unicodedata.normalize("NFC", syllable[0]) for syllable in found]
    meant = _meant([syllable.lower() for syllable in read])
    joined = {at for at, (one, other) in enumerate(pairwise(found)) if text[one.end() : other.start()].isspace()}
    for at, (place, said) in sorted(meant.items(), reverse=True):
        if place in joined:
            text = text[: found[at].start()] + _as_written(said, read[at]) + text[found[at].end() :]
    return text


def _meant(read: list[str]) -> dict[int, tuple[int, str]]:
    """Index of a syllable → where its word begins, and what the syllable is meant to be; in lower case."""
    hooked, kept = _words()
    pairs = list(pairwise(read))
    settled = {at + half for at, pair in enumerate(pairs) if pair in kept for half in (0, 1)}
    meant = {}
    for at, pair in enumerate(pairs):
        word = hooked.get(_toneless(pair), pair)
        wrong = [half for half in (0, 1) if word[half] != pair[half]]
        if len(wrong) == 1 and at + wrong[0] not in settled:
            meant[at + wrong[0]] = (at, word[wrong[0]])
    return meant


def _as_written(meant: str, read: str) -> str:
    return meant.upper() if read.isupper() else meant.capitalize() if read[0].isupper() else meant


def _toneless(pair: Pair) -> str:
    return unicodedata.normalize("NFD", " ".join(pair)).translate(_TONES)


@lru_cache(maxsize=1)
def _words() -> tuple[dict[str, Pair], frozenset[Pair]]:
    """The words to put right by what is left of them without tones, and those to keep."""
    loaded = yaml.safe_load(files("sohoa.rulesets").joinpath("phrases.yaml").read_text(encoding="utf-8"))
    hooked, kept = ([_pair(word) for word in loaded[name].split(", ")] for name in ("hooked", "kept"))
    return {_toneless(word): word for word in hooked}, frozenset(kept)


def _pair(word: str) -> Pair:
    first, second = word.split()
    return first, second
