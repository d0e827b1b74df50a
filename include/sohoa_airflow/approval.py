"""The tasks of the DAG `report`: drafts built, a person asked about each, the answer carried out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param, get_current_context
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

APPROVE, REJECT = "Duyệt / Approve", "Không duyệt / Reject"
REASON = "reason"
FORM = {REASON: Param(None, type=["null", "string"], title="Lý do không duyệt / Reason of a rejection")}
"""What is asked beside the two options: `params` of `ReportApproval`."""

ASK_AGAIN_AFTER = dt.timedelta(days=2)
"""Nobody has answered for so long: the task fails, is tried again as its retries allow, and reminds."""


def build_reports(params: dict[str, Any]) -> list[dict[str, Any]]:
    """Build the drafts of the periods that closed the day before the run's key, or of the one asked for.

    Returns:
        A question for each draft: `report_id`, `subject`, `body`.
    """
    from dataclasses import asdict

    from sohoa.catalogue.models import ReportState
    from sohoa.reports import build_report, closed_the_day_before, parse_report_period, question_of
    from sohoa.settings import load_settings

    settings, key = load_settings(), get_current_context()["dag_run"].partition_key
    if params["period"]:
        periods = [parse_report_period(params["period"], params["calendar"], settings.language)]
    elif key:
        periods = closed_the_day_before(dt.date.fromisoformat(key))
    else:
        raise AirflowFailException("Say which period: trigger the run with the parameter `period` (2022, 2022-Q1 …).")
    reports = [build_report(settings, period, params["unit"] or None, by="airflow") for period in periods]
    if drafts := [report for report in reports if report.state == ReportState.DRAFT]:
        return [asdict(question_of(settings, report)) for report in drafts]
    raise AirflowSkipException("the published reports of these periods have the same figures")


class ReportApproval(HITLOperator):
    """Ask a person to approve or reject a draft; the task waits without a slot until someone answers.

    Asked again because nobody answered, it reminds. A draft that was decided on elsewhere is not asked about. Who may
    answer is a setting (`report_approvers`), read when it asks and again when someone has answered.

    Args:
        question: Of `build_reports`.
    """

    template_fields = (*HITLOperator.template_fields, "question")

    def __init__(self, *, question: Any, **kwargs: Any) -> None:
        super().__init__(subject="report", options=[APPROVE, REJECT], response_timeout=ASK_AGAIN_AFTER, **kwargs)
        self.question = question

    def execute(self, context: Any) -> Any:
        """Ask, unless the report is no draft any more."""
        from sohoa.reports import is_waiting, remind
        from sohoa.settings import load_settings
        from sohoa_airflow.approvers import assigned_users

        settings, report_id = load_settings(), self.question["report_id"]
        if not is_waiting(settings, report_id):
            raise AirflowSkipException(f"report {report_id} was decided on elsewhere")
        self.assigned_users = assigned_users(settings)
        if context["ti"].try_number > 1:
            remind(settings, report_id)
        self.subject, self.body = self.question["subject"], self.question["body"]
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Take the answer of someone who may decide; whoever else it is from, the task fails and asks again."""
        from sohoa.settings import load_settings
        from sohoa_airflow.approvers import may_decide

        answer = super().execute_complete(context, event)
        person = answer["responded_by_user"] or {}
        if not may_decide(load_settings(), person.get("id")):
            name, report_id = person.get("name", "nobody"), self.question["report_id"]
            raise AirflowException(f"{name} may not decide on report {report_id}: see SOHOA_REPORT_APPROVERS")
        return answer


def settle_report(question: dict[str, Any], answer: dict[str, Any]) -> str:
    """Publish an approved report, or keep why it was rejected; return its state."""
    from sohoa.messages import say
    from sohoa.reports import approve_report, reject_report
    from sohoa.settings import load_settings

    settings, report_id = load_settings(), question["report_id"]
    # A default on time-out would answer for nobody: the library refuses a decision without a person.
    person = (answer["responded_by_user"] or {}).get("name")
    if answer["chosen_options"] == [APPROVE]:
        return str(approve_report(settings, report_id, by=person).state)
    reason = (answer["params_input"] or {}).get(REASON) or say("report.reason_none", settings.language)
    return str(reject_report(settings, report_id, by=person, reason=reason).state)
