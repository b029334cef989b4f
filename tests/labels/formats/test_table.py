from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels.categories import find
from labels.errors import RecordError
from labels.formats.headers import COLUMNS, HEADINGS, heading
from labels.formats.rows import BROKEN, CERTIFIED, REQUIRED, to_cells
from labels.formats.table import (
    Refusal,
    open_table,
    read_rows,
    read_table,
    template_csv,
    write_csv,
    write_xlsx,
)
from labels.identifiers import mod10
from labels.issue import stored
from labels.model import Boundary, ElectricityRule, LabelRecord, StageName, StoredLabel
from labels.units import UNITS
from tests.labels.examples import AT, issued, record, signing_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from labels.formats.sheet import TableFormat

FORMATS: tuple[TableFormat, ...] = ("csv", "xlsx")
ROW = {
    "gtin": "6901234567892",
    "name": "示例绿茶",
    "model": "250 g",
    "category": "绿茶",
    "value": "7.35",
    "unit": "千克",
    "boundary": "摇篮到坟墓",
}
CERTIFICATE = {
    "certificate_number": "C-2026-1",
    "scheme": "demo-pcf",
    "issuer": "did:web:body.example",
    "issuer_name": "示范认证",
    "holder": "示范茶厂",
    "issued": "2026/1/5",
    "valid_until": "2028-01-04",
}
KEY = signing_key()
SIGNED = issued(record(), KEY)[0].label


def table(*rows: dict[str, str], columns: Sequence[str] = ()) -> bytes:
    file = io.StringIO()
    names = columns or list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(file)
    writer.writerow(names)
    writer.writerows([[row.get(name, "") for name in names] for row in rows])
    return file.getvalue().encode()


def read(*rows: dict[str, str], format: TableFormat = "csv") -> tuple[StoredLabel | Refusal, ...]:  # noqa: A002
    return tuple(read_rows(open_table(table(*rows), format=format), at=AT, registry="local"))


def label(row: dict[str, str]) -> LabelRecord:
    (found,) = read(row)
    assert isinstance(found, StoredLabel), found
    assert found.record
    return found.record


def refusal(row: dict[str, str]) -> Refusal:
    (found,) = read(row)
    assert isinstance(found, Refusal), found
    return found


def exported(labels: Iterable[StoredLabel], records: Iterable[LabelRecord], *, format: TableFormat) -> bytes:  # noqa: A002
    file = io.BytesIO()
    (write_csv if format == "csv" else write_xlsx)(zip(labels, records, strict=True), file)
    return file.getvalue()


def declared(content: LabelRecord) -> StoredLabel:
    return stored(content, credential=None, at=AT)


def without_certificate(**changes: object) -> LabelRecord:
    return record(**{"attestation": None} | changes)


def test_a_row_without_a_certificate_is_a_declaration() -> None:
    content = LabelRecord.parse_json(
        orjson.dumps(
            {
                "id": "D-9FABA394306662FD",
                "product": {"gtin": "06901234567892", "name": "示例绿茶", "model": "250 g", "category": "green-tea"},
                "footprint": {"value": "7.35", "unit": "KGM", "amount": "1", "boundary": "cradle-to-grave"},
                "source": {"registry": "local"},
            }
        )
    )

    assert read(ROW) == (declared(content),)


def test_a_row_with_a_certificate_is_filed_under_its_number() -> None:
    content = label(ROW | CERTIFICATE | {"surveillance": "2027/1/5；2026-12-01"})

    assert to_cells(content) == {
        "id": "C-2026-1",
        "gtin": "06901234567892",
        "name": "示例绿茶",
        "model": "250 g",
        "category": "green-tea",
        "value": "7.35",
        "unit": "KGM",
        "amount": "1",
        "boundary": "cradle-to-grave",
        **CERTIFICATE,
        "issued": "2026-01-05",
        "surveillance": "2027-01-05;2026-12-01",
        "registry": "local",
    }


@pytest.mark.parametrize("column", REQUIRED)
def test_a_row_without_a_required_value_is_refused_by_its_name(column: str) -> None:
    assert refusal(ROW | {column: " "}) == Refusal(
        2, column, "table.missing", f"Reading column {column} failed: Expected a value, got an empty cell."
    )


@pytest.mark.parametrize("column", CERTIFIED)
def test_a_certificate_told_by_half_is_refused_with_the_missing_half(column: str) -> None:
    assert refusal(ROW | CERTIFICATE | {column: ""}) == Refusal(
        2, column, "table.missing", f"Reading column {column} failed: Expected a value, got an empty cell."
    )


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"gtin": "6901234567890"}, "gtin", "gtin.check-digit"),
        ({"value": "1,5"}, "value", "table.number-ambiguous"),
        ({"value": "#N/A"}, "value", "table.error-cell"),
        ({"note": "#REF!"}, "note", "table.error-cell"),
        ({"unit": "ton"}, "unit", "unit.ambiguous"),
        ({"boundary": "gate to gate"}, "boundary", "table.boundary"),
        ({"amount": "0"}, "amount", "record.greater-than"),
        ({"name": "x" * 501}, "name", "record.string-too-long"),
        ({"gwp_set": "SAR"}, "gwp_set", "record.string-pattern-mismatch"),
        ({"data_quality": "6"}, "data_quality", "record.less-than-equal"),
        ({"primary_data_percent": "120%"}, "primary_data_percent", "record.less-than-equal"),
        ({"period_start": "2025-01-01"}, "period_end", "record.missing"),
        ({"period_start": "2026-01-01", "period_end": "2025-01-01"}, "period_end", "record.value-error"),
        ({"id": "no spaces"}, "id", "record.string-pattern-mismatch"),
        (CERTIFICATE | {"valid_until": "2025-01-01"}, "valid_until", "record.value-error"),
        (CERTIFICATE | {"valid_until": "4/1/2028"}, "valid_until", "table.date"),
        (CERTIFICATE | {"holder_uscc": "91350100M000100Y44"}, "holder_uscc", "uscc.check-character"),
        (CERTIFICATE | {"issuer": "示范认证"}, "issuer", "record.string-pattern-mismatch"),
        ({"credential": "a.b.c"}, "credential", "signature.form"),
        ({"demo": "perhaps"}, "demo", "table.yes-no"),
    ],
)
def test_a_mistake_is_refused_with_its_column_and_code(cells: dict[str, str], field: str, code: str) -> None:
    found = refusal(ROW | cells)

    assert (found.row, found.field, found.code) == (2, field, code)
    assert found.message.startswith(f"Reading column {field} failed: ")


def test_a_refusal_carries_its_figures_for_other_languages() -> None:
    assert refusal(ROW | {"gtin": "6901234567890"}) == Refusal(
        2,
        "gtin",
        "gtin.check-digit",
        "Reading column gtin failed: Checking a GTIN failed on '6901234567890': Expected check digit 2, got 0.",
        {"got": "6901234567890", "expected": "2"},
    )


def test_a_bad_row_does_not_stop_the_others_and_empty_rows_are_skipped() -> None:
    found = read(ROW, {"note": " "}, ROW | {"value": "x"}, ROW | {"model": "500 g"})

    assert [(each.row, each.field) if isinstance(each, Refusal) else each.gtin for each in found] == [
        "06901234567892",
        (4, "value"),
        "06901234567892",
    ]


def test_a_second_row_of_one_id_is_refused() -> None:
    assert read(ROW, ROW | {"value": "7.350"})[1] == Refusal(
        3,
        "id",
        "table.same-id",
        "Reading row 3 failed on id D-9FABA394306662FD: Expected one row of this id, got another one in row 2.",
        {"got": "D-9FABA394306662FD", "first": "2"},
    )


def test_a_row_that_slipped_to_the_right_is_refused() -> None:
    data = table(ROW) + b"x,tea, green,250 g,green-tea,7.35,kg,cradle to gate\n"

    assert read_table(data, format="csv", at=AT, registry="local").refused == (
        Refusal(
            3,
            "",
            "table.surplus-cells",
            "Reading row 3 failed: Expected no cell beyond the last header, got 1.",
            {"got": "1"},
        ),
    )


def test_importing_twice_changes_nothing() -> None:
    assert read(ROW) == read(ROW | {"value": "7.35", "unit": "kg", "boundary": "cradle to grave"})


def test_another_figure_is_another_declaration() -> None:
    assert label(ROW | {"value": "7.36"}).id != label(ROW).id


def test_unknown_columns_are_reported_once_and_not_read() -> None:
    reading = read_table(table(ROW | {"colour": "green", "": "x"}), format="csv", at=AT, registry="local")

    assert (reading.unknown, reading.refused, len(reading.labels), reading.encoding) == (("colour",), (), 1, "utf-8")


def test_a_table_without_a_required_column_is_refused_in_one_sentence() -> None:
    with pytest.raises(RecordError) as refused:
        open_table("产品名称,型号,碳足迹(tCO2e)\n茶,1,2\n".encode(), format="csv")

    assert refused.value.code == "table.missing-columns"
    assert refused.value.message == (
        "Reading a table failed on its header: Expected columns category (产品类别), value (碳足迹), unit (声明单位), "
        "boundary (系统边界), got only 产品名称, 型号, 碳足迹(tCO2e)."
    )


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_table_without_a_row_is_refused(data: bytes) -> None:
    with pytest.raises(RecordError) as refused:
        open_table(data, format="csv")

    assert refused.value.message == "Reading a table failed: Expected a header row, got no row."


def test_a_header_alone_is_a_table_of_no_labels() -> None:
    opened = open_table(table({}, columns=COLUMNS), format="csv")

    assert (list(read_rows(opened, at=AT, registry="local")), opened.unknown) == ([], ())


def test_a_title_may_stand_over_the_header() -> None:
    data = "产品碳足迹清单,,,,,,\n\n".encode() + table(ROW)

    assert len(read_table(data, format="csv", at=AT, registry="local").labels) == 1


def test_a_column_twice_is_refused() -> None:
    with pytest.raises(RecordError) as refused:
        open_table(table(ROW | {"产品名称": "x"}), format="csv")

    assert refused.value.code == "table.duplicate-header"


@pytest.mark.parametrize("words", [0, 1])
def test_a_table_with_every_heading_in_one_language_is_understood(words: int) -> None:
    data = table({}, columns=[HEADINGS[column][words] for column in COLUMNS])

    assert open_table(data, format="csv").columns == COLUMNS


def test_a_table_from_excel_in_china_is_read() -> None:
    row = {heading(column, lang="zh"): text for column, text in (ROW | CERTIFICATE).items()}
    data = table(row).decode().replace(",", "\t").encode("gb18030")
    reading = read_table(data, format="csv", at=AT, registry="local")

    assert (reading.encoding, reading.refused, [each.id for each in reading.labels]) == ("gb18030", (), ["C-2026-1"])


def test_a_label_that_is_not_to_be_taken_is_refused_by_its_row() -> None:
    data = table(ROW | {"model": "kept"}, ROW | {"model": "taken"})

    def check(label: StoredLabel) -> None:
        if label.record is not None and label.record.product.model == "taken":
            raise RecordError("import.taken", "Importing failed.", field="id")

    kept, refused = read_rows(open_table(data, format="csv"), at=AT, registry="local", check=check)

    assert isinstance(kept, StoredLabel)
    assert refused == Refusal(3, "id", "import.taken", "Importing failed.", {})


def test_a_credential_is_stored_as_it_was_signed() -> None:
    assert read({"credential": f" {SIGNED.credential} "}) == (SIGNED,)


def test_a_credential_may_stand_beside_what_it_says_in_other_words() -> None:
    cells = {"credential": SIGNED.credential or "", "value": "512.5", "boundary": "摇篮到大门", "issued": "2026/1/15"}

    assert read(cells | {"demo": "是", "unit": "kW", "note": ""}) == (SIGNED,)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("value", "51.25"),
        ("id", "TB-2026-0002"),
        ("valid_until", "2029-01-14"),
        ("use", "1"),
        ("demo", "no"),
        ("note", "more"),
        ("unit", "ton"),
        ("name_en", "Demo PV Module"),
    ],
)
def test_a_cell_that_contradicts_the_credential_is_refused(column: str, text: str) -> None:
    found = refusal({"credential": SIGNED.credential or "", column: text})

    assert (found.field, found.code, found.values["got"]) == (column, "table.contradiction", text)


def test_the_contradiction_is_named() -> None:
    assert refusal({"credential": SIGNED.credential or "", "value": "51.25"}).message == (
        "Reading column value failed: Expected what the credential says, '512.50', got '51.25'."
    )


@pytest.mark.parametrize("form", FORMATS)
def test_a_signed_label_outlives_a_table(form: TableFormat) -> None:
    data = exported([SIGNED], [record()], format=form)

    assert read_table(data, format=form, at=AT, registry="other").labels == (SIGNED,)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_template_is_a_table_that_is_read(lang: str) -> None:
    reading = read_table(template_csv(lang), format="csv", at=AT, registry="local")
    (content,) = [each.record for each in reading.labels]

    assert (reading.refused, reading.unknown) == ((), ())
    assert content is not None
    assert find(content.product.category) is not None
    assert sum(stage.value for stage in content.footprint.stages) == content.footprint.value


BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"], exclude_characters=BIDI)
TEXT = st.text(CHARACTERS, min_size=1, max_size=30).map(str.strip).filter(lambda text: text and text not in BROKEN)
QUANTITY = st.decimals(-(10**12), 10**12, places=4) | st.decimals(-100, 100, places=18) | st.integers(-9, 10**18 - 1)
LABEL_ID = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z._:/\-]{0,40}", fullmatch=True)
GTIN = st.integers(0, 10**13 - 1).map(lambda body: f"{body:013}{mod10(f'{body:013}')}")
FOREIGN = TEXT.filter(lambda text: find(text) is None)
DAYS = st.tuples(st.dates(), st.dates()).map(sorted)


@st.composite
def records(draw: st.DrawFn) -> LabelRecord:
    def maybe(strategy: st.SearchStrategy[Any]) -> Any:  # noqa: ANN401  (whatever JSON holds)
        return draw(st.none() | strategy)

    def number(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
        return strategy.map(lambda value: format(Decimal(value), "f"))

    period, term = maybe(DAYS), maybe(DAYS)
    stages = draw(st.sets(st.sampled_from(StageName)))
    return LabelRecord.parse_json(
        orjson.dumps(
            {
                "id": draw(LABEL_ID),
                "product": {
                    "gtin": maybe(GTIN),
                    "name": draw(TEXT),
                    "name_en": maybe(TEXT),
                    "model": draw(TEXT),
                    "category": draw(st.sampled_from(["pv-module", "green-tea"]) | FOREIGN),
                },
                "footprint": {
                    "value": draw(number(QUANTITY)),
                    "unit": draw(st.sampled_from(sorted(UNITS))),
                    "amount": draw(number(st.decimals("0.001", 10**6, places=3))),
                    "boundary": draw(st.sampled_from(Boundary)),
                    "functional_unit": maybe(TEXT),
                    "period": period and {"start": period[0], "end": period[1]},
                    "stages": [
                        {"stage": stage, "value": draw(number(QUANTITY))} for stage in StageName if stage in stages
                    ],
                    "standard": maybe(TEXT),
                    "product_rule": maybe(TEXT),
                    "product_rule_version": maybe(TEXT),
                    "gwp_set": maybe(st.sampled_from(["AR4", "AR5", "AR6"])),
                    "uncertainty_percent": maybe(number(st.decimals(0, 300, places=2))),
                    "primary_data_percent": maybe(number(st.decimals(0, 100, places=2))),
                    "data_quality": maybe(number(st.decimals(1, 5, places=1))),
                    "electricity_rule": maybe(st.sampled_from([rule.value for rule in ElectricityRule])),
                    "allocation": maybe(TEXT),
                    "offsets_counted": maybe(st.booleans()),
                },
                "attestation": term
                and {
                    "certificate_number": draw(LABEL_ID),
                    "scheme": draw(TEXT),
                    "issuer": "did:web:" + draw(st.text("abc.:=+-@'\"", min_size=1)),
                    "issuer_name": draw(TEXT),
                    "issuer_name_en": maybe(TEXT),
                    "holder": {
                        "name": draw(TEXT),
                        "name_en": maybe(TEXT),
                        "uscc": maybe(st.just("91350100M000100Y43")),
                    },
                    "production_site": maybe(TEXT),
                    "issued": term[0],
                    "valid_until": term[1],
                    "surveillance": draw(st.lists(st.dates(), max_size=3)),
                },
                "source": {"registry": draw(TEXT), "demo": draw(st.booleans()), "note": maybe(TEXT)},
            }
        )
    )


@pytest.mark.parametrize("form", FORMATS)
@settings(deadline=None, max_examples=25)
@given(contents=st.lists(records(), max_size=3, unique_by=lambda content: content.id))
def test_export_import_export_is_identical(form: TableFormat, contents: list[LabelRecord]) -> None:
    labels = tuple(declared(content) for content in contents)
    data = exported(labels, contents, format=form)
    reading = read_table(data, format=form, at=AT, registry="other")

    assert (reading.refused, reading.unknown) == ((), ())
    assert [each.to_json() for each in reading.labels] == [each.to_json() for each in labels]
    assert exported(reading.labels, [each.record for each in reading.labels if each.record], format=form) == data


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=20)))
def test_every_row_is_read_or_refused_by_a_column_it_has_or_lacks(cells: dict[str, str]) -> None:
    for found in read({column: text.replace("\x00", "") for column, text in (ROW | cells).items()}):
        if isinstance(found, Refusal):
            assert found.field in COLUMNS, found
            assert found.code
