"""What a certification body does here: issue labels, change their state; signed first, then stored."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import portalocker

from labels.errors import RecordError, StoreError
from labels.formats.credential import TYP, from_credential
from labels.issue import Changed, Issued, change_state, issue, published, status_entries
from labels.jose import open_envelope
from labels.lookup import STATUS_EVENTS, STATUS_LISTS, StatusListFile
from labels.model import LabelRecord, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.home import Home
    from labels.store import LabelStore
    from labels.trust import SigningKey

NUMBERS = "issued"
_ALL_DAYS = dt.date.min
"""One count for all time: an issuer's credentials are numbered through."""


def issue_label(
    home: Home, record: LabelRecord, *, key: SigningKey, at: dt.datetime, serial: str | None = None
) -> Issued:
    """Sign a record and put it into the store; a certificate that was issued before is changed by it.

    Raises:
        RecordError: The record names another issuer than the key.
        StoreError: The certificate number is another issuer's.
    """
    with _desk(home):
        earlier = home.store.get(record.id)
        if earlier is not None:
            _check_same_issuer(earlier.credential, record, key)
        number = home.store.count(NUMBERS, key.issuer.id, _ALL_DAYS) - 1
        issued = issue(record, key=key, number=number, at=at, domain=home.domain, serial=serial)
        entries = status_entries(key.issuer.id, number, domain=home.domain)
        known = _lists(home.store, [entry.url for entry in entries])
        _publish(home.store, published(entries, key=key, lists=known, at=at))
        home.store.put(issued.label)
        if earlier is not None:
            _change(home, record.id, State.CHANGED, reason=CHANGED_REASON, key=key, at=at)
    return issued


def change_label_state(
    home: Home, label_id: str, state: State, *, reason: str, key: SigningKey, at: dt.datetime
) -> Changed:
    """Sign and store a change of state from ``at`` on.

    Raises:
        RecordError: No such certificate, an unsigned record, another issuer's, or a state that is final.
    """
    with _desk(home):
        return _change(home, label_id, state, reason=reason, key=key, at=at)


def _desk(home: Home) -> portalocker.Lock:
    """One at a time: a status list is read, changed and signed again."""
    return portalocker.Lock(home.folder / "certification.lock", timeout=60)


def _change(home: Home, label_id: str, state: State, *, reason: str, key: SigningKey, at: dt.datetime) -> Changed:
    label = home.store.get(label_id) or home.store.by_certificate(label_id)
    if label is None or label.credential is None:
        raise RecordError(
            "status.no-certificate",
            f"Changing a state failed on {label_id!r}: Expected a certificate in the store, got "
            f"{'none' if label is None else 'a record that nobody certified'}.",
            id=label_id,
        )
    credential = from_credential(open_envelope(label.credential, typ=TYP).payload)
    changed = change_state(
        credential,
        state,
        reason=reason,
        since=at,
        key=key,
        lists=_lists(home.store, [entry.url for entry in credential.status]),
        trust=home.trust.add(key.issuer),
    )
    _publish(home.store, changed.lists)
    home.store.append_event(STATUS_EVENTS, label.id, changed.token)
    return changed


def _publish(store: LabelStore, lists: Mapping[str, str]) -> None:
    for url, token in lists.items():
        store.put_document(STATUS_LISTS, url, StatusListFile(url=url, token=token))


def _check_same_issuer(credential: str | None, record: LabelRecord, key: SigningKey) -> None:
    owner = from_credential(open_envelope(credential, typ=TYP).payload).attestation.issuer if credential else None
    if owner is not None and owner != key.issuer.id:
        raise StoreError(
            "issue.number-taken",
            f"Issuing {record.id} failed on its certificate number: Expected a new one, got one of {owner}.",
            id=record.id,
            owner=owner,
        )


def _lists(store: LabelStore, urls: list[str]) -> dict[str, str]:
    found = {url: store.get_document(STATUS_LISTS, url, StatusListFile) for url in urls}
    return {url: document.token for url, document in found.items() if document is not None}


CHANGED_REASON = "变更后重新签发 / reissued after a change"
