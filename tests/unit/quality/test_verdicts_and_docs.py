from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Verdict
from sohoa.quality import judge, store_verdicts, write_data_docs
from sohoa.settings import Settings

from .conftest import Edit
from .samples import GOOD_RATES, judge_records, judge_warehouse, rate

MARKER = "S3CRETMARKER"
MARKER_NUMBER = 918273645

# Per gate, the columns whose expectations compare numbers; a text there could not be judged at all.
NUMERIC = {
    "records": {
        "conf_code_number",
        "conf_code_notation",
        "conf_issued_on",
        "conf_issuer",
        "pages_declared",
        "pages_failed",
        "min_dpi",
    },
    "register": {"rejected_share"},
    "warehouse": {"numerator", "denominator", "rate", "target", "n_units"},
}
DATES = {"issued_day"}


def stored(settings: Settings) -> list[Verdict]:
    with reading(settings.catalogue_url) as session:
        return list(session.scalars(select(Verdict).order_by(Verdict.id)))


def columns_of(settings: Settings, gate: str) -> set[str]:
    from sohoa.quality.suites import load_suite

    return {column for rule in load_suite(settings, gate).rules for column in rule.columns}


def test_verdicts_are_stored_row_by_row(catalogue: Settings) -> None:
    result = judge_records(catalogue, {}, {"min_dpi": 100, "subject": None})
    store_verdicts(catalogue, result)
    rows = stored(catalogue)
    assert len(rows) == len(result.verdicts)
    failed = {(row.item_id, row.reason, row.severity) for row in rows if not row.passed}
    assert failed == {("doc-2", "low_dpi", "critical"), ("doc-2", "subject_missing", "warning")}
    assert {(row.gate, row.subject_id) for row in rows} == {("records", "batch-1")}


def test_judging_again_replaces_the_verdicts_of_that_subject_only(catalogue: Settings) -> None:
    store_verdicts(catalogue, judge_records(catalogue, {"min_dpi": 100}, subject="other"))
    for dpi in (100, 100, 200):
        store_verdicts(catalogue, judge_records(catalogue, {"min_dpi": dpi}))
    failed = [(row.subject_id, row.reason) for row in stored(catalogue) if not row.passed]
    assert failed == [("other", "low_dpi")]
    n_rules = len(judge_records(catalogue, {}).checks)
    assert len(stored(catalogue)) == 2 * n_rules


def test_ids_repeated_in_a_frame_are_one_verdict(catalogue: Settings) -> None:
    result = judge_warehouse(catalogue, [rate("G09", 5, 4), rate("G09", 5, 4)])
    store_verdicts(catalogue, result)
    assert {row.item_id for row in stored(catalogue) if not row.passed} == {"T01/civil/2022/G09"}


@pytest.mark.parametrize("gate", ["records", "register", "warehouse"])
def test_no_field_value_reaches_data_docs_or_verdicts(catalogue: Settings, edit: Edit, gate: Any) -> None:
    def marked(column: str) -> Any:
        return MARKER_NUMBER if column in NUMERIC[gate] else MARKER

    # An expectation whose own list names what was found must not tell it either.
    forbidden = {
        "type": "expect_column_values_to_not_be_in_set",
        "severity": "critical",
        "kwargs": {"column": "extra", "value_set": [MARKER, "something else"]},
        "meta": {"reason": "forbidden", "why": "a test"},
    }
    edit(gate, lambda suite: suite.append(forbidden))
    columns = columns_of(catalogue, gate) - DATES
    row = {column: marked(column) for column in columns} | dict.fromkeys(DATES)
    frame = pd.DataFrame([{"id": "row-1"} | row, {"id": "row-2"} | row], dtype=object)

    result = judge(catalogue, gate, "subject-1", frame, "id")
    store_verdicts(catalogue, result)
    page = write_data_docs(catalogue, result)

    assert not result.success
    assert "row-1" in page.read_text(encoding="utf-8")
    everything = "".join(
        path.read_text(encoding="utf-8") for path in (catalogue.outbox / "data-docs").rglob("*") if path.is_file()
    )
    everything += "".join(f"{row.item_id}{row.expectation}{row.reason}{row.subject_id}" for row in stored(catalogue))
    assert MARKER not in everything
    assert not re.search(r"918.?273.?645", everything)
    assert MARKER not in repr(result)


def test_the_page_shows_counts_ids_and_words(settings: Settings) -> None:
    page = write_data_docs(settings, judge_records(settings, {}, {"min_dpi": 100}))
    assert page == settings.outbox / "data-docs" / "records" / "batch-1.html"
    text = page.read_text(encoding="utf-8")
    for expected in ("doc-2", "Ảnh quét dưới 200 dpi", "1 unexpected values found", "of 2 total rows"):
        assert expected in text


def test_the_index_lists_every_run_once_with_a_link_to_its_page(settings: Settings) -> None:
    pages = [
        write_data_docs(settings, judge_records(settings, {"min_dpi": 100})),
        write_data_docs(settings, judge_records(settings, {})),
        write_data_docs(settings, judge_records(settings, {}, subject="batch-2")),
        write_data_docs(settings, judge_warehouse(settings, GOOD_RATES)),
    ]
    root = settings.outbox / "data-docs"
    links = re.findall(r'href="([^"]+)"', (root / "index.html").read_text(encoding="utf-8"))
    assert sorted(links) == sorted({page.relative_to(root).as_posix() for page in pages})


def test_pages_load_nothing_from_other_servers(settings: Settings) -> None:
    write_data_docs(settings, judge_records(settings, {"min_dpi": 100}))
    for path in (settings.outbox / "data-docs").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//|@import|<script", text)


@pytest.mark.parametrize("subject", ["../../evil", "/etc/passwd", "..", "a/b", "", ".hidden", "x" * 300, "Đợt 1\n"])
def test_a_subject_id_never_leads_out_of_its_folder(settings: Settings, subject: str) -> None:
    page = write_data_docs(settings, judge_records(settings, {}, subject=subject))
    folder = settings.outbox / "data-docs" / "records"
    assert page.parent == folder
    assert page.is_file()
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.html", page.name)
    assert not page.is_symlink()
    assert files_below(settings.outbox) == {
        "data-docs/index.html",
        f"data-docs/records/{page.name}",
        f"data-docs/records/{page.stem}.json",
    }


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_subjects_that_look_alike_keep_their_own_pages(settings: Settings) -> None:
    pages = {write_data_docs(settings, judge_records(settings, {}, subject=name)) for name in ("a/b", "a-b", "a:b")}
    assert len(pages) == 3


def test_ids_from_outside_are_text_on_the_page_and_never_markup(settings: Settings) -> None:
    evil = "<script>alert(1)</script>"
    result = judge_records(settings, {"document_id": evil, "min_dpi": 100}, subject=evil)
    write_data_docs(settings, result)
    for path in (settings.outbox / "data-docs").rglob("*.html"):
        assert "<script>" not in path.read_text(encoding="utf-8")
