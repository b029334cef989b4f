"""A record, an issuer and a moment that the tests of this folder share."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from labels.formats.credential import CHINA
from labels.issue import Issued, issue, published, status_entries
from labels.jose import PrivateJwk, new_key
from labels.model import LabelRecord
from labels.trust import Accreditation, SigningKey, TrustStore, new_signing_key
from labels.verify import Evidence

AT = dt.datetime(2026, 11, 20, 12, 0, tzinfo=CHINA)
DOMAIN = "tanbiao.example"
ISSUER = "did:web:body.example"


def record_json(**changes: object) -> dict[str, object]:
    """Return a valid record as JSON values; ``changes`` name fields as ``footprint__value``."""
    fields: dict[str, object] = {
        "id": "TB-2026-0001",
        "product": {
            "gtin": "06901234567892",
            "name": "示范光伏组件",
            "name_en": "Demo PV module",
            "model": "M-1",
            "category": "pv-module",
        },
        "footprint": {
            "value": "512.50",
            "unit": "KWT",
            "amount": "1",
            "boundary": "cradle-to-gate",
            "period": {"start": "2025-01-01", "end": "2025-12-31"},
            "stages": [{"stage": "raw-materials", "value": "400.25"}, {"stage": "production", "value": "112.25"}],
            "standard": "GB/T 24067-2024",
            "gwp_set": "AR6",
        },
        "attestation": {
            "certificate_number": "TB-2026-0001",
            "scheme": "demo-pcf",
            "issuer": ISSUER,
            "issuer_name": "示范认证",
            "holder": {"name": "示范光伏公司"},
            "issued": "2026-01-15",
            "valid_until": "2028-01-14",
        },
        "source": {"registry": "demo", "demo": True},
    }
    for path, value in changes.items():
        target = fields
        *parents, last = path.split("__")
        for parent in parents:
            target = target[parent]  # type: ignore[assignment]
        target[last] = value
    return fields


def record(**changes: object) -> LabelRecord:
    """Return a valid record, changed."""
    import orjson  # noqa: PLC0415  (the tests' only use of it)

    return LabelRecord.parse_json(orjson.dumps(record_json(**changes)))


def signing_key(issuer: str = ISSUER, *, alg: str = "EdDSA", private: PrivateJwk | None = None) -> SigningKey:
    """Return a key of an issuer accredited for PV modules since 2025."""
    key = new_signing_key(issuer, name="示范认证", day=dt.date(2025, 1, 1), private=private or new_key(alg))
    scope = Accreditation(categories=("pv-module",), valid_from=dt.date(2025, 1, 1))
    return key.model_copy(update={"issuer": key.issuer.model_copy(update={"accreditations": (scope,)})})


def trusting(*keys: SigningKey) -> TrustStore:
    """Return a trust store with the issuers of these keys."""
    trust = TrustStore()
    for key in keys:
        trust = trust.add(key.issuer)
    return trust


def issued(content: LabelRecord, key: SigningKey, *, number: int = 7) -> tuple[Issued, Evidence]:
    """Return a label and the evidence on it: its empty status lists."""
    label = issue(content, key=key, number=number, at=AT, domain=DOMAIN)
    lists = published(status_entries(key.issuer.id, number, domain=DOMAIN), key=key, lists={}, at=AT)
    return label, Evidence(label=label.label, status_lists=lists)


TOTAL = Decimal("512.50")
