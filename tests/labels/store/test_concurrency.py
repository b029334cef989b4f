from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from labels.model import StoredLabel
from labels.store.journal import JournalStore
from labels.store.table import JournalDatabase

WORKER = Path(__file__).with_name("store_worker.py")
DAY = dt.date(2026, 3, 1)


@pytest.mark.parametrize("shared", [True, False])
def test_four_threads_lose_nothing(tmp_path: Path, *, shared: bool) -> None:
    path = tmp_path / "labels.journal"
    stores = [JournalStore(path)] * 4 if shared else [JournalStore(path) for _ in range(4)]
    threads = [threading.Thread(target=write, args=(store, f"t{n}", 50)) for n, store in enumerate(stores)]
    run(threads)

    for store in stores:
        assert facts_of(store) == facts_after(writers=["t0", "t1", "t2", "t3"], times=50)
    close_all(stores)


def test_four_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "labels.journal"
    workers = [start_writer(path, f"p{number}", 50) for number in range(4)]
    wait_for(workers)

    with JournalStore(path) as store:
        assert facts_of(store) == facts_after(writers=["p0", "p1", "p2", "p3"], times=50)


def test_compaction_while_others_read_and_write_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "labels.journal"
    with JournalStore(path) as store:
        write(store, "here", 20)
        workers = [start_writer(path, f"p{number}", 40) for number in range(2)]
        while any(worker.poll() is None for worker in workers):
            store.compact()
            assert len(store.history("here-3")) == 1
        wait_for(workers)

        assert len(store) == 20 + 2 * 40 + 1
        assert [label.version for label in store.history("shared")] == list(range(1, 101))
        assert store.counts("scans", "shared") == ((DAY, 100),)


def test_compaction_disturbs_no_scan_that_is_under_way(tmp_path: Path) -> None:
    path = tmp_path / "test.journal"
    with JournalDatabase(path) as reader, JournalDatabase(path) as writer:
        writer.insert_multiple({"number": number} for number in range(10))
        scan = iter(reader)
        first = next(scan)
        writer.remove(doc_ids=[2, 3])
        writer.journal.compact()

        assert [first["number"], *(document["number"] for document in scan)] == list(range(10))
        assert len(reader) == 8


def test_numbers_given_by_another_process_are_not_given_again(tmp_path: Path) -> None:
    path = tmp_path / "test.journal"
    with JournalDatabase(path) as one, JournalDatabase(path) as other:
        numbers = [one.insert({}), other.insert({}), one.insert({}), *other.insert_multiple([{}, {}])]

    assert numbers == [1, 2, 3, 4, 5]


def test_a_cached_search_sees_what_another_process_wrote(tmp_path: Path) -> None:
    path = tmp_path / "test.journal"
    with JournalDatabase(path) as one, JournalDatabase(path) as other:
        condition = lambda document: document["number"] > 1  # noqa: E731  (hashable, so that it is cached)
        one.insert({"number": 2})
        one.search(condition)
        other.insert({"number": 3})

        assert one.search(condition) == [{"number": 2}, {"number": 3}]


def test_a_forked_child_takes_a_lock_of_its_own(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from labels.store.table import JournalDatabase\n"
        "database = JournalDatabase(sys.argv[1])\n"
        "children = [os.fork() or [database.insert({}) for _ in range(50)] and os._exit(0) for _ in range(3)]\n"
        "print([os.waitpid(child, 0)[1] for child in children], len(database))\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "test.journal")]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=quiet_environment())

    assert answer.stdout == "[0, 0, 0] 150\n"


def write(store: JournalStore, name: str, times: int) -> None:
    for number in range(times):
        store.put(make_label(f"{name}-{number}"))
        store.put(make_label("shared"))
        store.count("scans", "shared", DAY)


def facts_of(store: JournalStore) -> dict[str, object]:
    return {
        "labels": sorted(label.id for label in store),
        "versions": [label.version for label in store.history("shared")],
        "counts": store.counts("scans", "shared"),
    }


def facts_after(writers: list[str], times: int) -> dict[str, object]:
    own = [f"{name}-{number}" for name in writers for number in range(times)]
    total = len(writers) * times
    return {"labels": sorted([*own, "shared"]), "versions": list(range(1, total + 1)), "counts": ((DAY, total),)}


def make_label(label_id: str) -> StoredLabel:
    return StoredLabel(id=label_id, credential="e30.e30.", stored_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))


def start_writer(path: Path, name: str, times: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), "write", str(path), name, str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=quiet_environment())


def wait_for(workers: list[subprocess.Popen[str]]) -> None:
    for worker in workers:
        out, _ = worker.communicate(timeout=300)
        assert worker.returncode == 0
        assert json.loads(out)["written"]


def quiet_environment() -> dict[str, str]:
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1"}


def run(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def close_all(stores: list[JournalStore]) -> None:
    for store in stores:
        store.close()
