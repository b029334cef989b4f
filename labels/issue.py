"""What a certification body does: sign a record, sign its link, change a certificate's state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labels import jose
from labels.code import canonical_link, signed_link, signed_message
from labels.errors import RecordError
from labels.formats.credential import TYP, Credential, to_credential
from labels.model import LabelRecord, State, StoredLabel
from labels.status import (
    BITS,
    STATES,
    Purpose,
    StatusEntry,
    StatusEvent,
    StatusList,
    empty_list,
    open_list,
    sign_event,
    sign_list,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from labels.trust import SigningKey, TrustStore


@dataclass(frozen=True)
class Issued:
    """A signed record and the links that lead to it."""

    label: StoredLabel
    link: str
    """What the QR code says: the GS1 Digital Link, or the registry's link where the product has no GTIN."""
    signed_link: str | None
    """The same with the issuer's signature in it; None where the key is not Ed25519 or there is no GTIN."""


@dataclass(frozen=True)
class Changed:
    """A change of state, ready to be stored: the signed event and the status lists it touches."""

    event: StatusEvent
    token: str
    lists: Mapping[str, str]


def issue(
    record: LabelRecord, *, key: SigningKey, number: int, at: dt.datetime, domain: str, serial: str | None = None
) -> Issued:
    """Sign ``record``; ``number`` counts the issuer's credentials and gives this one its own status bits.

    Raises:
        RecordError: No attestation, or one that names another issuer than the key's.
    """
    named = record.attestation.issuer if record.attestation else None
    if named != key.issuer.id:
        raise RecordError(
            "issue.other-issuer",
            f"Issuing {record.id} failed on its issuer: Expected {key.issuer.id}, got {named or 'none'}.",
            expected=key.issuer.id,
            got=named or "-",
        )
    status = status_entries(key.issuer.id, number, domain=domain)
    credential = jose.sign(to_credential(record, status=status), key=key.private, kid=key.kid, typ=TYP, cty="vc")
    link = label_link(record, domain=domain, serial=serial)
    return Issued(
        label=stored(record, credential=credential, at=at), link=link, signed_link=_signed(link, record=record, key=key)
    )


def stored(record: LabelRecord, *, credential: str | None, at: dt.datetime) -> StoredLabel:
    """Return a record as a store keeps it."""
    return StoredLabel(
        id=record.id,
        gtin=record.product.gtin,
        certificate_number=record.attestation.certificate_number if record.attestation else None,
        credential=credential,
        record=record if credential is None else None,
        stored_at=at,
    )


def published(
    entries: tuple[StatusEntry, ...], *, key: SigningKey, lists: Mapping[str, str], at: dt.datetime
) -> dict[str, str]:
    """Return the signed, empty status lists that credentials refer to and that are not out yet, by URL."""
    return {
        entry.url: sign_list(empty_list(entry.url, issuer=key.issuer.id, purpose=entry.purpose), key=key, at=at)
        for entry in entries
        if entry.url not in lists
    }


def label_link(record: LabelRecord, *, domain: str, serial: str | None = None) -> str:
    """Return the link a label's QR code holds."""
    if record.product.gtin is None:
        return f"https://{domain}/l/{record.id}"
    return canonical_link(record.product.gtin, domain=domain, serial=serial)


def number_of(entry: StatusEntry) -> int | None:
    """Return the number that an entry made by ``status_entries`` is for; None for another kind of entry."""
    _, _, lists = entry.url.rpartition("-")
    return int(lists) * BITS + entry.index if re.fullmatch(r"[0-9]{1,6}", lists) else None


def status_entries(issuer: str, number: int, *, domain: str) -> tuple[StatusEntry, ...]:
    """Return where the issuer's credential number ``number`` has its bits, one list for each purpose."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", issuer.removeprefix("did:web:")).strip("-").lower()
    lists, index = divmod(number, BITS)
    return tuple(
        StatusEntry(purpose=purpose, url=f"https://{domain}/status/{slug}-{purpose.value}-{lists}", index=index)
        for purpose in Purpose
    )


def change_state(
    credential: Credential,
    state: State,
    *,
    reason: str,
    reason_en: str | None = None,
    since: dt.datetime,
    key: SigningKey,
    lists: Mapping[str, str],
    trust: TrustStore,
) -> Changed:
    """Sign a change of state and set the bits that say it.

    ``lists`` are the signed status lists as they stand; a missing one starts empty.

    Raises:
        RecordError: The key is another issuer's.
        SignatureError: A list at hand does not hold.
    """
    if credential.attestation.issuer != key.issuer.id:
        raise RecordError(
            "issue.other-issuer",
            f"Changing the state of {credential.record.id} failed on the key: "
            f"Expected one of {credential.attestation.issuer}, got one of {key.issuer.id}.",
            expected=credential.attestation.issuer,
            got=key.issuer.id,
        )
    event = StatusEvent.model_validate(
        {
            "label": credential.record.id,
            "issuer": key.issuer.id,
            "state": state,
            "since": since,
            "reason": reason,
            "reason_en": reason_en,
        }
    )
    changed = {}
    for entry in credential.status:
        before = _list_at(entry, key=key, lists=lists, trust=trust)
        wanted = state in STATES[entry.purpose]
        if entry.purpose is Purpose.REVOCATION and before.is_set(entry.index) and not wanted:
            raise RecordError(
                "status.final",
                f"Changing the state of {credential.record.id} to {state} failed: "
                "Expected a certificate that is neither withdrawn nor cancelled; both are final.",
                id=credential.record.id,
            )
        changed[entry.url] = sign_list(before.with_bit(entry.index, value=wanted), key=key, at=since)
    return Changed(event=event, token=sign_event(event, key=key), lists=changed)


def superseded(
    credential: Credential, *, key: SigningKey, lists: Mapping[str, str], at: dt.datetime, trust: TrustStore
) -> dict[str, str]:
    """Return the status lists that revoke a credential which a newer one of the same certificate replaces.

    Raises:
        RecordError: The certificate is not in force.
        SignatureError: A list at hand does not hold.
    """
    changed = {}
    for entry in credential.status:
        before = _list_at(entry, key=key, lists=lists, trust=trust)
        if before.is_set(entry.index):
            raise RecordError(
                "issue.not-in-force",
                f"Issuing {credential.record.id} again failed: "
                "Expected a certificate in force, got one that is suspended, withdrawn or cancelled.",
                id=credential.record.id,
            )
        if entry.purpose is Purpose.REVOCATION:
            changed[entry.url] = sign_list(before.with_bit(entry.index, value=True), key=key, at=at)
    return changed


def _list_at(entry: StatusEntry, *, key: SigningKey, lists: Mapping[str, str], trust: TrustStore) -> StatusList:
    token = lists.get(entry.url)
    if token is None:
        return empty_list(entry.url, issuer=key.issuer.id, purpose=entry.purpose)
    return open_list(token, entry=entry, issuer=key.issuer.id, trust=trust)


def _signed(link: str, *, record: LabelRecord, key: SigningKey) -> str | None:
    if record.product.gtin is None or key.private.kty != "OKP":
        return None
    return signed_link(link, jose.sign_bytes(signed_message(link), key=key.private))
