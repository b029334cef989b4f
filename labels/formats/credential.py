"""A label record as a UNTP Digital Conformity Credential 0.6 (W3C Verifiable Credentials 2.0), and back.

The whole record stands in ``credentialSubject.carbonLabel``; what the two standards have a place for is said there
too, and a credential that says two different things is refused.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import orjson

from labels.errors import LabelError, RecordError, SignatureError
from labels.model import ConformityAttestation, LabelRecord
from labels.status import StatusEntry

CHINA = dt.timezone(dt.timedelta(hours=8))
"""China Standard Time: a certificate is valid to the end of its last day there."""
TYP = "vc+jwt"


@dataclass(frozen=True)
class Credential:
    """What a credential carries."""

    record: LabelRecord
    attestation: ConformityAttestation
    status: tuple[StatusEntry, ...]


def first_moment(attestation: ConformityAttestation) -> dt.datetime:
    """When the certificate starts to hold."""
    return dt.datetime.combine(attestation.issued, dt.time(), CHINA)


def last_moment(attestation: ConformityAttestation) -> dt.datetime:
    """The last second in which the certificate holds."""
    return dt.datetime.combine(attestation.valid_until, dt.time(23, 59, 59), CHINA)


def to_credential(record: LabelRecord, *, status: tuple[StatusEntry, ...]) -> bytes:
    """Return the payload to sign.

    Raises:
        RecordError: The record has no attestation.
    """
    attestation = _attestation(record)
    payload = {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://test.uncefact.org/vocabulary/untp/dcc/0.6.0/"],
        "type": ["DigitalConformityCredential", "VerifiableCredential"],
        "id": f"urn:tanbiao:label:{record.id}",
        **_standard_claims(record, attestation),
        "credentialStatus": [_status_json(entry) for entry in status],
    }
    payload["credentialSubject"]["carbonLabel"] = orjson.loads(record.to_json())
    return orjson.dumps(payload)


def from_credential(payload: bytes) -> Credential:
    """Read a payload back.

    Raises:
        SignatureError: Claims that a ``vc+jwt`` must not have.
        RecordError: No record in it, or one that the rest of the credential contradicts.
    """
    claims = _claims(payload)
    _check_registered_claims(claims)
    subject = claims.get("credentialSubject")
    if not isinstance(subject, dict) or "carbonLabel" not in subject:
        raise RecordError(
            "credential.no-record", "Reading a credential failed on credentialSubject.carbonLabel: Expected a record."
        )
    record = LabelRecord.parse_json(orjson.dumps(subject.pop("carbonLabel")))
    attestation = _attestation(record)
    _check_agreement(claims, _standard_claims(record, attestation))
    return Credential(record=record, attestation=attestation, status=_status(claims.get("credentialStatus", [])))


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = orjson.loads(payload)
    except orjson.JSONDecodeError:
        claims = None
    if not isinstance(claims, dict):
        raise RecordError("credential.json", "Reading a credential failed on its payload: Expected a JSON object.")
    return claims


def _check_registered_claims(claims: dict[str, Any]) -> None:
    """Refuse the claims of the older data model, and an ``iss`` that is not the issuer (VC-JOSE-COSE §3.1)."""
    for claim in ("vc", "vp"):
        if claim in claims:
            raise SignatureError(
                "credential.old-claim",
                f"Reading a credential failed on claim {claim}: Expected no such claim.",
                claim=claim,
            )
    issuer = claims.get("issuer")
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    if "iss" in claims and claims["iss"] != named:
        raise SignatureError(
            "credential.iss",
            f"Reading a credential failed on iss: Expected {str(named)[:80]}, got {str(claims['iss'])[:80]}.",
            expected=str(named)[:80],
            got=str(claims["iss"])[:80],
        )


def _check_agreement(claims: dict[str, Any], expected: dict[str, Any]) -> None:
    for name, value in expected.items():
        if claims.get(name) != value:
            raise RecordError(
                "credential.contradiction",
                f"Reading a credential failed on {name}: Expected what its record says, got something else.",
                claim=name,
            )


def _standard_claims(record: LabelRecord, attestation: ConformityAttestation) -> dict[str, Any]:
    return {
        "issuer": {"id": attestation.issuer, "name": attestation.issuer_name},
        "validFrom": first_moment(attestation).isoformat(),
        "validUntil": last_moment(attestation).isoformat(),
        "credentialSubject": {
            "type": ["ConformityAttestation"],
            "attestationType": "certification",
            "issuedToParty": {"name": attestation.holder.name, **_registered("uscc", attestation.holder.uscc)},
            "assessment": [
                {
                    "type": ["ConformityAssessment"],
                    "conformityTopic": "environment.emissions",
                    "conformance": True,
                    "declaredValue": [
                        {
                            "metricName": "product carbon footprint, kg CO2e",
                            "metricValue": {
                                "value": float(record.footprint.value),
                                "unit": f"{format(record.footprint.amount, 'f')} {record.footprint.unit}",
                            },
                        }
                    ],
                    "assessedProduct": [
                        {"product": {"name": record.product.name, **_registered("gtin", record.product.gtin)}}
                    ],
                }
            ],
        },
    }


def _registered(scheme: str, number: str | None) -> dict[str, str]:
    return {"id": f"urn:{scheme}:{number}", "registeredId": number} if number else {}


def _attestation(record: LabelRecord) -> ConformityAttestation:
    if record.attestation is None:
        raise RecordError(
            "record.no-attestation", f"Reading record {record.id} failed: Expected an attestation, got none."
        )
    return record.attestation


def _status_json(entry: StatusEntry) -> dict[str, str]:
    return {
        "id": f"{entry.url}#{entry.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": entry.purpose.value,
        "statusListIndex": str(entry.index),
        "statusListCredential": entry.url,
    }


def _status(entries: Any) -> tuple[StatusEntry, ...]:  # noqa: ANN401  (whatever JSON held)
    try:
        return tuple(
            StatusEntry.parse_json(
                orjson.dumps(
                    {
                        "purpose": entry["statusPurpose"],
                        "url": entry["statusListCredential"],
                        "index": int(entry["statusListIndex"]),
                    }
                )
            )
            for entry in entries
        )
    except (KeyError, TypeError, ValueError, LabelError):
        raise RecordError(
            "credential.status", "Reading a credential failed on credentialStatus: Expected status list entries."
        ) from None
