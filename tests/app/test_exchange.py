"""What an import may put into the place of what."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from app.certification import issue_label
from app.exchange import import_rows, read_rows
from app.look import look_at_text
from labels import jose
from labels.formats.credential import TYP, to_credential
from labels.issue import issue, status_entries, stored
from tests.labels.examples import AT, DOMAIN, ISSUER, record, signing_key

if TYPE_CHECKING:
    from app.home import Home
    from labels.model import LabelRecord
    from labels.trust import SigningKey

KEY = signing_key()
OTHER = signing_key("did:web:other.example")
LATER = AT + dt.timedelta(days=1)
NAME = "TB-2026-0001"


@pytest.fixture
def desk(home: Home) -> Home:
    for key in (KEY, OTHER):
        home.add_issuer(key.issuer)
    return home


def taken(home: Home, *tokens: str) -> list[str]:
    """Import credentials and return the codes of what was refused."""
    rows = read_rows("\n".join(tokens).encode(), home, kind="credential", at=LATER, registry="x")
    return [row.code for row in import_rows(rows, home.store, strict=False).refused]


def forged(content: LabelRecord) -> str:
    payload = to_credential(content, status=status_entries(ISSUER, 0, domain=DOMAIN))
    return jose.sign(payload, key=jose.new_key(), kid=KEY.kid, typ=TYP)


def credential(content: LabelRecord, *, key: SigningKey = KEY) -> str:
    return issue(content, key=key, number=0, at=AT, domain=DOMAIN).label.credential or ""


def in_store(home: Home) -> str | None:
    label = home.store.get(NAME)
    return label.credential if label else None


def figure(home: Home) -> str | None:
    """Return the figure that a look shows as verified."""
    look = look_at_text(NAME, home, at=LATER)
    return (
        str(look.record.footprint.value) if look.record and look.verification and look.verification.verified else None
    )


def test_a_forged_certificate_never_takes_the_place_of_a_proven_one(desk: Home) -> None:
    issue_label(desk, record(), key=KEY, at=AT)

    refused = taken(desk, forged(record(**CHEAPER)))

    assert (refused, figure(desk)) == (["import.not-proven"], "512.50")


@pytest.mark.parametrize("issuer", [ISSUER, "did:web:nobody.example"])
def test_a_proven_certificate_takes_the_place_of_a_forged_one(desk: Home, issuer: str) -> None:
    good = credential(record())
    taken(desk, forged(record(attestation__issuer=issuer)))

    refused = taken(desk, good)

    assert (refused, in_store(desk)) == ([], good)


def test_another_trusted_body_never_takes_a_certificate_over(desk: Home) -> None:
    issue_label(desk, record(), key=KEY, at=AT)

    refused = taken(desk, credential(record(attestation__issuer=OTHER.issuer.id), key=OTHER))

    assert (refused, figure(desk)) == (["import.other-issuer"], "512.50")


def test_an_earlier_version_of_a_certificate_never_comes_back(desk: Home) -> None:
    first = issue_label(desk, record(**CHEAPER), key=KEY, at=AT).label.credential or ""
    issue_label(desk, record(), key=KEY, at=LATER)

    refused = taken(desk, first)

    assert (refused, figure(desk)) == (["import.older"], "512.50")


def test_a_certificate_issued_before_the_one_here_is_not_taken(desk: Home) -> None:
    issue_label(desk, record(), key=KEY, at=AT)

    refused = taken(desk, credential(record(**CHEAPER, attestation__issued="2026-01-14")))

    assert (refused, figure(desk)) == (["import.older"], "512.50")


def test_a_file_that_names_one_id_twice_does_not_replace_its_own_certificate(desk: Home) -> None:
    good = credential(record())

    refused = taken(desk, good, forged(record(**CHEAPER)))

    assert (refused, in_store(desk)) == (["table.same-id"], good)


@pytest.mark.parametrize("name", ["zz-1", NAME])
def test_a_declaration_that_claims_a_certificates_number_does_not_hide_it(desk: Home, name: str) -> None:
    issue_label(desk, record(id="own-1"), key=KEY, at=AT)

    desk.store.put(stored(record(id=name, **CHEAPER), credential=None, at=LATER))

    assert figure(desk) == "512.50"


CHEAPER: dict[str, object] = {"footprint__value": "1.00", "footprint__stages": []}
