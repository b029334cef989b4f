import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.errors import CodeError
from labels.units import UNITS, Dimension, Unit, convert, parse_unit, ratio

REC20 = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "codes" / "rec20_rec21.csv"

figures = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)
unit_codes = st.sampled_from(sorted(UNITS))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("KGM", "KGM"),
        ("kgm", "KGM"),
        ("kg", "KGM"),
        ("KG", "KGM"),
        ("千克", "KGM"),
        ("公斤", "KGM"),
        ("t", "TNE"),
        ("吨", "TNE"),
        ("Metric Tons", "TNE"),
        ("short ton", "STN"),
        ("long tons", "LTN"),
        ("m²", "MTK"),
        ("m^2", "MTK"),
        ("m2", "MTK"),
        ("qm", "MTK"),
        ("平方米", "MTK"),
        ("m³", "MTQ"),
        ("㎡", "MTK"),
        ("kWh", "KWH"),
        ("KWH", "KWH"),
        ("千瓦时", "KWH"),
        ("度", "KWH"),
        ("kW", "KWT"),
        ("kWp", "KWT"),
        ("MW", "MAW"),
        ("MJ", "3B"),
        ("3B", "3B"),
        ("kt", "KTN"),
        ("ton kilometer", "TKM"),
        ("t·km", "TKM"),
        ("hour", "HUR"),
        ("Stück", "H87"),
        ("STÜCK", "H87"),
        ("pcs", "H87"),
        ("pcs.", "H87"),
        ("item", "H87"),
        ("台", "H87"),
        ("件", "H87"),
        ("one", "C62"),
        ("EA", "EA"),
    ],
)
def test_reads_codes_symbols_and_names(text: str, code: str) -> None:
    unit = parse_unit(text)

    assert unit is UNITS[code]


@given(st.sampled_from([unit.symbol for unit in UNITS.values() if unit.symbol != "GJ"] + sorted(UNITS)))
def test_full_width_characters_and_spaces_around_change_nothing(name: str) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in name)

    assert parse_unit(f"  {wide}\u3000") == parse_unit(name)


@given(unit_codes)
def test_every_unit_is_found_by_its_code_and_by_both_names(code: str) -> None:
    unit = UNITS[code]

    found = [parse_unit(code), parse_unit(unit.name_zh), parse_unit(unit.name_en), parse_unit(unit.name_en.upper())]

    assert found == [unit] * 4


@pytest.mark.parametrize("text", ["ton", "tons", "Tons", "ＴＯＮ"])
def test_a_bare_ton_is_ambiguous(text: str) -> None:
    with pytest.raises(CodeError) as caught:
        parse_unit(text)

    assert caught.value.code == "unit.ambiguous"
    assert caught.value.message == (
        f"Reading a unit failed on {text!r}: Expected one unit, got a word for "
        "a tonne (TNE), a US short ton (STN) and a UK long ton (LTN)."
    )


@pytest.mark.parametrize("text", ["MT", "GJ", "KW", "KGS", "STK", "mw", "mW", "gallon", "箱", "套"])
def test_what_has_two_meanings_is_refused_as_ambiguous(text: str) -> None:
    with pytest.raises(CodeError) as caught:
        parse_unit(text)

    assert caught.value.code == "unit.ambiguous"


@pytest.mark.parametrize("text", ["", " ", "parsec", "ps", "2 kg", "kg/m2", "G", "K", "KT", "3b"])
def test_what_is_not_in_the_table_is_refused(text: str) -> None:
    with pytest.raises(CodeError) as caught:
        parse_unit(text)

    assert (caught.value.code, caught.value.message) == (
        "unit.unknown",
        f"Reading a unit failed on {text!r}: Expected a UN/ECE Rec 20 code, symbol or name, e.g. KGM, kg or 千克.",
    )


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "expected"),
    [
        ("1", "TNE", "KGM", "1000"),
        ("51.575", "KGM", "GRM", "51575"),
        ("1", "STN", "KGM", "907.18474"),
        ("1", "LTN", "TNE", "1.0160469088"),
        ("1", "MWH", "KWH", "1000"),
        ("1", "KWH", "MJ", "3.6"),
        ("500", "MLT", "LTR", "0.5"),
        ("1", "LTR", "MTQ", "0.001"),
        ("90", "MIN", "HUR", "1.5"),
        ("2", "DZN", "H87", "24"),
        ("3", "EA", "C62", "3"),
        ("-1.5", "TNE", "KGM", "-1500"),
        ("0", "TNE", "KGM", "0"),
    ],
)
def test_converts_exactly(value: str, from_unit: str, to_unit: str, expected: str) -> None:
    converted = convert(Decimal(value), from_unit=from_unit, to_unit=to_unit)

    assert converted == Decimal(expected)


@given(figures, st.sampled_from(["KGM", "GRM", "MGM", "TNE", "KTN"]), st.sampled_from(["KGM", "GRM", "TNE", "KTN"]))
def test_there_and_back_is_the_same_figure(value: Decimal, there: str, back: str) -> None:
    converted = convert(value, from_unit=there, to_unit=back)

    assert convert(converted, from_unit=back, to_unit=there) == value


def test_no_digit_is_lost_beyond_the_precision_of_the_decimal_context() -> None:
    value = Decimal("1." + "1234567890" * 6)  # 61 digits, the context keeps 28

    assert convert(value, from_unit="TNE", to_unit="KGM") == Decimal("1123." + ("4567890123" * 6)[:57])


@given(figures, unit_codes, unit_codes)
def test_a_conversion_is_exact_or_refused(value: Decimal, from_unit: str, to_unit: str) -> None:
    try:
        converted = convert(value, from_unit=from_unit, to_unit=to_unit)
    except CodeError as error:
        assert error.code in {"unit.dimension", "unit.inexact"}  # noqa: PT017  (one property: exact or refused)
    else:
        assert Fraction(converted) == Fraction(value) * ratio(from_unit=from_unit, to_unit=to_unit)


def test_refuses_across_dimensions() -> None:
    with pytest.raises(CodeError) as caught:
        convert(Decimal(1), from_unit="KWH", to_unit="KGM")

    assert (caught.value.code, caught.value.message) == (
        "unit.dimension",
        "Converting KWH to KGM failed on the dimension: Expected a unit of energy, got one of mass.",
    )


def test_refuses_a_result_that_no_decimal_holds() -> None:
    with pytest.raises(CodeError) as caught:
        convert(Decimal(1), from_unit="MJ", to_unit="kWh")

    assert (caught.value.code, caught.value.message) == (
        "unit.inexact",
        "Converting 1 MJ to kWh failed on the result: Expected a finite decimal, got the fraction 5/18.",
    )


def test_a_unit_says_what_it_is() -> None:
    assert UNITS["KWT"] == Unit("KWT", Dimension.POWER, Decimal(1000), "kW", "千瓦", "kilowatt")


@pytest.mark.skipif(not REC20.exists(), reason="the code list is not beside the project")
def test_every_code_is_in_recommendation_20_under_the_same_name() -> None:
    with REC20.open(encoding="utf-8") as file:
        official = {row["code"]: row["name"] for row in csv.DictReader(file)}

    other = {code for code, unit in UNITS.items() if unit.name_en.partition(" (")[0] not in official[code]}

    assert other == set()


@pytest.mark.skipif(not REC20.exists(), reason="the code list is not beside the project")
def test_no_code_of_recommendation_20_is_taken_for_another_unit() -> None:
    with REC20.open(encoding="utf-8") as file:
        official = [row["code"] for row in csv.DictReader(file)]

    mistaken = {code: unit.code for code in official if (unit := _known(code)) and unit.code != code}

    assert mistaken == {}


def _known(text: str) -> Unit | None:
    try:
        return parse_unit(text)
    except CodeError:
        return None
