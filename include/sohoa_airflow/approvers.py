"""Who may decide on reports in Airflow: the persons of the setting `report_approvers`, if it names any."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from airflow.sdk.configuration import conf

from sohoa.errors import SohoaError
from sohoa.messages import say
from sohoa.settings import Settings

if TYPE_CHECKING:
    from airflow.sdk.execution_time.hitl import HITLUser


def assigned_users(settings: Settings) -> list[HITLUser] | None:
    """Those from whom Airflow takes an answer; None: from everyone who may answer for the DAG.

    Raises:
        SohoaError: Airflow can have no account of that id, so that nobody could answer.
    """
    manager = conf.get("core", "auth_manager").rpartition(".")[2]
    if unknown := _unknown(settings.report_approvers, manager):
        raise SohoaError(say("report.approver_unknown", settings.language, ids=", ".join(unknown), manager=manager))
    return [{"id": number, "name": name} for number, name in settings.report_approvers.items()] or None


def may_decide(settings: Settings, user_id: str | None) -> bool:
    """Whether the answer of this user counts."""
    return not settings.report_approvers or user_id in settings.report_approvers


def _unknown(ids: Iterable[str], manager: str) -> list[str]:
    """Ids that an auth manager cannot have, as far as a task can tell: it has no way to Airflow's database."""
    if manager == "SimpleAuthManager":
        known = {entry.partition(":")[0] for entry in conf.getlist("core", "simple_auth_manager_users")}
        return [one for one in ids if one not in known]
    if manager == "FabAuthManager":
        return [one for one in ids if not (one.isascii() and one.isdecimal())]
    return []
