from __future__ import annotations

import datetime as dt

import pytest

from labels.errors import RecordError
from labels.trust import Accreditation, TrustedKey, TrustStore
from tests.labels.examples import ISSUER, signing_key, trusting

DAY = dt.date(2026, 5, 1)
SCOPE = Accreditation(
    categories=("cement", "rebar"),
    schemes=("national",),
    standards=("GB/T 24067-2024",),
    valid_from=dt.date(2025, 1, 1),
    valid_until=dt.date(2026, 12, 31),
)


@pytest.mark.parametrize(
    ("category", "scheme", "standard", "day", "covered"),
    [
        ("cement", "national", "GB/T 24067-2024", DAY, True),
        ("cement", "national", "GB/T 24067-2024", dt.date(2025, 1, 1), True),
        ("cement", "national", "GB/T 24067-2024", dt.date(2026, 12, 31), True),
        ("cement", "national", "GB/T 24067-2024", dt.date(2027, 1, 1), False),
        ("cement", "national", "GB/T 24067-2024", dt.date(2024, 12, 31), False),
        ("tyre", "national", "GB/T 24067-2024", DAY, False),
        ("cement", "other", "GB/T 24067-2024", DAY, False),
        ("cement", "national", "ISO 14067:2018", DAY, False),
        ("*", "national", "GB/T 24067-2024", DAY, False),
    ],
)
def test_an_accreditation_covers_only_what_it_names_while_it_holds(
    category: str, scheme: str, standard: str, day: dt.date, *, covered: bool
) -> None:
    assert SCOPE.covers(category=category, scheme=scheme, standard=standard, on=day) is covered


def test_a_key_signs_from_its_first_to_its_last_day_unless_revoked() -> None:
    key = signing_key().issuer.keys[0].model_copy(update={"valid_until": dt.date(2026, 6, 30)})
    revoked = key.model_copy(update={"revoked": dt.date(2026, 6, 1)})

    assert [key.signs_on(day) for day in (DAY, dt.date(2026, 6, 30), dt.date(2026, 7, 1))] == [True, True, False]
    assert not revoked.signs_on(DAY)


def test_a_second_key_of_an_issuer_joins_the_first_and_the_scope_is_replaced() -> None:
    first, second = signing_key(), signing_key()
    narrowed = second.issuer.model_copy(update={"accreditations": (SCOPE,)})

    issuer = trusting(first).add(narrowed).issuers[ISSUER]

    assert (issuer.keys, issuer.accreditations) == ((first.issuer.keys[0], second.issuer.keys[0]), (SCOPE,))


def test_a_key_name_that_another_issuer_has_is_refused() -> None:
    first = signing_key()
    thief = signing_key("did:web:thief.example")
    stolen = TrustedKey(kid=first.kid, jwk=thief.private.public, valid_from=DAY)

    with pytest.raises(RecordError) as refused:
        trusting(first).add(thief.issuer.model_copy(update={"keys": (stolen,)}))

    assert refused.value.code == "trust.kid-taken"


def test_a_key_of_an_issuer_cannot_be_swapped_under_its_name() -> None:
    first = signing_key()
    swapped = first.issuer.keys[0].model_copy(update={"jwk": signing_key().private.public})

    with pytest.raises(RecordError):
        trusting(first).add(first.issuer.model_copy(update={"keys": (swapped,)}))


def test_two_keys_of_one_name_in_one_document_are_refused() -> None:
    first = signing_key()
    twin = first.issuer.keys[0].model_copy(update={"jwk": signing_key().private.public})

    with pytest.raises(RecordError) as refused:
        TrustStore().add(first.issuer.model_copy(update={"keys": (*first.issuer.keys, twin)}))

    assert refused.value.code == "trust.kid-taken"


def test_an_older_document_does_not_bring_a_revoked_key_back() -> None:
    first = signing_key()
    revoked = first.issuer.keys[0].model_copy(update={"revoked": DAY})
    trust = trusting(first).add(first.issuer.model_copy(update={"keys": (revoked,)}))

    assert trust.add(first.issuer).issuers[ISSUER].keys == (revoked,)


def test_a_store_survives_the_way_through_its_file_without_private_parts() -> None:
    store = trusting(signing_key(), signing_key("did:web:other.example", alg="ES256"))

    data = store.to_json()

    assert TrustStore.parse_json(data) == store
    assert b'"d"' not in data


def test_an_issuer_document_with_a_private_key_is_refused() -> None:
    key = signing_key()
    leaked = key.issuer.to_json().replace(b'"kty"', b'"d":"' + key.private.d.encode() + b'","kty"')

    with pytest.raises(RecordError) as refused:
        type(key.issuer).parse_json(leaked)

    assert refused.value.code == "record.extra-forbidden"
