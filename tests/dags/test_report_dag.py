"""The DAG `report` where nobody answers; tests/services has the answers that come at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from sohoa.catalogue.database import reading
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Event, Report
from sohoa.settings import Settings

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]


def play(home: Path, period: str, *answers: str) -> tuple[dict, Report]:
    """Run the DAG for a period with these answers; what Airflow tells, and the report."""
    settings = Settings(home=home)
    migrate(settings)
    env = {
        **os.environ,
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "SOHOA_HOME": str(home),
        "SOHOA_LANGUAGE": "vi",
    }
    done = subprocess.run(
        [sys.executable, str(HERE / "play_report.py"), str(home), period, *answers],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
        env=env,
    )
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT")), None)
    assert line, done.stdout[-2000:] + done.stderr[-3000:]
    with reading(settings.catalogue_url) as session:
        report = session.scalars(select(Report)).one()
        session.expunge(report)
    return json.loads(line.removeprefix("RESULT")), report


@pytest.mark.timeout(300)
def test_nobody_answers_it_reminds_and_publishes_nothing_and_a_rejection_keeps_its_reason(tmp_path):
    told, report = play(tmp_path, "2022-Q1", "silence", "reject:Thiếu sổ kết quả quý I")

    first, second = told["seen"]
    assert "đã nhắc 0 lần" in first["told"]
    assert "đã nhắc 1 lần" in second["told"]
    assert first["published"] == second["published"] == []
    assert told["tasks"]["decide.ask[0]"] == ["success", 2]
    assert (report.state, report.reason) == ("rejected", "Thiếu sổ kết quả quý I")
    assert list((tmp_path / "outbox" / "reports").glob("*-v*")) == []
    with reading(Settings(home=tmp_path).catalogue_url) as session:
        kinds = set(session.scalars(select(Event.kind).where(Event.kind.startswith("report_"))))
    assert kinds == {"report_built", "report_reminded", "report_rejected"}
