"""Judge a frame by a suite, in an ephemeral Great Expectations context."""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sohoa.catalogue.models import utc_now
from sohoa.errors import SohoaError
from sohoa.quality.suites import Gate, Rule, Suite, load_suite
from sohoa.quality.verdicts import WHOLE, Check, GateResult
from sohoa.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)


def judge(
    settings: Settings,
    gate: Gate,
    subject_id: str,
    frame: pd.DataFrame,
    id_column: str,
    suite: str | None = None,
) -> GateResult:
    """Judge every row of `frame` by the gate's suite.

    An empty frame passes every expectation about rows; those about the table as a whole are still judged.

    Args:
        settings: where the suites are.
        gate: which gate.
        subject_id: the batch, import or load that the frame stands for.
        frame: one row per item, as the functions of `sohoa.quality.frames` build it.
        id_column: the column that names a row in verdicts; no nulls.
        suite: name of the suite, if it is not the gate's own.

    Raises:
        SohoaError: the suite is missing or malformed, or an expectation could not be judged; a check that
            did not run is never a check passed.
    """
    rules = load_suite(settings, gate, suite)
    _refuse_nameless_rows(frame, id_column)
    checks = _judge_all(rules, frame, id_column)
    return GateResult(gate, str(subject_id), rules.name, utc_now(), len(frame), checks)


def _refuse_nameless_rows(frame: pd.DataFrame, id_column: str) -> None:
    if frame.empty:
        return
    if id_column not in frame.columns:
        raise SohoaError(f"The frame has no column {id_column!r}: verdicts could not name their rows.")
    if frame[id_column].isna().any():
        raise SohoaError(f"Column {id_column!r} has empty values: verdicts could not name their rows.")


def load_gate() -> None:
    """Load Great Expectations, which takes seconds, before a gate needs it: best while others work.

    Whoever imports a part of it calls this first: it waits for a thread that is loading, and does not meet it half-way.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    importlib.import_module("great_expectations")


def _judge_all(suite: Suite, frame: pd.DataFrame, id_column: str) -> tuple[Check, ...]:
    # Without rows, aggregates of a column have no value to judge and Great Expectations calls that a failure.
    runnable = {rule.name: rule for rule in suite.rules if not (frame.empty and rule.columns)}
    if not frame.empty:
        for rule in suite.rules:
            _refuse_missing_columns(suite, rule, frame)
    outcomes = _validate(suite, runnable.values(), frame, id_column) if runnable else {}
    return tuple(
        _check(suite, rule, outcomes[rule.name], id_column) if rule.name in runnable else _vacuous(rule)
        for rule in suite.rules
    )


def _refuse_missing_columns(suite: Suite, rule: Rule, frame: pd.DataFrame) -> None:
    missing = [column for column in rule.columns if column not in frame.columns]
    if missing:
        raise SohoaError(
            f"Suite {suite.path}: {rule.type} looks at column {', '.join(missing)}, which the frame does not "
            "have: mend the name in the suite."
        )


def _validate(suite: Suite, rules: Iterable[Rule], frame: pd.DataFrame, id_column: str) -> dict[str, Any]:
    """The result of each rule by its name."""
    load_gate()
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.execution_engine import pandas_execution_engine

    native = gx.ExpectationSuite(name=suite.name, expectations=[_expectation(suite, rule) for rule in rules])
    # It announces a temporary folder at each call, whatever level the caller has set.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    # It takes a fingerprint of smaller frames, twice, which no one reads: two fifths of the time of a gate.
    pandas_execution_engine.HASH_THRESHOLD = 0
    batch = (
        context.data_sources.add_pandas("frames")
        .add_dataframe_asset(suite.name)
        .add_batch_definition_whole_dataframe("whole")
        .get_batch({"dataframe": frame})
    )
    outcome = batch.validate(
        native,
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": [id_column]},
    )
    # The library keeps its last context, and with that the frame.
    context.data_sources.delete("frames")
    results: list[Any] = outcome.results
    return {result.expectation_config.meta["rule"]: result for result in results}


def _expectation(suite: Suite, rule: Rule) -> Any:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity

    try:
        return ExpectationConfiguration(
            type=rule.type,
            kwargs=dict(rule.kwargs),
            severity=FailureSeverity(rule.severity),
            meta={"rule": rule.name},
        ).to_domain_obj()
    except Exception as error:
        raise SohoaError(
            f"Suite {suite.path}: {rule.name} is no expectation that Great Expectations understands: "
            f"{' '.join(str(error).split())}. Mend its type or kwargs."
        ) from error


def _check(suite: Suite, rule: Rule, outcome: Any, id_column: str) -> Check:
    _refuse_exception(suite, rule, outcome)
    found: dict[str, Any] = outcome.result
    passed = bool(outcome.success)
    failed_ids = () if passed else _failed_ids(found, id_column)
    return Check(
        expectation=rule.name,
        type=rule.type,
        kwargs=_without_observed(rule.kwargs, found.get("unexpected_list") or []),
        severity=rule.severity,
        reason=rule.reason,
        why=rule.why,
        passed=passed,
        n_rows=int(found.get("element_count") or 0),
        n_missing=int(found.get("missing_count") or 0),
        n_unexpected=int(found.get("unexpected_count") or 0),
        failed_ids=failed_ids,
    )


def _vacuous(rule: Rule) -> Check:
    return Check(rule.name, rule.type, rule.kwargs, rule.severity, rule.reason, rule.why, True, 0, 0, 0, failed_ids=())


def _refuse_exception(suite: Suite, rule: Rule, outcome: Any) -> None:
    info: dict[str, Any] = outcome.exception_info or {}
    # Either one entry, or one per metric that failed.
    entries = [info] if "raised_exception" in info else list(info.values())
    raised = [entry for entry in entries if entry.get("raised_exception")]
    if not raised:
        return
    # The text of the exception may quote a field value, so it goes to the debug log only.
    log.debug("%s raised: %s", rule.name, raised[0].get("exception_traceback"))
    where = f"column {', '.join(rule.columns)}" if rule.columns else "the table"
    raise SohoaError(
        f"Suite {suite.path}: {rule.type} could not be judged on {where}: its kwargs do not fit the values. "
        "Check the regex, the type of its limits and the type of the column."
    )


def _failed_ids(found: dict[str, Any], id_column: str) -> tuple[str, ...]:
    rows = found.get("unexpected_index_list") or []
    return tuple(dict.fromkeys(_item_id(row[id_column]) for row in rows)) or (WHOLE,)


def _item_id(value: Any) -> str:
    plain = value.item() if hasattr(value, "item") else value
    # A column of whole numbers that once held a null comes back as floats.
    if isinstance(plain, float) and plain.is_integer():
        plain = int(plain)
    return str(plain)


def _without_observed(kwargs: dict[str, Any], observed: Iterable[Any]) -> dict[str, Any]:
    """The kwargs without values that stand in a failing row: "not in [A, B]" would tell which are there."""
    if not isinstance(kwargs.get("value_set"), list):
        return kwargs
    seen = {str(value) for value in observed}
    return {**kwargs, "value_set": [value for value in kwargs["value_set"] if str(value) not in seen]}
