"""The data dictionary of the reporting schema, in either language, from the comments that its tables carry."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from sqlalchemy import Column, Table

from sohoa.messages import say
from sohoa.warehouse.tables import METADATA
from sohoa.warehouse.views import ABOUT, comment_of


def dictionary_markdown(language: str) -> str:
    """Every view and table with its columns as Markdown, views first: they are what reports are made from."""
    tables = {table.name: table for table in METADATA.sorted_tables}
    names = [*ABOUT, *sorted(tables.keys() - ABOUT.keys())]
    return "\n\n".join(_section(tables[name], language) for name in names)


def _section(table: Table, language: str) -> str:
    heading = [say(f"warehouse.column_{name}", language) for name in ("name", "type", "null", "meaning")]
    rows = [heading, ["---"] * len(heading), *_rows(table, language)]
    about = in_language(ABOUT.get(table.name) or table.comment or "", language)
    return f"### {table.name}\n\n{about}.\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _rows(table: Table, language: str) -> Iterator[list[str]]:
    for column in table.columns:
        comment = comment_of(table.name, column.name) if table.name in ABOUT else column.comment
        may_be_null = "" if table.name in ABOUT or not column.nullable else say("warehouse.may_be_null", language)
        meaning = _cell(in_language(comment or "", language))
        yield [_named(column), type(column.type).__name__.lower(), may_be_null, meaning]


def _named(column: Column[Any]) -> str:
    return f"**{column.name}**" if column.primary_key else column.name


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def in_language(comment: str, language: str) -> str:
    """A comment of a table or column, which are written in English, in a language.

    Raises:
        KeyError: nobody has put it into Vietnamese yet.
    """
    return comment if language != "vi" else _vietnamese()[comment]


@lru_cache(maxsize=1)
def _vietnamese() -> dict[str, str]:
    text = files("sohoa.warehouse").joinpath("comments.vi.yaml").read_text(encoding="utf-8")
    found: dict[str, str] = yaml.safe_load(text)
    return found
