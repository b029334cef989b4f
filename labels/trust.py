"""Whom to believe: certification bodies, their pinned keys, and what they are accredited for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from labels.errors import RecordError
from labels.jose import PrivateJwk, PublicJwk, new_key
from labels.record import Record, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERYTHING = "*"
"""Stands in a scope for every category, scheme or standard."""

Did = Annotated[Text, Field(pattern=r"^did:[a-z0-9]+:[^\s#]+$")]


class Accreditation(Record):
    """What a certification body may certify, from when to when (both days included)."""

    categories: tuple[Text, ...]
    schemes: tuple[Text, ...] = (EVERYTHING,)
    standards: tuple[Text, ...] = (EVERYTHING,)
    valid_from: dt.date
    valid_until: dt.date | None = None
    reference: Text | None = None
    """Who accredited it, and under which number."""

    def covers(self, *, category: str, scheme: str, standard: str, on: dt.date) -> bool:
        """Whether the accreditation held on that day for all three."""
        return (
            _within(on, self.valid_from, self.valid_until)
            and _names(self.categories, category)
            and _names(self.schemes, scheme)
            and _names(self.standards, standard)
        )


class TrustedKey(Record):
    """A pinned public key and the days it signs on; a revoked key proves nothing, whenever it signed."""

    kid: Text
    jwk: PublicJwk
    valid_from: dt.date
    valid_until: dt.date | None = None
    revoked: dt.date | None = None

    def signs_on(self, day: dt.date) -> bool:
        """Whether what is dated ``day`` may be signed with the key."""
        return self.revoked is None and _within(day, self.valid_from, self.valid_until)


class TrustedIssuer(Record):
    """A certification body as an operator chose to trust it."""

    id: Did
    name: Text
    name_en: Text | None = None
    keys: tuple[TrustedKey, ...]
    accreditations: tuple[Accreditation, ...]
    demo: bool = False

    def accredited(self, *, category: str, scheme: str, standard: str, on: dt.date) -> bool:
        """Whether any accreditation covers the four."""
        return any(
            item.covers(category=category, scheme=scheme, standard=standard, on=on) for item in self.accreditations
        )


class SigningKey(Record):
    """A certification body's own key file: the private key, and the document others import to trust it."""

    kid: Text
    private: PrivateJwk
    issuer: TrustedIssuer

    def signs_for(self, issuer: TrustedIssuer) -> bool:
        """Whether this is one of the keys pinned for an issuer, and not revoked."""
        pinned = (key for key in issuer.keys if key.kid == self.kid and key.revoked is None)
        return any(key.jwk == self.private.public for key in pinned)


@dataclass(frozen=True)
class TrustStore:
    """The pinned issuers by their identifier."""

    issuers: Mapping[str, TrustedIssuer] = field(default_factory=dict)

    def find_key(self, kid: str) -> tuple[TrustedIssuer, TrustedKey] | None:
        """Return the issuer and key that go by ``kid``."""
        for issuer in self.issuers.values():
            for key in issuer.keys:
                if key.kid == kid:
                    return issuer, key
        return None

    def add(self, issuer: TrustedIssuer) -> TrustStore:
        """Return a store that trusts ``issuer`` too; of a known issuer the keys are joined and the scope replaced.

        A key that was revoked stays so: an older document of its issuer does not bring it back.

        Raises:
            RecordError: One of its keys goes by a name that another issuer's key, or another key, has.
        """
        known = self.issuers.get(issuer.id)
        keys: dict[str, TrustedKey] = {key.kid: key for key in known.keys} if known else {}
        for key in issuer.keys:
            found = keys.get(key.kid)
            taken = self.find_key(key.kid) if found is None else None
            if taken or (found and found.jwk != key.jwk):
                raise RecordError(
                    "trust.kid-taken",
                    f"Adding issuer {issuer.id} failed on key {key.kid}: Expected a new name, got one that is taken.",
                    kid=key.kid,
                )
            revoked = key.revoked or (found and found.revoked)
            keys[key.kid] = key.model_copy(update={"revoked": revoked})
        merged = issuer.model_copy(update={"keys": tuple(keys.values())})
        return TrustStore({**self.issuers, issuer.id: merged})

    def to_json(self) -> bytes:
        """Return the store as one JSON document."""
        return _TrustFile(issuers=tuple(self.issuers.values())).to_json()

    @classmethod
    def parse_json(cls, data: bytes) -> TrustStore:
        """Read a store.

        Raises:
            RecordError: The document is none.
        """
        store = cls()
        for issuer in _TrustFile.parse_json(data).issuers:
            store = store.add(issuer)
        return store


def new_signing_key(
    issuer: str,
    *,
    name: str,
    day: dt.date,
    alg: str = "EdDSA",
    categories: tuple[str, ...] = (EVERYTHING,),
    private: PrivateJwk | None = None,
) -> SigningKey:
    """Make a key for ``issuer`` (a DID) that signs from ``day`` on, with the document that lets others trust it.

    Raises:
        RecordError: The issuer's identifier, the name or a category is none.
    """
    private = private or new_key(alg)
    kid = f"{issuer}#{private.x[:8]}"
    document = TrustedIssuer.checked(
        id=issuer,
        name=name,
        keys=(TrustedKey.checked(kid=kid, jwk=private.public, valid_from=day),),
        accreditations=(Accreditation.checked(categories=categories, valid_from=day),),
    )
    return SigningKey(kid=kid, private=private, issuer=document)


class _TrustFile(Record):
    issuers: tuple[TrustedIssuer, ...]


def _within(day: dt.date, first: dt.date, last: dt.date | None) -> bool:
    return first <= day and (last is None or day <= last)


def _names(scope: tuple[str, ...], value: str) -> bool:
    return EVERYTHING in scope or value in scope
