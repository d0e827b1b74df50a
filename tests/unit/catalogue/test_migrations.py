"""The migrations make exactly what the models say, and keep what is there."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from sohoa.catalogue.database import connect, reading, writing
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Base, Procedure, Unit
from sohoa.catalogue.units import ensure_unit, load_ruleset_units, store_units
from sohoa.settings import Settings


def is_of_the_models(name: str | None, kind: str, parents: object) -> bool:
    """Not of the index of words, which is the database's own."""
    return kind != "table" or not str(name).startswith("search_index")


def test_migrated_catalogue_is_what_the_models_say(settings: Settings) -> None:
    with connect(settings.catalogue_url).connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "compare_server_default": True, "include_name": is_of_the_models},
        )
        assert compare_metadata(context, Base.metadata) == []


def test_partial_indexes_are_there(settings: Settings) -> None:
    """Comparing metadata does not look at the condition of an index."""
    with reading(settings.catalogue_url) as session:
        rows = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'"))
        found = {name: sql for name, sql in rows}

    unique = {"uq_batch_waiting", "uq_document_current_copy", "uq_proposed_result_open"}
    assert found.keys() == unique | {"ix_event_document", "ix_event_of_document_recorded_at"}
    assert "state = 'open'" in found["uq_proposed_result_open"]
    assert "status = 'waiting'" in found["uq_batch_waiting"]
    assert "'accepted', 'signed', 'archived'" in found["uq_document_current_copy"]


def test_migrating_again_keeps_what_is_there(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        session.add(Procedure(code="1.000", name="Thủ tục"))
    migrate(settings)

    with reading(settings.catalogue_url) as session:
        assert session.get_one(Procedure, "1.000").name == "Thủ tục"


def test_every_table_has_a_primary_key(settings: Settings) -> None:
    inspector = inspect(connect(settings.catalogue_url))

    for table in Base.metadata.tables:
        assert inspector.get_pk_constraint(table)["constrained_columns"], table


# --- the unit list --------------------------------------------------------------------------------------------


def test_units_of_the_ruleset_are_in_the_catalogue_with_their_parents(settings: Settings) -> None:
    with reading(settings.catalogue_url) as session:
        for entry in load_ruleset_units():
            unit = session.get_one(Unit, entry.code)
            assert (unit.name, unit.parent_code, unit.source) == (entry.name, entry.parent, "ruleset")
            assert entry.parent is None or session.get(Unit, entry.parent) is not None


def test_unit_codes_are_unique_and_agencies_that_issue_can_be_recognised() -> None:
    entries = load_ruleset_units()

    assert len({entry.code for entry in entries}) == len(entries)
    assert all(entry.name.strip() == entry.name for entry in entries)
    assert all(entry.header for entry in entries if entry.issues)


def test_unit_that_only_the_inbox_knows_is_kept_with_a_flag(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        ensure_unit(session, "X99", None, source="inbox")
        ensure_unit(session, "X99", "Another name", source="register")
        unit = session.get_one(Unit, "X99")

        assert (unit.name, unit.source, unit.flags) == ("X99", "inbox", ["unknown_to_ruleset"])


def test_known_unit_is_not_touched_by_the_inbox(settings: Settings) -> None:
    with writing(settings.catalogue_url) as session:
        before = session.get_one(Unit, "G09").name
        ensure_unit(session, "G09", "Nonsense", source="inbox")
        session.expire_all()

        assert session.get_one(Unit, "G09").name == before


def test_ruleset_that_learns_of_a_unit_takes_its_flag_away(settings: Settings) -> None:
    from sohoa.catalogue.units import UnitEntry

    with writing(settings.catalogue_url) as session:
        ensure_unit(session, "X99", None, source="inbox")
    store_units(settings.catalogue_url, (UnitEntry("X99", "Cục mới", parent="G09", provisional=True),))

    with reading(settings.catalogue_url) as session:
        unit = session.get_one(Unit, "X99")
        assert (unit.name, unit.source, unit.flags) == ("Cục mới", "ruleset", ["provisional_code"])
