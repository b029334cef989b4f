from __future__ import annotations

import pytest

from labels.errors import RecordError
from labels.formats.headers import COLUMNS, HEADINGS, column_of, columns_of, heading
from labels.formats.rows import PATHS
from labels.model import StageName


@pytest.mark.parametrize("column", COLUMNS)
def test_every_word_over_a_column_means_that_column_alone(column: str) -> None:
    assert {column_of(word) for word in (column, *HEADINGS[column])} == {column}


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("产品名称", "name"),
        ("  产品 名称 ", "name"),
        ("型号", "model"),
        ("碳足迹（kgCO₂e）", "value"),
        ("碳足迹 [kg CO2e]", "value"),
        ("ＧＴＩＮ", "gtin"),
        ("CERTIFICATE  Number*", "certificate_number"),
        ("valid-until (YYYY-MM-DD)", "valid_until"),
        ("初级数据占比(%)", "primary_data_percent"),
        ("碳足迹 (tCO2e)", None),
        ("碳足迹 (kgCO2e/t)", None),
        ("colour", None),
        ("", None),
    ],
)
def test_a_header_is_understood_whatever_its_form_but_never_its_unit_guessed(header: str, column: str | None) -> None:
    assert column_of(header) == column


def test_two_headers_for_one_column_are_refused() -> None:
    with pytest.raises(RecordError) as refused:
        columns_of(["name", "model", "产品名称"])

    assert refused.value.message == (
        "Reading a table failed on header '产品名称': Expected one column name, got a second one beside 'name'."
    )
    assert refused.value.values == {"column": "name", "first": "name", "second": "产品名称"}


def test_two_unknown_headers_of_one_name_do_no_harm() -> None:
    assert columns_of(["name", "colour", "colour", ""]) == ("name", None, None, None)


def test_every_column_has_its_place_in_a_record() -> None:
    stages = {stage.value.replace("-", "_") for stage in StageName}

    assert set(COLUMNS) == {*PATHS, *stages, "credential"}


def test_a_heading_is_in_the_language_asked_for() -> None:
    assert [heading("value", lang=lang) for lang in ("zh-CN", "zh", "en")] == ["碳足迹", "碳足迹", "Carbon footprint"]
