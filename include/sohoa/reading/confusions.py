"""How alike a reading is to a phrase of a closed list, weighed by what OCR was measured to confuse (domain.md §3.4)."""

from __future__ import annotations

_MEASURED = (
    ("D", "PB"),
    ("O", "Q0G69"),
    ("S", "5"),
    ("I", "1LT|"),
    ("U", "IA"),
    ("E", "6"),
    ("N", "M"),
    ("B", "8P"),
)
_COST = {pair: 0.3 for one, others in _MEASURED for other in others for pair in ((one, other), (other, one))}
_SPLIT = 0.5  # a letter read as two, or one of two lost: `ii` for `ủ`, `BOQ` for `BỘ`


def likeness(read: str, wanted: str) -> float:
    """1 for the same text, 0 for nothing in common; both folded."""
    if not read or not wanted:
        return 0.0
    above = [index * 1.0 for index in range(len(wanted) + 1)]
    for row, letter in enumerate(read, 1):
        current = [float(row)]
        for column, other in enumerate(wanted, 1):
            swapped = 0.0 if letter == other else _COST.get((letter, other), 1.0)
            # One letter too many beside one that it is confused with.
            extra = _SPLIT if (letter, other) in _COST else 1.0
            current.append(min(above[column - 1] + swapped, above[column] + extra, current[column - 1] + 1.0))
        above = current
    return max(0.0, 1.0 - above[-1] / max(len(read), len(wanted)))


def holds(read: str, wanted: str) -> float:
    """How alike the likest run of as many words in a text is to a phrase, 0–1; both folded."""
    words, n_words = read.split(), len(wanted.split())
    runs = (" ".join(words[start : start + n_words]) for start in range(max(1, len(words) - n_words + 1)))
    return max((likeness(run, wanted) for run in runs), default=0.0)
