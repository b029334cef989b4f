"""CSV and XLSX bytes as rows of text, and rows as bytes; what the cells mean is not known here.

A CSV cell that a spreadsheet would run as a formula is written with ``'`` before it, and so is a cell that already
looks like that; reading takes one ``'`` away from exactly these, so that what was written is what is read.
An XLSX cell needs no such mark: text is stored as text, and formulas are never written.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import itertools
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import IO, TYPE_CHECKING, Literal

import fastexcel
import polars as pl
import xlsxwriter  # type: ignore[import-untyped]

from labels.errors import RecordError
from labels.formats.workbook_limits import check_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

TableFormat = Literal["csv", "xlsx"]
MAX_COLUMNS = 500


class Kind(Enum):
    """How a column's cells are written."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"


@dataclass(frozen=True)
class Row:
    """One row; ``number`` is the one a spreadsheet shows beside it, the first being 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """Rows that can be read again and again; ``total`` counts them all, empty ones too."""

    total: int
    encoding: str
    """What the text was decoded from; a file in an older encoding than UTF-8 deserves a second look."""
    read: Callable[[], Iterator[Row]]

    def __iter__(self) -> Iterator[Row]:
        """Read from the first row on."""
        return self.read()


def open_sheet(data: bytes, *, format: TableFormat) -> Sheet:  # noqa: A002  (the command's word)
    """Open a CSV text, or the first sheet of an XLSX workbook that has a cell.

    Raises:
        RecordError: ``table.…``: not the format, encrypted, damaged, too large, an unknown encoding.
    """
    return _open_csv(data) if format == "csv" else _open_xlsx(data)


def write_csv_rows(kinds: Sequence[Kind], rows: Iterable[Sequence[str]], file: IO[bytes]) -> None:
    """Write rows as UTF-8 with a byte order mark, commas and CRLF: the form spreadsheets open as it is."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_guarded(cell) if kind is Kind.TEXT else cell for kind, cell in zip(kinds, row, strict=True)])
    text.flush()
    text.detach()


def write_xlsx_rows(kinds: Sequence[Kind], rows: Iterable[Sequence[str]], file: IO[bytes]) -> None:
    """Write rows, the first a header, as a workbook of one sheet, in the same memory however many there are.

    A number becomes a number cell where the cell gives back the same digits, else text; a day becomes a date cell.

    Raises:
        RecordError: ``table.does-not-fit``: a text of more than 32,767 characters, more than 1,048,576 rows.
    """
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        book.set_properties({"created": dt.datetime(1980, 1, 1)})  # noqa: DTZ001  (like the archive's own: reproducible)
        book.use_zip64()
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        heads = [Kind.TEXT] * len(kinds)
        for number, row in enumerate(rows):
            for column, (kind, cell) in enumerate(zip(kinds if number else heads, row, strict=True)):
                if cell and not _write(sheet, number, column, cell, kind=kind, date=date):
                    raise _does_not_fit(number + 1, cell)


def _open_csv(data: bytes) -> Sheet:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise RecordError("table.not-csv", "Reading a table failed: Expected CSV text, got a workbook or an archive.")
    encoding = _encoding(data)
    delimiter = _delimiter(data, encoding)

    def read() -> Iterator[Row]:
        rows = _csv_rows(data, encoding, delimiter)
        for number, cells in enumerate(rows, start=1):
            yield Row(number, tuple(_unguarded(cell) for cell in cells))

    return Sheet(
        total=sum(1 for _ in _csv_rows(data, encoding, delimiter)), encoding=encoding.removesuffix("-sig"), read=read
    )


def _csv_rows(data: bytes, encoding: str, delimiter: str) -> Iterator[list[str]]:
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if len(row) > MAX_COLUMNS:
                raise _too_many_columns(len(row))
            yield row
    except csv.Error as error:
        raise RecordError(
            "table.csv", f"Reading a CSV table failed on line {reader.line_num}: {error}.", line=reader.line_num
        ) from None


def _encoding(data: bytes) -> str:
    """The first encoding that reads every byte: by the byte order mark, UTF-8, then what Excel writes in China."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif b"\x00" in data:
        candidates = []
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        try:
            for _ in codecs.iterdecode(_slices(data), encoding):
                pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise RecordError("table.encoding", "Reading a CSV table failed: Expected text in UTF-8, UTF-16 or GB18030.")


def _slices(data: bytes) -> Iterator[bytes]:
    view = memoryview(data)
    return (bytes(view[start : start + _SLICE]) for start in range(0, len(data), _SLICE))


def _delimiter(data: bytes, encoding: str) -> str:
    """The separator that cuts the first row that can be cut into most cells; the comma where none cuts any."""
    return max(_DELIMITERS, key=lambda delimiter: _first_cut(data, encoding, delimiter))


def _first_cut(data: bytes, encoding: str, delimiter: str) -> tuple[int, int]:
    """How early a row has two cells, and how many it has; titles may stand over it."""
    try:
        rows = enumerate(itertools.islice(_csv_rows(data, encoding, delimiter), _TITLES))
        return next(((-number, len(row)) for number, row in rows if len(row) > 1), (-_TITLES, 0))
    except RecordError:
        return (-_TITLES, 0)


def _open_xlsx(data: bytes) -> Sheet:
    check_workbook(data)
    try:
        texts, errors = _load(data, "string").to_arrow_with_errors()
        frame = pl.DataFrame(texts)
        changes = _unrounded(frame, _load(data, "float").to_polars())
    except (fastexcel.FastExcelError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RecordError("table.damaged", f"Reading a workbook failed on its first sheet: {reason}.") from None
    if frame.width > MAX_COLUMNS:
        raise _too_many_columns(frame.width)
    for cell in errors.errors if errors else ():
        row, column = cell.position
        shown = next((text for name, text in _ERRORS.items() if name in (cell.detail or "")), "#N/A")
        changes.setdefault(row, {})[column] = shown
    return Sheet(total=frame.height, encoding="utf-8", read=lambda: _frame_rows(frame, changes))


def _load(data: bytes, dtype: Literal["string", "float"]) -> fastexcel.ExcelSheet:
    """The first sheet that has a cell, else the first; a cover sheet may hold nothing but a picture."""
    book = fastexcel.read_excel(data)
    sheets = (book.load_sheet(name, header_row=None, skip_rows=0, dtypes=dtype) for name in book.sheet_names)
    first = next(sheets, None)
    if first is None:
        raise RecordError("table.damaged", "Reading a workbook failed: Expected a sheet, got none.")
    return first if first.width else next((sheet for sheet in sheets if sheet.width), first)


def _unrounded(frame: pl.DataFrame, floats: pl.DataFrame) -> dict[int, dict[int, str]]:
    """Return the number cells that the text reading rounds to nine decimals, by row and column, in full.

    A text cell that looks like a number is told from it by not being the rounded form, digit for digit; text of
    more than fifteen digits can be both, and is then taken as the shortest text for the same double.
    """
    changes: dict[int, dict[int, str]] = {}
    for column, (text, number) in enumerate(zip(frame.iter_columns(), floats.iter_columns(), strict=True)):
        differs = text.cast(pl.Float64, strict=False).ne_missing(number) | (
            (text.str.len_chars() > _EXACT_DIGITS) & text.str.contains(".", literal=True)
        )
        for row in (differs & number.is_finite()).arg_true():
            if text[row] == f"{number[row]:.9f}".rstrip("0").removesuffix("."):
                changes.setdefault(row, {})[column] = _shortest(number[row])
    return changes


def _frame_rows(frame: pl.DataFrame, changes: dict[int, dict[int, str]]) -> Iterator[Row]:
    rows = itertools.chain.from_iterable(part.rows() for part in frame.iter_slices(_BLOCK))
    for index, row in enumerate(rows):
        cells = [cell or "" for cell in row]
        for column, text in changes.get(index, {}).items():
            cells[column] = text
        yield Row(index + 1, tuple(cells))


def _write(sheet: Worksheet, row: int, column: int, cell: str, *, kind: Kind, date: Format) -> bool:
    """Write one cell; False where it does not fit."""
    if kind is Kind.DATE and cell >= _FIRST_DAY:
        status = sheet.write_datetime(row, column, dt.date.fromisoformat(cell), date)
    elif kind is Kind.PERCENT and 0 < Decimal(cell) <= 1:
        status = sheet.write_string(row, column, f"{cell}%")
    elif kind in {Kind.NUMBER, Kind.PERCENT} and _fits_number_cell(cell):
        status = sheet.write_number(row, column, float(cell))
    else:
        status = sheet.write_string(row, column, cell)
    return bool(status == 0)


def _fits_number_cell(number: str) -> bool:
    """Whether a number cell gives back the same digits; xlsxwriter keeps 16 of them, Excel 15."""
    return abs(float(number)) < _LARGEST and _shortest(float(f"{float(number):.16G}")) == number


def _shortest(number: float) -> str:
    """The shortest digits that stand for this double."""
    return format(Decimal(repr(number)), "f").removesuffix(".0")


def _guarded(cell: str) -> str:
    return f"'{cell}" if _RUNS.match(cell) else cell


def _unguarded(cell: str) -> str:
    """Undo ``_guarded``, and the ``="0123"`` by which some programs keep digits from becoming a number."""
    if cell.startswith("'") and _RUNS.match(cell):
        return cell[1:]
    kept = _KEPT_AS_TEXT.fullmatch(cell)
    return kept[1] if kept else cell


def _too_many_columns(width: int) -> RecordError:
    return RecordError(
        "table.too-many-columns",
        f"Reading a table failed on its width: Expected at most {MAX_COLUMNS} columns, got {width}.",
        limit=MAX_COLUMNS,
        got=width,
    )


def _does_not_fit(row: int, cell: str) -> RecordError:
    return RecordError(
        "table.does-not-fit",
        f"Writing a workbook failed on row {row}: Expected at most 1048576 rows and 32767 characters in a cell, "
        f"got {len(cell)} characters.",
        row=row,
        got=len(cell),
    )


_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_DELIMITERS = (",", ";", "\t")
_RUNS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""What a spreadsheet may run as a formula, marked any number of times (OWASP, CSV Injection)."""
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_ERRORS = {"NA": "#N/A", "Div0": "#DIV/0!", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!"} | {
    "Value": "#VALUE!"
}
_FIRST_DAY = "1900-03-01"
"""Before it Excel counts a day that never was (29 February 1900)."""
_LARGEST = 1e15
_EXACT_DIGITS = 15
"""As many digits outlive a double; above, two texts may stand for one."""
_SLICE = 1 << 20
_BLOCK = 1000
_TITLES = 10
