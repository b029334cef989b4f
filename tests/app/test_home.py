"""First start, restart, damage: nothing is lost, nothing is silently emptied."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from app.home import Home, locked, open_home
from labels.errors import StoreError
from tests.labels.examples import signing_key

if TYPE_CHECKING:
    from pathlib import Path


def start(folder: Path, **environ: str) -> Home:
    return open_home({"TANBIAO_HOME": str(folder), **environ})


def test_a_first_start_loads_the_demo_registry_once(tmp_path: Path) -> None:
    with start(tmp_path).store as store:
        first = len(store)
    with start(tmp_path).store as store:
        again = len(store)
        versions = {len(store.history(label.id)) for label in store}

    assert (first, again, versions) == (122, 122, {1})


def test_without_demo_a_first_start_is_empty_and_trusts_nobody(tmp_path: Path) -> None:
    home = start(tmp_path, TANBIAO_DEMO="0")

    with home.store:
        assert (len(home.store), home.trust.issuers, home.demo) == (0, {}, False)


def test_several_first_starts_at_once_load_the_registry_once(tmp_path: Path) -> None:
    homes: list[Home] = []
    starts = [threading.Thread(target=lambda: homes.append(start(tmp_path))) for _ in range(4)]
    for thread in starts:
        thread.start()
    for thread in starts:
        thread.join()

    counts = [(len(home.store), {len(home.store.history(label.id)) for label in home.store}) for home in homes]
    for home in homes:
        home.store.close()
    assert counts == [(122, {1})] * 4


def test_a_damaged_store_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    start(tmp_path).store.close()
    journal = tmp_path / "labels.journal"
    damaged = bytearray(journal.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    journal.write_bytes(damaged)

    with pytest.raises(StoreError) as refused:
        start(tmp_path)

    assert refused.value.code == "store.damaged"
    assert journal.read_bytes() == damaged


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"issuers": 7}'])
def test_a_damaged_trust_store_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    start(tmp_path, TANBIAO_DEMO="0").store.close()
    (tmp_path / "trust.json").write_bytes(content)

    with pytest.raises(StoreError) as refused:
        start(tmp_path)

    assert refused.value.code == "home.trust"
    assert (tmp_path / "trust.json").read_bytes() == content


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(StoreError) as refused:
        start(tmp_path / "file")

    assert refused.value.code == "home.folder"
    assert "Expected a folder that can be written" in str(refused.value)


def test_issuers_added_at_once_are_all_kept(home: Home) -> None:
    keys = [signing_key(f"did:web:body-{number}.example") for number in range(8)]
    threads = [threading.Thread(target=home.add_issuer, args=(key.issuer,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(home.trust.issuers) == {key.issuer.id for key in keys}


def test_a_lock_that_another_holds_is_told(tmp_path: Path) -> None:
    with locked(tmp_path / "lock"), pytest.raises(StoreError) as refused, locked(tmp_path / "lock", patience_s=0.1):
        pass

    assert refused.value.code == "home.locked"
    assert str(refused.value).startswith(f"Waiting for {tmp_path / 'lock'} failed: Expected it to be free within 0.1 s")
