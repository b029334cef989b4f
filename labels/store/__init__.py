"""Where labels are kept: a journal file on one machine, a database server when that is outgrown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from labels.errors import StoreError
from labels.record import Record
from labels.store.journal import JournalStore

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from labels.model import StoredLabel

RecordT = TypeVar("RecordT", bound=Record)


class LabelStore(Protocol):
    """What every store does. A write is durable when its method returns; each raises ``StoreError``."""

    def __len__(self) -> int:
        """Count the labels."""

    def __iter__(self) -> Iterator[StoredLabel]:
        """Yield the latest version of every label, in the order they were first stored."""

    def get(self, label_id: str) -> StoredLabel | None:
        """Return the latest version of a label."""

    def by_gtin(self, gtin: str) -> tuple[StoredLabel, ...]:
        """Return the latest version of every label of a product (14 digits), the newest stored first, then by id."""

    def by_certificate(self, number: str) -> tuple[StoredLabel, ...]:
        """Return the latest version of every label with a certificate number, the newest stored first, then by id."""

    def history(self, label_id: str) -> tuple[StoredLabel, ...]:
        """Return every version of a label, the oldest first."""

    def put(self, label: StoredLabel) -> StoredLabel:
        """Store a label as the version after its latest one, and return it with that version."""

    def put_many(self, labels: Iterable[StoredLabel]) -> int:
        """Store many labels, in transactions of 500, and return how many."""

    def put_document(self, table: str, key: str, document: Record) -> None:
        """File a record under a key, in place of the one there."""

    def get_document(self, table: str, key: str, kind: type[RecordT]) -> RecordT | None:
        """Return the record under a key."""

    def documents(self, table: str, kind: type[RecordT]) -> Iterator[tuple[str, RecordT]]:
        """Yield every key and record of a table, in the order the keys were first filed."""

    def append_event(self, table: str, key: str, payload: str) -> None:
        """Add a payload to the list under a key."""

    def events(self, table: str, key: str) -> tuple[str, ...]:
        """Return the payloads under a key, the oldest first."""

    def count(self, table: str, key: str, day: dt.date) -> int:
        """Add one to a key's count of a day, and return that day's count."""

    def counts(self, table: str, key: str) -> tuple[tuple[dt.date, int], ...]:
        """Return a key's counts, by day."""

    def close(self) -> None:
        """Close the store."""

    def __enter__(self) -> Self:
        """Use the store as a context."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the store."""


def open_store(url: str) -> LabelStore:
    """Open the store a URL names: ``journal:PATH``.

    Raises:
        StoreError: An unknown kind of store, or one that cannot be opened.
    """
    kind, _, rest = url.partition(":")
    opener = STORES.get(kind)
    if opener is None or not rest:
        expected = " or ".join(f"{known}:…" for known in STORES)
        raise StoreError(
            "store.url",
            f"Opening a store failed on {url!r}: Expected {expected}, got {kind!r}.",
            expected=expected,
            got=url,
        )
    return opener(rest)


STORES: dict[str, Callable[[str], LabelStore]] = {"journal": JournalStore}
"""Kind of store -> what opens the rest of its URL."""
