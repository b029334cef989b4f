"""Label tables of many rows: ``python tests/bench/bench_table.py [ROWS]`` prints seconds and memory of each way."""

from __future__ import annotations

import io
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import datetime as dt

from labels.formats.sheet import Kind, write_csv_rows
from labels.formats.table import open_table, read_rows, write_csv, write_xlsx
from labels.model import StoredLabel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labels.formats.sheet import TableFormat
    from labels.model import LabelRecord

AT = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
HEADER = ["gtin", "name", "model", "category", "value", "unit", "boundary", "period_start", "period_end", "note"]


def catalogue(rows: int) -> bytes:
    """Return a CSV table of declared labels."""
    file = io.BytesIO()
    lines = (
        [
            *("6901234567892", f"产品 {row}", f"M-{row}", "green-tea", f"{row / 7:.3f}"),
            *("kg", "摇篮到坟墓", "2025-01-01", "2025/12/31", "说明"),
        ]
        for row in range(rows)
    )
    write_csv_rows([Kind.TEXT] * len(HEADER), (line for part in ([HEADER], lines) for line in part), file)
    return file.getvalue()


def labels(data: bytes, *, format: TableFormat) -> Iterator[StoredLabel]:  # noqa: A002
    """Read every label of a table."""
    table = open_table(data, format=format)
    return (each for each in read_rows(table, at=AT, registry="bench") if isinstance(each, StoredLabel))


def pairs(data: bytes) -> Iterator[tuple[StoredLabel, LabelRecord]]:
    """Read every label with its record."""
    return ((label, label.record) for label in labels(data, format="csv") if label.record)


def report(what: str, *, rows: int, start: float, size: int) -> None:
    """Print one line."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    seconds = time.perf_counter() - start
    print(f"{what:12} {rows:>8,} rows  {seconds:6.1f} s  {size / 1e6:6.1f} MB file  {peak:5} MB peak so far")


def main(rows: int) -> None:
    """Read and write a catalogue as CSV, then as XLSX."""
    data = catalogue(rows)
    report("before", rows=0, start=time.perf_counter(), size=len(data))
    start = time.perf_counter()
    report("read csv", rows=sum(1 for _ in labels(data, format="csv")), start=start, size=len(data))
    start, file = time.perf_counter(), io.BytesIO()
    report("write csv*", rows=write_csv(pairs(data), file), start=start, size=file.tell())
    start, file = time.perf_counter(), io.BytesIO()
    report("write xlsx*", rows=write_xlsx(pairs(data), file), start=start, size=len(file.getvalue()))
    workbook = file.getvalue()
    start = time.perf_counter()
    report("read xlsx", rows=sum(1 for _ in labels(workbook, format="xlsx")), start=start, size=len(workbook))
    print("* reading the CSV included")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
