"""What an XLSX file may ask of the machine that reads it, checked before a parser sees it.

A megabyte of XLSX can hold a quarter of a gigabyte of XML; one cell in the last corner of the grid makes a parser
allocate the whole grid, and a list that claims a trillion entries the room for them, which ends the process; one long
shared string can be repeated by every cell. So every member is inflated once, in pieces, and its cell references,
list lengths and shared strings are counted.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

from labels.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_UNCOMPRESSED = 200_000_000
"""Bytes of all members together."""
MAX_RATIO = 200
"""Bytes out for a byte in, of a member above ``RATIO_FROM`` bytes."""
RATIO_FROM = 1_000_000
MAX_CELLS = 20_000_000
"""Rows times columns of the grid that holds every cell."""
MAX_SHARED_TEXT = 400_000_000
"""Bytes of shared strings, each counted as often as a cell refers to it."""


def check_workbook(data: bytes) -> None:
    """Refuse what is no XLSX workbook, or would not fit into memory once it is read.

    Raises:
        RecordError: ``table.encrypted``, ``table.not-xlsx``, ``table.damaged``, ``table.too-large``.
    """
    if data.startswith(_OLE):
        raise RecordError(
            "table.encrypted", "Reading a workbook failed: Expected XLSX, got an encrypted or an old (.xls) workbook."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive)
            _check_grid(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        if zipfile.is_zipfile(io.BytesIO(data)):
            raise RecordError("table.damaged", f"Reading a workbook failed on its archive: {error}.") from None
        raise RecordError(
            "table.not-xlsx", f"Reading a workbook failed: Expected XLSX, got bytes that start with {data[:8]!r}."
        ) from None


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if _WORKBOOK not in {member.filename for member in members}:
        raise RecordError(
            "table.not-xlsx", f"Reading a workbook failed: Expected XLSX, got an archive without {_WORKBOOK}."
        )
    size = sum(member.file_size for member in members)
    if size > MAX_UNCOMPRESSED:
        raise _too_large("bytes once unpacked", limit=MAX_UNCOMPRESSED, got=size)
    for member in members:
        ratio = member.file_size // max(member.compress_size, 1)
        if member.file_size > RATIO_FROM and ratio > MAX_RATIO:
            raise _too_large(f"times its packed size in {member.filename[:60]}", limit=MAX_RATIO, got=ratio)


def _check_grid(archive: zipfile.ZipFile) -> None:
    """Inflate every member (which also holds it to its stated size and checksum) and count what it refers to."""
    shared = 0
    for member in archive.infolist():
        columns: set[bytes] = set()
        rows: set[bytes] = set()
        for piece in _pieces(archive, member):
            columns.update(_COLUMN.findall(piece))
            rows.update(_ROW.findall(piece))
            shared += piece.count(b' t="s"')
            _check_counts(piece, member.filename)
        cells = max(map(_column_number, columns), default=0) * max(map(int, rows), default=0)
        if cells > MAX_CELLS:
            raise _too_large(f"cells in {member.filename[:60]}", limit=MAX_CELLS, got=cells)
    _check_shared_text(archive, references=shared)


def _check_counts(piece: bytes, name: str) -> None:
    """A parser allocates what a list says its length is, before it reads the list."""
    for count in _COUNT.findall(piece):
        if not count.isdigit() or len(count) > _DIGITS or int(count) > MAX_CELLS:
            raise _too_large(
                f"things in a list of {name[:60]}", limit=MAX_CELLS, got=count[:20].decode(errors="replace")
            )


def _check_shared_text(archive: zipfile.ZipFile, *, references: int) -> None:
    """Bound the shared strings by the longest one; count one by one only where that bound is not enough."""
    if _STRINGS not in archive.namelist():
        return
    lengths = [len(item) for item in archive.read(_STRINGS).split(b"</si>")]
    if max(lengths) * references <= MAX_SHARED_TEXT:
        return
    found = total = 0
    for member in archive.infolist():
        for piece in _pieces(archive, member):
            indexes = [int(index) for index in _SHARED_INDEX.findall(piece)]
            found += len(indexes)
            total += sum(lengths[index] for index in indexes if index < len(lengths))
    if total > MAX_SHARED_TEXT or found < references:
        raise _too_large("bytes of repeated text", limit=MAX_SHARED_TEXT, got=max(total, max(lengths) * references))


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes with attributes in one spelling, cut before a cell so that no reference is cut in two."""
    rest = b""
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            piece = rest + piece
            cut = max(piece.rfind(b"<c "), 0) or max(piece.rfind(b"<"), 0)
            if not cut and len(piece) > _LONGEST_TAG:
                raise _too_large(
                    f"bytes between two tags in {member.filename[:60]}", limit=_LONGEST_TAG, got=len(piece)
                )
            rest = piece[cut:]
            yield _one_spelling(piece[:cut])
    yield _one_spelling(rest)


def _one_spelling(piece: bytes) -> bytes:
    """XML allows ``r = 'A1'`` after a tab; one spelling keeps the counting expressions simple and fast."""
    piece = piece.translate(_SPELLING)
    return _AROUND_EQUALS.sub(b"=", piece) if b" =" in piece or b"= " in piece else piece


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _too_large(what: str, *, limit: int, got: object) -> RecordError:
    return RecordError(
        "table.too-large",
        f"Reading a workbook failed on its size: Expected at most {limit} {what}, got {got}.",
        limit=limit,
        got=got,
    )


_OLE = b"\xd0\xcf\x11\xe0"
_WORKBOOK = "xl/workbook.xml"
_STRINGS = "xl/sharedStrings.xml"
_PIECE = 1 << 20
_LONGEST_TAG = 8 << 20
_SPELLING = bytes.maketrans(b"\t\r\n'", b'   "')
_AROUND_EQUALS = re.compile(rb" *= *")
_COLUMN = re.compile(rb' r="([A-Za-z]{1,8})')
_ROW = re.compile(rb' r="[A-Za-z]{0,8}([0-9]{1,12})')
_COUNT = re.compile(rb' (?:c|uniqueC)ount="([^"]*)')
_DIGITS = 9
_SHARED_INDEX = re.compile(rb' t="s"[^<]*<(?:\w+:)?v[^>]*> *([0-9]+)')
