"""The JSON API of the page: read-only, behind Airflow's login like everything else."""

from __future__ import annotations

from sohoa_airflow.web.api.problems import Refused, is_api, problem, say_refused, wrong_parameters
from sohoa_airflow.web.api.routes import PREFIX, router

__all__ = ["PREFIX", "Refused", "is_api", "problem", "router", "say_refused", "wrong_parameters"]
