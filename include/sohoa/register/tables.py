"""Exports as rows of text with line numbers, whatever program wrote them; every file is hostile."""

from __future__ import annotations

import csv
import datetime as dt
import stat
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

import yaml

from sohoa.errors import SohoaError
from sohoa.messages import say
from sohoa.register.layout import Content, Layout, Line, RawRow, cells_of, is_empty
from sohoa.register.normalise import clean_text
from sohoa.register.rows import OPTIONAL, REQUIRED
from sohoa.settings import Settings

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

HEADER_WITHIN = 20
"""Exports may have title lines; the headers stand among the first rows that are not empty."""

MAX_ROWS = 1_048_576
"""What a sheet can hold; a CSV may not have more either, since its rows are judged together."""

MAX_COLUMNS = 256
MAX_LINE_CHARS = 1 << 20
MAX_RECORD_LINES = 100
MAX_UNPACKED_BYTES = 1 << 30
MAX_UNPACKED_BESIDE_SHEETS = 1 << 28
"""Shared strings and styles are held in memory as a whole, at several times their size."""
MAX_MAPPING_BYTES = 1 << 20

_DELIMITERS = (",", ";", "\t")
_NO_DELIMITER = ""  # in a workbook, whose cells are apart
_ZIP_START = b"PK"
_OLE_START = bytes.fromhex("d0cf11e0a1b11ae1")
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff")
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Contract:
    """The headers that a kind of file must have, and those understood when present."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def names(self) -> dict[str, str]:
        """Normalised header → header of the contract."""
        return {_norm(name): name for name in (*self.required, *self.optional)}


REGISTER = Contract(REQUIRED, OPTIONAL)


@dataclass(frozen=True)
class Table:
    """An open export: how its rows are laid out, and the rows, to be read once."""

    layout: Layout
    lines: Iterator[Line]

    @property
    def columns(self) -> frozenset[str]:
        """The contract headers that it has."""
        return self.layout.columns

    @property
    def rows(self) -> Iterator[RawRow]:
        """The rows by their headers."""
        return map(self.layout.row, self.lines)


class _Record(NamedTuple):
    """One logical line of a file."""

    line: int
    n_lines: int
    content: Content


@dataclass(frozen=True)
class _Header:
    """Where the headers are, and which column holds which contract header."""

    last_line: int
    cells: tuple[str, ...]
    places: Mapping[str, int]


@dataclass(frozen=True)
class _Wanted:
    """What is looked for: normalised header in the file → contract header, and which of these must be there."""

    names: Mapping[str, str]
    required: tuple[str, ...]


@contextmanager
def open_table(
    settings: Settings, file: Path, mapping: Path | None = None, contract: Contract = REGISTER
) -> Iterator[Table]:
    """Open a CSV or XLSX export; its content, not its name, says which.

    Args:
        settings: For the size limit and the language of messages.
        file: The export. CSV: UTF-8, UTF-16 with mark, or Windows-1258; comma, semicolon or tab.
        mapping: YAML file `{"header in the file": "contract header"}`.
        contract: The headers of this kind of file.

    Raises:
        SohoaError: the file cannot be read as such a table; says why and what to do.
    """
    renamed = read_mapping(settings, mapping, contract)
    wanted = _Wanted({**contract.names, **renamed}, contract.required)
    opener = _open_xlsx if _is_workbook(settings, file) else _open_csv
    with opener(settings, file, wanted) as table:
        yield table


def read_mapping(settings: Settings, mapping: Path | None, contract: Contract = REGISTER) -> dict[str, str]:
    """The renamings of a mapping file: normalised header in the file → contract header.

    Raises:
        SohoaError: the file is not such a mapping, or names a header that the contract does not have.
    """
    if mapping is None:
        return {}
    language = settings.language
    try:
        if mapping.stat().st_size > MAX_MAPPING_BYTES:
            raise SohoaError(say("register.mapping_invalid", language, file=mapping))
        data = yaml.safe_load(mapping.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise SohoaError(say("register.mapping_invalid", language, file=mapping)) from error
    if not isinstance(data, dict) or not all(isinstance(text, str) for pair in data.items() for text in pair):
        raise SohoaError(say("register.mapping_invalid", language, file=mapping))
    names = contract.names
    unknown = [target for target in data.values() if _norm(target) not in names]
    if unknown:
        raise SohoaError(say("register.mapping_unknown", language, file=mapping, columns=", ".join(unknown)))
    return {_norm(source): names[_norm(target)] for source, target in data.items()}


def _norm(header: str) -> str:
    return "".join(clean_text(header).split()).casefold()


def _is_workbook(settings: Settings, file: Path) -> bool:
    """Whether the content is a zip; refuses what is too large, empty, or no register file at all."""
    language = settings.language
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SohoaError(say("register.file_unreadable", language, file=file))
        if status.st_size > settings.max_file_mb << 20:
            raise SohoaError(say("register.file_too_large", language, file=file, limit_mb=settings.max_file_mb))
        with file.open("rb") as handle:
            start = handle.read(len(_OLE_START))
    except OSError as error:
        raise SohoaError(say("register.file_unreadable", language, file=file)) from error
    if not start:
        raise SohoaError(say("register.file_empty", language, file=file))
    if start == _OLE_START:
        raise SohoaError(say("register.file_encrypted", language, file=file))
    if start.startswith(_ZIP_START):
        return True
    if file.suffix.casefold() in (".xlsx", ".xlsm"):
        raise SohoaError(say("register.file_not_xlsx", language, file=file))
    return False


# --- headers ---------------------------------------------------------------------------------------------


def _find_header(records: Iterable[_Record], delimiter: str, wanted: _Wanted) -> _Header | None:
    """The record among the first ones that has the most contract headers, the earliest of equals."""
    filled = (record for record in records if record.content and not is_empty(record.content, delimiter))
    headers = [_as_header(record, delimiter, wanted) for record in islice(filled, HEADER_WITHIN)]
    return max(headers, key=lambda header: len(header.places), default=None)


def _as_header(record: _Record, delimiter: str, wanted: _Wanted) -> _Header:
    places: dict[str, int] = {}
    cells = tuple(cells_of(record.content or (), delimiter))
    for place, text in enumerate(cells):
        name = wanted.names.get(_norm(text))
        if name:
            places.setdefault(name, place)
    return _Header(record.line + record.n_lines - 1, cells, places)


def _complete(settings: Settings, file: Path, header: _Header | None, wanted: _Wanted) -> _Header:
    """The header, if it has all that the contract requires.

    Raises:
        SohoaError: names what is missing and what was found.
    """
    if header is None:
        raise SohoaError(say("register.file_empty", settings.language, file=file))
    missing = [name for name in wanted.required if name not in header.places]
    if not missing:
        return header
    found = [clean_text(text)[:60] for text in header.cells if text.strip()][:MAX_COLUMNS]
    names = {"missing": ", ".join(missing), "found": ", ".join(found)}
    raise SohoaError(say("register.headers_missing", settings.language, file=file, **names))


def _table(settings: Settings, file: Path, records: Iterable[_Record], delimiter: str, header: _Header) -> Table:
    layout = Layout(delimiter, len(header.cells), header.places, frozenset(header.places))
    return Table(layout, _filled(settings, file, records, delimiter))


def _filled(settings: Settings, file: Path, records: Iterable[_Record], delimiter: str) -> Iterator[Line]:
    """The rows below the headers, empty ones left out."""
    n_rows = 0
    for line, _, content in records:
        if is_empty(content, delimiter):
            continue
        n_rows += 1
        if n_rows > MAX_ROWS:
            raise SohoaError(say("register.too_many_rows", settings.language, file=file, limit=MAX_ROWS))
        yield line, content


# --- CSV -------------------------------------------------------------------------------------------------


@contextmanager
def _open_csv(settings: Settings, file: Path, wanted: _Wanted) -> Iterator[Table]:
    encoding, delimiter, header = _sniff(settings, file, wanted)
    with _open_text(file, encoding) as handle:
        lines = enumerate(_lines(settings, file, handle), start=1)
        body = islice(lines, header.last_line, None)
        records = _records(body, delimiter, len(header.cells))
        yield _table(settings, file, records, delimiter, header)


def _open_text(file: Path, encoding: str) -> TextIO:
    # A byte that is no character spoils its row, not the file: rows with U+FFFD are reported.
    return file.open(encoding=encoding, errors="replace", newline="")


def _sniff(settings: Settings, file: Path, wanted: _Wanted) -> tuple[str, str, _Header]:
    """The encoding and delimiter under which the most contract headers are seen, and these headers."""
    seen: list[tuple[str, str, _Header]] = []
    for encoding in _encodings(file):
        with _open_text(file, encoding) as handle:
            head = list(enumerate(islice(_lines(settings, file, handle), 4 * HEADER_WITHIN), start=1))
        for delimiter in _DELIMITERS:
            if header := _find_header(_records(iter(head), delimiter, None), delimiter, wanted):
                seen.append((encoding, delimiter, header))
    # The delimiter that makes the most cells is the likelier one where no header is known.
    best = max(seen, key=lambda one: (len(one[2].places), len(one[2].cells)), default=None)
    header = _complete(settings, file, best[2] if best else None, wanted)
    assert best is not None  # noqa: S101 - _complete refused it
    return best[0], best[1], header


def _encodings(file: Path) -> tuple[str, ...]:
    """Encodings to try, the likeliest first."""
    with file.open("rb") as handle:
        if handle.read(2) in _UTF16_STARTS:
            return ("utf-16",)
    with suppress(UnicodeDecodeError), file.open(encoding="utf-8", newline="") as text:
        while text.read(1 << 20):
            pass
        return ("utf-8-sig",)
    # One bad byte does not make a UTF-8 file Windows-1258: the headers decide.
    return ("cp1258", "utf-8-sig")


def _lines(settings: Settings, file: Path, handle: TextIO) -> Iterator[str]:
    while line := handle.readline(MAX_LINE_CHARS):
        if len(line) == MAX_LINE_CHARS:
            raise SohoaError(say("register.line_too_long", settings.language, file=file))
        yield line


def _records(lines: Iterator[tuple[int, str]], delimiter: str, width: int | None) -> Iterator[_Record]:
    """Put lines together to records.

    A quoted cell may hold line breaks. But a quote that is never closed would swallow all rows after it:
    where the record that it makes does not have `width` cells, only its first line is given up.
    """
    ahead: deque[tuple[int, str]] = deque()
    while True:
        first = ahead.popleft() if ahead else next(lines, None)
        if first is None:
            return
        number, line = first
        if '"' not in line:
            yield _Record(number, 1, line)
            continue
        taken, cells = _quoted_record(first, ahead, lines, delimiter)
        if len(taken) > 1 and (cells is None or (width is not None and len(cells) != width)):
            ahead.extendleft(reversed(taken[1:]))
            taken, cells = taken[:1], None
        yield _Record(number, len(taken), cells)


def _quoted_record(
    first: tuple[int, str], ahead: deque[tuple[int, str]], lines: Iterator[tuple[int, str]], delimiter: str
) -> tuple[list[tuple[int, str]], tuple[str, ...] | None]:
    """The lines of the record that starts with `first`, and its cells (None: it does not end properly)."""
    taken = [first]
    text = first[1]
    while _is_open(text, delimiter):
        following = ahead.popleft() if ahead else next(lines, None)
        if following is None:
            return taken, None
        taken.append(following)
        text += following[1]
        if len(taken) > MAX_RECORD_LINES or len(text) > MAX_LINE_CHARS:
            return taken, None
    # Within one line a stray quote does little harm; over several it may have joined two rows.
    return taken, _split(text, delimiter, strict=len(taken) > 1)


def _is_open(text: str, delimiter: str) -> bool:
    """Whether the text ends within a quoted cell."""
    try:
        next(csv.reader([text], delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _split(text: str, delimiter: str, *, strict: bool) -> tuple[str, ...] | None:
    try:
        return tuple(next(csv.reader([text], delimiter=delimiter, strict=strict)))
    except (csv.Error, StopIteration):
        return None


# --- XLSX ------------------------------------------------------------------------------------------------


@contextmanager
def _open_xlsx(settings: Settings, file: Path, wanted: _Wanted) -> Iterator[Table]:
    # A second of every task's start, which those who only link need not wait for.
    from openpyxl import load_workbook

    _inspect_zip(settings, file)
    with _speaking(settings, file):
        # data_only: what a formula showed when the file was saved; nothing is ever calculated.
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    with closing(book):
        sheet, header = _find_sheet(settings, file, book, wanted)
        body = islice(_sheet_records(settings, file, book, sheet, len(header.cells)), header.last_line, None)
        yield _table(settings, file, body, _NO_DELIMITER, header)


@contextmanager
def _speaking(settings: Settings, file: Path) -> Iterator[None]:
    """Whatever breaks inside openpyxl on a damaged workbook becomes one line for the user."""
    try:
        yield
    except Exception as error:
        raise SohoaError(say("register.file_not_xlsx", settings.language, file=file)) from error


def _inspect_zip(settings: Settings, file: Path) -> None:
    """Refuse, from the zip directory alone, what would not fit into memory or needs a password."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise SohoaError(say("register.file_not_xlsx", settings.language, file=file)) from error
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise SohoaError(say("register.file_encrypted", settings.language, file=file))
    unpacked = sum(part.file_size for part in parts)
    sheets = sum(part.file_size for part in parts if part.filename.startswith("xl/worksheets/"))
    if unpacked > MAX_UNPACKED_BYTES or unpacked - sheets > MAX_UNPACKED_BESIDE_SHEETS:
        raise SohoaError(say("register.zip_bomb", settings.language, file=file, unpacked_mb=unpacked >> 20))


def _find_sheet(settings: Settings, file: Path, book: Workbook, wanted: _Wanted) -> tuple[str, _Header]:
    """The sheet that has the most contract headers, and these headers, without empty columns after them."""
    seen: list[tuple[str, _Header]] = []
    for title in [sheet.title for sheet in book.worksheets]:
        records = _sheet_records(settings, file, book, title, MAX_COLUMNS)
        if header := _find_header(islice(records, 4 * HEADER_WITHIN), _NO_DELIMITER, wanted):
            seen.append((title, header))
    title, best = max(seen, key=lambda one: len(one[1].places), default=("", None))
    header = _complete(settings, file, best, wanted)
    used = max(header.places.values()) + 1
    return title, replace(header, cells=header.cells[:used])


def _sheet_records(settings: Settings, file: Path, book: Workbook, title: str, n_columns: int) -> Iterator[_Record]:
    with _speaking(settings, file):
        # Bounds of our own: the ones that the file states may be wrong, or meant to keep us busy.
        rows = book[title].iter_rows(max_row=MAX_ROWS + 1, max_col=n_columns, values_only=True)
    number = 0
    while True:
        with _speaking(settings, file):
            row = next(rows, None)
        if row is None:
            return
        number += 1
        yield _Record(number, 1, tuple(_cell_text(value) for value in row))


def _cell_text(value: object) -> str:
    """A cell as the text that an export in CSV would have: ISO days, whole numbers without `.0`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
