"""Where this installation keeps its state: the store, the trust store, the demo registry of a first start."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
import portalocker

from labels.code import DEFAULT_DOMAIN
from labels.errors import LabelError, StoreError
from labels.formats.bundle import Bundle, load
from labels.store import open_store
from labels.trust import TrustStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from labels.store import LabelStore
    from labels.trust import TrustedIssuer


@dataclass(frozen=True)
class Home:
    """An installation: its folder, its store, and the domain of its own links."""

    folder: Path
    store: LabelStore
    domain: str
    demo: bool

    @property
    def trust(self) -> TrustStore:
        """The trust store as it stands in its file now."""
        return _read_trust(self.folder / TRUST)

    def add_issuer(self, issuer: TrustedIssuer) -> TrustStore:
        """Trust one more issuer, for good.

        Raises:
            RecordError: One of its keys goes by a name that is taken.
        """
        with locked(self.folder / "trust.lock"):
            trust = self.trust.add(issuer)
            _write(self.folder / TRUST, trust.to_json())
        return trust


def open_home(environ: Mapping[str, str] = os.environ) -> Home:
    """Open the installation that the environment names; a first start fills it with the demo registry.

    ``TANBIAO_HOME`` is its folder, ``TANBIAO_STORE`` its store, ``TANBIAO_DEMO=0`` starts empty,
    ``TANBIAO_DOMAIN`` is the domain of its links.

    Raises:
        StoreError: The folder or the store cannot be read or written.
    """
    folder = Path(environ.get("TANBIAO_HOME") or platformdirs.user_data_path("tanbiao"))
    _make_folder(folder)
    with locked(folder / "start.lock"):
        store = open_store(environ.get("TANBIAO_STORE") or f"journal:{folder / 'labels.journal'}")
        if not (folder / TRUST).exists():
            _first_start(folder, store, demo=environ.get("TANBIAO_DEMO") != "0")
    demo = any(issuer.demo for issuer in _read_trust(folder / TRUST).issuers.values())
    return Home(folder=folder, store=store, domain=environ.get("TANBIAO_DOMAIN") or DEFAULT_DOMAIN, demo=demo)


@contextmanager
def locked(file: Path, *, patience_s: float = 60) -> Iterator[None]:
    """Hold the lock of a file: one process and thread at a time.

    Raises:
        StoreError: Another one holds it for longer than ``patience_s`` seconds, or the file cannot be used.
    """
    lock = portalocker.Lock(file, timeout=patience_s)
    try:
        lock.acquire()
    except (portalocker.LockException, OSError) as error:
        message = f"Waiting for {file} failed: Expected it to be free within {patience_s:g} s, got {error!r}."
        raise StoreError("home.locked", message, path=file) from None
    try:
        yield
    finally:
        lock.release()


def installation() -> Home:
    """Return the installation of this process, opened once.

    Raises:
        StoreError: As ``open_home``; the next call tries again.
    """
    with _OPENING:
        return _opened()


@cache
def _opened() -> Home:
    return open_home()


def check_readable() -> None:
    """Read a little of the store and the trust store.

    Raises:
        StoreError: One of them cannot be read.
    """
    home = installation()
    next(iter(home.store), None)
    _read_trust(home.folder / TRUST)


def demo_bundle() -> Bundle:
    """Return the demo registry."""
    return Bundle.parse_json(files("assets").joinpath("demo", "registry.json").read_bytes())


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "start.lock").touch()
    except OSError as error:
        raise StoreError(
            "home.folder",
            f"Opening the folder of this installation failed on {folder}: Expected a folder that can be written, "
            f"got {error.strerror or error}.",
            folder=folder,
        ) from None


def _first_start(folder: Path, store: LabelStore, *, demo: bool) -> None:
    """Fill an empty installation; the trust file is written last, so that a start cut short is made again."""
    trust = TrustStore()
    if demo:
        bundle = demo_bundle()
        if len(store) == 0:
            load(bundle, store)
        for issuer in bundle.issuers:
            trust = trust.add(issuer)
    _write(folder / TRUST, trust.to_json())


def _read_trust(path: Path) -> TrustStore:
    try:
        return TrustStore.parse_json(path.read_bytes())
    except (OSError, LabelError) as error:
        raise StoreError(
            "home.trust",
            f"Reading the trust store failed on {path}: Expected the file as this program wrote it, got: {error}",
            path=path,
        ) from None


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    new = path.with_suffix(".new")
    try:
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        message = f"Writing {path} failed: Expected a file that can be written, got {error.strerror}."
        raise StoreError("home.trust", message, path=path) from None


TRUST = "trust.json"
_OPENING = threading.Lock()
