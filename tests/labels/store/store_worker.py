"""Other processes for the store's tests: ``python store_worker.py write|fill|kills …``, one JSON object out."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import random
import resource
import signal
import sys
import time
from pathlib import Path

from labels.errors import StoreError
from labels.model import StoredLabel
from labels.store.journal import JournalStore

DAY = dt.date(2026, 3, 1)


def make_label(label_id: str, *, gtin: str | None = None, second: int = 0) -> StoredLabel:
    """Return a small label."""
    stored_at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=second)
    return StoredLabel(id=label_id, gtin=gtin, certificate_number=label_id, credential="e30.e30.", stored_at=stored_at)


def write(path: str, name: str, times: int) -> dict[str, int]:
    """Put ``times`` labels, one version more of a shared label each time, and count as often."""
    with JournalStore(path) as store:
        for number in range(times):
            store.put(make_label(f"{name}-{number}"))
            store.put(make_label("shared"))
            store.count("scans", "shared", DAY)
    return {"written": times}


def fill(path: str, limit: int) -> dict[str, object]:
    """Put labels until the file may not grow any further."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    kept = 0
    with JournalStore(path) as store:
        try:
            while True:
                store.put(make_label(f"label-{kept}"))
                kept += 1
        except StoreError as error:
            return {"kept": kept, "code": error.code, "message": error.message, "readable": len(list(store))}


def kills(folder: str, times: int, seed: int) -> dict[str, int]:
    """Kill a writing process ``times`` times at random instants; count runs in which an acknowledged write was lost."""
    chance = random.Random(seed)  # noqa: S311  (when to kill)
    lost = acknowledged = 0
    for run in range(times):
        path = Path(folder) / f"{run // 10}.journal"
        before = _state(path)
        lines = _killed_run(path, chance)
        acknowledged += len(lines)
        after = _state(path)
        lost += not _holds(before, after, lines)
    return {"runs": times, "lost": lost, "acknowledged": acknowledged}


def _killed_run(path: Path, chance: random.Random) -> list[str]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            _write_forever(path, writer, chance.random())
        os._exit(1)
    os.close(writer)
    time.sleep(chance.uniform(0, 0.06))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with open(reader, encoding="ascii") as pipe:  # noqa: PTH123  (a descriptor)
        return [line.strip() for line in pipe if line.endswith("\n")]


def _write_forever(path: Path, acknowledgements: int, seed: float) -> None:
    chance = random.Random(seed)  # noqa: S311  (what to write)
    store = JournalStore(path)
    while True:
        what = chance.choices(["put", "many", "count", "compact"], weights=[10, 2, 5, 1])[0]
        name = f"label-{chance.randrange(40)}"
        if what == "put":
            store.put(make_label(name))
        elif what == "many":
            store.put_many([make_label(name), make_label(name)])
        elif what == "count":
            store.count("scans", name, DAY)
        else:
            store.compact()
        os.write(acknowledgements, f"{what} {name}\n".encode())


def _state(path: Path) -> dict[str, int]:
    """Return how often each label was put, and counted."""
    names = [f"label-{number}" for number in range(40)]
    with JournalStore(path) as store:
        versions = {name: [label.version for label in store.history(name)] for name in names}
        broken = [name for name, found in versions.items() if found != list(range(1, len(found) + 1))]
        if broken:
            raise AssertionError(broken)
        counts = {f"count {name}": dict(store.counts("scans", name)).get(DAY, 0) for name in names}
        return counts | {f"put {name}": len(found) for name, found in versions.items()}


def _holds(before: dict[str, int], after: dict[str, int], lines: list[str]) -> bool:
    """Whether everything acknowledged is there, whole, and at most the one write under way besides."""
    expected = dict(before)
    for line in lines:
        what, name = line.split()
        if what != "compact":
            expected[f"{'count' if what == 'count' else 'put'} {name}"] += 2 if what == "many" else 1
    extra = [after[key] - expected[key] for key in expected if after[key] != expected[key]]
    return extra in ([], [1], [2])


def _main() -> None:
    what, place, *rest = sys.argv[1:]
    if what == "write":
        answer: dict[str, object] = {**write(place, rest[0], int(rest[1]))}
    elif what == "fill":
        answer = fill(place, int(rest[0]))
    else:
        answer = {**kills(place, int(rest[0]), int(rest[1]))}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    _main()
