"""The state of certificates: Bitstring Status Lists (W3C, 2025) and the signed changes behind them."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from pydantic import AwareDatetime, Field

from labels import jose
from labels.errors import SignatureError
from labels.model import LabelId, State
from labels.record import Record, Text

if TYPE_CHECKING:
    import datetime as dt

    from labels.trust import SigningKey, TrustStore

BITS = 131_072
"""The least length the standard allows, so that one entry does not stand out."""
MAX_BYTES = 16 * 1024 * 1024
"""What a list may inflate to."""
EVENT_TYP = "label-status+jwt"
LIST_TYP = "vc+jwt"
LIST_KIND = "BitstringStatusList"


class Purpose(StrEnum):
    """What a set bit means."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


class StatusEntry(Record):
    """Where a credential's bit is (the standard's ``BitstringStatusListEntry``)."""

    purpose: Purpose
    url: Text
    index: Annotated[int, Field(ge=0)]


class StatusEvent(Record):
    """A certification body's word that a certificate's state changed at ``since``."""

    label: LabelId
    issuer: Text
    state: Literal[State.VALID, State.CHANGED, State.SUSPENDED, State.WITHDRAWN, State.CANCELLED]
    since: AwareDatetime
    reason: Text
    reason_en: Text | None = None


@dataclass(frozen=True)
class StatusList:
    """One issuer's bits for one purpose."""

    url: str
    issuer: str
    purpose: Purpose
    bits: bytes

    def is_set(self, index: int) -> bool:
        """Whether the bit at ``index`` (0 is the leftmost) is set.

        Raises:
            SignatureError: The list has no such index.
        """
        if index >= len(self.bits) * 8:
            raise SignatureError(
                "status.index",
                f"Reading status list {self.url} failed on index {index}: Expected less than {len(self.bits) * 8}.",
                index=index,
            )
        return bool(self.bits[index // 8] & (0x80 >> index % 8))

    def with_bit(self, index: int, *, value: bool) -> StatusList:
        """Return the list with one bit as wanted.

        Raises:
            SignatureError: As ``is_set``.
        """
        if self.is_set(index) is value:
            return self
        bits = bytearray(self.bits)
        mask = 0x80 >> index % 8
        bits[index // 8] = bits[index // 8] | mask if value else bits[index // 8] & ~mask
        return StatusList(url=self.url, issuer=self.issuer, purpose=self.purpose, bits=bytes(bits))


def empty_list(url: str, *, issuer: str, purpose: Purpose) -> StatusList:
    """Return a list with no bit set."""
    return StatusList(url=url, issuer=issuer, purpose=purpose, bits=bytes(BITS // 8))


def encode_bits(bits: bytes) -> str:
    """Return multibase base64url of the gzipped bits (§3.3), the same bytes every time."""
    return "u" + base64.urlsafe_b64encode(gzip.compress(bits, 9, mtime=0)).rstrip(b"=").decode()


def decode_bits(encoded: str) -> bytes:
    """Return the bits of an ``encodedList``.

    Raises:
        SignatureError: Another encoding, too short or too long a list.
    """
    try:
        if not encoded.startswith("u"):
            raise binascii.Error
        packed = base64.b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4), altchars=b"-_", validate=True)
        bits = gzip.GzipFile(fileobj=io.BytesIO(packed)).read(MAX_BYTES + 1)
    except (ValueError, OSError, EOFError, zlib.error):
        raise SignatureError(
            "status.encoding", f"Reading a status list failed on {encoded[:20]!r}: Expected u + base64url of gzip."
        ) from None
    if not BITS // 8 <= len(bits) <= MAX_BYTES:
        raise SignatureError(
            "status.length",
            f"Reading a status list failed: Expected {BITS} bits or more, got {len(bits) * 8}.",
            got=len(bits) * 8,
        )
    return bits


def sign_list(status_list: StatusList, *, key: SigningKey, at: dt.datetime) -> str:
    """Return the list as a signed ``BitstringStatusListCredential``."""
    payload = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": status_list.url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": status_list.issuer,
        "validFrom": at.isoformat(),
        "credentialSubject": {
            "id": f"{status_list.url}#list",
            "type": LIST_KIND,
            "statusPurpose": status_list.purpose.value,
            "encodedList": encode_bits(status_list.bits),
        },
    }
    return jose.sign(orjson.dumps(payload), key=key.private, kid=key.kid, typ=LIST_TYP, cty="vc")


def open_list(token: str, *, entry: StatusEntry, issuer: str, trust: TrustStore) -> StatusList:
    """Check a status list credential and return its bits.

    Raises:
        SignatureError: Signed by another issuer or a key unknown, of another purpose or place, or malformed.
    """
    envelope = jose.open_envelope(token, typ=LIST_TYP)
    _check_signer(envelope, issuer=issuer, trust=trust)
    payload = _object(envelope.payload)
    subject = payload.get("credentialSubject")
    subject = subject if isinstance(subject, dict) else {}
    for what, expected, got in (
        ("kind", LIST_KIND, subject.get("type")),
        ("issuer", issuer, payload.get("issuer")),
        ("place", entry.url, payload.get("id")),
        ("purpose", entry.purpose.value, subject.get("statusPurpose")),
    ):
        if expected != got:
            raise SignatureError(
                f"status.{what}",
                f"Reading status list {entry.url} failed on its {what}: Expected {expected}, got {str(got)[:80]}.",
                expected=expected,
                got=str(got)[:80],
            )
    bits = decode_bits(str(subject.get("encodedList", "")))
    return StatusList(url=entry.url, issuer=issuer, purpose=entry.purpose, bits=bits)


def sign_event(event: StatusEvent, *, key: SigningKey) -> str:
    """Return the change of state, signed."""
    return jose.sign(event.to_json(), key=key.private, kid=key.kid, typ=EVENT_TYP)


def open_event(token: str, *, trust: TrustStore) -> StatusEvent:
    """Check a signed change of state and return it.

    Raises:
        SignatureError: The signature does not hold, or another issuer's key made it.
        RecordError: The payload is no event.
    """
    envelope = jose.open_envelope(token, typ=EVENT_TYP)
    event = StatusEvent.parse_json(envelope.payload)
    _check_signer(envelope, issuer=event.issuer, trust=trust)
    return event


def _check_signer(envelope: jose.Envelope, *, issuer: str, trust: TrustStore) -> None:
    found = trust.find_key(envelope.kid)
    if found is None or found[0].id != issuer or found[1].revoked:
        raise SignatureError(
            "status.signer",
            f"Checking a status failed on key {envelope.kid[:80]}: Expected a trusted key of {issuer}.",
            kid=envelope.kid[:80],
        )
    jose.check(envelope, key=found[1].jwk)


def _object(payload: bytes) -> dict[str, Any]:
    """Return the JSON object in a payload; an empty one where there is none."""
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError:
        value = None
    return value if isinstance(value, dict) else {}


STATES = {
    Purpose.REVOCATION: frozenset({State.WITHDRAWN, State.CANCELLED}),
    Purpose.SUSPENSION: frozenset({State.SUSPENDED}),
}
"""The states that a set bit of a purpose stands for."""
