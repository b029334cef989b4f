"""The index of a journal kept beside it, so that opening a large one need not read all of it.

It is used for the very file it was made of, as it was left (inode, size, times of change), or for any that starts with
the same bytes by their checksum; otherwise the journal is read. Documents carry their own checksums, so damage that
left inode, size and times as they were is found when a document is read.
"""

from __future__ import annotations

import contextlib
import functools
import os
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

from labels.errors import RecordError
from labels.record import Record
from labels.store import frames
from labels.store.files import JournalFile, write_whole
from labels.store.image import Image, TableImage
from labels.store.index import IdMap, KeyIndex, Numbers

if TYPE_CHECKING:
    from pathlib import Path


class TableSummary(Record):
    """One table's part of a snapshot."""

    name: str
    fields: tuple[str, ...]
    documents: int
    keys: int
    highest: int
    rekeyed: bool
    live: int


class Summary(Record):
    """What a snapshot says before its arrays."""

    state: tuple[int, ...]
    end: int
    checksum: int
    tables: tuple[TableSummary, ...]


def save(image: Image) -> None:
    """Keep the index of a journal; without room for it, leave it."""
    state = _state(image.file)
    if state[_SIZE] != image.end:  # somebody wrote since
        return
    tables = tuple(_summary(name, table) for name, table in image.tables.items())
    summary = Summary(state=state, end=image.end, checksum=image.checksum, tables=tables).to_json()
    parts: list[bytes | memoryview] = [summary]
    for table in image.tables.values():
        parts += [_bytes(array) for array in (*table.ids.arrays(), *table.keys.arrays())]
    checksum = functools.reduce(lambda so_far, part: zlib.crc32(part, so_far), parts, len(summary))
    path = path_of(image.file.path)
    with contextlib.suppress(OSError):
        partial = path.with_name(path.name + ".new")
        write_whole(partial, _HEAD.pack(_MARK, len(summary), checksum), *parts)
        partial.replace(path)


def restore(image: Image) -> bool:
    """Fill a fresh image from the snapshot of its file, and return whether there was one that holds."""
    found = _read(path_of(image.file.path))
    if found is None:
        return False
    summary, numbers = found
    if any(table.fields != image.fields_of(table.name) for table in summary.tables):
        return False
    if summary.state != _state(image.file) and not _starts_alike(image.file, summary):
        return False
    _fill(image, summary, numbers)
    return True


def path_of(journal: Path) -> Path:
    """Return where the snapshot of a journal is."""
    return journal.with_name(journal.name + ".index")


def _read(path: Path) -> tuple[Summary, Numbers] | None:
    """Return what a snapshot holds, when it is whole and of this version."""
    try:
        data = path.read_bytes()
        mark, length, checksum = _HEAD.unpack_from(data)
        body = memoryview(data)[_HEAD.size :]
        if mark != _MARK or zlib.crc32(body, length) != checksum:
            return None
        return Summary.parse_json(bytes(body[:length])), np.frombuffer(body[length:], "<i8").astype(np.int64)
    except (OSError, struct.error, RecordError):
        return None


def _bytes(array: Numbers) -> memoryview:
    return np.ascontiguousarray(array, "<i8").data.cast("B")


def _summary(name: str, table: TableImage) -> TableSummary:
    return TableSummary(
        name=name,
        fields=table.fields,
        documents=len(table.ids),
        keys=len(table.keys.arrays()[0]),
        highest=table.ids.highest,
        rekeyed=table.rekeyed,
        live=table.live,
    )


def _fill(image: Image, summary: Summary, numbers: Numbers) -> None:
    at = 0
    for table in summary.tables:
        ids, places = numbers[at : at + table.documents], numbers[at + table.documents : at + 2 * table.documents]
        at += 2 * table.documents
        hashes, found = numbers[at : at + table.keys], numbers[at + table.keys : at + 2 * table.keys]
        at += 2 * table.keys
        filled = TableImage(table.fields, IdMap(ids, places), KeyIndex(hashes, found))
        filled.ids.highest, filled.rekeyed, filled.live = table.highest, table.rekeyed, table.live
        image.tables[table.name] = filled
    image.end, image.checksum = summary.end, summary.checksum


def _starts_alike(file: JournalFile, summary: Summary) -> bool:
    checksum, at = 0, frames.FILE_HEAD.size
    while at < summary.end:
        data = file.read(at, min(_STEP, summary.end - at))
        if not data:
            return False
        checksum = zlib.crc32(data, checksum)
        at += len(data)
    return checksum == summary.checksum


def _state(file: JournalFile) -> tuple[int, ...]:
    status = os.fstat(file.descriptor)
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


_SIZE = 1
_STEP = 1 << 20
_MARK = b"\xf7TBINDX\n\1\0\0\0"
_HEAD = struct.Struct("<12sII")
