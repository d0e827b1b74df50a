"""What a correction changes: figures that differ between two versions of a report."""

from __future__ import annotations

from typing import Any

_TOLD = ("numerator", "denominator", "value", "target", "verdict")


def changed_figures(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Figures that differ, as JSON rows: `indicator`, `unit_code` (None: the whole scope), `before` and `after`.

    Each side holds the facts that differ and `text`, the figure as people read it; None where it has none.
    """
    old, new = _by_key(before), _by_key(after)
    return [
        {"indicator": key[0], "unit_code": key[1], "before": _side(old.get(key)), "after": _side(new.get(key))}
        for key in dict.fromkeys((*new, *old))
        if _facts(old.get(key)) != _facts(new.get(key))
    ]


def _by_key(data: dict[str, Any]) -> dict[tuple[str, str | None], dict[str, Any]]:
    whole = {(line["indicator"], None): line for line in data["indicators"]}
    return whole | {(line["indicator"], line["unit_code"]): line for line in data["units"]}


def _facts(line: dict[str, Any] | None) -> tuple[Any, ...] | None:
    return None if line is None else tuple(line[name] for name in _TOLD)


def _side(line: dict[str, Any] | None) -> dict[str, Any] | None:
    if line is None:
        return None
    words = line["words"]
    figure = " = ".join(text for text in (words["fraction"], words["value"]) if text)
    parts = (figure, words["target"], words["verdict"])
    return {**{name: line[name] for name in _TOLD}, "text": "; ".join(part for part in parts if part)}
