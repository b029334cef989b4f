from __future__ import annotations

import datetime as dt
import stat
import subprocess
import sys
import textwrap
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from labels.errors import StoreError
from labels.model import Boundary, LabelRecord, Period, Product, ProductFootprint, Source, StoredLabel
from labels.store import LabelStore, open_store
from labels.store.journal import JournalStore

if TYPE_CHECKING:
    from pathlib import Path

GTIN, OTHER_GTIN = "06901234567892", "06901234567908"
DAY = dt.date(2026, 3, 1)


def test_a_label_comes_back_as_it_was_stored(store: LabelStore) -> None:
    label = make_label("CN-1", gtin=GTIN, certificate_number="C-1")

    assert store.put(label) == label
    assert store.get("CN-1") == label
    assert store.by_gtin(GTIN) == (label,)
    assert store.by_certificate("C-1") == (label,)
    assert store.history("CN-1") == (label,)


def test_an_unsigned_record_comes_back_with_its_decimals_exact(store: LabelStore) -> None:
    footprint = ProductFootprint(
        value=Decimal("51.5750"), unit="KGM", amount=Decimal(1), boundary=Boundary.CRADLE_TO_GATE
    )
    product = Product(name="绿茶", model="A", category="green-tea")
    record = LabelRecord(id="CN-1", product=product, footprint=footprint, source=Source(registry="demo", demo=True))
    label = StoredLabel(id="CN-1", record=record, stored_at=moment(0))

    store.put(label)

    assert store.get("CN-1") == label


def test_what_is_not_there_is_none(store: LabelStore) -> None:
    found = (store.get("x"), store.by_gtin(GTIN), store.by_certificate("x"), store.history("x"), len(store))

    assert found == (None, (), (), (), 0)


def test_a_further_put_is_the_next_version_and_the_earlier_ones_are_kept(store: LabelStore) -> None:
    versions = [store.put(make_label("CN-1", second=second)) for second in range(3)]

    assert [label.version for label in versions] == [1, 2, 3]
    assert store.get("CN-1") == versions[-1]
    assert store.history("CN-1") == tuple(versions)
    assert len(store) == 1


def test_a_product_has_its_labels_the_newest_first_and_then_by_id(store: LabelStore) -> None:
    for label_id, second in (("B", 1), ("A", 1), ("C", 2)):
        store.put(make_label(label_id, gtin=GTIN, second=second))

    assert [label.id for label in store.by_gtin(GTIN)] == ["C", "A", "B"]


def test_only_the_latest_version_is_found_by_its_keys(store: LabelStore) -> None:
    store.put(make_label("CN-1", gtin=GTIN, certificate_number="C-1"))
    moved = store.put(make_label("CN-1", gtin=OTHER_GTIN, certificate_number="C-2"))

    assert store.by_gtin(GTIN) == ()
    assert store.by_certificate("C-1") == ()
    assert store.by_gtin(OTHER_GTIN) == (moved,)
    assert store.by_certificate("C-2") == (moved,)


def test_many_labels_are_stored_in_transactions_and_versions_count_within_them(store: LabelStore) -> None:
    count = store.put_many(make_label(f"CN-{number % 700}") for number in range(1400))

    assert count == 1400
    assert len(store) == 700
    assert [label.version for label in store.history("CN-699")] == [1, 2]
    assert [label.version for label in store] == [2] * 700


def test_labels_come_in_the_order_they_were_first_stored(store: LabelStore) -> None:
    for label_id in ("B", "A", "B"):
        store.put(make_label(label_id))

    assert [(label.id, label.version) for label in store] == [("B", 2), ("A", 1)]


def test_documents_are_filed_under_table_and_key(store: LabelStore) -> None:
    march, april = make_period(3), make_period(4)
    store.put_document("periods", "https://registry.example/1", march)
    store.put_document("periods", "b", march)
    store.put_document("periods", "https://registry.example/1", april)

    assert store.get_document("periods", "https://registry.example/1", Period) == april
    assert store.get_document("other", "b", Period) is None
    assert list(store.documents("periods", Period)) == [("https://registry.example/1", april), ("b", march)]


def test_events_are_kept_in_order(store: LabelStore) -> None:
    for payload in ("first", "第二", "first"):
        store.append_event("status", "CN-1", payload)
    store.append_event("status", "CN-2", "other")

    assert store.events("status", "CN-1") == ("first", "第二", "first")
    assert store.events("status", "CN-3") == ()


def test_counts_are_by_key_and_day(store: LabelStore) -> None:
    later = DAY + dt.timedelta(days=1)
    totals = [store.count("scans", "a", day) for day in (later, DAY, later)]
    store.count("scans", "b", DAY)

    assert totals == [1, 1, 2]
    assert store.counts("scans", "a") == ((DAY, 1), (later, 2))
    assert store.counts("scans", "c") == ()


def test_compaction_keeps_every_version_and_every_side_table(tmp_path: Path) -> None:
    path = tmp_path / "labels.journal"
    with JournalStore(path) as store:
        for second in range(50):
            store.put(make_label("CN-1", gtin=GTIN, second=second))
            store.count("scans", "a", DAY)
        store.append_event("status", "CN-1", "suspended")
        store.put_document("periods", "a", make_period(3))
        before, size = everything_in(store), path.stat().st_size
        store.compact()

        assert everything_in(store) == before
        assert path.stat().st_size < size
    with JournalStore(path) as store:
        assert everything_in(store) == before


def test_counting_often_does_not_grow_the_file_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "labels.journal"
    with JournalStore(path, sync=False) as store:
        store.put_document("texts", "a", Product(name="x", model="x" * 500, category="x"))
        for _ in range(5):
            store.database.table("large").upsert({"key": 1, "text": "x" * 15_000_000}, lambda _: True)

        assert path.stat().st_size < 70_000_000


def test_a_store_is_true_when_it_is_empty(store: LabelStore) -> None:
    assert store


def test_the_folder_is_made_and_the_files_are_private(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "labels.journal"
    open_store(f"journal:{path}").close()

    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {
        "labels.journal": 0o600,
        "labels.journal.lock": 0o600,
    }


@pytest.mark.parametrize(("url", "kind"), [("sqlite:x", "sqlite"), ("journal:", "journal"), ("", "")])
def test_an_unknown_store_is_refused(url: str, kind: str) -> None:
    with pytest.raises(StoreError) as raised:
        open_store(url)

    assert raised.value.message == f"Opening a store failed on {url!r}: Expected journal:…, got {kind!r}."


def test_a_folder_is_no_journal(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        JournalStore(tmp_path)

    assert raised.value.message == (
        f"Opening the journal failed on {tmp_path}: "
        "Expected a journal that can be read and written, got 'Is a directory'."
    )


def test_a_file_that_is_no_journal_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "db.json"
    path.write_bytes(b'{"_default": {"1": {}}}')

    with pytest.raises(StoreError) as raised:
        JournalStore(path)

    assert raised.value.message == (
        f"Opening the journal failed on {path} at byte 0: Expected an intact frame, "
        "got other first bytes than a journal's; 0 documents before it and 0 from there on can be saved."
    )
    assert path.read_bytes() == b'{"_default": {"1": {}}}'


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.journal"
    path.write_bytes(bytes.fromhex("f754424a524e4c0a02000000f4d140c9"))

    with pytest.raises(StoreError) as raised:
        JournalStore(path)

    assert raised.value.message == f"Opening the journal failed on {path}: Expected version 1, got version 2."


def test_a_closed_store_says_that_it_is_closed(tmp_path: Path) -> None:
    store = JournalStore(tmp_path / "labels.journal")
    store.close()
    store.close()

    with pytest.raises(StoreError) as raised:
        store.put(make_label("CN-1"))

    assert raised.value.message == (
        f"Using the journal failed on {tmp_path / 'labels.journal'}: Expected it open, got it closed."
    )


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX's")
def test_a_file_that_may_not_be_written_is_refused() -> None:
    code = """
        import os, sys, tempfile
        from pathlib import Path
        from labels.errors import StoreError
        from labels.store.journal import JournalStore
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "labels.journal"
            JournalStore(path).close()
            path.chmod(0o444)
            path.with_name("labels.journal.lock").chmod(0o666)
            Path(folder).chmod(0o777)
            if os.geteuid() == 0:
                os.seteuid(65534)
            try:
                JournalStore(path)
            except StoreError as error:
                print(error.message.replace(str(path), "PATH"))
            os.seteuid(os.getuid())
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)

    assert answer.stdout == (
        "Opening the journal failed on PATH: "
        "Expected a journal that can be read and written, got 'Permission denied'.\n"
    )


def everything_in(store: JournalStore) -> dict[str, object]:
    return {
        "labels": list(store),
        "history": store.history("CN-1"),
        "gtin": store.by_gtin(GTIN),
        "counts": store.counts("scans", "a"),
        "events": store.events("status", "CN-1"),
        "documents": list(store.documents("periods", Period)),
    }


def make_label(
    label_id: str, *, gtin: str | None = None, certificate_number: str | None = None, second: int = 0
) -> StoredLabel:
    return StoredLabel(
        id=label_id,
        gtin=gtin,
        certificate_number=certificate_number,
        credential="e30.e30.",
        stored_at=moment(second),
    )


def moment(second: int) -> dt.datetime:
    return dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=second)


def make_period(month: int) -> Period:
    return Period(start=dt.date(2026, month, 1), end=dt.date(2026, month, 28))


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> LabelStore:
    return open_store(f"journal:{tmp_path / 'labels.journal'}")
