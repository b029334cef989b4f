"""The embedded label store: TinyDB on an append-only journal, good to about a million labels on one machine.

Tables: ``labels`` holds the latest version of each label and ``history`` the earlier ones, both written in one
transaction; ``documents/…``, ``events/…`` and ``counts/…`` are the small tables beside them.
"""

from __future__ import annotations

import datetime as dt
from itertools import islice
from typing import TYPE_CHECKING, Self, TypeVar

import orjson
from pydantic import Field

from labels.model import StoredLabel
from labels.record import Record
from labels.store import frames
from labels.store.table import JournalDatabase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from labels.store.storage import JournalStorage

RecordT = TypeVar("RecordT", bound=Record)


class JournalStore:
    """Labels and what belongs to them in one journal file, for many threads and processes at once.

    What a method wrote is on disk when it returns; what another process wrote is seen by the next call.
    """

    def __init__(self, path: Path | str, *, sync: bool = True) -> None:
        """Open the store, or make it.

        Raises:
            StoreError: The file cannot be used, is damaged, or is of a newer version.
        """
        self.database = JournalDatabase(path, keys=KEYS, sync=sync)
        """The TinyDB database: ``store.database.table("labels").search(…)``."""
        self._journal: JournalStorage = self.database.journal

    def __enter__(self) -> Self:
        """Use the store as a context."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the store."""
        self.close()

    def __len__(self) -> int:
        """Count the labels."""
        return len(self._journal.image.table(LABELS).ids)

    def __bool__(self) -> bool:
        """A store is true, empty or not."""
        return True

    def __iter__(self) -> Iterator[StoredLabel]:
        """Yield the latest version of every label as of now, in the order they were first stored."""
        return (StoredLabel.parse_json(raw) for _, raw in self._journal.image.documents(LABELS))

    def get(self, label_id: str) -> StoredLabel | None:
        """Return the latest version of a label."""
        found = self._latest(label_id)
        return found and found[1]

    def by_gtin(self, gtin: str) -> tuple[StoredLabel, ...]:
        """Return the latest version of every label of a product, the newest stored first."""
        return self._filed("gtin", gtin)

    def by_certificate(self, number: str) -> tuple[StoredLabel, ...]:
        """Return the latest version of every label with a certificate number, the newest stored first."""
        return self._filed("certificate_number", number)

    def history(self, label_id: str) -> tuple[StoredLabel, ...]:
        """Return every version of a label, the oldest first."""
        with self._journal as journal:
            raws = [raw for table in (HISTORY, LABELS) for _, raw in journal.image.candidates(table, "id", label_id)]
        found = (StoredLabel.parse_json(raw) for raw in raws)
        return tuple(sorted((label for label in found if label.id == label_id), key=lambda label: label.version))

    def put(self, label: StoredLabel) -> StoredLabel:
        """Store a label as the version after its latest one, and return it with that version."""
        with self._journal:
            return self._put_batch([label])[0]

    def put_many(self, labels: Iterable[StoredLabel]) -> int:
        """Store many labels, 500 in a transaction, and return how many; when one fails, earlier transactions stay."""
        count, rest = 0, iter(labels)
        while batch := list(islice(rest, BATCH)):
            with self._journal:
                count += len(self._put_batch(batch))
        return count

    def put_document(self, table: str, key: str, document: Record) -> None:
        """File a record under a key, in place of the one there."""
        raw = _DOCUMENT % (orjson.dumps(key), document.to_json())
        self._replace(f"documents/{table}", key, raw)

    def get_document(self, table: str, key: str, kind: type[RecordT]) -> RecordT | None:
        """Return the record under a key."""
        found = self._keyed(f"documents/{table}", key)
        return kind.parse_json(_value(found[0][1])) if found else None

    def documents(self, table: str, kind: type[RecordT]) -> Iterator[tuple[str, RecordT]]:
        """Yield every key and record of a table, in the order the keys were first filed."""
        for _, raw in self._journal.image.documents(f"documents/{table}"):
            yield _key(raw), kind.parse_json(_value(raw))

    def append_event(self, table: str, key: str, payload: str) -> None:
        """Add a payload to the list under a key."""
        name = f"events/{table}"
        raw = orjson.dumps({"key": key, "value": payload})
        with self._journal as journal:
            doc_id = journal.image.table(name).ids.highest + 1
            self._commit(name, doc_id, key, raw)

    def events(self, table: str, key: str) -> tuple[str, ...]:
        """Return the payloads under a key, the oldest first."""
        found = self._keyed(f"events/{table}", key)
        return tuple(orjson.loads(raw)["value"] for _, raw in reversed(found))

    def count(self, table: str, key: str, day: dt.date) -> int:
        """Add one to a key's count of a day, and return that day's count."""
        name = f"counts/{table}"
        with self._journal:
            counter = self._counter(name, key)
            total = counter.days.get(day, 0) + 1
            after = Counter(key=key, days={**counter.days, day: total})
            self._replace(name, key, after.to_json())
        return total

    def counts(self, table: str, key: str) -> tuple[tuple[dt.date, int], ...]:
        """Return a key's counts, by day."""
        return tuple(sorted(self._counter(f"counts/{table}", key).days.items()))

    def compact(self) -> None:
        """Free the room of what is no longer in force; every version of every label is kept."""
        self._journal.compact()

    def close(self) -> None:
        """Close the store."""
        self.database.close()

    def _filed(self, field: str, value: str) -> tuple[StoredLabel, ...]:
        found = (StoredLabel.parse_json(raw) for _, raw in self._journal.image.candidates(LABELS, field, value))
        return tuple(sorted((label for label in found if _keys_of(label)[field] == value), key=_newest_first))

    def _latest(self, label_id: str) -> tuple[int, StoredLabel, bytes] | None:
        for doc_id, raw in self._journal.image.candidates(LABELS, "id", label_id):
            label = StoredLabel.parse_json(raw)
            if label.id == label_id:
                return doc_id, label, raw
        return None

    def _put_batch(self, labels: list[StoredLabel]) -> list[StoredLabel]:
        batch = _Batch(self._journal)
        stored = []
        for label in labels:
            before = batch.latest.get(label.id) or self._latest(label.id)
            stored.append(batch.put(label, before))
        batch.commit()
        return stored

    def _counter(self, table: str, key: str) -> Counter:
        found = self._keyed(table, key)
        return Counter.parse_json(found[0][1]) if found else Counter(key=key)

    def _keyed(self, table: str, key: str) -> list[tuple[int, bytes]]:
        """Return the (number, JSON) of a side table's documents under a key, latest first."""
        found = self._journal.image.candidates(table, "key", key)
        return [(doc_id, raw) for doc_id, raw in found if _key(raw) == key]

    def _replace(self, table: str, key: str, raw: bytes) -> None:
        with self._journal as journal:
            found = self._keyed(table, key)
            doc_id = found[0][0] if found else journal.image.table(table).ids.highest + 1
            self._commit(table, doc_id, key, raw)

    def _commit(self, table: str, doc_id: int, key: str, raw: bytes) -> None:
        operation = frames.encode_put(doc_id, raw, (frames.key_hash("key", key),))
        self._journal.commit([self._journal.section(table, [operation])])


class Counter(Record):
    """How often something happened, by day."""

    key: str
    days: dict[dt.date, int] = Field(default_factory=dict)


class _Batch:
    """The operations of one transaction on labels; the caller holds the journal."""

    def __init__(self, journal: JournalStorage) -> None:
        self.latest: dict[str, tuple[int, StoredLabel, bytes]] = {}
        self._journal = journal
        self._next = {table: journal.image.table(table).ids.highest + 1 for table in (LABELS, HISTORY)}
        self._history: list[bytes] = []

    def put(self, label: StoredLabel, before: tuple[int, StoredLabel, bytes] | None) -> StoredLabel:
        """Add a label, and the version before it to the history."""
        doc_id = before[0] if before else self._number(LABELS)
        stored = label.model_copy(update={"version": before[1].version + 1 if before else 1})
        if before:
            keys = (frames.key_hash("id", label.id),)
            self._history.append(frames.encode_put(self._number(HISTORY), before[2], keys))
        self.latest[label.id] = doc_id, stored, stored.to_json()
        return stored

    def commit(self) -> None:
        """Write the transaction."""
        labels = [
            frames.encode_put(doc_id, raw, frames.key_hashes(_keys_of(label), KEYS[LABELS]))
            for doc_id, label, raw in self.latest.values()
        ]
        parts = [self._journal.section(HISTORY, self._history)] if self._history else []
        self._journal.commit([*parts, self._journal.section(LABELS, labels)])

    def _number(self, table: str) -> int:
        number = self._next[table]
        self._next[table] += 1
        return number


def _keys_of(label: StoredLabel) -> dict[str, str | None]:
    return {"id": label.id, "gtin": label.gtin, "certificate_number": label.certificate_number}


def _newest_first(label: StoredLabel) -> tuple[float, str]:
    return -label.stored_at.timestamp(), label.id


def _key(raw: bytes) -> str:
    return str(orjson.loads(raw)["key"])


def _value(raw: bytes) -> bytes:
    return orjson.dumps(orjson.loads(raw)["value"])


LABELS = "labels"
HISTORY = "history"
KEYS = {
    LABELS: ("id", "gtin", "certificate_number"),
    HISTORY: ("id",),
    "documents": ("key",),
    "events": ("key",),
    "counts": ("key",),
}
BATCH = 500
_DOCUMENT = b'{"key":%s,"value":%s}'
