"""The journal against a plain dictionary, over any sequence of writes, compactions and openings."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labels.store import snapshot
from labels.store.index import IdMap, KeyIndex
from labels.store.table import JournalDatabase

KEYS = {"things": ("name", "place")}
NAMES = st.sampled_from(["a", "b", "c", "绿", ""])
THINGS = st.fixed_dictionaries({"name": NAMES}, optional={"place": NAMES, "n": st.integers(-5, 5), "o": st.none()})


class JournalMachine(RuleBasedStateMachine):
    def __init__(self) -> None:  # noqa: D107  (Hypothesis makes it)
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "things.journal"
        self.model: dict[int, dict[str, object]] = {}
        self.databases = [self.open(), self.open()]
        self.turn = 0

    def open(self) -> JournalDatabase:
        return JournalDatabase(self.path, keys=KEYS, sync=False)

    @property
    def database(self) -> JournalDatabase:
        self.turn += 1
        return self.databases[self.turn % 2]

    @rule(thing=THINGS)
    def insert(self, thing: dict[str, object]) -> None:
        number = self.database.table("things").insert(thing)

        assert number not in self.model
        self.model[number] = thing

    @rule(things=st.lists(THINGS, max_size=5))
    def insert_multiple(self, things: list[dict[str, object]]) -> None:
        numbers = self.database.table("things").insert_multiple(things)

        assert len(set(numbers) - set(self.model)) == len(things)
        self.model |= dict(zip(numbers, things, strict=True))

    @rule(name=NAMES, fields=THINGS)
    def update(self, name: str, fields: dict[str, object]) -> None:
        changed = self.database.table("things").update(fields, lambda thing: thing["name"] == name)

        assert sorted(changed) == [number for number, thing in sorted(self.model.items()) if thing["name"] == name]
        self.model |= {number: {**self.model[number], **fields} for number in changed}

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        self.database.table("things").remove(lambda thing: thing["name"] == name)
        self.model = {number: thing for number, thing in self.model.items() if thing["name"] != name}

    @rule()
    def truncate(self) -> None:
        self.database.table("things").truncate()
        self.model = {}

    @rule()
    def drop(self) -> None:
        self.database.drop_table("things")
        self.model = {}

    @rule()
    def compact(self) -> None:
        self.database.journal.compact()

    @rule(indexed=st.booleans())
    def reopen(self, *, indexed: bool) -> None:
        closing = self.databases[self.turn % 2]
        if indexed:
            snapshot.save(closing.journal.image)
        closing.close()
        self.databases[self.turn % 2] = self.open()

    @precondition(lambda self: self.path.stat().st_size > 16)
    @rule()
    def lose_the_index(self) -> None:
        snapshot.path_of(self.path).unlink(missing_ok=True)

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        for database in self.databases:
            table = database.table("things")

            assert {document.doc_id: dict(document) for document in table} == self.model
            assert len(table) == len(self.model)
            for field in KEYS["things"]:
                found = {document.doc_id for document in table.find(field, "a")}
                assert found == {number for number, thing in self.model.items() if thing.get(field) == "a"}

    def teardown(self) -> None:
        for database in self.databases:
            database.close()
        self.folder.cleanup()


TestJournal = JournalMachine.TestCase
TestJournal.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)), max_size=200), st.integers(1, 40))
def test_an_id_map_is_a_dictionary_whenever_it_is_merged(changes: list[tuple[int, int]], kept_aside: int) -> None:
    ids, model = IdMap(recent=kept_aside), dict[int, int]()
    for doc_id, place in changes:
        assert ids.set(doc_id, place) == model.get(doc_id, 0)
        model[doc_id] = place
        model = {known: at for known, at in model.items() if at}

    assert list(ids) == sorted(model.items())
    assert len(ids) == len(model)
    assert [ids.get(doc_id) for doc_id in range(62)] == [model.get(doc_id, 0) for doc_id in range(62)]


SPREAD = st.integers(-5, 5).map(lambda hashed: hashed * (2**63 // 6))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5) | SPREAD, st.integers(1, 60)), max_size=200), st.integers(1, 40))
def test_a_key_index_forgets_no_pair(pairs: list[tuple[int, int]], kept_aside: int) -> None:
    keys = KeyIndex(recent=kept_aside)
    for hashed, doc_id in pairs:
        keys.add(hashed, doc_id)

    for hashed in {-6, 0, 6, *(known for known, _ in pairs)}:
        assert set(keys.get(hashed)) == {doc_id for known, doc_id in pairs if known == hashed}
