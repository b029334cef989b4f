"""What a journal holds up to a byte: per table, where its documents are and which keys lead to them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import orjson

from labels.errors import StoreError
from labels.store import frames
from labels.store.index import IdMap, KeyIndex

if TYPE_CHECKING:
    from labels.store.files import JournalFile

KeyFields = Mapping[str, tuple[str, ...]]
"""The key fields of each table, by the part of its name before a slash."""


class TableImage:
    """One table: its documents' places and keys."""

    def __init__(self, fields: tuple[str, ...], ids: IdMap | None = None, keys: KeyIndex | None = None) -> None:
        """Start empty, or from what a snapshot kept."""
        self.fields = fields
        self.ids = ids or IdMap()
        self.keys = keys or KeyIndex()
        self.rekeyed = False
        """Whether some operations were written with other key fields than now."""
        self.live = 0
        """Bytes of operations that are in force."""

    def apply(self, body: memoryview, head: frames.SectionHead, start: int) -> int:
        """Take in a section; ``start`` is the file's byte at the body's first. Return where the section ends."""
        known = head.fields == self.fields
        self.rekeyed |= not known
        at = head.end
        for _ in range(head.number):
            _, doc_id, length, number = frames.OPERATION_HEAD.unpack_from(body, at)
            size = frames.operation_size(length, number)
            if length == frames.REMOVED:
                self._set(doc_id, 0)
            else:
                self._put(doc_id, pack_place(start + at, size), self._keys(body[at : at + size], number, known=known))
            at += size
        return at

    def _keys(self, operation: memoryview, number: int, *, known: bool) -> tuple[int, ...]:
        if known:
            return frames.read_keys(operation, number)
        if not self.fields:
            return ()
        return frames.key_hashes(orjson.loads(frames.document_of(operation)), self.fields)

    def _put(self, doc_id: int, place: int, keys: tuple[int, ...]) -> None:
        was_there = self._set(doc_id, place)
        for hashed in keys:
            if not (was_there and doc_id in self.keys.get(hashed)):
                self.keys.add(hashed, doc_id)

    def _set(self, doc_id: int, place: int) -> bool:
        before = self.ids.set(doc_id, place)
        self.live += place_size(place) - place_size(before)
        return before != 0


class Image:
    """The state of one open journal file. Documents stay in the file."""

    def __init__(self, file: JournalFile, fields: KeyFields) -> None:
        """Start before the first frame."""
        self.file = file
        self.fields = fields
        self.tables: dict[str, TableImage] = {}
        self.end = frames.FILE_HEAD.size
        """Where the next frame goes; everything before it is taken in."""
        self.checksum = 0
        """CRC-32 of the frames taken in."""

    @property
    def garbage(self) -> int:
        """Bytes that compaction would free, about."""
        return self.end - sum(table.live for table in self.tables.values())

    def table(self, name: str) -> TableImage:
        """Return a table, or an empty one that is not part of the image."""
        return self.tables.get(name) or TableImage(self.fields_of(name))

    def fields_of(self, table: str) -> tuple[str, ...]:
        """Return the key fields of a table."""
        return self.fields.get(table.partition("/")[0], ())

    def extend(self, size: int) -> bool:
        """Take in the frames up to ``size`` and return whether nothing incomplete is left.

        Raises:
            DamageError: A frame that is not what was written; what stands before it is taken in.
        """
        for frame in frames.read_frames(self.file.descriptor, self.end, size):
            self.apply(frame)
        return self.end == size

    def apply(self, frame: frames.Frame) -> None:
        """Take in the next frame."""
        at, body = 0, frame.body
        while at < len(body):
            head = frames.read_section_head(body, at)
            at = self._apply_section(body, head, frame.start)
        self.checksum = zlib.crc32(frame.data, self.checksum)
        self.end = frame.end  # last: until then readers of other threads find the file longer, and wait

    def documents(self, table: str) -> Iterator[tuple[int, bytes]]:
        """Yield every (number, JSON) of a table as of now, by number."""
        for doc_id, place in self.table(table).ids:
            yield doc_id, self.read(place)

    def candidates(self, table: str, field: str, value: str) -> Iterator[tuple[int, bytes]]:
        """Yield the (number, JSON) that a key may lead to, latest number first: confirm each by reading its field.

        Raises:
            StoreError: The field is no key of the table.
        """
        found = self.table(table)
        if field not in found.fields:
            expected = " or ".join(found.fields) or "no field"
            message = f"Finding in table {table!r} failed on field {field!r}: Expected {expected}, got {field}."
            raise StoreError("store.no-key", message, table=table, expected=expected, got=field)
        ids = found.keys.get(frames.key_hash(field, value))
        for doc_id in sorted(set(ids), reverse=True) if len(ids) > 1 else ids:
            if place := found.ids.get(doc_id):
                yield doc_id, self.read(place)

    def read(self, place: int) -> bytes:
        """Return the document at a place.

        Raises:
            StoreError: It is not what was written.
        """
        return frames.document_of(self.read_operation(place))

    def read_operation(self, place: int) -> bytes:
        """Return the whole operation at a place.

        Raises:
            StoreError: It is not what was written.
        """
        offset, size = place >> _SIZE_BITS, place & frames.LARGEST
        operation = self.file.read(offset, size)
        if len(operation) == size and frames.is_intact(operation):
            return operation
        message = (
            f"Reading the journal failed on {self.file.path} at byte {offset}: "
            f"Expected a document of {size} bytes as written, got one whose checksum differs."
        )
        raise StoreError("store.damaged", message, path=self.file.path, offset=offset)

    def _apply_section(self, body: memoryview, head: frames.SectionHead, start: int) -> int:
        if head.number == frames.DROPPED:
            self.tables.pop(head.table, None)
            return head.end
        table = self.tables.setdefault(head.table, TableImage(self.fields_of(head.table)))
        return table.apply(body, head, start)


def operations_by_place(image: Image, table: str) -> Iterator[bytes]:
    """Yield a table's operations in force in the order they were written, with its key fields of today.

    Raises:
        StoreError: One is not what was written.
    """
    found = image.table(table)
    ids, places = found.ids.arrays()
    order = np.argsort(places, kind="stable")
    for doc_id, place in zip(ids[order].data, places[order].data, strict=True):
        operation = image.read_operation(place)
        if found.rekeyed:
            document = frames.document_of(operation)
            operation = frames.encode_put(doc_id, document, frames.key_hashes(orjson.loads(document), found.fields))
        yield operation


def pack_place(offset: int, size: int) -> int:
    """Return a place as one number: 39 bits of offset, 24 bits of size."""
    return offset << _SIZE_BITS | size


def place_size(place: int) -> int:
    """Return the size at a place, bytes."""
    return place & frames.LARGEST


_SIZE_BITS = frames.LARGEST.bit_length()
