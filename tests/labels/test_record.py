from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.errors import RecordError
from labels.model import LabelRecord
from tests.labels.examples import record, record_json


def refusal(**changes: object) -> str:
    with pytest.raises(RecordError) as refused:
        record(**changes)
    return str(refused.value)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("footprint__value", "1,5", "Expected a decimal number such as 51.575, got '1,5'."),
        ("footprint__value", "1e5", "Expected a decimal number such as 51.575, got '1e5'."),
        ("footprint__value", "NaN", "Expected a decimal number such as 51.575, got 'NaN'."),
        ("footprint__value", True, "Expected a decimal number such as 51.575, got True."),
        ("footprint__value", None, "Expected a decimal number such as 51.575, got None."),
        ("footprint__amount", "0", "Expected more than 0, got '0'."),
        ("footprint__data_quality", "6", "Expected at most 5, got '6'."),
        ("footprint__boundary", "gate", "Expected 'cradle-to-gate' or 'cradle-to-grave', got 'gate'."),
        ("product__name", "", "Expected some text, got ''."),
        ("product__name", "a\nb", "Expected one line of text without control characters, got 'a\\nb'."),
        ("product__name", 7, "Expected text, got 7."),
        ("product__name", "x" * 501, "Expected at most 500 characters, got '" + "x" * 58 + "…."),
        ("attestation__issued", "2026-02-30", "Expected a day such as 2026-11-20, got '2026-02-30'."),
        ("attestation__issued", 20260101, "Expected a day such as 2026-11-20, got 20260101."),
        ("attestation__issuer", "nobody", "Expected text of the form ^did:[a-z0-9]+:\\S+$, got 'nobody'."),
    ],
)
def test_a_wrong_value_is_told_by_field_expectation_and_value(field: str, value: object, told: str) -> None:
    path = field.replace("__", ".")

    assert refusal(**{field: value}) == f"Reading field {path} failed: {told}"


def test_a_wrong_check_digit_is_told_in_its_own_words() -> None:
    assert refusal(product__gtin="6901234567893") == (
        "Reading field product.gtin failed: Checking a GTIN failed on '6901234567893': Expected check digit 2, got 3."
    )


def test_a_missing_and_an_extra_field_are_refused() -> None:
    fields = record_json()
    del fields["product"]["model"]  # type: ignore[attr-defined]
    with pytest.raises(RecordError) as missing:
        LabelRecord.parse_json(orjson.dumps(fields))

    assert str(missing.value) == "Reading field product.model failed: Expected a value, got nothing."
    assert refusal(product__colour="green") == (
        "Reading field product.colour failed: Expected no such field, got 'green'."
    )


def test_dates_out_of_order_and_a_stage_given_twice_are_refused() -> None:
    assert "Expected a certificate issued on or before its last valid day 2028-01-14" in refusal(
        attestation__issued="2028-01-15"
    )
    stages = [{"stage": "use", "value": "1"}, {"stage": "use", "value": "2"}]
    assert "Expected each life-cycle stage once" in refusal(footprint__stages=stages)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"7", b'"x"'])
def test_what_is_no_record_is_refused_with_one_sentence(data: bytes) -> None:
    with pytest.raises(RecordError) as refused:
        LabelRecord.parse_json(data)

    assert str(refused.value).startswith("Reading field record failed: Expected ")
    assert "\n" not in str(refused.value)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6))
def test_a_quantity_survives_the_way_through_json_digit_for_digit(value: Decimal) -> None:
    content = record(footprint__value=format(value, "f"), footprint__stages=[])

    again = LabelRecord.parse_json(content.to_json())

    assert format(again.footprint.value, "f") == format(value, "f")


def test_a_json_number_keeps_its_shortest_digits() -> None:
    assert record(footprint__value=51.575).footprint.value == Decimal("51.575")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["id", "product", "footprint__value", "footprint__stages", "attestation", "source", "footprint__period"]


@given(st.sampled_from(FIELDS), json_values)
def test_any_value_in_any_place_is_taken_or_refused_with_a_sentence(field: str, value: Any) -> None:  # noqa: ANN401
    told = ""
    try:
        taken = record(**{field: value})
    except RecordError as error:
        told = str(error)
    else:
        assert LabelRecord.parse_json(taken.to_json()) == taken

    assert (told == "" or "Expected" in told, "\n" in told) == (True, False)
