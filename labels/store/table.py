"""TinyDB's table and database on the journal. It overrides two private methods of TinyDB 4: the version is pinned."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, cast

import orjson
from tinydb import TinyDB
from tinydb.table import Document, Table

from labels.store.documents import Changes, Documents
from labels.store.storage import JournalStorage, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tinydb.queries import QueryLike


class JournalTable(Table):
    """A TinyDB table: an update reads and writes the documents it touches, under one lock."""

    def __init__(self, storage: JournalStorage, name: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (TinyDB's)
        """Make a table."""
        self._journal = storage
        self._searched: tuple[int, int] | None = None
        self._searching = threading.Lock()
        self._changes: Changes | None = None
        super().__init__(storage, name, *args, **kwargs)

    def find(self, field: str, value: str) -> list[Document]:
        """Return the documents with this value in a key field, latest number first.

        Raises:
            StoreError: The field is no key of this table.
        """
        found = self._journal.image.candidates(self.name, field, value)
        documents = [Document(orjson.loads(raw), doc_id) for doc_id, raw in found]
        return [document for document in documents if document.get(field) == value]

    def insert(self, document: Mapping[str, Any]) -> int:
        """Insert a document under the next number."""
        with self._journal:
            self._next_id = None
            return super().insert(document)

    def upsert(self, document: Mapping[str, Any], cond: QueryLike | None = None) -> list[int]:
        """Update the documents that match, or insert one."""
        with self._journal:
            return super().upsert(document, cond)

    def search(self, cond: QueryLike) -> list[Document]:
        """Return the documents that match; what is kept for the next search is a copy, and only until a write."""
        image = self._journal.image
        state = image.file.inode, image.end
        with self._searching:
            if state != self._searched:
                self._query_cache.clear()
                self._searched = state
            known = self._query_cache.get(cond)
        if known is not None:
            return [_copy(document) for document in known]
        found = [Document(document, int(i)) for i, document in Documents(image, self.name).items() if cond(document)]
        cacheable = getattr(cond, "is_cacheable", lambda: True)()
        if cacheable and len(found) <= _CACHED:
            with self._searching:
                if state == self._searched:
                    self._query_cache[cond] = [_copy(document) for document in found]
        return found

    def clear_cache(self) -> None:
        """Forget the results of searches."""
        with self._searching:
            self._query_cache.clear()

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], None]) -> None:
        with self._journal as journal:
            self._next_id = None
            self._changes = Changes(journal.image, self.name, encode)
            try:
                updater(cast("dict[int, Mapping[str, Any]]", self._changes))
                self._write(self._changes.operations())
            finally:
                self._changes = self._next_id = None
        self.clear_cache()

    def _write(self, operations: Iterable[bytes]) -> None:
        section = self._journal.section(self.name, operations)
        if section.operations or self.name not in self._journal.image.tables:
            self._journal.commit([section])

    def _get_next_id(self) -> int:
        next_id = self._next_id or self._journal.image.table(self.name).ids.highest + 1
        while self._changes is not None and next_id in self._changes:
            next_id += 1
        self._next_id = cast("None", next_id + 1)  # TinyDB leaves the type to its first value
        return next_id


class JournalDatabase(TinyDB):
    """A TinyDB database in a journal: ``JournalDatabase(path, keys={"labels": ("gtin",)})``.

    TinyDB declares both classes as exactly its own, hence the ignored types.
    """

    default_storage_class = JournalStorage  # type: ignore[assignment]
    table_class = JournalTable  # type: ignore[assignment]

    @property
    def journal(self) -> JournalStorage:
        """The journal below."""
        return cast("JournalStorage", self.storage)

    def table(self, name: str, **kwargs: Any) -> JournalTable:  # noqa: ANN401  (TinyDB's)
        """Return a table, made when it is first written to."""
        return cast("JournalTable", super().table(name, **kwargs))

    def drop_table(self, name: str) -> None:
        """Drop a table."""
        with self.journal:
            super().drop_table(name)


def _copy(document: Document) -> Document:
    return Document(orjson.loads(encode(document)), document.doc_id)


_CACHED = 1000
"""Results up to this many documents are kept."""
