from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from labels.errors import StoreError
from labels.store import snapshot
from labels.store.files import JournalFile
from labels.store.image import Image
from labels.store.table import JournalDatabase

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"labels": ("gtin",)}


def test_an_index_brings_back_what_reading_the_journal_does(journal: Path) -> None:
    image = Image(JournalFile(journal), KEYS)

    assert snapshot.restore(image)
    assert image.end == journal.stat().st_size
    assert list(image.documents("labels")) == [(1, b'{"gtin":"1"}'), (3, b'{"gtin":"3"}')]
    assert list(image.candidates("labels", "gtin", "3")) == [(3, b'{"gtin":"3"}')]


def test_an_index_of_a_shorter_journal_spares_reading_what_it_covers(journal: Path) -> None:
    covered = journal.stat().st_size
    with JournalDatabase(journal, keys=KEYS) as database:
        database.table("labels").insert({"gtin": "4"})
    image = Image(JournalFile(journal), KEYS)

    assert snapshot.restore(image)
    assert image.end == covered
    with JournalDatabase(journal, keys=KEYS) as database:
        assert [document["gtin"] for document in database.table("labels")] == ["1", "3", "4"]


def test_an_index_holds_for_a_copy_of_the_journal(journal: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.journal"
    shutil.copy(journal, copy)
    shutil.copy(snapshot.path_of(journal), snapshot.path_of(copy))

    assert snapshot.restore(Image(JournalFile(copy), KEYS))


def test_an_index_of_another_journal_is_not_used(journal: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.journal"
    with JournalDatabase(other, keys=KEYS) as database:
        database.table("labels").insert_multiple({"gtin": "9"} for _ in range(20))
    shutil.copy(snapshot.path_of(journal), snapshot.path_of(other))

    assert not snapshot.restore(Image(JournalFile(other), KEYS))


def test_an_index_of_other_keys_is_not_used(journal: Path) -> None:
    assert not snapshot.restore(Image(JournalFile(journal), {"labels": ("id",)}))


def test_a_damaged_or_cut_index_is_not_used(journal: Path) -> None:
    path = snapshot.path_of(journal)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert not snapshot.restore(Image(JournalFile(journal), KEYS))
        path.write_bytes(whole[:place])
        assert not snapshot.restore(Image(JournalFile(journal), KEYS))


def test_damage_to_the_journal_is_found_despite_its_index(journal: Path) -> None:
    for place in range(journal.stat().st_size):
        with journal.open("r+b") as file:
            file.seek(place)
            (byte,) = file.read(1)
            file.seek(place)
            file.write(bytes([byte ^ 1]))
        os.utime(journal)
        with pytest.raises(StoreError):
            JournalDatabase(journal, keys=KEYS)
        with journal.open("r+b") as file:
            file.seek(place)
            file.write(bytes([byte]))


@pytest.fixture(name="journal")
def _journal(tmp_path: Path) -> Path:
    path = tmp_path / "labels.journal"
    with JournalDatabase(path, keys=KEYS) as database:
        database.table("labels").insert_multiple({"gtin": str(number)} for number in range(1, 4))
        database.table("labels").remove(doc_ids=[2])
        snapshot.save(database.journal.image)
    return path
