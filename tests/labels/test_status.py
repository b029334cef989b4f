from __future__ import annotations

import base64
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels import jose
from labels.errors import SignatureError
from labels.status import (
    BITS,
    LIST_TYP,
    MAX_BYTES,
    Purpose,
    StatusEntry,
    decode_bits,
    empty_list,
    encode_bits,
    open_list,
    sign_list,
)
from tests.labels.examples import AT, ISSUER, signing_key, trusting

URL = "https://tanbiao.example/status/x"
KEY = signing_key()
ENTRY = StatusEntry(purpose=Purpose.SUSPENSION, url=URL, index=3)


@given(st.sets(st.integers(0, BITS - 1), max_size=20))
def test_just_the_bits_that_were_set_are_set_after_the_way_through_a_credential(wanted: set[int]) -> None:
    status_list = empty_list(URL, issuer=ISSUER, purpose=Purpose.SUSPENSION)
    for index in wanted:
        status_list = status_list.with_bit(index, value=True)

    opened = open_list(sign_list(status_list, key=KEY, at=AT), entry=ENTRY, issuer=ISSUER, trust=trusting(KEY))

    assert {index for index in {*wanted, 0, 7, 8, BITS - 1} if opened.is_set(index)} == wanted


def test_index_zero_is_the_leftmost_bit() -> None:
    """Bitstring Status List §3.2: the first index, zero, is the left-most bit."""
    assert empty_list(URL, issuer=ISSUER, purpose=Purpose.REVOCATION).with_bit(0, value=True).bits[0] == 0b1000_0000


def test_a_cleared_bit_is_clear() -> None:
    status_list = empty_list(URL, issuer=ISSUER, purpose=Purpose.REVOCATION).with_bit(9, value=True)

    assert status_list.with_bit(9, value=False) == empty_list(URL, issuer=ISSUER, purpose=Purpose.REVOCATION)


def test_the_same_bits_are_encoded_as_the_same_text() -> None:
    assert encode_bits(bytes(BITS // 8)) == encode_bits(bytes(BITS // 8))


@pytest.mark.parametrize(
    ("encoded", "code"),
    [
        ("", "status.encoding"),
        ("H4sI", "status.encoding"),
        ("u!!!", "status.encoding"),
        ("u中", "status.encoding"),
        ("u" + base64.urlsafe_b64encode(b"no gzip").decode(), "status.encoding"),
        ("u" + base64.urlsafe_b64encode(gzip.compress(bytes(BITS // 8))[:-9]).decode(), "status.encoding"),
        ("u" + base64.urlsafe_b64encode(gzip.compress(bytes(BITS // 8 - 1))).decode(), "status.length"),
        ("u" + base64.urlsafe_b64encode(gzip.compress(bytes(MAX_BYTES + 1))).decode(), "status.length"),
    ],
    ids=["empty", "no-prefix", "no-base64", "no-ascii", "no-gzip", "cut", "short", "bomb"],
)
def test_a_list_that_is_none_is_refused(encoded: str, code: str) -> None:
    with pytest.raises(SignatureError) as refused:
        decode_bits(encoded)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (ENTRY.model_copy(update={"purpose": Purpose.REVOCATION}), "status.purpose"),
        (ENTRY.model_copy(update={"url": "https://elsewhere.example/x"}), "status.place"),
    ],
)
def test_a_list_of_another_purpose_or_place_is_refused(entry: StatusEntry, code: str) -> None:
    token = sign_list(empty_list(URL, issuer=ISSUER, purpose=Purpose.SUSPENSION), key=KEY, at=AT)

    with pytest.raises(SignatureError) as refused:
        open_list(token, entry=entry, issuer=ISSUER, trust=trusting(KEY))

    assert refused.value.code == code


@pytest.mark.parametrize(
    "payload",
    [b"{", b"[]", b"{}", b'{"credentialSubject":[]}', b'{"credentialSubject":{"type":"BitstringStatusListEntry"}}'],
)
def test_what_its_issuer_signed_but_is_no_list_is_refused(payload: bytes) -> None:
    token = jose.sign(payload, key=KEY.private, kid=KEY.kid, typ=LIST_TYP)

    with pytest.raises(SignatureError) as refused:
        open_list(token, entry=ENTRY, issuer=ISSUER, trust=trusting(KEY))

    assert refused.value.code == "status.kind"


@pytest.mark.parametrize("value", [True, False])
def test_a_bit_beyond_the_list_cannot_be_changed(*, value: bool) -> None:
    with pytest.raises(SignatureError) as refused:
        empty_list(URL, issuer=ISSUER, purpose=Purpose.SUSPENSION).with_bit(BITS, value=value)

    assert refused.value.code == "status.index"


def test_an_index_beyond_the_list_is_refused() -> None:
    with pytest.raises(SignatureError) as refused:
        empty_list(URL, issuer=ISSUER, purpose=Purpose.SUSPENSION).is_set(BITS)

    assert str(refused.value) == f"Reading status list {URL} failed on index {BITS}: Expected less than {BITS}."
