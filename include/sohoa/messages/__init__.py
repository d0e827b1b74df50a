"""Everything that people read, in Vietnamese first and English second; code holds no such text."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import yaml

LANGUAGES = ("vi", "en")


@lru_cache(maxsize=len(LANGUAGES))
def load_messages(language: str) -> dict[str, str]:
    """All messages of a language by key (`file.truncated`)."""
    data: dict[str, dict[str, str]] = yaml.safe_load(
        files(__name__).joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    )
    return {f"{group}.{name}": text for group, entries in data.items() for name, text in entries.items()}


def say(key: str, language: str, **values: object) -> str:
    """The message for `key`, with `{names}` filled in.

    Raises:
        KeyError: no such message; a test checks that every key in use exists in both languages.
    """
    return load_messages(language)[key].format(**values)


def reason_text(reason: str, language: str) -> str:
    """What a review reason means and what to do: the gates' reasons and those of linking share one name space."""
    messages = load_messages(language)
    return messages.get(f"reason.{reason}") or messages.get(f"gate.{reason}") or reason


def duplicate_text(twin: str, reason: str | None, language: str) -> str:
    """That a file came before as `twin`; with the fault that both share, if its reason is one."""
    if reason in (None, "file.duplicate"):
        return say("file.duplicate", language, twin=twin)
    return say("file.duplicate_unreadable", language, twin=twin, reason=say(reason, language))
