"""What can be saved of a damaged journal: whole frames, and of a damaged frame the documents that are still intact."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from labels.errors import StoreError
from labels.store import frames
from labels.store.files import JournalFile, failed, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Damage:
    """A stretch of a journal that is not what was written."""

    offset: int
    length: int
    found: str
    saved: int
    """Documents inside it that are intact nevertheless."""


@dataclass(frozen=True)
class SalvageReport:
    """What a salvage saved and what it could not."""

    path: Path
    out: Path
    frames: int
    """Frames that were whole."""
    documents: int
    """Documents in the new journal."""
    damages: tuple[Damage, ...]
    incomplete: int
    """Bytes of an incomplete last frame, which nobody was told is kept, left out."""


@dataclass(frozen=True)
class Survey:
    """How many documents could be saved before the first damage, and from it on."""

    before: int
    after: int


def salvage(path: Path | str, out: Path | str) -> SalvageReport:
    """Write every recoverable frame of a journal to a new one; the damaged journal is only read.

    What a lost frame removed or replaced stands in the new journal as it was before that frame.

    Raises:
        StoreError: The journal cannot be read or is of a newer version, or the new one is there already.
    """
    file, target = JournalFile(Path(path), writable=False), Path(out)
    _refuse_newer(file)
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise failed("Creating", target, "a new file", error) from None
    with open(descriptor, "wb") as new:  # noqa: PTH123  (a descriptor, for its mode)
        new.write(frames.encode_header())
        walk = Walk(file)
        new.writelines(part.data for part in walk)
        new.flush()
        os.fsync(descriptor)
    sync_folder(target.parent)
    return SalvageReport(file.path, target, walk.frames, walk.live(), tuple(walk.damages), walk.incomplete)


def survey(file: JournalFile) -> Survey:
    """Count the documents that a salvage would save."""
    walk = Walk(file)
    before: int | None = None
    after: set[tuple[str, int]] = set()
    for part in walk:
        if part.damage is None and before is None:
            continue
        if before is None:
            before = part.live_before
        after |= part.put
    return Survey(walk.live() if before is None else before, len(after))


@dataclass(frozen=True)
class Part:
    """One frame to keep: as it was, or made of what a damaged one still held."""

    data: bytes
    damage: Damage | None
    live_before: int
    put: frozenset[tuple[str, int]]


class Walk:
    """Goes through a journal from frame to frame, and over what is damaged to the next frame that is whole."""

    def __init__(self, file: JournalFile) -> None:
        """Start at the first byte."""
        self.frames = 0
        self.damages: list[Damage] = []
        self.incomplete = 0
        self._file = file
        self._size = file.size()
        self._live: dict[str, set[int]] = defaultdict(set)

    def __iter__(self) -> Iterator[Part]:
        """Yield what can be kept, in order."""
        at = 0 if _header_is_damaged(self._file) else frames.FILE_HEAD.size
        while at < self._size:
            try:
                for frame in frames.read_frames(self._file.descriptor, at, self._size):
                    at = frame.end
                    self.frames += 1
                    yield self._part(self._file.read(frame.offset, at - frame.offset), frame.body, None)
                self.incomplete, at = self._size - at, self._size
            except frames.DamageError as damage:
                at = damage.offset
                end = self._next_frame(at)
                yield self._rescue(at, end, damage.found)
                at = end

    def live(self) -> int:
        """Count the documents in force so far."""
        return sum(len(ids) for ids in self._live.values())

    def _rescue(self, start: int, end: int, found: str) -> Part:
        body = memoryview(self._file.read(start, end - start))[frames.FRAME_HEAD.size :]
        sections = [
            frames.Section(head.table, head.fields, tuple(operations), dropped=head.number == frames.DROPPED)
            for head, operations in intact_operations(body)
        ]
        data = frames.encode_frame(sections) if sections else b""
        before = self.live()
        part = self._part(data, memoryview(data)[frames.FRAME_HEAD.size :], None)
        damage = Damage(start, end - start, found, len(part.put))
        self.damages.append(damage)
        return Part(part.data, damage, before, part.put)

    def _part(self, data: bytes, body: memoryview, damage: Damage | None) -> Part:
        before = self.live()
        put: set[tuple[str, int]] = set()
        for head, operations in intact_operations(body):
            ids = self._live[head.table]
            if head.number == frames.DROPPED:
                ids.clear()
            for operation in operations:
                _, doc_id, length, _ = frames.OPERATION_HEAD.unpack_from(operation)
                if length == frames.REMOVED:
                    ids.discard(doc_id)
                else:
                    ids.add(doc_id)
                    put.add((head.table, doc_id))
        return Part(data, damage, before, frozenset(put))

    def _next_frame(self, damaged: int) -> int:
        """Return where the next frame with an intact head starts, or the end of the file."""
        at = damaged + 1
        while at < self._size:
            data = self._file.read(at, _STEP + frames.FRAME_HEAD.size)
            found = data.find(frames.FRAME_MARK)
            while 0 <= found <= len(data) - frames.FRAME_HEAD.size:
                if _is_frame_head(data, found):
                    return at + found
                found = data.find(frames.FRAME_MARK, found + 1)
            at += _STEP
        return self._size


def intact_operations(body: memoryview) -> Iterator[tuple[frames.SectionHead, list[bytes]]]:
    """Yield the sections of a frame's body with the operations that are intact, as far as they can be told apart."""
    at = 0
    while at < len(body):
        try:
            head = frames.read_section_head(body, at)
        except ValueError:
            return
        operations, at = _intact(body, head)
        yield head, operations


def _intact(body: memoryview, head: frames.SectionHead) -> tuple[list[bytes], int]:
    kept, at = [], head.end
    for _ in range(0 if head.number == frames.DROPPED else head.number):
        if at + frames.OPERATION_HEAD.size > len(body):
            break
        _, _, length, keys = frames.OPERATION_HEAD.unpack_from(body, at)
        size = frames.operation_size(length, keys)
        operation = bytes(body[at : at + size])
        if len(operation) == size and frames.is_intact(operation):
            kept.append(operation)
        at += size
    return kept, at


def _refuse_newer(file: JournalFile) -> None:
    if not _header_is_damaged(file):
        check_version(file)


def check_version(file: JournalFile) -> None:
    """Refuse a journal of a version that is not known here.

    Raises:
        DamageError: The file's first bytes are not a journal's.
        StoreError: It was written by a newer program.
    """
    version = frames.read_version(file.read(0, frames.FILE_HEAD.size))
    if version != frames.VERSION:
        message = (
            f"Opening the journal failed on {file.path}: Expected version {frames.VERSION}, got version {version}."
        )
        raise StoreError("store.version", message, path=file.path, expected=frames.VERSION, got=version)


def _header_is_damaged(file: JournalFile) -> bool:
    try:
        frames.read_version(file.read(0, frames.FILE_HEAD.size))
    except frames.DamageError:
        return True
    return False


def _is_frame_head(data: bytes, at: int) -> bool:
    try:
        frames.read_frame_head(data, at, at)
    except frames.DamageError:
        return False
    return True


_STEP = 1 << 20
