"""What a form at the desk says, as steps of a decision; which of them need which right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, HTTPException, Request

from sohoa.messages import say
from sohoa.review import (
    Accept,
    Action,
    AskRescan,
    Correct,
    LinkTo,
    Merge,
    PassLowDpi,
    Reject,
    ReplaceCopy,
    Rotate,
    Split,
    Step,
    Unlink,
)

RESCAN_REASONS = ("blurred", "cut", "missing")
REJECT_REASONS = ("not_result", "draft", "duplicate")
"""Reasons that one key gives; the texts are messages."""

_MAX_BYTES, _MAX_FIELDS = 256 * 1024, 500
_TYPED, _SEEN = "field.", "seen."
_MAX_SKIPPED = 100


@dataclass(frozen=True)
class Form:
    """The fields of a form; of one that came twice the last counts."""

    values: Mapping[str, str]

    def get(self, name: str) -> str:
        """A field without blanks around it; empty if it is not there."""
        return self.values.get(name, "").strip()

    def number(self, name: str) -> int:
        """A field as a whole number; 0 if it is none, which no step takes."""
        text = self.get(name)
        return int(text) if text.isdecimal() and len(text) < 10 else 0


async def read_form(request: Request) -> Form:
    """The form that a request brings.

    Raises:
        HTTPException: 413 for one larger than any of ours, 422 for what is none.
    """
    body = b""
    async for block in request.stream():
        body += block
        if len(body) > _MAX_BYTES:
            raise HTTPException(413)
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise HTTPException(422) from error
    return Form({name: values[-1] for name, values in found.items()})


CurrentForm = Annotated[Form, Depends(read_form)]


@dataclass(frozen=True)
class Round:
    """One person's way through the queue: items of one unit only, without those left for later."""

    unit: str | None
    skip: tuple[str, ...]

    @classmethod
    def of(cls, unit: str, skip: str) -> Round:
        """As it stands in an address or a form."""
        return cls(unit or None, tuple(filter(None, skip.split(",")))[-_MAX_SKIPPED:])

    def without(self, document_id: str) -> Round:
        """The same with one more item left for later."""
        return Round.of(self.unit or "", ",".join((*self.skip, document_id)))

    def query(self, **more: str) -> dict[str, str]:
        """For an address."""
        parts = {"unit": self.unit or "", "skip": ",".join(self.skip), **more}
        return {name: value for name, value in parts.items() if value}


def typed_values(form: Form) -> dict[str, str]:
    """What stands in the boxes of the fields, by field."""
    return {name.removeprefix(_TYPED): value for name, value in form.values.items() if name.startswith(_TYPED)}


def changed_values(form: Form) -> dict[str, str]:
    """What the person changed: boxes that say something else than when the page was made."""
    used, _, value = form.get("use").partition("=")
    changed = {
        name: text
        for name, text in typed_values(form).items()
        if _plain(text) != _plain(form.values.get(f"{_SEEN}{name}", ""))
    }
    return {**changed, used: value} if used else changed


def steps_of(form: Form, language: str) -> list[Step]:
    """The steps that the pressed button stands for; none if it is none of ours.

    Args:
        form: of the desk.
        language: of ready-made reasons.
    """
    # Another reading is a button of its own where the page has no script.
    name, _, detail = (form.get("do") or ("save" if form.get("use") else "")).partition(":")
    changed = changed_values(form)
    corrections: list[Step] = [Correct(changed)] if changed else []
    link: list[Step] = [LinkTo(form.number("link"))] if form.get("link") else []
    if name in _ALONE:
        return [_ALONE[name](form, detail, language)]
    return {
        "accept": [*corrections, *link, Accept()],
        "link": [*corrections, *link],
        "save": corrections,
    }.get(name, [])


def needed(step: Step) -> Action:
    """What a person must be allowed to do for a step."""
    return Action.JUDGE if isinstance(step, LinkTo | Unlink | ReplaceCopy | Reject | PassLowDpi) else Action.DECIDE


def _plain(text: str) -> str:
    """A text as boxes give it back: browsers send lines ended their own way, and blanks are seen by nobody."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _reason(form: Form, group: str, ready: Sequence[str], preset: str, language: str) -> str:
    return say(f"desk.{group}_{preset}", language) if preset in ready else form.get(f"{group}_reason")


_ALONE: dict[str, Callable[[Form, str, str], Step]] = {
    "unlink": lambda *_: Unlink(),
    "replace_copy": lambda *_: ReplaceCopy(),
    "split": lambda form, *_: Split(form.number("split_at")),
    "merge": lambda *_: Merge(),
    "rotate": lambda form, *_: Rotate(form.number("rotate_page"), form.number("rotate_by")),
    "reject": lambda form, preset, language: Reject(_reason(form, "reject", REJECT_REASONS, preset, language)),
    "ask_rescan": lambda form, preset, language: AskRescan(_reason(form, "rescan", RESCAN_REASONS, preset, language)),
    "pass_low_dpi": lambda form, *_: PassLowDpi(form.get("low_dpi_reason")),
}
"""Buttons that do one thing, whatever else stands in the form."""
