"""What a certification body does here: issue labels, change their state; signed first, then stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.home import locked
from labels.errors import LabelError, RecordError, StoreError
from labels.formats.credential import TYP, Credential, from_credential
from labels.issue import Changed, Issued, change_state, issue, number_of, published, status_entries, superseded
from labels.jose import open_envelope
from labels.lookup import STATUS_EVENTS, STATUS_LISTS, StatusListFile, by_name
from labels.model import LabelRecord, State, StoredLabel
from labels.record import Record
from labels.verify import is_proven

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from app.home import Home
    from labels.status import StatusEntry
    from labels.store import LabelStore
    from labels.trust import SigningKey, TrustStore


class NextNumber(Record):
    """The number that an issuer's next credential gets: its place in the status lists, never used twice."""

    number: int


def issue_label(
    home: Home, record: LabelRecord, *, key: SigningKey, at: dt.datetime, serial: str | None = None
) -> Issued:
    """Sign a record and put it into the store; a certificate that was issued before is replaced by it.

    Raises:
        RecordError: The record names another issuer than the key, the issuer's keys here are others, or the
            certificate that was issued before is not in force.
        StoreError: The certificate number is another issuer's.
    """
    with _desk(home):
        trust = _trust(home, key)
        earlier = _credential(home.store.get(record.id), trust=trust)
        old_lists = _superseded(home.store, earlier, key=key, at=at, trust=trust) if earlier else {}
        number = _next_number(home.store, key.issuer.id)
        issued = issue(record, key=key, number=number, at=at, domain=home.domain, serial=serial)
        entries = status_entries(key.issuer.id, number, domain=home.domain)
        _publish(home.store, published(entries, key=key, lists=_lists(home.store, entries), at=at))
        home.store.put(issued.label)
        if earlier is not None:
            _publish(home.store, old_lists)
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


def _desk(home: Home) -> AbstractContextManager[None]:
    """One at a time: a status list is read, changed and signed again."""
    return locked(home.folder / "certification.lock")


def _change(home: Home, label_id: str, state: State, *, reason: str, key: SigningKey, at: dt.datetime) -> Changed:
    trust = _trust(home, key)
    labels = by_name(label_id, home.store)
    proven = ((label, _credential(label, trust=trust)) for label in labels)
    label, credential = next((pair for pair in proven if pair[1] is not None), (None, None))
    if label is None or credential is None:
        got = "none" if not labels else "a record that nobody certified" if labels[0].record else "an unproven one"
        raise RecordError(
            "status.no-certificate",
            f"Changing a state failed on {label_id!r}: Expected a certificate in the store, got {got}.",
            id=label_id,
        )
    lists = _lists(home.store, credential.status)
    changed = change_state(credential, state, reason=reason, since=at, key=key, lists=lists, trust=trust)
    _publish(home.store, changed.lists)
    home.store.append_event(STATUS_EVENTS, label.id, changed.token)
    return changed


def _trust(home: Home, key: SigningKey) -> TrustStore:
    """Return the trust store with the key's issuer; for one that is trusted here already only its pinned keys sign."""
    trust = home.trust
    known = trust.issuers.get(key.issuer.id)
    if known is None:
        return trust.add(key.issuer)
    if not key.signs_for(known):
        raise RecordError(
            "issue.key-not-trusted",
            f"Signing for {known.id} failed on key {key.kid}: Expected a key that is trusted for it here, got another.",
            kid=key.kid,
        )
    return trust


def _credential(label: StoredLabel | None, *, trust: TrustStore) -> Credential | None:
    """Return what a label's credential says, when it is proven: a forged one must not move anybody's status bits."""
    if label is None or not is_proven(label, trust=trust):
        return None
    return from_credential(open_envelope(label.credential or "", typ=TYP).payload)


def _superseded(
    store: LabelStore, earlier: Credential, *, key: SigningKey, at: dt.datetime, trust: TrustStore
) -> dict[str, str]:
    owner = earlier.attestation.issuer
    if owner != key.issuer.id:
        raise StoreError(
            "issue.number-taken",
            f"Issuing {earlier.record.id} failed on its certificate number: Expected a new one, got one of {owner}.",
            id=earlier.record.id,
            owner=owner,
        )
    return superseded(earlier, key=key, lists=_lists(store, earlier.status), at=at, trust=trust)


def _next_number(store: LabelStore, issuer: str) -> int:
    """Take the issuer's next number; the first time it is the one after all that its labels here have."""
    known = store.get_document(NUMBERS, issuer, NextNumber)
    number = known.number if known else max(_numbers(store, issuer), default=-1) + 1
    store.put_document(NUMBERS, issuer, NextNumber(number=number + 1))
    return number


def _numbers(store: LabelStore, issuer: str) -> Iterator[int]:
    for label in store:
        try:
            credential = from_credential(open_envelope(label.credential or "", typ=TYP).payload)
        except LabelError:
            continue
        if credential.attestation.issuer == issuer:
            yield from (number for entry in credential.status if (number := number_of(entry)) is not None)


def _publish(store: LabelStore, lists: Mapping[str, str]) -> None:
    for url, token in lists.items():
        store.put_document(STATUS_LISTS, url, StatusListFile(url=url, token=token))


def _lists(store: LabelStore, entries: Iterable[StatusEntry]) -> dict[str, str]:
    found = {entry.url: store.get_document(STATUS_LISTS, entry.url, StatusListFile) for entry in entries}
    return {url: document.token for url, document in found.items() if document is not None}


NUMBERS = "issued"
CHANGED_REASON = "变更后重新签发 / reissued after a change"
