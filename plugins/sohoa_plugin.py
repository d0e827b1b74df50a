"""What Airflow must know of sohoa: the web page and its entry in the menu.

Every Airflow process imports this file, also each task: the page itself is imported at its first request.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

URL_PREFIX = "/sohoa"
# Airflow may live below a path of its own; its menu takes addresses as they are.
PAGE = f"{urlsplit(conf.get('api', 'base_url', fallback='')).path.rstrip('/')}{URL_PREFIX}/"


async def page(scope: Any, receive: Any, send: Any) -> None:
    """The app of `sohoa_airflow.web`, imported when it is first asked for."""
    module = await asyncio.to_thread(import_module, "sohoa_airflow.web.app")
    await module.app(scope, receive, send)


class SohoaPlugin(AirflowPlugin):
    """The web page, guarded by Airflow's login."""

    name = "sohoa"
    fastapi_apps = [{"app": page, "url_prefix": URL_PREFIX, "name": "sohoa"}]  # noqa: RUF012 - Airflow's own hook
    external_views = [  # noqa: RUF012
        {
            "name": "Số hóa",
            "href": PAGE,
            "url_route": "sohoa",
            "destination": "nav",
            "nav_top_level": True,
            "icon": f"{PAGE}static/icon.svg",
        }
    ]
