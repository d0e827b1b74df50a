"""
### report: the periodic report, approved by a person before it is published

**What**: builds drafts (DOCX, XLSX, data) of the report periods that closed the day before: a quarter, in June and
December also a half, in December also the year. Asks a person about each; publishes what is approved to
`outbox/reports`, keeps the reason of what is rejected. Nobody answers: it reminds (`outbox/reports/cho-duyet.txt`) and
publishes nothing.
**Trigger**: midnight of 15 March, June, September, December (NĐ 09/2019/NĐ-CP: periods close on the 14th). By hand
for any period or unit: trigger with `period` (`2022`, `2022-Q1`, `2022-H1`, `2022-01-01..2022-03-31`) and `unit`.
Who may answer: `SOHOA_REPORT_APPROVERS`; without it, everyone who may answer for this DAG.
**Owner**: data-engineering.
**When it fails**: a red `ask` means that nobody answered for eight days, or that its log names an approver without
account: clear it, or decide with `sohoa report approve|reject`. Otherwise mend what the log names and clear the task;
nothing is published twice. A question that comes again at once was answered within the second in which it was asked,
which Airflow 3.3.2 loses: answer again.
"""

from __future__ import annotations

from airflow.sdk import CronPartitionTimetable, Param, dag, task, task_group

from sohoa_airflow import approval
from sohoa_airflow.assets import CATALOGUE, REGISTER, REPORT
from sohoa_airflow.defaults import DEFAULT_ARGS, TIMEZONE


@dag(
    schedule=CronPartitionTimetable("0 0 15 3,6,9,12 *", timezone=TIMEZONE, key_format="%Y-%m-%d"),
    catchup=False,
    default_args=DEFAULT_ARGS,
    tags=["sohoa", "reporting"],
    params={
        "period": Param(None, type=["null", "string"], description="2022, 2022-Q1, 2022-H1 or FROM..TO"),
        "calendar": Param("report", enum=["report", "civil"], description="report periods, or the civil calendar"),
        "unit": Param(None, type=["null", "string"], description="of one unit; empty for the whole Ministry"),
    },
    doc_md=__doc__,
)
def report():
    @task_group
    def decide(question):
        ask = approval.ReportApproval(task_id="ask", question=question, params=approval.FORM)
        task(approval.settle_report, outlets=[REPORT])(question, ask.output)

    decide.expand(question=task(approval.build_reports, inlets=[CATALOGUE, REGISTER])())


report()
