"""Signatures: compact JWS (RFC 7515) with EdDSA over Ed25519 (RFC 8037) or ES256, and raw Ed25519 for links."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey
from pydantic import Field, model_validator

from labels.errors import SignatureError
from labels.record import Record

if TYPE_CHECKING:
    from joserfc.registry import Header

Base64Url = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""32 bytes, base64url without padding."""

MAX_TOKEN = 100_000
"""Characters of a token that are looked at; a full credential has about 5,000."""


class PublicJwk(Record):
    """A public key (RFC 7517): Ed25519, or P-256 with ``y``."""

    kty: Literal["OKP", "EC"]
    crv: Literal["Ed25519", "P-256"]
    x: Base64Url
    y: Base64Url | None = None

    @model_validator(mode="after")
    def _on_its_curve(self) -> Self:
        if not _is_usable(self):
            raise ValueError("an Ed25519 key, or one that is on P-256")
        return self

    @property
    def alg(self) -> str:
        """The one algorithm the key is for."""
        return "EdDSA" if self.kty == "OKP" else "ES256"


class PrivateJwk(PublicJwk):
    """A key that signs."""

    d: Base64Url

    @model_validator(mode="after")
    def _fits_its_public_part(self) -> Self:
        try:
            check(open_envelope(sign(b"probe", key=self, kid="probe", typ="probe"), typ="probe"), key=self.public)
        except (SignatureError, ValueError):
            raise ValueError("a private key that fits its public part") from None
        return self

    @property
    def public(self) -> PublicJwk:
        """The part that may be given away."""
        return PublicJwk(kty=self.kty, crv=self.crv, x=self.x, y=self.y)


@dataclass(frozen=True)
class Envelope:
    """What a token says about itself, and its payload: nothing of it is proven yet."""

    token: str
    header: dict[str, Any]
    payload: bytes

    @property
    def kid(self) -> str:
        """The name of the key that is said to have signed."""
        return str(self.header.get("kid", ""))


def new_key(alg: str = "EdDSA") -> PrivateJwk:
    """Make a key: Ed25519 for ``EdDSA``, P-256 for ``ES256``."""
    key = OKPKey.generate_key("Ed25519") if alg == "EdDSA" else ECKey.generate_key("P-256")
    return PrivateJwk.model_validate(key.as_dict(private=True))


def sign(payload: bytes, *, key: PrivateJwk, kid: str, typ: str, cty: str | None = None) -> str:
    """Return the compact JWS over ``payload``."""
    header = {"alg": key.alg, "kid": kid, "typ": typ} | ({"cty": cty} if cty else {})
    return jws.serialize_compact(header, payload, _key(key), registry=_REGISTRY)


def open_envelope(token: str, *, typ: str) -> Envelope:
    """Take a token apart without trusting it.

    Raises:
        SignatureError: No compact JWS in its one canonical spelling, another ``typ``, an algorithm that is not allowed.
    """
    if len(token) > MAX_TOKEN or not _COMPACT.fullmatch(token):
        raise SignatureError(
            "signature.form",
            f"Opening a signed record failed on {token[:40]!r}: Expected three base64url parts, got something else.",
        )
    header_part, payload_part, signature_part = token.split(".")
    header = _header(header_part)
    _decode(signature_part)
    if header.get("typ") != typ:
        raise SignatureError(
            "signature.typ",
            f"Opening a signed record failed on its type: Expected {typ}, got {str(header.get('typ'))[:40]!r}.",
            expected=typ,
            got=str(header.get("typ"))[:40],
        )
    if header.get("alg") not in ALGORITHMS:
        raise SignatureError(
            "signature.alg",
            f"Opening a signed record failed on its algorithm: "
            f"Expected {' or '.join(ALGORITHMS)}, got {str(header.get('alg'))[:20]!r}.",
            got=str(header.get("alg"))[:20],
        )
    return Envelope(token=token, header=header, payload=_decode(payload_part))


def check(envelope: Envelope, *, key: PublicJwk) -> None:
    """Check the signature with the one algorithm the key is for.

    Raises:
        SignatureError: The signature does not hold.
    """
    try:
        if envelope.header["alg"] != key.alg:
            raise SignatureError(
                "signature.alg",
                f"Checking a signature failed on its algorithm: Expected {key.alg}, got {envelope.header['alg']}.",
                got=envelope.header["alg"],
            )
        jws.deserialize_compact(envelope.token, _key(key), registry=_REGISTRY)
    except (JoseError, ValueError, TypeError):
        raise SignatureError(
            "signature.bad",
            f"Checking a signature failed with key {envelope.kid[:80]}: Expected one that holds, got a bad one.",
            kid=envelope.kid[:80],
        ) from None


def sign_bytes(message: bytes, *, key: PrivateJwk) -> bytes:
    """Return the raw 64-byte Ed25519 signature (RFC 8032) that fits into a link.

    Raises:
        SignatureError: The key is no Ed25519 key.
    """
    if key.kty != "OKP":
        raise SignatureError("signature.key-kind", f"Signing a link failed: Expected an Ed25519 key, got {key.crv}.")
    return Ed25519PrivateKey.from_private_bytes(_decode(key.d)).sign(message)


def holds(message: bytes, signature: bytes, *, key: PublicJwk) -> bool:
    """Whether a raw Ed25519 signature over ``message`` is the key's; False for other kinds of key."""
    if key.kty != "OKP":
        return False
    try:
        Ed25519PublicKey.from_public_bytes(_decode(key.x)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _header(part: str) -> dict[str, Any]:
    try:
        header = orjson.loads(_decode(part))
    except orjson.JSONDecodeError:
        header = None
    if not isinstance(header, dict):
        raise SignatureError("signature.form", "Opening a signed record failed on its header: Expected a JSON object.")
    return header


def _decode(part: str) -> bytes:
    """Decode base64url and refuse a second spelling of the same bytes."""
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        data = b""
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != part:
        raise SignatureError("signature.form", f"Opening a signed record failed on {part[:40]!r}: Expected base64url.")
    return data


def _is_usable(key: PublicJwk) -> bool:
    """Whether the numbers of a key are one, each in its one canonical spelling."""
    try:
        _decode(key.x)
        _decode(key.y or "")
        return (key.kty == "OKP") == (key.crv == "Ed25519") and bool(_key(key).get_op_key("verify"))
    except (SignatureError, JoseError, ValueError, TypeError):
        return False


def _key(key: PublicJwk) -> OKPKey | ECKey:
    kind = OKPKey if key.kty == "OKP" else ECKey
    return kind.import_key(key.model_dump(exclude_none=True))


class _Registry(jws.JWSRegistry):
    """Only the two algorithms; the library's own EdDSA is allowed on purpose: credentials in use carry that name."""

    def get_alg(self, name: str) -> Any:  # noqa: ANN401  (the library's own type is private)
        if name not in ALGORITHMS:
            raise JoseError(f"algorithm {name} is not allowed")
        return self.algorithms[name]

    def check_header(self, header: Header) -> None:
        if "crit" in header:
            raise JoseError("no critical header is understood")
        super().check_header(header)


ALGORITHMS = ("EdDSA", "ES256")
_REGISTRY = _Registry(algorithms=ALGORITHMS)
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
