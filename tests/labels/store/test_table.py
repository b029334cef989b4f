"""What TinyDB promises of a table, on the journal."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from tinydb import where
from tinydb.operations import delete, increment
from tinydb.table import Document

from labels.errors import StoreError
from labels.store.table import JournalDatabase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ABC = [{"int": 1, "char": "a"}, {"int": 1, "char": "b"}, {"int": 1, "char": "c"}]


def test_insert_gives_ascending_numbers(database: JournalDatabase) -> None:
    assert [database.insert({}), database.insert({})] == [4, 5]


def test_insert_multiple_takes_lists_and_generators(database: JournalDatabase) -> None:
    numbers = [database.insert_multiple([{"n": 1}, {"n": 2}]), database.insert_multiple({"n": n} for n in (3, 4))]

    assert numbers == [[4, 5], [6, 7]]
    assert database.count(where("n").exists()) == 4


def test_a_document_brings_its_own_number_once(database: JournalDatabase) -> None:
    assert database.insert(Document({"n": 1}, 10)) == 10
    with pytest.raises(ValueError, match="Document with ID 10 already exists"):
        database.insert(Document({"n": 2}, 10))

    assert database.get(doc_id=10) == {"n": 1}
    assert database.insert({}) == 11


def test_numbers_given_beside_own_numbers_replace_nothing(database: JournalDatabase) -> None:
    numbers = database.insert_multiple([Document({"n": 1}, 4), {"n": 2}, Document({"n": 3}, 9), {"n": 4}])

    assert numbers == [4, 5, 9, 6]
    assert len(database) == 7


@pytest.mark.parametrize("wrong", [[1, 2], "text", {1}])
def test_only_mappings_are_documents(database: JournalDatabase, wrong: object) -> None:
    with pytest.raises(ValueError, match="Document is not a Mapping"):
        database.insert(wrong)

    assert database.all() == ABC


@pytest.mark.parametrize("wrong", [{"n": object()}, {"n": dt.date(2026, 3, 1)}, {"n": {1}}, {1: "n"}, {"n": 1 << 70}])
def test_what_json_cannot_hold_is_refused_and_nothing_is_written(database: JournalDatabase, wrong: object) -> None:
    with pytest.raises(TypeError):
        database.insert_multiple([{"n": 1}, wrong])

    assert database.all() == ABC
    assert database.insert({}) == 4


def test_a_document_that_is_too_large_is_refused(database: JournalDatabase) -> None:
    with pytest.raises(StoreError) as raised:
        database.insert({"text": "x" * (1 << 24)})

    assert raised.value.message == "Writing failed on document 4: Expected at most 16777215 bytes, got 16777244."


def test_update_by_fields_condition_numbers_and_operation(database: JournalDatabase) -> None:
    changed = [
        database.update({"x": 1}),
        database.update({"x": 2}, where("char") == "a"),
        database.update({"x": 3}, doc_ids=[2, 99]),
        database.update(increment("int"), where("char") == "c"),
        database.update(delete("int"), doc_ids=[1]),
    ]

    assert changed == [[1, 2, 3], [1], [2], [3], [1]]
    assert database.all() == [{"char": "a", "x": 2}, {"int": 1, "char": "b", "x": 3}, {"int": 2, "char": "c", "x": 1}]


def test_update_multiple_applies_each_change_to_its_documents(database: JournalDatabase) -> None:
    changed = database.update_multiple([({"int": 2}, where("char") == "a"), ({"int": 3}, where("char") == "b")])

    assert changed == [1, 2]
    assert [document["int"] for document in database] == [2, 3, 1]


def test_an_update_that_fails_changes_nothing(database: JournalDatabase) -> None:
    def fail_at_b(document: dict[str, object]) -> None:
        document["int"] = 1 / (document["char"] != "b")

    with pytest.raises(ZeroDivisionError):
        database.update(fail_at_b)

    assert database.all() == ABC


def test_an_update_of_more_documents_than_are_held_keeps_every_change(database: JournalDatabase) -> None:
    database.insert_multiple({"int": n} for n in range(2500))
    database.update(increment("int"))

    assert [document["int"] for document in database] == [2, 2, 2, *range(1, 2501)]


def test_a_change_of_type_is_a_change(database: JournalDatabase) -> None:
    database.update({"int": True}, doc_ids=[1])

    assert database.get(doc_id=1)["int"] is True


def test_upsert_updates_or_inserts(database: JournalDatabase) -> None:
    changed = [
        database.upsert({"int": 5}, where("char") == "a"),
        database.upsert({"int": 6, "char": "d"}, where("char") == "d"),
        database.upsert(Document({"int": 7}, 2)),
        database.upsert(Document({"int": 8}, 9)),
    ]

    assert changed == [[1], [4], [2], [9]]
    assert [document["int"] for document in database] == [5, 7, 1, 6, 8]


def test_remove_by_condition_and_numbers(database: JournalDatabase) -> None:
    assert [database.remove(where("char") == "b"), database.remove(doc_ids=[3, 99])] == [[2], [3]]
    assert database.all() == [ABC[0]]
    assert database.insert({}) == 4


def test_truncate_empties_the_table_and_numbers_start_again(database: JournalDatabase) -> None:
    database.truncate()

    assert (len(database), database.all(), database.tables()) == (0, [], {"_default"})
    assert database.insert({}) == 1


def test_get_and_contains_by_condition_and_numbers(database: JournalDatabase) -> None:
    found = database.get(where("char") == "b")

    assert (found, found.doc_id if isinstance(found, Document) else 0) == (ABC[1], 2)
    assert database.get(doc_id=3) == ABC[2]
    assert database.get(doc_ids=[3, 1, 99]) == [ABC[0], ABC[2]]
    assert (database.get(doc_id=99), database.get(where("char") == "z")) == (None, None)
    assert (database.contains(doc_id=1), database.contains(where("char") == "z")) == (True, False)


def test_search_looks_into_nested_fields_and_lists(database: JournalDatabase) -> None:
    database.insert({"a": {"b": [{"c": 1}, {"c": 2}]}, "名": "绿茶"})

    assert database.count(where("a").b.any(where("c") == 2)) == 1
    assert database.count(where("名").matches("绿")) == 1


def test_what_a_caller_does_to_a_result_changes_no_later_one(database: JournalDatabase) -> None:
    condition = where("char") == "a"
    for _ in range(2):
        database.search(condition)[0]["char"] = "changed"

    assert database.search(condition) == [ABC[0]]
    assert database.all() == ABC


def test_tables_are_apart_and_are_dropped_alone(database: JournalDatabase) -> None:
    database.table("one").insert({"n": 1})
    database.table("two").insert({"n": 2})
    database.drop_table("one")

    assert database.tables() == {"_default", "two"}
    assert database.table("one").all() == []
    assert database.table("two").all() == [{"n": 2}]
    database.drop_tables()
    assert database.tables() == set()


def test_an_empty_table_is_kept_when_asked_for(tmp_path: Path) -> None:
    with JournalDatabase(tmp_path / "test.journal") as database:
        database.table("kept", persist_empty=True)
        database.table("not kept")
        database.journal.compact()
    with JournalDatabase(tmp_path / "test.journal") as database:
        assert database.tables() == {"kept"}


def test_a_database_says_what_it_is(database: JournalDatabase) -> None:
    shown = re.sub(r" at 0x[0-9a-f]+", "", repr(database.table("_default")))

    assert shown == "<JournalTable name='_default', total=3, storage=<labels.store.storage.JournalStorage object>>"


def test_documents_are_found_by_the_fields_named_as_keys(tmp_path: Path) -> None:
    with JournalDatabase(tmp_path / "test.journal", keys={"labels": ("gtin",)}) as database:
        table = database.table("labels/demo")
        table.insert_multiple([{"gtin": "1"}, {"gtin": "2"}, {"gtin": "1"}, {"gtin": 1}, {}])
        table.update({"gtin": "2"}, doc_ids=[1])

        assert [document.doc_id for document in table.find("gtin", "1")] == [3]
        assert [document.doc_id for document in table.find("gtin", "2")] == [2, 1]
        with pytest.raises(StoreError) as raised:
            table.find("name", "x")

    assert raised.value.message == ("Finding in table 'labels/demo' failed on field 'name': Expected gtin, got name.")


@pytest.mark.parametrize("compacted", [True, False])
def test_a_key_named_later_finds_documents_written_before(tmp_path: Path, *, compacted: bool) -> None:
    path = tmp_path / "test.journal"
    with JournalDatabase(path, keys={"labels": ("id",)}) as database:
        database.table("labels").insert({"id": "a", "gtin": "1"})
    for _ in range(2):
        with JournalDatabase(path, keys={"labels": ("gtin", "id")}) as database:
            if compacted:
                database.journal.compact()
            assert database.table("labels").find("gtin", "1") == [{"id": "a", "gtin": "1"}]
            assert database.table("labels").find("id", "a") == [{"id": "a", "gtin": "1"}]


@pytest.fixture(name="database")
def _database(tmp_path: Path) -> Iterator[JournalDatabase]:
    with JournalDatabase(tmp_path / "test.journal") as database:
        database.insert_multiple(ABC)
        yield database
