"""What the DAGs hand to each other; the lineage graph of these is the journey of a scan."""

from __future__ import annotations

from airflow.sdk import Asset, AssetWatcher

from sohoa_airflow.triggers import WaitingPulse

INBOX = Asset("inbox", watchers=[AssetWatcher("inbox_pulse", WaitingPulse("inbox"))], group="sohoa")
"""Something complete waits in the inbox."""

REGISTER_FOLDER = Asset(
    "register_folder", watchers=[AssetWatcher("register_pulse", WaitingPulse("register"))], group="sohoa"
)
"""An export of the one-stop system waits in the register folder."""

REVIEW = Asset("review", watchers=[AssetWatcher("review_pulse", WaitingPulse("review"))], group="sohoa")
"""Decisions of persons wait to be carried out."""

BATCH = Asset("batch", group="sohoa")
"""A claimed batch; one partition key for each."""

REGISTER = Asset("register", group="sohoa")
"""The register of results in the catalogue."""

CATALOGUE = Asset(
    "catalogue", watchers=[AssetWatcher("catalogue_pulse", WaitingPulse("catalogue", repeat_after=600))], group="sohoa"
)
"""The catalogue. Its pulse tells of changes that the warehouse does not show yet: Airflow 3.3 hands the events of a
run with a partition key, as those of `digitise_batch` are, to partitioned schedules only."""

WAREHOUSE = Asset("warehouse", group="sohoa")
"""The reporting tables."""

REPORT = Asset("report", group="sohoa")
"""A report on which a person has decided."""
