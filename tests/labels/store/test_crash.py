from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labels.errors import StoreError
from labels.store.frames import FILE_HEAD, read_frames
from labels.store.salvage import Damage, SalvageReport, salvage
from labels.store.table import JournalDatabase

WORKER = Path(__file__).with_name("store_worker.py")


def test_two_hundred_kills_at_random_instants_lose_no_acknowledged_write(tmp_path: Path) -> None:
    halves = [start_worker("kills", tmp_path / half, "100", half) for half in ("1", "2")]
    answers = [answer_of(half) for half in halves]

    assert [(answer["runs"], answer["lost"]) for answer in answers] == [(100, 0), (100, 0)]
    assert all(answer["acknowledged"] > 100 for answer in answers)


def test_a_cut_at_every_byte_of_the_last_frame_loses_only_that_frame(tmp_path: Path) -> None:
    path = make_journal(tmp_path, [[1, 2], [3], [4, 5]])
    whole, last = path.read_bytes(), frame_offsets(path)[-1]

    for cut in range(last, len(whole)):
        path.write_bytes(whole[:cut])
        with JournalDatabase(path) as database:
            assert numbers_in(database) == [1, 2, 3]
            database.insert({"number": 6})
        with JournalDatabase(path) as database:
            assert numbers_in(database) == [1, 2, 3, 6]


def test_every_flipped_byte_is_reported_and_nothing_is_changed(tmp_path: Path) -> None:
    path = make_journal(tmp_path, [[1, 2], [3], [4, 5]])
    whole = path.read_bytes()

    for place in range(len(whole)):
        damaged = flipped(whole, place)
        path.write_bytes(damaged)
        with pytest.raises(StoreError) as raised:
            JournalDatabase(path)

        assert raised.value.code == "store.damaged"
        assert path.read_bytes() == damaged


def test_the_damage_report_names_file_byte_and_what_can_be_saved(tmp_path: Path) -> None:
    path = make_journal(tmp_path, [[1, 2], [3, 4, 5], [6]])
    middle, last = frame_offsets(path)[1:]
    path.write_bytes(flipped(path.read_bytes(), last - 1))

    with pytest.raises(StoreError) as raised:
        JournalDatabase(path)

    assert raised.value.message == (
        f"Opening the journal failed on {path} at byte {middle}: Expected an intact frame, "
        "got a frame whose checksum differs; 2 documents before it and 3 from there on can be saved."
    )
    assert raised.value.values == {
        "path": str(path),
        "offset": str(middle),
        "found": "a frame whose checksum differs",
        "before": "2",
        "after": "3",
    }


def test_salvage_keeps_every_intact_document_of_a_damaged_frame(tmp_path: Path) -> None:
    path, out = make_journal(tmp_path, [[1, 2], [3, 4, 5], [6]]), tmp_path / "saved.journal"
    middle, last = frame_offsets(path)[1:]
    path.write_bytes(flipped(path.read_bytes(), last - 1))

    report = salvage(path, out)

    damage = Damage(offset=middle, length=last - middle, found="a frame whose checksum differs", saved=2)
    assert report == SalvageReport(path, out, frames=2, documents=5, damages=(damage,), incomplete=0)
    with JournalDatabase(out) as database:
        assert numbers_in(database) == [1, 2, 3, 4, 6]


@pytest.mark.parametrize("place", [0, 9, FILE_HEAD.size, FILE_HEAD.size + 5])
def test_salvage_loses_no_document_to_a_damaged_head(tmp_path: Path, place: int) -> None:
    path, out = make_journal(tmp_path, [[1, 2], [3]]), tmp_path / "saved.journal"
    path.write_bytes(flipped(path.read_bytes(), place))

    report = salvage(path, out)

    assert (report.documents, len(report.damages)) == (3, 1)
    with JournalDatabase(out) as database:
        assert numbers_in(database) == [1, 2, 3]


def test_salvage_after_any_flipped_byte_gives_a_journal_that_lacks_one_frame_at_most(tmp_path: Path) -> None:
    path, out = make_journal(tmp_path, [[1, 2], [3], [4, 5]]), tmp_path / "saved.journal"
    whole = path.read_bytes()

    for place in range(len(whole)):
        path.write_bytes(flipped(whole, place))
        out.unlink(missing_ok=True)
        salvage(path, out)
        with JournalDatabase(out) as database:
            assert len({1, 2, 3, 4, 5} - set(numbers_in(database))) <= 2


def test_salvage_writes_over_no_file(tmp_path: Path) -> None:
    path = make_journal(tmp_path, [[1]])

    with pytest.raises(StoreError) as raised:
        salvage(path, path)

    assert raised.value.message == f"Creating the journal failed on {path}: Expected a new file, got 'File exists'."


def test_bytes_that_no_frame_starts_with_are_damage(tmp_path: Path) -> None:
    path = make_journal(tmp_path, [[1]])
    end = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"x")

    with pytest.raises(StoreError) as raised:
        JournalDatabase(path)

    assert raised.value.message == (
        f"Opening the journal failed on {path} at byte {end}: Expected an intact frame, "
        "got bytes that start no frame; 1 documents before it and 0 from there on can be saved."
    )


def test_damage_that_comes_while_the_journal_is_open_is_found_when_the_document_is_read(tmp_path: Path) -> None:
    path = make_journal(tmp_path, [[1], [2]])
    with JournalDatabase(path) as database:
        with path.open("r+b") as file:
            file.seek(-3, os.SEEK_END)
            file.write(b"?")
        assert database.get(doc_id=1) == {"number": 1}

        with pytest.raises(StoreError) as raised:
            database.get(doc_id=2)

    assert raised.value.code == "store.damaged"


def test_compaction_of_a_damaged_journal_leaves_it_as_it_was(tmp_path: Path) -> None:
    path = make_journal(tmp_path, [[1], [2]])
    with JournalDatabase(path) as database:
        damaged = flipped(path.read_bytes(), path.stat().st_size - 3)
        with path.open("r+b") as file:
            file.write(damaged)
        with pytest.raises(StoreError):
            database.journal.compact()

    assert path.read_bytes() == damaged
    assert sorted(file.name for file in tmp_path.iterdir()) == ["test.journal", "test.journal.lock"]


def test_a_full_disk_keeps_what_was_written_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "full.journal"

    answer = answer_of(start_worker("fill", path, "20000"))

    assert answer["code"] == "store.writing"
    assert str(answer["message"]).endswith("bytes, got 'File too large'.")
    assert answer["readable"] == answer["kept"]
    with JournalDatabase(path) as database:
        assert len(database.table("labels")) == answer["kept"]


def test_a_journal_that_was_cut_by_somebody_else_is_reported(tmp_path: Path) -> None:
    path = make_journal(tmp_path, [[1], [2]])
    size = path.stat().st_size
    with JournalDatabase(path) as database:
        os.truncate(path, FILE_HEAD.size)

        with pytest.raises(StoreError) as raised:
            database.all()

    assert raised.value.message == (
        f"Reading the journal failed on {path}: Expected at least {size} bytes as before, got {FILE_HEAD.size}."
    )


def test_a_journal_that_vanished_is_reported(tmp_path: Path) -> None:
    path = make_journal(tmp_path, [[1]])
    with JournalDatabase(path) as database:
        path.unlink()

        with pytest.raises(StoreError) as raised:
            database.insert({"number": 2})

    assert raised.value.message == (
        f"Reading the journal failed on {path}: Expected the journal where it was, got 'No such file or directory'."
    )


def test_a_frame_left_incomplete_by_another_process_is_dropped_by_the_next_writer(tmp_path: Path) -> None:
    path = make_journal(tmp_path, [[1]])
    other = shutil.copy(path, tmp_path / "other.journal")
    with JournalDatabase(other) as database:
        database.insert({"number": 2})
    torn = Path(other).read_bytes()[:-5]
    with JournalDatabase(path) as database:
        path.open("ab").close()
        with path.open("r+b") as file:
            file.write(torn)

        assert numbers_in(database) == [1]
        database.insert({"number": 3})
        assert numbers_in(database) == [1, 3]


def start_worker(what: str, place: Path, *rest: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    place.parent.mkdir(exist_ok=True)
    if what == "kills":
        place.mkdir()
    command = [sys.executable, str(WORKER), what, str(place), *rest]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def answer_of(worker: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = worker.communicate(timeout=300)
    assert worker.returncode == 0
    answer: dict[str, Any] = json.loads(out)
    return answer


def make_journal(folder: Path, transactions: list[list[int]]) -> Path:
    path = folder / "test.journal"
    with JournalDatabase(path) as database:
        for numbers in transactions:
            database.insert_multiple({"number": number} for number in numbers)
    return path


def frame_offsets(path: Path) -> list[int]:
    with path.open("rb") as file:
        return [frame.offset for frame in read_frames(file.fileno(), FILE_HEAD.size, path.stat().st_size)]


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]


def numbers_in(database: JournalDatabase) -> list[int]:
    return [document["number"] for document in database]
