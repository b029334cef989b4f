"""Label records from CSV and XLSX tables, and tables of label records.

A row that cannot be read is refused with its row, column, code and reason, and the rest goes on. A table that cannot
be read at all (no such format, a required column missing) is refused as a whole.
"""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from labels.errors import RecordError
from labels.formats.headers import COLUMNS, column_of, columns_of, heading
from labels.formats.rows import KINDS, REQUIRED, read_label, to_cells
from labels.formats.sheet import Row, Sheet, TableFormat, open_sheet, write_csv_rows, write_xlsx_rows
from labels.model import StoredLabel

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from labels.model import LabelRecord


@dataclass(frozen=True)
class Refusal:
    """Why a row was not taken; texts in other languages are keyed by ``code`` and use ``values``."""

    row: int
    """As a spreadsheet counts, the first row being 1."""
    field: str
    """The column, e.g. ``valid_until``; empty where the row as a whole is meant."""
    code: str
    message: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class LabelRow:
    """One row below the header: its filled cells by column."""

    number: int
    cells: Mapping[str, str]
    surplus: int = 0
    """Filled cells to the right of the last header: the row has slipped."""


@dataclass(frozen=True)
class LabelTable:
    """A table whose header was understood; its rows can be read again and again."""

    format: TableFormat
    sheet: Sheet
    header: Row
    columns: tuple[str | None, ...]

    @property
    def total(self) -> int:
        """Rows below the header, empty ones too."""
        return self.sheet.total - self.header.number

    @property
    def unknown(self) -> tuple[str, ...]:
        """Headers that are no column of a label table: their cells are not read."""
        pairs = zip(self.header.cells, self.columns, strict=True)
        return tuple(header for header, column in pairs if column is None and header.strip())

    def rows(self) -> Iterator[LabelRow]:
        """Return the rows below the header that are not empty."""
        for row in self.sheet:
            if row.number > self.header.number and any(cell.strip() for cell in row.cells):
                filled = {
                    column: cell
                    for column, cell in zip(self.columns, row.cells, strict=False)
                    if column is not None and cell.strip()
                }
                yield LabelRow(row.number, filled, sum(bool(cell.strip()) for cell in row.cells[len(self.columns) :]))


@dataclass(frozen=True)
class TableReading:
    """All of a table: every row that is not empty is either a label or a refusal."""

    labels: tuple[StoredLabel, ...]
    refused: tuple[Refusal, ...]
    unknown: tuple[str, ...]
    """Headers that were not understood, and whose cells were not read."""
    encoding: str


def open_table(data: bytes, *, format: TableFormat) -> LabelTable:  # noqa: A002  (the command's word)
    """Find the header of a table; titles may stand above it.

    Raises:
        RecordError: ``table.…``: not the format, too large, no row, a required column missing, a column twice.
    """
    sheet = open_sheet(data, format=format)
    header = _header(sheet)
    return LabelTable(format, sheet, header, columns_of(header.cells))


def read_row(row: LabelRow, *, at: dt.datetime, registry: str, format: TableFormat) -> StoredLabel:  # noqa: A002
    """Return the label of one row; ``registry`` is where it is from unless the row says otherwise.

    Raises:
        RecordError: The first mistake; ``values["field"]`` is its column.
    """
    if row.surplus:
        raise RecordError(
            "table.surplus-cells",
            f"Reading row {row.number} failed: Expected no cell beyond the last header, got {row.surplus}.",
            got=row.surplus,
        )
    return read_label(row.cells, at=at, registry=registry, format=format)


def read_rows(
    table: LabelTable, *, at: dt.datetime, registry: str, check: Callable[[StoredLabel], None] | None = None
) -> Iterator[StoredLabel | Refusal]:
    """Read row after row; ``check`` raises ``RecordError`` for a label that is not to be taken."""
    seen: dict[str, int] = {}
    for row in table.rows():
        try:
            label = read_row(row, at=at, registry=registry, format=table.format)
            check_single(label.id, seen.setdefault(label.id, row.number), row.number)
            if check is not None:
                check(label)
        except RecordError as error:
            values = {name: value for name, value in error.values.items() if name != "field"}
            yield Refusal(row.number, error.values.get("field", ""), error.code, error.message, values)
        else:
            yield label


def read_table(data: bytes, *, format: TableFormat, at: dt.datetime, registry: str) -> TableReading:  # noqa: A002
    """Read a whole table at once; for long ones take ``open_table`` and ``read_rows``.

    Raises:
        RecordError: As ``open_table``.
    """
    table = open_table(data, format=format)
    read = tuple(read_rows(table, at=at, registry=registry))
    return TableReading(
        labels=tuple(each for each in read if isinstance(each, StoredLabel)),
        refused=tuple(each for each in read if isinstance(each, Refusal)),
        unknown=table.unknown,
        encoding=table.sheet.encoding,
    )


def check_single(label_id: str, first: int, row: int) -> None:
    """Refuse a second row of an id.

    Raises:
        RecordError: ``first``, the row in which the id stands first, is another row.
    """
    if first != row:
        raise RecordError(
            "table.same-id",
            f"Reading row {row} failed on id {label_id}: Expected one row of this id, got another one in row {first}.",
            field="id",
            got=label_id,
            first=first,
        )


def write_csv(records: Iterable[tuple[StoredLabel, LabelRecord]], file: IO[bytes]) -> int:
    """Write labels, each with what it says, as CSV; return how many."""
    rows = _Counted(records)
    write_csv_rows(_KINDS, rows, file)
    return rows.count


def write_xlsx(records: Iterable[tuple[StoredLabel, LabelRecord]], file: IO[bytes]) -> int:
    """Write labels, each with what it says, as XLSX; return how many.

    Raises:
        RecordError: ``table.does-not-fit``: more than a worksheet or a cell can hold.
    """
    rows = _Counted(records)
    write_xlsx_rows(_KINDS, rows, file)
    return rows.count


def template_csv(lang: str) -> bytes:
    """Return a table to fill in: the headers in Chinese or English, and one example row."""
    file = io.BytesIO()
    example = _EXAMPLES["zh" if lang.startswith("zh") else "en"]
    columns = [column for column in COLUMNS if column not in _NOT_FILLED_IN]
    rows = [[heading(column, lang=lang) for column in columns], [example.get(column, "") for column in columns]]
    write_csv_rows([KINDS[column] for column in columns], rows, file)
    return file.getvalue()


class _Counted:
    """The header and a row per label, counting the labels."""

    def __init__(self, records: Iterable[tuple[StoredLabel, LabelRecord]]) -> None:
        self.records = records
        self.count = 0

    def __iter__(self) -> Iterator[list[str]]:
        yield list(COLUMNS)
        for label, record in self.records:
            cells = to_cells(record) | {"credential": label.credential or ""}
            self.count += 1
            yield [cells.get(column, "") for column in COLUMNS]


def _header(sheet: Sheet) -> Row:
    """The first of the top rows that has every required column; else the one that has most, to say what is missing."""
    best: tuple[int, Row, list[str]] | None = None
    for row in sheet:
        if row.number > _TOP:
            break
        known = {column_of(cell) for cell in row.cells} - {None}
        missing = [column for column in REQUIRED if column not in known and "credential" not in known]
        if known and not missing:
            return row
        if any(row.cells) and (best is None or len(known) > best[0]):
            best = (len(known), row, missing)
    if best is None:
        raise RecordError("table.empty", "Reading a table failed: Expected a header row, got no row.")
    _, row, missing = best
    wanted = ", ".join(f"{column} ({heading(column, lang='zh')})" for column in missing)
    got = ", ".join(cell.strip() for cell in row.cells if cell.strip())[:_LONGEST]
    raise RecordError(
        "table.missing-columns",
        f"Reading a table failed on its header: Expected columns {wanted}, got only {got}.",
        missing=", ".join(missing),
        got=got,
    )


_KINDS = [KINDS[column] for column in COLUMNS]
_TOP = 10
"""Rows among which the header is looked for."""
_LONGEST = 300
_NOT_FILLED_IN = ("id", "demo", "credential")
_EXAMPLES = {
    "zh": {
        "gtin": "06901234567892",
        "name": "示例绿茶",
        "name_en": "Example green tea",
        "model": "250 g",
        "category": "绿茶",
        "value": "7.35",
        "unit": "千克",
        "amount": "1",
        "boundary": "摇篮到坟墓",
        "period_start": "2025-01-01",
        "period_end": "2025-12-31",
        "raw_materials": "4.10",
        "production": "2.00",
        "distribution": "0.35",
        "use": "0.80",
        "end_of_life": "0.10",
        "standard": "GB/T 24067-2024",
        "gwp_set": "AR6",
        "note": "示例行，填写前请删除",
    },
    "en": {
        "gtin": "06901234567892",
        "name": "Example green tea",
        "model": "250 g",
        "category": "green tea",
        "value": "7.35",
        "unit": "kg",
        "amount": "1",
        "boundary": "cradle to grave",
        "period_start": "2025-01-01",
        "period_end": "2025-12-31",
        "raw_materials": "4.10",
        "production": "2.00",
        "distribution": "0.35",
        "use": "0.80",
        "end_of_life": "0.10",
        "standard": "GB/T 24067-2024",
        "gwp_set": "AR6",
        "note": "An example: delete it before you fill the table in",
    },
}
