"""Files as the journal needs them: one lock for threads and processes, appends that are on disk or undone."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from typing import TYPE_CHECKING, Self

import portalocker

from labels.errors import StoreError
from labels.store import frames

if TYPE_CHECKING:
    from pathlib import Path


class FileLock:
    """One lock on one file for every thread and process; the thread that holds it may take it again."""

    def __init__(self, path: Path) -> None:
        """Open the lock's file, which is kept open: opening it again for each lock would cost more than the lock."""
        self._path = path
        self._descriptor = -1
        self._start()

    def __del__(self) -> None:
        """Close the lock's file."""
        self.close()

    def acquire(self) -> bool:
        """Take the lock and return whether it was not yet held by this thread."""
        if self._process != os.getpid():
            self._start()  # a forked child shares its parent's lock until it opens its own
        self._threads.acquire()
        try:
            if self._depth == 0:
                self._take()
        except BaseException:
            self._threads.release()
            raise
        self._depth += 1
        return self._depth == 1

    def release(self) -> None:
        """Give the lock back."""
        self._depth -= 1
        if self._depth == 0:
            portalocker.unlock(self._descriptor)
        self._threads.release()

    def close(self) -> None:
        """Close the lock's file."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _start(self) -> None:
        self._threads = threading.RLock()
        self._depth = 0
        self._process = os.getpid()
        self._descriptor = self._open()

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | _PLAIN, _PRIVATE)
        except OSError as error:
            raise failed("Opening", self._path, "a lock file that can be written", error) from None

    def _take(self) -> None:
        if self._descriptor < 0:
            raise closed(self._path)
        portalocker.lock(self._descriptor, portalocker.LockFlags.EXCLUSIVE)
        while not _is_at(self._descriptor, self._path):  # removed by somebody: others lock the new file
            os.close(self._descriptor)
            self._descriptor = self._open()
            portalocker.lock(self._descriptor, portalocker.LockFlags.EXCLUSIVE)


class JournalFile:
    """An open journal. It is closed when its last reader lets go of it, so replacing it disturbs none of them."""

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        """Open a journal that is there.

        Raises:
            StoreError: It is absent or may not be read and written.
        """
        self.path = path
        self.descriptor = -1
        try:
            self.descriptor = os.open(path, (os.O_RDWR | os.O_APPEND if writable else os.O_RDONLY) | _PLAIN)
        except OSError as error:
            raise failed("Opening", path, f"a journal that can be read{' and written' * writable}", error) from None
        self.inode = os.fstat(self.descriptor).st_ino

    def __del__(self) -> None:
        """Close the file."""
        self.close()

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make an empty journal at a path where nothing may be yet but an empty file."""
        partial = path.with_name(path.name + ".new")
        try:
            write_whole(partial, frames.encode_header())
            partial.replace(path)
            sync_folder(path.parent)
        except OSError as error:
            raise failed("Creating", path, "a folder that can be written", error) from None
        return cls(path)

    def size(self) -> int:
        """Return the length in bytes."""
        return os.fstat(self.descriptor).st_size

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes of the file."""
        try:
            return os.pread(self.descriptor, length, offset)
        except OSError as error:
            raise failed("Reading", self.path, f"{length} bytes at byte {offset}", error) from None

    def append(self, data: bytes, *, at: int, sync: bool = True) -> None:
        """Write at the end, ``at``, and have it on disk; when that fails nothing was written.

        Raises:
            StoreError: No room, or the disk did not take it.
        """
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self.descriptor, rest) :]
            if sync:
                _sync(self.descriptor)
        except BaseException as error:
            with contextlib.suppress(OSError):  # the frame stays incomplete: the next to open drops it
                self.cut(at)
            if isinstance(error, OSError):
                raise failed("Writing", self.path, f"room for {len(data)} bytes", error) from None
            raise

    def cut(self, length: int) -> None:
        """Drop what is behind ``length`` bytes."""
        os.ftruncate(self.descriptor, length)

    def drop_incomplete(self, end: int) -> None:
        """Drop an incomplete last frame: whoever wrote it was never told that it is kept."""
        _LOG.warning(
            "Dropped the incomplete last frame of %s, %d bytes from byte %d", self.path, self.size() - end, end
        )
        try:
            self.cut(end)
        except OSError as error:
            raise failed("Repairing", self.path, "a journal that can be written", error) from None

    def close(self) -> None:
        """Close the file."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def write_whole(path: Path, *parts: bytes | memoryview) -> None:
    """Write a new private file and have it on disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _PLAIN, _PRIVATE)
    with open(descriptor, "wb", closefd=True) as file:  # noqa: PTH123  (a descriptor, for its mode)
        file.writelines(parts)
        file.flush()
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Have a folder's names on disk, where folders can be opened (not on Windows)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def failed(doing: str, path: Path, expected: str, error: OSError) -> StoreError:
    """Return the error for what the system refused."""
    reason = error.strerror or type(error).__name__
    return StoreError(
        f"store.{doing.lower()}",
        f"{doing} the journal failed on {path}: Expected {expected}, got {reason!r}.",
        path=path,
        expected=expected,
        got=reason,
    )


def closed(path: Path) -> StoreError:
    """Return the error for using a journal after it was closed."""
    return StoreError(
        "store.closed", f"Using the journal failed on {path}: Expected it open, got it closed.", path=path
    )


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


_LOG = logging.getLogger(__name__)
_PRIVATE = 0o600
_PLAIN = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_sync = getattr(os, "fdatasync", os.fsync)
