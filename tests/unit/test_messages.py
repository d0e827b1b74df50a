"""Everything that people read is there in both languages, says the same, and covers every reason the code can give."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from sohoa.catalogue.models import DocumentStatus, FileOutcome, ReportState
from sohoa.duplicates import twins
from sohoa.journey import repeats
from sohoa.messages import LANGUAGES, load_messages, reason_text, say

PROJECT = Path(__file__).parents[2]
CODE = PROJECT / "include"
CODES = re.compile(
    r"(file|page|register|receipt|outcome|gate|reason|warehouse|web|review|field|search|event|evaluation|cases|readings|indicator|headline|report)\.[a-z][a-z0-9_]*"
)
ENDINGS = (".html", ".yaml", ".json", ".py", ".csv", ".pdf", ".xlsx", ".db")


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _literals() -> Iterator[tuple[str, str]]:
    """Every whole string in the code, with where it stands."""
    for path in sorted(CODE.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        pieces = {id(piece) for node in nodes if isinstance(node, ast.JoinedStr) for piece in node.values}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces:
                yield f"{path.relative_to(PROJECT)}:{node.lineno}", node.value


def _suite_reasons() -> set[str]:
    return {
        expectation["meta"]["reason"]
        for path in (PROJECT / "expectations").glob("*.json")
        for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]
    }


def test_both_languages_have_the_same_messages() -> None:
    vietnamese, english = (set(load_messages(language)) for language in LANGUAGES)

    assert vietnamese - english == set()
    assert english - vietnamese == set()


def test_both_languages_fill_in_the_same_names() -> None:
    vietnamese, english = (load_messages(language) for language in LANGUAGES)

    differing = {key for key in vietnamese if _names(vietnamese[key]) != _names(english[key])}
    assert differing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_empty_or_ragged(language: str) -> None:
    ragged = {key for key, text in load_messages(language).items() if not text.strip() or text != text.strip()}

    assert ragged == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_vietnamese_is_written_in_composed_letters(language: str) -> None:
    import unicodedata

    assert {k for k, text in load_messages(language).items() if text != unicodedata.normalize("NFC", text)} == set()


def test_no_key_stands_twice_in_a_file() -> None:
    """YAML keeps the last of two in silence."""
    for language in LANGUAGES:
        group, seen = "", set()
        for line in (CODE / "sohoa" / "messages" / f"{language}.yaml").read_text(encoding="utf-8").splitlines():
            if found := re.match(r"( *)([A-Za-z0-9_]+):", line):
                key = found[2] if not found[1] else f"{group}.{found[2]}"
                group = group if found[1] else found[2]
                assert key not in seen, f"{key} stands twice in {language}.yaml"
                seen.add(key)


def test_every_message_that_the_code_names_exists() -> None:
    known = load_messages("vi")
    named = {(where, text) for where, text in _literals() if CODES.fullmatch(text) and not text.endswith(ENDINGS)}

    assert {"file.truncated", "page.crashed", "file.hash_mismatch"} <= {text for _, text in named}
    assert {(where, text) for where, text in named if text not in known} == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", sorted(_suite_reasons()))
def test_every_reason_of_the_gates_can_be_told(reason: str, language: str) -> None:
    assert reason_text(reason, language) != reason


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_linking_can_be_told(language: str) -> None:
    """Reasons that stand in the code as bare words: of `link`, and of publishing."""
    files = [CODE / "sohoa" / "register" / "link.py", CODE / "sohoa" / "journey" / "publishing.py"]
    reasons = {text for path in files for text in _reasons_in(path)}
    reasons |= {twins.HAS_COPY, twins.COPY_IS_SIGNED, twins.SAME_PAGES, twins.SAME_NUMBER}
    reasons |= {repeats.SUPERSEDED, repeats.REPEATED}

    assert {"no_register_row", "link_ambiguous", "result_has_copy", "issuer_differs"} <= reasons
    assert {reason for reason in reasons if reason_text(reason, language) == reason} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_happens_to_a_document_can_be_told(language: str) -> None:
    folders = (CODE / "sohoa" / name for name in ("journey", "review"))
    kinds = {kind for folder in folders for path in folder.glob("*.py") for kind in _told_in(path)}
    kinds = {kind for kind in kinds if not kind.startswith(("batch_", "result_registered"))}

    assert {"document_accepted", "review_corrected", "document_superseded"} <= kinds
    assert {kind for kind in kinds if f"event.{kind}" not in load_messages(language)} == set()


def _told_in(path: Path) -> Iterator[str]:
    """Kinds of events that stand in the code as bare words."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("tell", "record_event")):
            for value in node.args:
                if isinstance(value, ast.Constant) and re.fullmatch(r"[a-z]+_[a-z_]+", str(value.value)):
                    yield str(value.value)


def _reasons_in(path: Path) -> Iterator[str]:
    """Bare words that are returned, handed to `Link`, or appended to reasons."""
    word = re.compile(r"[a-z]+_[a-z_]+")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        values: list[ast.AST] = []
        if isinstance(node, ast.Return) and node.value is not None:
            values = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"Link", "reasons.append"}:
            values = list(node.args)
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and word.fullmatch(value.value):
                yield value.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fate_of_a_file_or_document_can_be_told(language: str) -> None:
    fates = {*FileOutcome, *DocumentStatus, "waiting", "gone"} - {FileOutcome.IGNORED}

    assert {fate for fate in fates if f"outcome.{fate}" not in load_messages(language)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_a_report_can_be_told(language: str) -> None:
    assert {state for state in ReportState if f"report.state_{state}" not in load_messages(language)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_reason_shared_by_two_groups_says_one_thing(language: str) -> None:
    """`reason_text` looks into both groups."""
    messages = load_messages(language)
    groups = [{key.split(".", 1)[1] for key in messages if key.startswith(f"{group}.")} for group in ("gate", "reason")]

    assert groups[0] & groups[1] == set()


def test_values_are_filled_in_as_they_are() -> None:
    assert say("file.duplicate", "vi", twin="lô {x}/%s {0}.pdf").startswith("Trùng với lô {x}/%s {0}.pdf")


def test_message_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("file.no_such_thing", "vi")


def test_reason_that_nobody_knows_is_shown_as_it_is() -> None:
    assert reason_text("made_up_by_a_suite", "vi") == "made_up_by_a_suite"
