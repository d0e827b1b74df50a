"""A report's figures on a real PostgreSQL: frozen by the database itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from sohoa.catalogue.database import writing
from sohoa.catalogue.migrate import migrate
from sohoa.reports import approve_report, build_report, damaged_files, parse_report_period
from sohoa.settings import Settings

from .databases import new_database

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("others")]


def test_a_report_is_published_and_its_figures_cannot_change(postgresql: str, tmp_path: Path) -> None:
    url = new_database(postgresql, "reports")
    settings = Settings(home=tmp_path, catalogue_url=url, warehouse_url=url)
    migrate(settings)
    draft = build_report(settings, parse_report_period("2022", "report", "vi"), by="test")
    done = approve_report(settings, draft.id, by="Nguyễn Thị An")

    assert (done.state, damaged_files(settings, done)) == ("published", [])
    for change in ("UPDATE report SET sha256 = ''", "DELETE FROM report", "TRUNCATE report"):
        with pytest.raises(DatabaseError, match="do not change"), writing(settings.catalogue_url) as session:
            session.execute(text(change))
