"""A registry in one file: its labels as signed, status lists, changes of state, copied serials and whom it trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labels.checks import SerialReport
from labels.lookup import SERIALS, STATUS_EVENTS, STATUS_LISTS, StatusListFile
from labels.model import StoredLabel
from labels.record import Record
from labels.trust import TrustedIssuer

if TYPE_CHECKING:
    from labels.store import LabelStore


class EventFile(Record):
    """A signed change of state and the label it is of."""

    label: str
    token: str


class SerialFile(Record):
    """A report on one item's serial number."""

    key: str
    report: SerialReport


class Bundle(Record):
    """A registry in one document."""

    issuers: tuple[TrustedIssuer, ...]
    labels: tuple[StoredLabel, ...]
    status_lists: tuple[StatusListFile, ...]
    events: tuple[EventFile, ...]
    serials: tuple[SerialFile, ...]


def load(bundle: Bundle, store: LabelStore) -> int:
    """Put a registry into a store; return the number of labels."""
    for entry in bundle.status_lists:
        store.put_document(STATUS_LISTS, entry.url, entry)
    for event in bundle.events:
        store.append_event(STATUS_EVENTS, event.label, event.token)
    for serial in bundle.serials:
        store.put_document(SERIALS, serial.key, serial.report)
    return store.put_many(bundle.labels)
