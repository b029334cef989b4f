"""The journal's bytes: a header, then frames; a frame is one transaction and holds sections of operations on tables.

Everything is little-endian. Every part has its own CRC-32: the header, a frame's head, a frame's body, a section's head
and each operation, so that damage is told from an interrupted write, and is confined to what it touched. ::

    journal    header frame*
    header     mark[8] version:u32 crc:u32
    frame      mark[4] length:u32 crc(body):u32 crc(the three before):u32 body
    body       section*
    section    crc:u32 length:u16 count:u32 name operation*         name is JSON: [table, key field, ...]
    operation  crc:u32 doc_id:i64 length:u32 keys:u8 key:i64* document
"""

from __future__ import annotations

import functools
import hashlib
import os
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

import orjson

from labels.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class DamageError(Exception):
    """Bytes of a journal that are not what was written; ``offset`` is where the frame starts."""

    def __init__(self, offset: int, found: str) -> None:
        """Keep the byte offset of the frame, and what was found instead of it."""
        super().__init__(found)
        self.offset = offset
        self.found = found


class Frame(NamedTuple):
    """An intact frame, head and body."""

    offset: int
    data: memoryview

    @property
    def body(self) -> memoryview:
        """What is behind the head."""
        return self.data[FRAME_HEAD.size :]

    @property
    def start(self) -> int:
        """Where the body starts in the file, bytes."""
        return self.offset + FRAME_HEAD.size

    @property
    def end(self) -> int:
        """Where the next frame starts in the file, bytes."""
        return self.offset + len(self.data)


class Section(NamedTuple):
    """The operations of one transaction on one table, already encoded."""

    table: str
    fields: tuple[str, ...]
    operations: tuple[bytes, ...] = ()
    dropped: bool = False


class SectionHead(NamedTuple):
    """What stands before a section's operations; the first of them is at ``end`` of the body."""

    table: str
    fields: tuple[str, ...]
    number: int
    """How many operations follow; ``DROPPED`` when the table goes."""
    end: int


def encode_header() -> bytes:
    """Return the first bytes of a journal."""
    head = FILE_MARK + struct.pack("<I", VERSION)
    return head + struct.pack("<I", zlib.crc32(head))


def read_version(header: bytes) -> int:
    """Return the version a header names.

    Raises:
        DamageError: These are not the first bytes of a journal.
    """
    if len(header) < FILE_HEAD.size:
        raise DamageError(0, f"a file of {len(header)} bytes")
    mark, version, checksum = FILE_HEAD.unpack_from(header)
    if mark != FILE_MARK or checksum != zlib.crc32(header[: FILE_HEAD.size - 4]):
        raise DamageError(0, "other first bytes than a journal's")
    return int(version)


def encode_put(doc_id: int, document: bytes, keys: Iterable[int] = ()) -> bytes:
    """Return the operation that files a JSON document under a number.

    Raises:
        StoreError: The document is larger than a place can tell.
    """
    hashes = tuple(keys)
    size = operation_size(len(document), len(hashes))
    if size > LARGEST:
        message = f"Writing failed on document {doc_id}: Expected at most {LARGEST} bytes, got {size}."
        raise StoreError("store.too-large", message, document=doc_id, expected=LARGEST, got=size)
    rest = _AFTER_CHECKSUM.pack(doc_id, len(document), len(hashes)) + _hashes(len(hashes)).pack(*hashes) + document
    return struct.pack("<I", zlib.crc32(rest)) + rest


def encode_remove(doc_id: int) -> bytes:
    """Return the operation that removes a document."""
    rest = _AFTER_CHECKSUM.pack(doc_id, REMOVED, 0)
    return struct.pack("<I", zlib.crc32(rest)) + rest


def encode_frame(sections: Iterable[Section]) -> bytes:
    """Return one transaction as it stands in the file."""
    body = b"".join(_encode_section(section) for section in sections)
    head = _FRAME_START.pack(FRAME_MARK, len(body), zlib.crc32(body))
    return head + struct.pack("<I", zlib.crc32(head)) + body


def read_frames(descriptor: int, start: int, end: int) -> Iterator[Frame]:
    """Yield the frames between two offsets, up to an incomplete last one.

    Raises:
        DamageError: A frame that is not what was written.
    """
    window, base, at = b"", start, start
    while end - at >= FRAME_HEAD.size:
        window, base = _covering(descriptor, window, base, at, FRAME_HEAD.size)
        length, checksum = read_frame_head(window, at - base, at)
        if at + FRAME_HEAD.size + length > end:
            return
        window, base = _covering(descriptor, window, base, at, FRAME_HEAD.size + length)
        frame = Frame(at, memoryview(window)[at - base : at - base + FRAME_HEAD.size + length])
        if zlib.crc32(frame.body) != checksum:
            raise DamageError(at, "a frame whose checksum differs")
        yield frame
        at += FRAME_HEAD.size + length
    rest = os.pread(descriptor, min(end - at, len(FRAME_MARK)), at)
    if not FRAME_MARK.startswith(rest):
        raise DamageError(at, "bytes that start no frame")


def read_frame_head(data: bytes | memoryview, at: int, offset: int) -> tuple[int, int]:
    """Return the length and checksum of a frame's body.

    Raises:
        DamageError: No intact head is there.
    """
    mark, length, checksum, own = FRAME_HEAD.unpack_from(data, at)
    if mark != FRAME_MARK:
        raise DamageError(offset, "bytes that start no frame")
    if zlib.crc32(data[at : at + _FRAME_START.size]) != own:
        raise DamageError(offset, "a frame head whose checksum differs")
    return length, checksum


def read_section_head(body: memoryview, at: int) -> SectionHead:
    """Return the head of the section at ``at``.

    Raises:
        ValueError: No intact section head is there.
    """
    checksum, length, count = _unpack(SECTION_HEAD, body, at)
    end = at + SECTION_HEAD.size + length
    if zlib.crc32(body[at + 4 : end]) != checksum:
        raise ValueError("a section head whose checksum differs")
    table, *fields = orjson.loads(body[at + SECTION_HEAD.size : end])
    return SectionHead(table, tuple(fields), count, end)


def document_of(operation: bytes | memoryview) -> bytes:
    """Return the document of one whole, intact operation."""
    _, _, length, keys = OPERATION_HEAD.unpack_from(operation)
    start = OPERATION_HEAD.size + KEY_SIZE * keys
    return bytes(operation[start : start + length])


def is_intact(operation: bytes | memoryview) -> bool:
    """Whether one whole operation is what was written."""
    return len(operation) >= OPERATION_HEAD.size and zlib.crc32(operation[4:]) == _CHECKSUM.unpack_from(operation)[0]


def operation_size(length: int, keys: int) -> int:
    """Return how many bytes an operation takes."""
    return OPERATION_HEAD.size + (0 if length == REMOVED else KEY_SIZE * keys + length)


def read_keys(operation: bytes | memoryview, count: int) -> tuple[int, ...]:
    """Return the key hashes of one whole operation."""
    return _hashes(count).unpack_from(operation, OPERATION_HEAD.size)


def key_hash(field: str, value: str) -> int:
    """Return 64 bits that stand for a key in memory; what they lead to is confirmed by reading the document."""
    digest = hashlib.blake2b(f"{field}\0{value}".encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def key_hashes(document: Mapping[str, object], fields: Iterable[str]) -> tuple[int, ...]:
    """Return the hashes of a document's keys; a field that is absent or no text has none."""
    found = ((field, document.get(field)) for field in fields)
    return tuple(key_hash(field, value) for field, value in found if isinstance(value, str))


@functools.cache
def _hashes(count: int) -> struct.Struct:
    return struct.Struct(f"<{count}q")


def _encode_section(section: Section) -> bytes:
    name = orjson.dumps([section.table, *section.fields])
    count = DROPPED if section.dropped else len(section.operations)
    rest = _SECTION_REST.pack(len(name), count) + name
    return struct.pack("<I", zlib.crc32(rest)) + rest + b"".join(section.operations)


def _covering(descriptor: int, window: bytes, base: int, at: int, length: int) -> tuple[bytes, int]:
    """Return a window on the file that holds ``length`` bytes from ``at``, and where it starts."""
    if at >= base and at + length <= base + len(window):
        return window, base
    window = os.pread(descriptor, max(_WINDOW, length), at)
    if len(window) < length:
        raise DamageError(at, "a file that became shorter while it was read")
    return window, at


def _unpack(form: struct.Struct, data: bytes | memoryview, at: int) -> tuple[int, ...]:
    try:
        return form.unpack_from(data, at)
    except struct.error:
        raise ValueError("fewer bytes than a head takes") from None


VERSION = 1
LARGEST = (1 << 24) - 1
"""The largest operation, bytes: a document of 16 MiB."""
FILE_MARK = b"\xf7TBJRNL\n"
FRAME_MARK = b"\xf7\xfeTB"
"""Bytes that are no UTF-8, so that no document holds them: how salvage finds the next frame."""

FILE_HEAD = struct.Struct("<8sII")
FRAME_HEAD = struct.Struct("<4sIII")
SECTION_HEAD = struct.Struct("<IHI")
OPERATION_HEAD = struct.Struct("<IqIB")
KEY_SIZE = 8
REMOVED = 0xFFFF_FFFF
DROPPED = 0xFFFF_FFFF

_CHECKSUM = struct.Struct("<I")
_FRAME_START = struct.Struct("<4sII")
_SECTION_REST = struct.Struct("<HI")
_AFTER_CHECKSUM = struct.Struct("<qIB")
_WINDOW = 4 << 20
