"""What all DAGs share: owner, clock, and retries by cause."""

from __future__ import annotations

import datetime as dt
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

TIMEZONE = "Asia/Ho_Chi_Minh"

RETRY_BY_CAUSE = ExceptionRetryPolicy(
    rules=[
        # What a person must mend will not mend itself.
        RetryRule(exception="sohoa.errors.SohoaError", action=RetryAction.FAIL),
        RetryRule(exception="sqlalchemy.exc.OperationalError", retry_delay=dt.timedelta(seconds=10)),
        RetryRule(exception="builtins.OSError", retry_delay=dt.timedelta(seconds=30)),
    ]
)

DEFAULT_ARGS: dict[str, Any] = {
    "owner": "data-engineering",
    "retries": 3,
    "retry_delay": dt.timedelta(seconds=15),
    "retry_policy": RETRY_BY_CAUSE,
}
