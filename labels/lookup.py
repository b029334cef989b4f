"""From a code to the record behind it: the store now, registries behind the same seam."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labels.checks import SerialReport
from labels.errors import LabelError, RegistryError
from labels.formats.credential import TYP, from_credential
from labels.jose import open_envelope
from labels.record import Record
from labels.verify import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labels.code import LabelCode
    from labels.model import StoredLabel
    from labels.registries import Registry
    from labels.store import LabelStore

STATUS_LISTS = "status-lists"
STATUS_EVENTS = "status-events"
SERIALS = "serials"
LOOKS = "looks"


class StatusListFile(Record):
    """A signed status list as the store keeps it."""

    url: str
    token: str


@dataclass(frozen=True)
class Found:
    """What lies behind a code, where it was found and how fresh that is."""

    candidates: tuple[StoredLabel, ...]
    """Several where a product was certified more than once, or where several records claim one number."""
    registry: str
    fetched_at: dt.datetime
    stale_since: dt.datetime | None = None


def look_up(code: LabelCode, store: LabelStore, *, registries: Sequence[Registry] = ()) -> Found | None:
    """Return what lies behind a code: what the store has, else the first registry that knows it.

    A registry that does not answer is passed over; None means that nobody who answered knows the code.
    """
    candidates = tuple(_candidates(code, store))
    if candidates:
        return Found(candidates=candidates, registry=STORE, fetched_at=candidates[0].stored_at)
    for registry in registries:
        with contextlib.suppress(RegistryError):
            if found := registry.find(code):
                return found
    return None


def evidence(label: StoredLabel, code: LabelCode | None, store: LabelStore, *, on: dt.date) -> Evidence:
    """Return all that the store knows for a verdict on ``label``."""
    return Evidence(
        label=label,
        status_lists=_status_lists(label, store),
        status_events=store.events(STATUS_EVENTS, label.id),
        serial=_serial(code, store, on=on),
    )


def by_name(name: str, store: LabelStore) -> tuple[StoredLabel, ...]:
    """Return the labels with this id or certificate number, the one with the id first."""
    own = store.get(name)
    others = (label for label in store.by_certificate(name) if own is None or label.id != own.id)
    return (*([own] if own else ()), *others)


def serial_key(gtin: str, serial: str) -> str:
    """Return what an item's serial number is filed under."""
    return f"{gtin}/{serial}"


def _candidates(code: LabelCode, store: LabelStore) -> list[StoredLabel]:
    if code.gtin is not None:
        return list(store.by_gtin(code.gtin))
    found = (by_name(name, store) for name in code.names)
    return next((list(labels) for labels in found if labels), [])


def _status_lists(label: StoredLabel, store: LabelStore) -> dict[str, str]:
    if label.credential is None:
        return {}
    try:
        entries = from_credential(open_envelope(label.credential, typ=TYP).payload).status
    except LabelError:
        return {}
    found = {entry.url: store.get_document(STATUS_LISTS, entry.url, StatusListFile) for entry in entries}
    return {url: document.token for url, document in found.items() if document is not None}


def _serial(code: LabelCode | None, store: LabelStore, *, on: dt.date) -> SerialReport | None:
    if code is None or code.serial is None or code.gtin is None:
        return None
    key = serial_key(code.gtin, code.serial)
    report = store.get_document(SERIALS, key, SerialReport)
    looks = sum(count for day, count in store.counts(LOOKS, key) if dt.timedelta() <= on - day < WEEK)
    if report is None and looks == 0:
        return None
    return (report or SerialReport()).model_copy(update={"looks_in_a_week": looks})


STORE = "store"
WEEK = dt.timedelta(days=7)
