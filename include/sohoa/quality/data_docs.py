"""Data Docs: one page per judged subject and an index, with ids and counts only.

The pages are rendered by Great Expectations from results rebuilt out of `Check`, which holds no field value.
They load nothing from other servers: the Ministry's network has no way to a CDN.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

from sohoa.errors import SohoaError
from sohoa.messages import say
from sohoa.quality.judging import load_gate
from sohoa.quality.suites import GATES, SEVERITIES
from sohoa.quality.verdicts import WHOLE, Check, GateResult, explain
from sohoa.replacing import replace_file
from sohoa.settings import LOCAL_TIME, Settings

TEMPLATES = Path(__file__).parent / "templates"
ROWS_ON_PAGE = 1000
"""A page lists so many failing rows at most; the catalogue has them all."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 100


def write_data_docs(settings: Settings, result: GateResult) -> Path:
    """Write the page of a gate result and renew the index.

    Returns:
        The page, `outbox/data-docs/<gate>/<subject>.html`; a summary as JSON lies beside it.

    Raises:
        SohoaError: the folder cannot be written.
    """
    root = settings.outbox / "data-docs"
    page = root / result.gate / f"{_file_name(result.subject_id)}.html"
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        replace_file(page, _page_html(result, settings.language).encode())
        replace_file(page.with_suffix(".json"), json.dumps(_summary(result), ensure_ascii=False, indent=1).encode())
        _renew_index(root, settings.language)
    except OSError as error:
        raise SohoaError(f"Data Docs cannot be written below {root} ({error}): check space and rights.") from error
    return page


def _file_name(subject_id: str) -> str:
    """A name that stays in its folder; an id that had to be changed gets its hash, so that no two collide."""
    safe = _UNSAFE.sub("-", subject_id).strip(".-")[:_LONGEST_NAME]
    if safe and safe == subject_id:
        return safe
    digest = hashlib.sha256(subject_id.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{safe}-{digest}" if safe else digest


def _summary(result: GateResult) -> dict[str, Any]:
    return {
        "gate": result.gate,
        "subject_id": result.subject_id,
        "suite": result.suite,
        "judged_at": result.judged_at.isoformat(),
        "success": result.success,
        "n_rows": result.n_rows,
        **{severity: result.counts(severity) for severity in SEVERITIES},
    }


# -- the index


def _renew_index(root: Path, language: str) -> None:
    """Write the index, and again if another run added its page meanwhile: the last to write has seen all."""
    written: list[tuple[str, int]] | None = None
    while (found := _runs_found(root)) != written:
        replace_file(root / "index.html", _index_html(root, [name for name, _ in found], language).encode())
        written = found


def _runs_found(root: Path) -> list[tuple[str, int]]:
    paths = [path for gate in GATES for path in (root / gate).glob("[!.]*.json")]
    return sorted((str(path.relative_to(root)), path.stat().st_mtime_ns) for path in paths)


def _index_html(root: Path, names: list[str], language: str) -> str:
    from jinja2 import Environment, FileSystemLoader

    runs = [{**json.loads((root / name).read_text(encoding="utf-8")), "page": name} for name in names]
    runs.sort(key=lambda run: run["judged_at"], reverse=True)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    return environment.get_template("sohoa_index.j2").render(
        language=language,
        runs=[_index_row(run, language) for run in runs],
        say=lambda key: say(f"gate.docs_{key}", language),
    )


def _index_row(run: dict[str, Any], language: str) -> dict[str, Any]:
    judged_at = dt.datetime.fromisoformat(run["judged_at"]).astimezone(LOCAL_TIME)
    return {
        **run,
        "gate_name": say(f"gate.docs_gate_{run['gate']}", language),
        "judged_at": judged_at.strftime("%d/%m/%Y %H:%M:%S"),
        "page": Path(run["page"]).with_suffix(".html").as_posix(),
        **{
            severity: [(explain(reason, language), count) for reason, count in run[severity].items()]
            for severity in SEVERITIES
        },
    }


# -- one page


def _page_html(result: GateResult, language: str) -> str:
    load_gate()
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView
    from jinja2 import ChoiceLoader, FileSystemLoader

    document = ValidationResultsPageRenderer().render(_native_result(result))
    document.sections.insert(1, _rows_section(result, language))  # after the overview
    view: Any = DefaultJinjaPageView()
    # Ours come first: they replace the page frame that loads styles and scripts from other servers.
    view.env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), view.env.loader])
    text: str = view.render(document)
    return text


def _native_result(result: GateResult) -> Any:
    from great_expectations import __version__
    from great_expectations.core import ExpectationSuiteValidationResult

    n_passed = sum(check.passed for check in result.checks)
    n_checks = len(result.checks)
    return ExpectationSuiteValidationResult(
        success=result.success,
        suite_name=result.suite,
        results=[_native_check(check) for check in result.checks],
        statistics={
            "evaluated_expectations": n_checks,
            "successful_expectations": n_passed,
            "unsuccessful_expectations": n_checks - n_passed,
            "success_percent": 100 * n_passed / n_checks,
        },
        meta={
            "great_expectations_version": __version__,
            # The templates do not escape it.
            "run_id": {
                "run_name": html.escape(result.subject_id),
                "run_time": result.judged_at.isoformat(),
            },
        },
    )


def _native_check(check: Check) -> Any:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity

    return ExpectationValidationResult(
        success=check.passed,
        expectation_config=ExpectationConfiguration(
            type=check.type, kwargs=dict(check.kwargs), severity=FailureSeverity(check.severity)
        ),
        result=_native_counts(check),
        exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
    )


def _native_counts(check: Check) -> dict[str, Any]:
    if not check.n_rows:
        return {}
    n_present = check.n_rows - check.n_missing
    return {
        "element_count": check.n_rows,
        "missing_count": check.n_missing,
        "missing_percent": 100 * check.n_missing / check.n_rows,
        "unexpected_count": check.n_unexpected,
        "unexpected_percent": 100 * check.n_unexpected / n_present if n_present else 0.0,
        "unexpected_percent_total": 100 * check.n_unexpected / check.n_rows,
    }


def _rows_section(result: GateResult, language: str) -> Any:
    """Which rows failed, with the reason in people's words."""
    from great_expectations.render.components import RenderedSectionContent, RenderedTableContent

    failed = [verdict for verdict in result.verdicts if not verdict.passed]
    rows = [
        [
            say("gate.docs_whole", language) if verdict.item_id == WHOLE else verdict.item_id,
            say(f"gate.docs_{verdict.severity}", language),
            verdict.reason,
            explain(verdict.reason, language),
            verdict.expectation,
        ]
        for verdict in failed[:ROWS_ON_PAGE]
    ]
    if not rows:
        rows = [[say("gate.docs_none", language), "", "", "", ""]]
    if len(failed) > ROWS_ON_PAGE:
        rows.append([say("gate.docs_more", language, n=len(failed) - ROWS_ON_PAGE), "", "", "", ""])
    header = [say(f"gate.docs_{key}", language) for key in ("item", "severity", "reason", "advice", "rule")]
    title = say("gate.docs_rows", language)
    return RenderedSectionContent(
        section_name=title,
        content_blocks=[
            RenderedTableContent(
                content_block_type="table",
                header=title,
                # The templates do not escape cells.
                table=[[html.escape(cell) for cell in row] for row in rows],
                header_row=header,
                styling={"body": {"classes": ["table"]}},
            )
        ],
    )
