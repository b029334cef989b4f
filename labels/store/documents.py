"""A table's documents as mappings that leave them on disk."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

import orjson

from labels.store import frames

if TYPE_CHECKING:
    from labels.store.image import Image

Document = dict[str, Any]


class Documents(Mapping[str, Document]):
    """Document number, as text -> document, read when asked for."""

    def __init__(self, image: Image, table: str) -> None:
        """Look at one table of a state."""
        self._image = image
        self._name = table

    def __getitem__(self, doc_id: str) -> Document:
        """Read one document."""
        try:
            number = int(doc_id)
        except (TypeError, ValueError):
            raise KeyError(doc_id) from None
        place = self._image.table(self._name).ids.get(number)
        if not place:
            raise KeyError(doc_id)
        return _decode(self._image.read(place))

    def __iter__(self) -> Iterator[str]:
        """Yield the numbers, ascending."""
        return (str(doc_id) for doc_id, _ in self._image.table(self._name).ids)

    def __len__(self) -> int:
        """Count the documents."""
        return len(self._image.table(self._name).ids)

    def items(self) -> ItemsView[str, Document]:
        """Return the documents with their numbers, as of the moment they are gone through."""
        return _Items(self)

    def read_all(self) -> Iterator[tuple[str, Document]]:
        """Yield every (number, document) as of now: what is written meanwhile is not seen."""
        return ((str(doc_id), _decode(document)) for doc_id, document in self._image.documents(self._name))


class _Items(ItemsView[str, Document]):
    _mapping: Documents

    def __iter__(self) -> Iterator[tuple[str, Document]]:
        return self._mapping.read_all()


class Changes(MutableMapping[int, Document]):
    """What an updater sees of a table: it reads from disk, and what it changes is kept aside."""

    def __init__(self, image: Image, table: str, encode: Callable[[Document], bytes]) -> None:
        """Look at one table of a state that stays as it is meanwhile."""
        self._image = image
        self._table = image.table(table)
        self._encode = encode
        self._new: dict[int, Document] = {}
        self._changed: dict[int, bytes] = {}
        self._removed: set[int] = set()
        self._seen: dict[int, tuple[bytes, Document]] = {}

    def __getitem__(self, doc_id: int) -> Document:
        """Read a document; the updater may change it in place."""
        if doc_id in self._new:
            return self._new[doc_id]
        if doc_id in self._seen:
            return self._seen[doc_id][1]
        if doc_id not in self:
            raise KeyError(doc_id)
        if len(self._seen) >= _HELD:
            self._settle()
        raw = self._changed.get(doc_id) or self._image.read(self._table.ids.get(doc_id))
        self._seen[doc_id] = raw, _decode(raw)
        return self._seen[doc_id][1]

    def __setitem__(self, doc_id: int, document: Document) -> None:
        """Replace or add a document."""
        self._forget(doc_id)
        self._removed.discard(doc_id)
        self._new[doc_id] = document

    def __delitem__(self, doc_id: int) -> None:
        """Remove a document."""
        if doc_id not in self:
            raise KeyError(doc_id)
        self._forget(doc_id)
        if self._table.ids.get(doc_id):
            self._removed.add(doc_id)

    def __contains__(self, doc_id: object) -> bool:
        """Whether there is such a document."""
        if doc_id in self._new:
            return True
        return isinstance(doc_id, int) and doc_id not in self._removed and self._table.ids.get(doc_id) != 0

    def __iter__(self) -> Iterator[int]:
        """Yield the numbers: those on disk, then the new ones."""
        for doc_id, _ in self._table.ids:
            if doc_id not in self._removed and doc_id not in self._new:
                yield doc_id
        yield from list(self._new)

    def __len__(self) -> int:
        """Count the documents."""
        added = sum(1 for doc_id in self._new if not self._table.ids.get(doc_id))
        return len(self._table.ids) - len(self._removed) + added

    def clear(self) -> None:
        """Remove every document."""
        self._new.clear()
        self._changed.clear()
        self._seen.clear()
        self._removed = {doc_id for doc_id, _ in self._table.ids}

    def operations(self) -> Iterator[bytes]:
        """Yield what is to be written."""
        self._settle()
        for doc_id, document in self._new.items():
            yield self._put(doc_id, self._encode(document), document)
        for doc_id, raw in self._changed.items():
            yield self._put(doc_id, raw, _decode(raw))
        for doc_id in self._removed:
            yield frames.encode_remove(doc_id)

    def _put(self, doc_id: int, raw: bytes, document: Document) -> bytes:
        return frames.encode_put(doc_id, raw, frames.key_hashes(document, self._table.fields))

    def _forget(self, doc_id: int) -> None:
        self._new.pop(doc_id, None)
        self._changed.pop(doc_id, None)
        self._seen.pop(doc_id, None)

    def _settle(self) -> None:
        """Keep the bytes of documents changed in place, and let go of all that were read, to bound the memory."""
        for doc_id, (raw, document) in self._seen.items():
            now = self._encode(document)
            if now != raw and now != self._encode(_decode(raw)):
                self._changed[doc_id] = now
        self._seen.clear()


def _decode(raw: bytes) -> Document:
    document: Document = orjson.loads(raw)
    return document


_HELD = 1000
"""How many documents an updater may hold and change at once; TinyDB's own hold one."""
