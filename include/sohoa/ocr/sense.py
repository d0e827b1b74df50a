"""Whether what was read is language: a page read upside down gives words too, but none that exist."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sohoa.words import Word

_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong op ot
ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut
uy uya uych uyên uyêt uynh uyp uyt uyu
ư ưa ưc ưi ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
y yêm yên yêng yêt yêu
"""
"""The rimes of written Vietnamese, without tones; those of loan words aside."""
_TONE_MARKS = "\u0300\u0301\u0303\u0309\u0323"
_NO_TONES = str.maketrans("", "", _TONE_MARKS)
_STOPPED = re.compile("(c|ch|p|t)$")
_STOPPED_TONES = (["\u0301"], ["\u0323"])
_SYLLABLE = re.compile(f"(?:{'|'.join(_ONSETS.split())})?(?:{'|'.join(_RIMES.split())})")
_PART = re.compile(r"[^\W\d_]+|\d+")
_MAKES_SENSE = 0.65  # right way up 0.75 and more even on bad scans, rows of digits 0.6
NO_SENSE = 0.4
"""Of a page the wrong way round; what makes less tells nothing of how it lies."""
_ON_ITS_SIDE = 4  # letters: a shorter word may be taller than wide


def makes_sense(words: Sequence[Word], aspect: float) -> bool:
    """Whether a page's reading is language, numbers or codes rather than what a page turned the wrong way gives."""
    return sense_of(words, aspect) >= _MAKES_SENSE


def sense_of(words: Sequence[Word], aspect: float) -> float:
    """How much of what was read makes sense, 0-1: by letters, weighed with the confidence; 0.0 where nothing was read.

    Vietnamese syllables count in full. Anything else (numbers, foreign words, abbreviations) has only its confidence
    to speak for it, of which half is no evidence. Words that stand on their side do not count: tesseract reads some.

    Args:
        words: The words of a page.
        aspect: Width over height of the page they were read on.
    """
    total = sense = 0.0
    for word in words:
        n_letters = sum(len(part) for part in _PART.findall(word.text))
        is_upright = (word.right - word.left) * aspect > word.bottom - word.top
        for part in _PART.findall(word.text):
            total += len(part)
            if is_upright or n_letters < _ON_ITS_SIDE:
                says = word.confidence if is_syllable(part) else max(0.0, 2 * word.confidence - 1)
                sense += len(part) * says
    return sense / total if total else 0.0


def is_syllable(text: str) -> bool:
    """Whether a word may be a Vietnamese syllable: an onset, a rime, and a tone that the rime can bear."""
    letters = unicodedata.normalize("NFD", text.casefold())
    tones = [mark for mark in letters if mark in _TONE_MARKS]
    bare = unicodedata.normalize("NFC", letters.translate(_NO_TONES))
    if len(tones) > 1 or (_STOPPED.search(bare) and tones[:1] not in _STOPPED_TONES):
        return False
    return _SYLLABLE.fullmatch(bare) is not None
