from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.errors import CodeError
from labels.formats.cells import (
    read_boundary,
    read_date,
    read_dates,
    read_gtin,
    read_number,
    read_percent,
    read_percent_cell,
    read_unit,
    read_uscc,
    read_yes,
)
from labels.identifiers import mod10


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("51.575", "51.575"),
        (" +51.50 ", "51.50"),
        ("1,234.5", "1234.5"),
        ("1,234,567", "1234567"),
        ("-1,234.5", "-1234.5"),
        ("５１．５７５", "51.575"),
        ("−0.3", "-0.3"),
        ("1E-07", "0.0000001"),
        ("1.5E+03", "1500"),
        ("0.1000000000000000000001", "0.1000000000000000000001"),
    ],
)
def test_a_number_is_read_digit_for_digit(text: str, number: str) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["1,5", "1,234", "1.234,5", "1 234", "1.2.3", "12,34,567.8", "１，５"])
def test_a_number_that_can_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(CodeError) as refused:
        read_number(text)

    assert (refused.value.code, refused.value.values) == ("table.number-ambiguous", {"got": text})


@pytest.mark.parametrize("text", ["about 5", "NaN", "Infinity", "5 kg", "1_000", "²", "5²", "", "--5", ".5", "½", "٣"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(CodeError) as refused:
        read_number(text)

    assert refused.value.code == "table.number"


def test_the_refused_number_is_named() -> None:
    with pytest.raises(CodeError) as refused:
        read_number("1,5")

    assert refused.value.message == (
        "Reading a number failed on '1,5': Expected a decimal point and no other separator, "
        "got a number that can be read in two ways."
    )


@given(st.decimals(-(10**20), 10**20, places=18))
def test_every_plain_decimal_is_read_as_itself(number: Decimal) -> None:
    assert Decimal(read_number(format(number, "f"))) == number


@given(st.integers(min_value=0, max_value=10**12), st.integers(min_value=0, max_value=9))
def test_grouped_thousands_with_a_point_are_read_as_the_number(whole: int, tenths: int) -> None:
    assert read_number(f"{whole:,}.{tenths}") == f"{whole}.{tenths}"


def test_a_percent_sign_is_taken() -> None:
    assert [read_percent(text) for text in ("85%", "85 %", "８５％", "85")] == ["85", "85", "85", "85"]


def test_a_spreadsheet_s_share_below_one_is_asked_about() -> None:
    with pytest.raises(CodeError) as refused:
        read_percent_cell("0.85")

    assert (refused.value.code, refused.value.values) == ("table.percent-ambiguous", {"got": "0.85", "percent": "0.85"})
    assert [read_percent_cell(text) for text in ("0.85%", "85", "0", "1.5")] == ["0.85", "85", "0", "1.5"]


@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-05", "2026-1-5", "2026/1/5", "2026.01.05", "2026年1月5日", "2026年01月05", "２０２６－０１－０５"),
        *("2026-01-05 00:00:00", "2026-01-05T00:00:00.000", " 2026/01/05 00:00 "),
    ],
)
def test_a_day_is_read_year_first(text: str) -> None:
    assert read_date(text) == "2026-01-05"


@pytest.mark.parametrize(
    "text",
    ["5/1/2026", "01-05-2026", "26-1-5", "2026-02-30", "2026-13-01", "2026-01-05 13:30:00", "46027", "2026-01/05"],
)
def test_what_is_no_single_day_is_refused(text: str) -> None:
    with pytest.raises(CodeError) as refused:
        read_date(text)

    assert refused.value.message == (
        f"Reading a date failed on {text!r}: Expected year, month and day such as 2026-01-05."
    )


@given(st.dates())
def test_every_iso_day_is_read_as_itself(day: object) -> None:
    assert read_date(str(day)) == str(day)


def test_several_days_are_read_in_their_order() -> None:
    assert read_dates("2027/1/5; 2026-01-05、2025年1月5日;") == ["2027-01-05", "2026-01-05", "2025-01-05"]


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("6901234567892", "06901234567892"),
        ("6901234567892.0", "06901234567892"),
        ("'6901234567892", "06901234567892"),
        ("\t6901234567892", "06901234567892"),
        ("690-1234-567892", "06901234567892"),
        ("６９０１２３４５６７８９２", "06901234567892"),
        ("36000291452", "00036000291452"),
        ("96385074", "00000096385074"),
    ],
)
def test_a_gtin_is_read_from_what_a_spreadsheet_made_of_it(text: str, gtin: str) -> None:
    assert read_gtin(text) == gtin


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("6.90123E+12", "gtin.form"),
        ("6901234567890", "gtin.check-digit"),
        ("36000291453", "gtin.check-digit"),
        ("12348", "gtin.form"),
        ("6901234567892.5", "gtin.form"),
    ],
)
def test_a_gtin_whose_digits_are_lost_is_refused(text: str, code: str) -> None:
    with pytest.raises(CodeError) as refused:
        read_gtin(text)

    assert refused.value.code == code


@given(st.integers(min_value=10**8, max_value=10**13 - 1))
def test_leading_zeros_that_a_number_lost_come_back(body: int) -> None:
    digits = f"{body:013}"
    gtin = digits + mod10(digits)

    assert read_gtin(f"{int(gtin)}.0") == gtin


def test_a_uscc_loses_only_spaces_and_case() -> None:
    assert read_uscc(" 91350100 m000100y43 ") == "91350100M000100Y43"


@pytest.mark.parametrize(
    "text", ["摇篮到大门", "从摇篮到大门", "摇篮至大门", "Cradle to Gate", "cradle-to-gate", "CRADLE_TO_GATE"]
)
def test_a_gate_is_a_gate_in_both_languages(text: str) -> None:
    assert read_boundary(text) == "cradle-to-gate"


@pytest.mark.parametrize("text", ["摇篮到坟墓", "从摇篮到坟墓", "全生命周期", "Cradle–to–Grave", "cradle to grave"])
def test_a_grave_is_a_grave_in_both_languages(text: str) -> None:
    assert read_boundary(text) == "cradle-to-grave"


@pytest.mark.parametrize("text", ["gate to gate", "大门到大门", "cradle to cradle", "A1-A3"])
def test_another_boundary_is_refused(text: str) -> None:
    with pytest.raises(CodeError) as refused:
        read_boundary(text)

    assert (refused.value.code, refused.value.values) == ("table.boundary", {"got": text})


def test_a_unit_is_read_in_both_languages_and_a_bare_ton_is_asked_about() -> None:
    with pytest.raises(CodeError) as refused:
        read_unit("ton")

    assert refused.value.code == "unit.ambiguous"
    assert [read_unit(text) for text in ("千克", "kg", "KGM", "吨", "千瓦时")] == ["KGM", "KGM", "KGM", "TNE", "KWH"]


def test_yes_and_no_are_read_and_nothing_else() -> None:
    with pytest.raises(CodeError) as refused:
        read_yes("perhaps")

    assert refused.value.message == "Reading a yes or no failed on 'perhaps': Expected yes or no."
    assert [read_yes(text) for text in ("是", "Yes", "true", "否", "no", "0")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
