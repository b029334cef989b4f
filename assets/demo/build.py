"""Make the demo registry, ``registry.json``, from its readable tables: ``python -m assets.demo.build``.

The keys come from fixed texts and are no secret: they sign demo records only, and anyone may try them.
"""

from __future__ import annotations

import base64
import csv
import datetime as dt
import hashlib
import tomllib
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from labels.checks import SerialReport
from labels.code import DEFAULT_DOMAIN
from labels.formats.bundle import Bundle, EventFile, SerialFile
from labels.formats.credential import CHINA, TYP, from_credential
from labels.issue import change_state, issue, published, status_entries, stored
from labels.jose import PrivateJwk, open_envelope
from labels.lookup import StatusListFile, serial_key
from labels.model import LabelRecord, StageName, State, StoredLabel
from labels.trust import Accreditation, SigningKey, TrustStore, new_signing_key

HERE = Path(__file__).parent
REGISTRY = "示范登记平台 / Demo registry"
Row = dict[str, str]


def main() -> None:
    """Write the registry and the bodies' key files."""
    bodies = read_bodies()
    (HERE / "registry.json").write_bytes(_pretty(build(bodies)))
    for key in bodies.values():
        name = key.issuer.id.removeprefix("did:web:").split(".")[0]
        (HERE / "keys" / f"{name}.json").write_bytes(_pretty(key))


def build(bodies: dict[str, SigningKey]) -> Bundle:
    """Return the registry that the tables describe."""
    trusted = _trusted_bodies()
    desk = _Desk({key: bodies[key] for key in bodies})
    rows = _read_csv("labels.csv")
    firms = {firm["firm"]: firm for firm in _read_csv("firms.csv")}
    for row in rows:
        desk.put(row, firms[row["firm"]])
    return Bundle(
        issuers=tuple(bodies[key].issuer for key in trusted),
        labels=tuple(desk.labels),
        status_lists=tuple(StatusListFile(url=url, token=token) for url, token in desk.lists.items()),
        events=tuple(desk.events),
        serials=tuple(desk.serials),
    )


def read_bodies() -> dict[str, SigningKey]:
    """Return the certification bodies' keys by their names in the table."""
    table = _bodies_table()
    bodies = {}
    for body in table["body"]:
        private = _private_key(body["id"], body["alg"])
        key = new_signing_key(body["id"], name=body["name"], day=body["valid_from"], private=private)
        scope = Accreditation(
            categories=tuple(body["categories"]),
            schemes=(table["scheme"],),
            standards=tuple(body["standards"]),
            valid_from=body["valid_from"],
            reference=body["reference"],
        )
        issuer = key.issuer.model_copy(update={"name_en": body["name_en"], "accreditations": (scope,), "demo": True})
        bodies[body["key"]] = key.model_copy(update={"issuer": issuer})
    return bodies


class _Desk:
    """The certification bodies at work: labels, status lists and changes of state as they come about."""

    def __init__(self, bodies: dict[str, SigningKey]) -> None:
        self.bodies = bodies
        self.labels: list[StoredLabel] = []
        self.lists: dict[str, str] = {}
        self.events: list[EventFile] = []
        self.serials: list[SerialFile] = []
        self._numbers = dict.fromkeys(bodies, 0)
        self._trust = TrustStore()
        for key in bodies.values():
            self._trust = self._trust.add(key.issuer)

    def put(self, row: Row, firm: Row) -> None:
        """Issue one row of the table and do to it what its case says."""
        body = self.bodies.get(row["body"])
        record = _record(row, firm, body)
        if body is None:
            self.labels.append(stored(record, credential=None, at=dt.datetime(2026, 1, 1, tzinfo=CHINA)))
            return
        label = self._issue(record, row, body)
        self.labels.append(_spoil(label, row))
        if row["case"] in _STATES:
            self._change(label, row, body)
        if row["case"] == "cloned-serial":
            report = SerialReport(copied_since=dt.date.fromisoformat(row["since"]), reason=row["reason"])
            self.serials.append(SerialFile(key=serial_key(label.gtin or "", row["serial"]), report=report))

    def _issue(self, record: LabelRecord, row: Row, body: SigningKey) -> StoredLabel:
        number = self._numbers[row["body"]]
        self._numbers[row["body"]] += 1
        at = dt.datetime.combine(dt.date.fromisoformat(row["issued"]), dt.time(9), CHINA)
        entries = status_entries(body.issuer.id, number, domain=DEFAULT_DOMAIN)
        self.lists |= published(entries, key=body, lists=self.lists, at=at)
        signer = body
        if row["case"] == "forged-signature":
            signer = body.model_copy(update={"private": _private_key("a forger", body.private.alg)})
        return issue(record, key=signer, number=number, at=at, domain=DEFAULT_DOMAIN).label

    def _change(self, label: StoredLabel, row: Row, body: SigningKey) -> None:
        changed = change_state(
            from_credential(open_envelope(label.credential or "", typ=TYP).payload),
            _STATES[row["case"]],
            reason=row["reason"],
            reason_en=row["reason_en"],
            since=dt.datetime.combine(dt.date.fromisoformat(row["since"]), dt.time(10), CHINA),
            key=body,
            lists=self.lists,
            trust=self._trust,
        )
        self.lists |= changed.lists
        self.events.append(EventFile(label=label.id, token=changed.token))


def _record(row: Row, firm: Row, body: SigningKey | None) -> LabelRecord:
    fields = {
        "id": row["id"],
        "product": {
            "gtin": row["gtin"],
            "name": row["product_name"],
            "name_en": row["product_name_en"],
            "model": row["model"],
            "category": row["category"],
        },
        "footprint": _footprint(row),
        "attestation": _attestation(row, firm, body) if body else None,
        "source": {
            "registry": REGISTRY,
            "demo": True,
            "note": f"{row['range_low']}–{row['range_high']} {row['range_unit']}: {row['range_source']}",
        },
    }
    return LabelRecord.parse_json(orjson.dumps(_filled(fields)))


def _footprint(row: Row) -> dict[str, Any]:
    names = ("value", "unit", "amount", "boundary", "functional_unit", "standard", "product_rule")
    more = ("product_rule_version", "gwp_set", "uncertainty_percent", "primary_data_percent", "data_quality")
    rules = ("electricity_rule", "allocation")
    stages = [(stage, row[stage.value.replace("-", "_")]) for stage in StageName]
    return {name: row[name] for name in (*names, *more, *rules)} | {
        "offsets_counted": {"yes": True, "no": False}.get(row["offsets_counted"]),
        "period": {"start": row["period_start"], "end": row["period_end"]},
        "stages": [{"stage": stage.value, "value": value} for stage, value in stages if value],
    }


def _attestation(row: Row, firm: Row, body: SigningKey) -> dict[str, Any]:
    return {
        "certificate_number": row["id"],
        "scheme": _bodies_table()["scheme"],
        "issuer": body.issuer.id,
        "issuer_name": body.issuer.name,
        "issuer_name_en": body.issuer.name_en,
        "holder": {"name": firm["name"], "name_en": firm["name_en"], "uscc": firm["uscc"]},
        "production_site": row["production_site"],
        "issued": row["issued"],
        "valid_until": row["valid_until"],
        "surveillance": [day.strip() for day in row["surveillance"].split(";") if day.strip()],
    }


def _spoil(label: StoredLabel, row: Row) -> StoredLabel:
    """Put another value into a signed credential, as a cheat would."""
    if row["case"] != "altered" or label.credential is None:
        return label
    header, payload, signature = label.credential.split(".")
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    subject = claims["credentialSubject"]
    subject["carbonLabel"]["footprint"]["value"] = row["altered_value"]
    subject["assessment"][0]["declaredValue"][0]["metricValue"]["value"] = float(row["altered_value"])
    return label.model_copy(update={"credential": f"{header}.{_base64url(orjson.dumps(claims))}.{signature}"})


def _private_key(seed: str, alg: str) -> PrivateJwk:
    secret = hashlib.sha256(f"tanbiao demo key of {seed}, no secret".encode()).digest()
    if alg == "EdDSA":
        public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return PrivateJwk(kty="OKP", crv="Ed25519", x=_base64url(public), d=_base64url(secret))
    numbers = ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1()).public_key().public_numbers()
    x, y = (_base64url(number.to_bytes(32)) for number in (numbers.x, numbers.y))
    return PrivateJwk(kty="EC", crv="P-256", x=x, y=y, d=_base64url(secret))


def _trusted_bodies() -> list[str]:
    return [body["key"] for body in _bodies_table()["body"] if body["trusted"]]


def _bodies_table() -> dict[str, Any]:
    return tomllib.loads((HERE / "bodies.toml").read_text("utf-8"))


def _read_csv(name: str) -> list[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _filled(value: Any) -> Any:  # noqa: ANN401  (JSON)
    """Leave out what a table leaves empty."""
    if isinstance(value, dict):
        return {key: _filled(inner) for key, inner in value.items() if inner not in ("", None)}
    return value


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _pretty(record: Bundle | SigningKey) -> bytes:
    return orjson.dumps(orjson.loads(record.to_json()), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


_STATES = {
    "suspended": State.SUSPENDED,
    "withdrawn": State.WITHDRAWN,
    "cancelled": State.CANCELLED,
    "changed": State.CHANGED,
}

if __name__ == "__main__":
    main()
