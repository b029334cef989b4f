"""Times and memory of the journal store, beside TinyDB's own JSON storage at ten thousand labels.

Run: ``python tests/bench/bench_store.py [--labels 1000000] [--dir FOLDER]``
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tinydb import JSONStorage, TinyDB, where

from labels.model import StoredLabel
from labels.store.journal import LABELS, JournalStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from labels.store.table import JournalTable


def main() -> None:
    """Measure, and print one line per figure."""
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.dir) as folder:
        print(f"{options.labels:,} labels, {len(make_label(0).to_json()):,} bytes each; times p50 / p99")
        print(f"machine's load               {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"fdatasync alone              {_fsync(Path(folder) / 'sync')}")
        journal = Path(folder) / "labels.journal"
        _build(journal, options.labels)
        _use(journal, options.labels)
        _use_unsynced(journal, options.labels)
        _rebuild(journal)
        print()
        _plain_tinydb(Path(folder) / "plain.json", min(options.labels, 10_000))


def make_label(number: int) -> StoredLabel:
    """Return a label with a credential of a real one's length."""
    return StoredLabel.model_construct(
        id=f"CN-PCF-{number:012d}",
        version=1,
        gtin=f"{number:014d}",
        certificate_number=f"CERT-{number:012d}",
        credential=f"{number:08d}" * 225,
        stored_at=_START + dt.timedelta(seconds=number),
    )


def _build(path: Path, count: int) -> None:
    started = time.perf_counter()
    store = JournalStore(path)
    store.put_many(make_label(number) for number in range(count))
    print(f"put_many                     {count / (time.perf_counter() - started):,.0f} labels/s")
    started = time.perf_counter()
    store.close()
    print(f"close, with index            {time.perf_counter() - started:.2f} s")
    print(f"file                         {path.stat().st_size / 1e6:,.0f} MB")


def _use(path: Path, count: int) -> None:
    started = time.perf_counter()
    with JournalStore(path) as store:
        print(f"open, with index             {time.perf_counter() - started:.2f} s")
        table = store.database.table(LABELS)
        chosen = iter(random.Random(1).choices(range(count), k=100_000))  # noqa: S311  (which labels to look up)
        for field, text in (("id", "CN-PCF-{:012d}"), ("gtin", "{:014d}"), ("certificate_number", "CERT-{:012d}")):
            _show(f"find by {field}", _finder(table, field, text, chosen))
        _show("table.get(doc_id=)", lambda: table.get(doc_id=next(chosen) + 1))
        _show("get -> StoredLabel", lambda: store.get(f"CN-PCF-{next(chosen):012d}"))
        _show("by_gtin -> StoredLabels", lambda: store.by_gtin(f"{next(chosen):014d}"))
        new = iter(range(count, 2 * count + 10_000))
        _show("table.insert", lambda: table.insert(_document(next(new))), 2000)
        _show("put, new", lambda: store.put(make_label(next(new))), 2000)
        _show("put, next version", lambda: store.put(make_label(next(chosen))), 2000)
        _show("count, one more", lambda: store.count("scans", "06901234567892:1", _START.date()), 2000)
        print(f"memory, resident             {_resident():,.0f} MB, at most {_peak():,.0f} MB so far")


def _use_unsynced(path: Path, count: int) -> None:
    with JournalStore(path, sync=False) as store:
        table, new = store.database.table(LABELS), iter(range(4 * count, 5 * count))
        _show("table.insert, not synced", lambda: table.insert(_document(next(new))), 2000)


def _rebuild(path: Path) -> None:
    path.with_name(path.name + ".index").unlink(missing_ok=True)
    started = time.perf_counter()
    store = JournalStore(path)
    print(f"open, index rebuilt          {time.perf_counter() - started:.2f} s")
    started = time.perf_counter()
    total = sum(1 for _ in store.database.table(LABELS))
    print(f"scan of {total:,}            {time.perf_counter() - started:.2f} s")
    started = time.perf_counter()
    store.compact()
    print(f"compact                      {time.perf_counter() - started:.2f} s")
    store.close()
    print(f"memory, resident             {_resident():,.0f} MB, at most {_peak():,.0f} MB so far")


def _plain_tinydb(path: Path, count: int) -> None:
    print(f"TinyDB's JSONStorage, {count:,} labels")
    database = TinyDB(path, storage=JSONStorage)
    database.insert_multiple(_document(number) for number in range(count))
    new = iter(range(count, 2 * count))
    _show("get by id", lambda: database.get(where("id") == f"CN-PCF-{next(new) - count:012d}"), 5)
    _show("get(doc_id=)", lambda: database.get(doc_id=next(new) - count + 1), 5)
    _show("insert", lambda: database.insert(_document(next(new))), 5)
    database.close()


def _show(name: str, act: Callable[[], object], times: int = 10_000) -> None:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    taken.sort()
    print(f"{name:28} {_micro(statistics.median(taken))} / {_micro(taken[int(0.99 * times)])} µs")


def _finder(table: JournalTable, field: str, text: str, numbers: Iterator[int]) -> Callable[[], object]:
    return lambda: table.find(field, text.format(next(numbers)))


def _fsync(path: Path, times: int = 2000) -> str:
    taken = []
    data = make_label(0).to_json()
    with path.open("ab", buffering=0) as file:
        for _ in range(times):
            file.write(data)
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - started)
    taken.sort()
    return f"{_micro(statistics.median(taken))} / {_micro(taken[int(0.99 * times)])} µs"


def _document(number: int) -> dict[str, object]:
    document: dict[str, object] = json.loads(make_label(number).to_json())
    return document


def _micro(seconds: float) -> str:
    return f"{seconds * 1e6:,.1f}"


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=1_000_000)
    parser.add_argument("--dir", help="where the files are made for a while; default: the system's temporary folder")
    return parser.parse_args()


_START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

if __name__ == "__main__":
    main()
