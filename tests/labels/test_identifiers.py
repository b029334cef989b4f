from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels.errors import CodeError
from labels.identifiers import (
    CSET_82,
    check_pair,
    fold,
    mod10,
    normalise_certificate_number,
    normalise_gtin,
    normalise_uscc,
    parse_gtin,
    validate_check_pair,
    validate_mod10,
    validate_uscc,
)

VECTORS = Path(__file__).resolve().parents[2] / ".." / "shared" / "vectors" / "gs1" / "gs1_vectors.csv"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

digits = st.text("0123456789", min_size=7, max_size=17)
gtin_bodies = st.sampled_from([7, 11, 12, 13]).flatmap(lambda size: st.text("0123456789", min_size=size, max_size=size))


def test_published_check_digits_are_judged_as_the_reference_engine_judges_them() -> None:
    if not VECTORS.exists():
        pytest.skip("the shared GS1 vectors are not beside the repository")
    with VECTORS.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["group"] == "checkdigit-mod10"]

    verdicts = {row["id"]: _holds(row["input"]) for row in rows}

    assert len(rows) == 13
    assert verdicts == {row["id"]: row["valid"] == "1" for row in rows}


@settings(deadline=None)
@given(digits)
def test_digits_with_their_check_digit_are_accepted(body: str) -> None:
    key = body + mod10(body)

    assert validate_mod10(key) == key


@settings(deadline=None)
@given(gtin_bodies, st.data())
def test_any_single_digit_changed_in_a_gtin_is_refused(body: str, data: st.DataObject) -> None:
    gtin = body + mod10(body)
    place = data.draw(st.integers(0, len(gtin) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != gtin[place]]))

    with pytest.raises(CodeError) as refused:
        normalise_gtin(gtin[:place] + other + gtin[place + 1 :])

    assert refused.value.code == "gtin.check-digit"


@pytest.mark.parametrize(
    ("typed", "gtin"),
    [
        ("02345673", "00000002345673"),
        ("416000336108", "00416000336108"),
        ("6901234567892", "06901234567892"),
        ("12345678901231", "12345678901231"),
        ("6 901234 567892", "06901234567892"),
        ("690-1234-56789-2", "06901234567892"),
        (" ６９０１２３４５６７８９２\n", "06901234567892"),
    ],
)
def test_a_gtin_is_read_as_people_type_it(typed: str, gtin: str) -> None:
    assert parse_gtin(typed) == gtin


@pytest.mark.parametrize("typed", ["", "690123456789", "6901234567893"])
def test_a_gtin_with_a_wrong_digit_or_length_is_refused(typed: str) -> None:
    with pytest.raises(CodeError, match=r"^(Reading|Checking) a GTIN failed on .*: Expected .*\.$"):
        parse_gtin(typed)


@pytest.mark.parametrize("typed", ["6901234--567892", "٦٩٠١٢٣٤٥٦٧٨٩٢", "690.1234.567892", "123456789"])
def test_other_forms_are_no_gtin(typed: str) -> None:
    with pytest.raises(CodeError) as refused:
        parse_gtin(typed)

    assert refused.value.code == "gtin.form"


def test_a_wrong_check_digit_is_told_with_the_right_one() -> None:
    with pytest.raises(CodeError) as refused:
        normalise_gtin("6901234567893")

    assert refused.value.message == "Checking a GTIN failed on '6901234567893': Expected check digit 2, got 3."
    assert refused.value.values == {"got": "6901234567893", "expected": "2"}


def test_the_published_model_number_has_its_check_pair() -> None:
    """GS1 General Specifications §7.9.5 computes 2K for this Global Model Number."""
    assert validate_check_pair("1987654Ad4X4bL5ttr2310c2K") == "1987654Ad4X4bL5ttr2310c2K"


@pytest.mark.parametrize("text", ["", "2", "33", "1987654Ad4X4bL5ttr2310cXK", "1987654Ad4X4bL5ttr2310c2X"])
def test_a_wrong_check_pair_is_refused(text: str) -> None:
    with pytest.raises(CodeError) as refused:
        validate_check_pair(text)

    assert refused.value.code == "gs1.check-pair"


@pytest.mark.parametrize("body", ["12 45", "碳", "1" * 24])
def test_check_pairs_exist_for_short_texts_of_set_82_only(body: str) -> None:
    with pytest.raises(CodeError) as refused:
        check_pair(body)

    assert refused.value.code == "gs1.check-pair-form"


@settings(deadline=None)
@given(st.text(CSET_82, min_size=1, max_size=23), st.data())
def test_any_single_character_changed_before_a_check_pair_is_refused(body: str, data: st.DataObject) -> None:
    key = body + check_pair(body)
    place = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.sampled_from([char for char in CSET_82 if char != key[place]]))

    with pytest.raises(CodeError) as refused:
        validate_check_pair(key[:place] + other + key[place + 1 :])

    assert refused.value.code == "gs1.check-pair"


@pytest.mark.parametrize("text", ["91110000600037341L", "91350100M000100Y43"])
def test_published_usccs_hold(text: str) -> None:
    """The examples of python-stdnum's ``cn.uscc`` and of Hutool's ``CreditCodeUtil``."""
    assert validate_uscc(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "uscc.form"),
        ("91350100M000100Y4", "uscc.form"),
        ("91350100M000100Y4I", "uscc.form"),
        ("9135A100M000100Y43", "uscc.form"),
        ("91350100m000100y43", "uscc.form"),
        ("91350100M000100Y44", "uscc.check-character"),
    ],
)
def test_a_broken_uscc_is_refused(text: str, code: str) -> None:
    with pytest.raises(CodeError) as refused:
        validate_uscc(text)

    assert refused.value.code == code


def test_a_typed_uscc_is_brought_into_form() -> None:
    assert normalise_uscc(" ９１350100 m000100y-43") == "91350100M000100Y43"


@settings(deadline=None)
@given(st.integers(0, 17), st.data())
def test_any_single_character_changed_in_a_uscc_is_refused(place: int, data: st.DataObject) -> None:
    uscc = "91350100M000100Y43"
    other = data.draw(st.sampled_from([char for char in USCC_ALPHABET if char != uscc[place]]))

    with pytest.raises(CodeError, match="USCC failed"):
        validate_uscc(uscc[:place] + other + uscc[place + 1 :])


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("CNCA-PCF-2025-000123", "CNCA-PCF-2025-000123"),
        ("tb-demo-0001", "TB-DEMO-0001"),
        ("ＴＢ－ＤＥＭＯ－０００１", "TB-DEMO-0001"),
        ("TB—DEMO—0001 ", "TB-DEMO-0001"),
        ("CPF/2025/A1", "CPF/2025/A1"),
        ("2025-000123", "2025-000123"),
        ("A" * 39 + "1", "A" * 39 + "1"),
    ],
)
def test_a_certificate_number_is_brought_into_form(typed: str, number: str) -> None:
    assert normalise_certificate_number(typed) == number


@pytest.mark.parametrize(
    "typed", ["", "A1", "HELLO-WORLD", "12345678", "-A12345", "A 12345", "碳标-0001", "A" * 40 + "1"]
)
def test_other_texts_are_no_certificate_number(typed: str) -> None:
    with pytest.raises(CodeError) as refused:
        normalise_certificate_number(typed)

    assert refused.value.code == "certificate.form"


@settings(deadline=None)
@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def _holds(text: str) -> bool:
    try:
        validate_mod10(text)
    except CodeError:
        return False
    return True
