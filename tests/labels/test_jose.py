from __future__ import annotations

import json
from pathlib import Path

import pytest

from labels import jose
from labels.errors import RecordError, SignatureError

VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "vc"
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason="the public test vectors are not beside the project")


def public(name: str) -> jose.PublicJwk:
    fields = json.loads((VECTORS / name).read_text())["publicKeyJwk"]
    return jose.PublicJwk.model_validate({key: fields[key] for key in ("kty", "crv", "x", "y") if key in fields})


@pytest.mark.parametrize("alg", jose.ALGORITHMS)
def test_a_signed_payload_opens_and_its_signature_holds(alg: str) -> None:
    key = jose.new_key(alg)

    envelope = jose.open_envelope(jose.sign(b"{}", key=key, kid="k", typ="t"), typ="t")
    jose.check(envelope, key=key.public)

    assert (envelope.payload, envelope.kid) == (b"{}", "k")


ED25519, P_256 = jose.new_key(), jose.new_key("ES256")


@pytest.mark.parametrize(
    "changes",
    [
        {"crv": "P-256"},
        {"kty": "EC"},
        {"x": ED25519.x[:-1] + "_"},
        {"kty": "EC", "crv": "P-256"},
        {"kty": "EC", "crv": "P-256", "y": P_256.y},
    ],
    ids=["kind", "curve", "second-spelling", "no-y", "off-the-curve"],
)
def test_numbers_that_are_no_key_are_refused_where_a_key_is_read(changes: dict[str, str]) -> None:
    fields = ED25519.public.model_dump(exclude_none=True) | changes

    with pytest.raises(RecordError):
        jose.PublicJwk.parse_json(json.dumps(fields))


@pytest.mark.parametrize("key", [ED25519, P_256], ids=["Ed25519", "P-256"])
def test_a_private_key_must_fit_its_public_part(key: jose.PrivateJwk) -> None:
    other = jose.new_key(key.alg)

    with pytest.raises(RecordError) as refused:
        jose.PrivateJwk.parse_json(json.dumps({"d": other.d} | key.public.model_dump(exclude_none=True)))

    assert refused.value.code == "record.value-error"
    assert other.d[:20] not in str(refused.value)


@pytest.mark.parametrize("alg", jose.ALGORITHMS)
def test_any_changed_character_of_a_token_is_refused(alg: str) -> None:
    key = jose.new_key(alg)
    token = jose.sign(b'{"value":"51.575"}', key=key, kid="k", typ="t")

    accepted = []
    for place, character in enumerate(token):
        changed = token[:place] + ("A" if character != "A" else "B") + token[place + 1 :]
        try:
            jose.check(jose.open_envelope(changed, typ="t"), key=key.public)
        except SignatureError:
            continue
        accepted.append(place)

    assert accepted == []


def test_a_key_of_another_kind_does_not_check_a_signature() -> None:
    token = jose.sign(b"{}", key=jose.new_key("EdDSA"), kid="k", typ="t")
    envelope = jose.open_envelope(token, typ="t")

    with pytest.raises(SignatureError) as refused:
        jose.check(envelope, key=jose.new_key("ES256").public)

    assert str(refused.value) == "Checking a signature failed on its algorithm: Expected ES256, got EdDSA."


def test_an_unsigned_token_is_refused() -> None:
    with pytest.raises(SignatureError) as refused:
        jose.open_envelope("eyJhbGciOiJub25lIiwidHlwIjoidCJ9.e30.AAAA", typ="t")

    assert refused.value.code == "signature.alg"


def test_another_type_is_refused() -> None:
    token = jose.sign(b"{}", key=jose.new_key(), kid="k", typ="JWT")

    with pytest.raises(SignatureError) as refused:
        jose.open_envelope(token, typ="vc+jwt")

    assert str(refused.value) == "Opening a signed record failed on its type: Expected vc+jwt, got 'JWT'."


@needs_vectors
@pytest.mark.parametrize(
    ("token", "key"),
    [
        ("credential-jose-minimal.txt", "vm-p256.json"),
        ("credential-issuer-match-signed.txt", "vm-ed25519.json"),
    ],
)
def test_the_signatures_of_the_w3c_examples_hold(token: str, key: str) -> None:
    """W3C vc-jose-cose test-suite."""
    envelope = jose.open_envelope((VECTORS / token).read_text().strip(), typ="vc+jwt")

    jose.check(envelope, key=public(key))


@needs_vectors
def test_the_bad_signature_of_the_w3c_examples_is_refused() -> None:
    envelope = jose.open_envelope((VECTORS / "credential-jose-bad-signature.txt").read_text().strip(), typ="vc+jwt")

    with pytest.raises(SignatureError) as refused:
        jose.check(envelope, key=public("vm-ed25519.json"))

    assert refused.value.code == "signature.bad"


@needs_vectors
def test_the_bad_media_type_of_the_w3c_examples_is_refused() -> None:
    with pytest.raises(SignatureError) as refused:
        jose.open_envelope((VECTORS / "credential-jose-bad-media-type.txt").read_text().strip(), typ="vc+jwt")

    assert refused.value.code == "signature.typ"


@needs_vectors
def test_the_ed25519_cases_of_wycheproof_come_out_as_they_say() -> None:
    groups = json.loads((VECTORS / "ed25519_test.json").read_text())["testGroups"]
    wrong = []
    for group in groups:
        jwk = group["publicKeyJwk"]
        key = jose.PublicJwk(kty="OKP", crv="Ed25519", x=jwk["x"])
        for case in group["tests"]:
            told = jose.holds(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]), key=key)
            if told != (case["result"] == "valid"):
                wrong.append(case["tcId"])

    assert (sum(len(group["tests"]) for group in groups), wrong) == (151, [])


@needs_vectors
def test_the_signature_of_rfc_8037_a4_holds() -> None:
    example = json.loads((VECTORS / "rfc8037_a4.json").read_text())
    header, payload, signature = example["jws"].split(".")
    key = jose.PublicJwk(kty="OKP", crv="Ed25519", x=example["jwk"]["x"])

    assert jose.holds(f"{header}.{payload}".encode(), jose._decode(signature), key=key)  # noqa: SLF001


def test_only_an_ed25519_key_signs_a_link() -> None:
    with pytest.raises(SignatureError) as refused:
        jose.sign_bytes(b"link", key=jose.new_key("ES256"))

    assert str(refused.value) == "Signing a link failed: Expected an Ed25519 key, got P-256."
