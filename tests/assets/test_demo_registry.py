"""What the demo registry's script makes is what is kept beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from app.home import demo_bundle
from assets.demo.build import HERE, build, read_bodies
from labels.jose import open_envelope
from labels.status import EVENT_TYP
from labels.trust import SigningKey

if TYPE_CHECKING:
    from labels.formats.bundle import Bundle


def unsigned(bundle: Bundle) -> dict[str, object]:
    """Return a registry with its signed parts opened: ES256 signs the same text differently each time."""
    return {
        "issuers": bundle.issuers,
        "labels": [
            (label.id, label.record, label.credential and open_envelope(label.credential, typ="vc+jwt").payload)
            for label in bundle.labels
        ],
        "lists": [(entry.url, open_envelope(entry.token, typ="vc+jwt").payload) for entry in bundle.status_lists],
        "events": [(event.label, open_envelope(event.token, typ=EVENT_TYP).payload) for event in bundle.events],
        "serials": bundle.serials,
    }


def test_the_registry_is_what_its_tables_give() -> None:
    assert unsigned(demo_bundle()) == unsigned(build(read_bodies()))


def test_the_keys_are_those_of_the_bodies() -> None:
    kept = {key.kid: key for key in (SigningKey.parse_json(file.read_bytes()) for file in (HERE / "keys").iterdir())}

    assert kept == {key.kid: key for key in read_bodies().values()}


def test_no_private_key_is_in_the_registry() -> None:
    assert b'"d"' not in (HERE / "registry.json").read_bytes()


def test_every_record_says_that_it_is_demo() -> None:
    for label in demo_bundle().labels:
        payload = open_envelope(label.credential, typ="vc+jwt").payload if label.credential else b"null"
        claims = orjson.loads(payload)
        record = claims["credentialSubject"]["carbonLabel"] if claims else orjson.loads(label.record.to_json())  # type: ignore[union-attr]
        assert record["source"]["demo"] is True
