"""TinyDB's storage on an append-only journal: one lock from read through write, and only what changed is written."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import orjson
from tinydb.storages import Storage

from labels.errors import StoreError
from labels.store import frames, snapshot
from labels.store.documents import Documents
from labels.store.files import FileLock, JournalFile, closed, failed, sync_folder
from labels.store.image import Image, KeyFields, operations_by_place
from labels.store.salvage import check_version, survey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import TracebackType


class JournalStorage(Storage):
    """A journal as a TinyDB storage.

    Holding it (``with storage:``) holds its one lock, for all threads and processes, over a state that is up to date.
    """

    def __init__(self, path: Path | str, *, keys: KeyFields | None = None, sync: bool = True) -> None:
        """Open a journal, or make one.

        Args:
            path: The file; its folder is made when absent. The lock stands beside it as ``.lock``, the index as
                ``.index``.
            keys: Fields to find documents by, by the part of a table's name before a slash.
            sync: Whether a write waits for the disk.

        Raises:
            StoreError: The file cannot be used, is damaged, or is of a newer version.
        """
        super().__init__()
        self.path = Path(path)
        self._name = str(self.path)
        self._keys = dict(keys or {})
        self._sync = sync
        self._saved = 0
        self._image: Image | None = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise failed("Creating", self.path, "a folder that can be written", error) from None
        self._lock = FileLock(self.path.with_name(self.path.name + ".lock"))
        self._open()

    def __enter__(self) -> Self:
        """Take the lock and everything that others wrote."""
        self._current()
        outermost = self._lock.acquire()
        try:
            if outermost:
                self._refresh()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Give the lock back."""
        self._lock.release()

    @property
    def image(self) -> Image:
        """The state of the journal, with everything that others wrote."""
        image = self._image
        if image is None:
            raise closed(self.path)
        status = _status(self._name)
        if status.st_ino == image.file.inode and status.st_size == image.end:
            return image
        with self:
            return self._current()

    def read(self) -> dict[str, Any] | None:
        """Return the tables; their documents are read from the file one by one."""
        image = self.image
        return {name: Documents(image, name) for name in image.tables} or None

    def write(self, data: Mapping[str, Mapping[Any, Mapping[str, Any]]]) -> None:
        """Make the tables those given, in one transaction; tables as they were read are left alone."""
        with self:
            tables = self._current().tables
            sections = [self.section(name, (), dropped=True) for name in tables if name not in data]
            for name, documents in data.items():
                if not isinstance(documents, Documents):
                    sections.append(self.section(name, (), dropped=True))
                    puts = (self.put(name, int(doc_id), document) for doc_id, document in documents.items())
                    sections.append(self.section(name, puts))
            self.commit(sections)

    def put(self, table: str, doc_id: int, document: Mapping[str, Any]) -> bytes:
        """Return the operation that files a document.

        Raises:
            TypeError: It holds what JSON cannot.
            StoreError: It is too large.
        """
        return frames.encode_put(doc_id, encode(document), frames.key_hashes(document, self._fields(table)))

    def section(self, table: str, operations: Iterable[bytes], *, dropped: bool = False) -> frames.Section:
        """Return the part of a transaction that concerns one table."""
        return frames.Section(table, self._fields(table), tuple(operations), dropped=dropped)

    def commit(self, sections: Iterable[frames.Section]) -> None:
        """Write one transaction; when this returns it is on disk, when it raises nothing was written.

        Raises:
            StoreError: No room, or the disk did not take it.
        """
        parts = tuple(sections)
        if not parts:
            return
        data = frames.encode_frame(parts)
        with self:
            image = self._current()
            image.file.append(data, at=image.end, sync=self._sync)
            image.apply(frames.Frame(image.end, memoryview(data)))
            if image.garbage > max(_MUCH_GARBAGE, image.end // 2):
                self.compact()

    def compact(self) -> None:
        """Write the documents in force to a new file and put it in the journal's place; other processes notice.

        Raises:
            StoreError: A document is damaged or there is no room; the journal stays as it was.
        """
        path = self.path.with_name(self.path.name + ".compact")
        with self:
            try:
                new = self._compacted(path)
                path.replace(self.path)
                sync_folder(self.path.parent)
            except OSError as error:
                raise failed("Compacting", self.path, "room for a second file", error) from None
            finally:
                path.unlink(missing_ok=True)
            new.file.path = self.path
            self._image, self._saved = new, 0
            self._save_index(new)

    def close(self) -> None:
        """Close the journal; a large one leaves its index beside it."""
        image, self._image = self._image, None
        if image is None:
            return
        self._lock.acquire()
        try:
            self._save_index(image)
        finally:
            self._lock.release()
            image.file.close()
            self._lock.close()

    def _fields(self, table: str) -> tuple[str, ...]:
        return self._keys.get(table.partition("/")[0], ())

    def _current(self) -> Image:
        if self._image is None:
            raise closed(self.path)
        return self._image

    def _open(self) -> None:
        self._lock.acquire()
        try:
            self._image = self._load()
        finally:
            self._lock.release()
            if self._image is None:
                self._lock.close()

    def _load(self) -> Image:
        if not self.path.exists() or (self.path.is_file() and self.path.stat().st_size == 0):
            JournalFile.create(self.path).close()
        image = Image(JournalFile(self.path), self._keys)
        try:
            check_version(image.file)
            snapshot.restore(image)
            self._saved = image.end
            self._extend(image)
            if image.end - self._saved > _WORTH_AN_INDEX:
                self._save_index(image)
        except frames.DamageError as damage:
            raise _damaged(image.file, damage) from None
        return image

    def _refresh(self) -> None:
        image = self._current()
        status = _status(self._name)
        if status.st_ino != image.file.inode:
            self._image = self._load()
        elif status.st_size < image.end:
            message = (
                f"Reading the journal failed on {self.path}: "
                f"Expected at least {image.end} bytes as before, got {status.st_size}."
            )
            raise StoreError("store.shorter", message, path=self.path, expected=image.end, got=status.st_size)
        elif status.st_size > image.end:
            try:
                self._extend(image)
            except frames.DamageError as damage:
                raise _damaged(image.file, damage) from None

    def _extend(self, image: Image) -> None:
        if not image.extend(image.file.size()):
            image.file.drop_incomplete(image.end)

    def _compacted(self, path: Path) -> Image:
        """Return the state of a new file that holds the documents in force, read back from it."""
        old = self._current()
        path.unlink(missing_ok=True)
        new = Image(JournalFile.create(path), self._keys)
        for data in self._frames_in_force(old):
            new.file.append(data, at=new.file.size(), sync=False)
        os.fsync(new.file.descriptor)
        try:
            new.extend(new.file.size())
        except frames.DamageError as damage:
            raise _damaged(new.file, damage) from None
        _refuse_difference(old, new)
        return new

    def _frames_in_force(self, image: Image) -> Iterator[bytes]:
        for name in image.tables:
            operations = operations_by_place(image, name)
            yield frames.encode_frame([self.section(name, ())])
            while batch := tuple(islice(operations, _BATCH)):
                yield frames.encode_frame([self.section(name, batch)])

    def _save_index(self, image: Image) -> None:
        if image.end > _WORTH_AN_INDEX and image.end != self._saved:
            snapshot.save(image)
            self._saved = image.end


def encode(document: Mapping[str, Any]) -> bytes:
    """Return a document as JSON.

    Raises:
        TypeError: It holds what JSON cannot.
    """
    return orjson.dumps(document, option=_STRICT)


def _status(name: str) -> os.stat_result:
    try:
        return os.stat(name)  # noqa: PTH116  (half the time of Path.stat, once per read)
    except OSError as error:
        raise failed("Reading", Path(name), "the journal where it was", error) from None


def _refuse_difference(old: Image, new: Image) -> None:
    before = {name: len(table.ids) for name, table in old.tables.items()}
    after = {name: len(table.ids) for name, table in new.tables.items()}
    if before != after:
        message = f"Compacting the journal failed on {old.file.path}: Expected documents {before}, got {after}."
        raise StoreError("store.compacting", message, path=old.file.path, expected=before, got=after)


def _damaged(file: JournalFile, damage: frames.DamageError) -> StoreError:
    saved = survey(file)
    message = (
        f"Opening the journal failed on {file.path} at byte {damage.offset}: Expected an intact frame, got {damage}; "
        f"{saved.before} documents before it and {saved.after} from there on can be saved."
    )
    return StoreError(
        "store.damaged",
        message,
        path=file.path,
        offset=damage.offset,
        found=damage.found,
        before=saved.before,
        after=saved.after,
    )


_BATCH = 500
_MUCH_GARBAGE = 64 << 20
_WORTH_AN_INDEX = 16 << 20
"""Bytes of a journal from which on reading an index saves more time than writing it takes."""
_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
