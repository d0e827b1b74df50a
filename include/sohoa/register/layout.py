"""How the rows of an export are parted into cells: apart from its file, so that another process can do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

Content: TypeAlias = str | tuple[str, ...] | None
"""Of a row its text, where nothing but delimiters parts it, or else its cells; None where quotes make no row of it."""

Line: TypeAlias = tuple[int, Content]
"""A row nobody has looked at, with the number of its first line. A plain tuple: a million go to another process."""


class RawRow(NamedTuple):
    """A row as it stands in the file: text by contract header, or the message key of why it has no cells."""

    line: int
    cells: Mapping[str, str]
    reason: str | None = None


@dataclass(frozen=True)
class Layout:
    """What the rows of a file have in common.

    Attributes:
        delimiter: what parts the cells of a text.
        width: how many cells a row must have.
        places: contract header → which of the cells is its own.
        columns: the contract headers.
    """

    delimiter: str
    width: int
    places: Mapping[str, int]
    columns: frozenset[str]

    def row(self, line: Line) -> RawRow:
        """A row by its headers."""
        number, content = line
        cells, reason = self.cells(content)
        return RawRow(number, {name: cells[place] for name, place in self.places.items()} if cells else {}, reason)

    def cells(self, content: Content) -> tuple[Sequence[str], str | None]:
        """The cells of a row, as many as it must have; or none, and the message key of why."""
        if content is None:
            return (), "register.quotes_broken"
        cells = cells_of(content, self.delimiter)
        if len(cells) != self.width and (len(cells) < self.width or any(map(str.strip, cells[self.width :]))):
            # A delimiter too many or too few shifts every cell after it: no value of the row can be trusted.
            return (), "register.cells_number"
        return cells[: self.width], None

    def columns_of(self, rows: Sequence[Sequence[str]]) -> dict[str, Sequence[str]]:
        """The cells of rows by their headers."""
        by_place = list(zip(*rows, strict=True))
        return {name: by_place[place] if rows else () for name, place in self.places.items()}


def cells_of(content: str | tuple[str, ...], delimiter: str) -> tuple[str, ...] | list[str]:
    """The cells of a row."""
    return content.rstrip("\r\n").split(delimiter) if isinstance(content, str) else content


def is_empty(content: Content, delimiter: str) -> bool:
    """Whether a row has nothing but empty cells."""
    if content is None:
        return False
    text = content.replace(delimiter, " ") if isinstance(content, str) else " ".join(content)
    return not text or text.isspace()
