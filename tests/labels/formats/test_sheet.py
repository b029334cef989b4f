from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from labels.errors import RecordError
from labels.formats import workbook_limits
from labels.formats.sheet import Kind, Row, TableFormat, open_sheet, write_csv_rows, write_xlsx_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

QUICK = settings(deadline=None, max_examples=50)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\n\t\r"), max_size=20)


def cells(data: bytes, *, format: TableFormat = "csv") -> list[tuple[str, ...]]:  # noqa: A002
    return [row.cells for row in open_sheet(data, format=format)]


def refusal(data: bytes, *, format: TableFormat = "xlsx") -> RecordError:  # noqa: A002
    with pytest.raises(RecordError) as refused:
        open_sheet(data, format=format)
    return refused.value


def read_or_refused(data: bytes) -> bool:
    try:
        cells(data, format="xlsx")
    except RecordError as error:
        return error.code.startswith("table.")
    return True


def csv_of(*rows: Sequence[str], kind: Kind = Kind.TEXT) -> bytes:
    file = io.BytesIO()
    write_csv_rows([kind] * len(rows[0]), rows, file)
    return file.getvalue()


def xlsx_of(*rows: Sequence[str], kind: Kind = Kind.TEXT) -> bytes:
    file = io.BytesIO()
    write_xlsx_rows([kind] * len(rows[0]), rows, file)
    return file.getvalue()


def workbook(fill: Callable[[Workbook, Worksheet], None]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        fill(book, book.add_worksheet())
    return file.getvalue()


def repacked(data: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content) if name == member else content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_a_csv_is_read_in_the_encodings_spreadsheets_write(encoding: str, named: str) -> None:
    sheet = open_sheet("产品名称,型号\r\n绿茶,甲\r\n".encode(encoding), format="csv")

    assert (sheet.encoding, list(sheet)) == (named, [Row(1, ("产品名称", "型号")), Row(2, ("绿茶", "甲"))])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_separator_is_seen_in_the_first_row_that_has_one(delimiter: str) -> None:
    data = f'title\n\nname{delimiter}value\n"a,b;c\td"{delimiter}1,5\n'.replace("1,5", "15").encode()

    assert cells(data) == [("title",), (), ("name", "value"), ("a,b;c\td", "15")]


def test_a_quoted_line_break_stays_in_its_cell_and_in_its_row() -> None:
    assert list(open_sheet(b'a,b\r\n"one\r\ntwo",2\r\n3,4\r\n', format="csv")) == [
        Row(1, ("a", "b")),
        Row(2, ("one\r\ntwo", "2")),
        Row(3, ("3", "4")),
    ]


def test_a_sheet_can_be_read_twice_and_knows_its_rows() -> None:
    sheet = open_sheet(b"a\n\n1\n", format="csv")

    assert (sheet.total, list(sheet)) == (3, list(sheet))


def test_an_open_quote_is_refused_with_its_line() -> None:
    assert refusal(b'a,b\n"one,2\n', format="csv").message == (
        "Reading a CSV table failed on line 2: unexpected end of data."
    )


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"a,b\n\xff\xff,1\n"])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    assert refusal(data, format="csv").code == "table.encoding"


def test_a_workbook_is_no_csv() -> None:
    assert refusal(xlsx_of(["a"]), format="csv").message == (
        "Reading a table failed: Expected CSV text, got a workbook or an archive."
    )


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("'=1+1", "''=1+1"),
        ("'tis", "'tis"),
        ("a=1", "a=1"),
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_marked_and_unmarked(cell: str, written: str) -> None:
    data = csv_of([cell, "1"])

    assert (data.decode("utf-8-sig"), cells(data)) == (f"{written},1\r\n", [(cell, "1")])


def test_a_number_is_not_marked() -> None:
    assert csv_of(["-1.5"], kind=Kind.NUMBER) == b"\xef\xbb\xbf-1.5\r\n"


def test_digits_kept_as_text_by_a_formula_are_read() -> None:
    assert cells(b'a,b\r\n"=""0690""",1\r\n') == [("a", "b"), ("0690", "1")]


@QUICK
@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=5))
def test_what_is_written_as_csv_is_read(rows: list[list[str]]) -> None:
    data = csv_of(["head", "er"], *rows)

    assert cells(data) == [("head", "er"), *map(tuple, rows)]


@QUICK
@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=5))
def test_what_is_written_as_xlsx_is_read(rows: list[list[str]]) -> None:
    data = xlsx_of(["head", "er"], *rows, ["last", "row"])

    assert cells(data, format="xlsx") == [("head", "er"), *map(tuple, rows), ("last", "row")]


@QUICK
@given(st.decimals(allow_nan=False, allow_infinity=False, places=6) | st.floats(0.001, 1e9).map(repr))
def test_every_digit_of_a_number_outlives_a_workbook(number: object) -> None:
    text = format(number, "f") if not isinstance(number, str) else number

    assert cells(xlsx_of(["n"], [text], kind=Kind.NUMBER), format="xlsx") == [("n",), (text,)]


@QUICK
@given(st.dates())
def test_every_day_outlives_a_workbook(day: dt.date) -> None:
    _, (cell,) = cells(xlsx_of(["d"], [day.isoformat()], kind=Kind.DATE), format="xlsx")

    assert cell.removesuffix(" 00:00:00") == day.isoformat()


def test_numbers_and_days_are_number_and_date_cells_and_text_is_never_a_formula() -> None:
    file = io.BytesIO()
    kinds = [Kind.NUMBER, Kind.NUMBER, Kind.DATE, Kind.TEXT, Kind.TEXT]
    write_xlsx_rows(kinds, [list("abcde"), ["51.575", "51.50", "2026-01-05", "=1+1", "https://example.org"]], file)
    with zipfile.ZipFile(file) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()

    assert '<c r="A2"><v>51.575</v></c>' in sheet
    assert '<c r="B2" t="inlineStr"><is><t>51.50</t></is></c>' in sheet
    assert '<c r="C2" s="1"><v>46027</v></c>' in sheet
    assert '<c r="D2" t="inlineStr"><is><t>=1+1</t></is></c>' in sheet
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_the_same_rows_make_the_same_workbook() -> None:
    assert xlsx_of(["a"], ["1"]) == xlsx_of(["a"], ["1"])


def test_a_text_too_long_for_a_cell_is_refused_and_not_cut() -> None:
    with pytest.raises(RecordError) as refused:
        xlsx_of(["a"], ["x" * 32_768])

    assert refused.value.message == (
        "Writing a workbook failed on row 2: Expected at most 1048576 rows and 32767 characters in a cell, "
        "got 32768 characters."
    )


def test_typed_cells_are_read_as_their_shortest_text() -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        sheet.write_string(0, 0, "head")
        sheet.write_number(2, 1, 6901234567892)
        sheet.write_number(2, 2, 51.575)
        sheet.write_number(2, 3, 0.1 + 0.2)
        sheet.write_datetime(2, 4, dt.datetime(2026, 1, 5), book.add_format({"num_format": "yyyy/m/d"}))  # noqa: DTZ001
        sheet.write_boolean(2, 5, True)  # noqa: FBT003
        sheet.write_formula(2, 6, "=1+1", None, 2)
        sheet.write_formula(2, 7, "=NA()", None, "#N/A")
        sheet.write_formula(2, 8, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 9, '=""', None, "")
        sheet.write_number(2, 10, 1 / 3)
        sheet.write_number(2, 11, 1.0000000001)
        sheet.write_number(2, 12, 123456789012.1235)
        sheet.write_number(2, 13, 2.5e-10)
        sheet.write_number(2, 14, 8717829.1199)
        sheet.write_string(2, 15, "12345678901234567168")
        sheet.write_string(2, 16, "0.3333333333")

    typed = ("6901234567892", "51.575", "0.3", "2026-01-05 00:00:00", "true", "2", "#N/A", "#DIV/0!", "")
    long = ("0.3333333333333333", "1.0000000001", "123456789012.1235", "0.00000000025", "8717829.1199")
    text = ("12345678901234567168", "0.3333333333")

    assert list(open_sheet(workbook(fill), format="xlsx"))[2:] == [Row(3, ("", *typed, *long, *text))]


def test_the_first_of_several_sheets_is_read() -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        sheet.write_string(0, 0, "first")
        book.add_worksheet().write_string(0, 0, "second")

    assert cells(workbook(fill), format="xlsx") == [("first",)]


def test_an_empty_sheet_in_front_is_passed_over() -> None:
    def fill(book: Workbook, _: Worksheet) -> None:
        book.add_worksheet().write_string(0, 0, "second")

    assert cells(workbook(fill), format="xlsx") == [("second",)]


def test_an_empty_sheet_has_no_rows() -> None:
    assert [cells(data, format=form) for data, form in ((xlsx_of([""]), "xlsx"), (b"", "csv"))] == [[], []]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "table.not-xlsx"),
        (b"name,model\n", "table.not-xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "table.encrypted"),
        (b"PK\x03\x04" + bytes(100), "table.not-xlsx"),
        (
            repacked(xlsx_of(["a"]), "xl/worksheets/sheet1.xml", lambda _: b"<worksheet><sheetData><row"),
            "table.damaged",
        ),
        (repacked(xlsx_of(["a"]), "xl/workbook.xml", lambda _: b"no xml"), "table.damaged"),
        (repacked(xlsx_of(["a"]), "xl/workbook.xml", lambda _: b"<workbook><sheets/></workbook>"), "table.damaged"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_an_archive_of_something_else_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("content.xml", "<office/>")

    assert refusal(file.getvalue()).message == (
        "Reading a workbook failed: Expected XLSX, got an archive without xl/workbook.xml."
    )


@QUICK
@given(st.integers(min_value=0, max_value=10_000), st.binary(min_size=1, max_size=4))
def test_a_damaged_workbook_is_read_or_refused_and_never_breaks(place: int, damage: bytes) -> None:
    data = xlsx_of(["name", "value"], ["a", "1"])
    place %= len(data)

    assert read_or_refused(data[:place] + damage + data[place + len(damage) :])


def test_a_member_that_inflates_two_hundredfold_is_refused() -> None:
    bomb = repacked(xlsx_of(["a"]), "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * 3_000_000)

    assert refusal(bomb).message.startswith(
        "Reading a workbook failed on its size: Expected at most 200 times its packed size in xl/worksheets/sheet1.xml"
    )


def test_members_that_are_too_large_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_limits, "MAX_UNCOMPRESSED", 1000)

    assert refusal(xlsx_of(["a"])).message.startswith(
        "Reading a workbook failed on its size: Expected at most 1000 bytes once unpacked, got "
    )


def test_a_size_that_lies_is_found_by_inflating() -> None:
    data = bytearray(xlsx_of(["a"] * 50))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
    place = data.rindex(b"xl/worksheets/sheet1.xml") - 46 + 24
    assert int.from_bytes(data[place : place + 4], "little") == member.file_size
    data[place : place + 4] = (10).to_bytes(4, "little")

    assert refusal(bytes(data)).code == "table.damaged"


@pytest.mark.parametrize("reference", [b' r="XFD1048576"', b"\tr = 'XFD1048576'", b'  r="xfd1048576"'])
def test_a_cell_in_the_last_corner_of_the_grid_is_refused_before_the_grid_is_made(reference: bytes) -> None:
    data = repacked(xlsx_of(["a", "b"]), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b' r="B1"', reference))

    assert refusal(data).message == (
        "Reading a workbook failed on its size: Expected at most 20000000 cells in xl/worksheets/sheet1.xml, "
        "got 17179869184."
    )


@pytest.mark.parametrize("count", [b"999999999999", b"+1", b"&#57;"])
def test_a_list_that_claims_to_be_endless_is_refused_before_room_is_made_for_it(count: bytes) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_string(0, 0, "a")

    data = repacked(workbook(fill), "xl/sharedStrings.xml", lambda xml: xml.replace(b'"1"', b'"' + count + b'"'))

    assert refusal(data).message == (
        "Reading a workbook failed on its size: Expected at most 20000000 things in a list of xl/sharedStrings.xml, "
        f"got {count.decode()}."
    )


def test_a_long_text_that_every_cell_repeats_is_refused() -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        for row in range(900):
            sheet.write_string(row, 0, "KEY")

    noise = bytes(33 + number * 7919 % 90 for number in range(500_000)).replace(b"<", b".").replace(b"&", b".")
    data = repacked(workbook(fill), "xl/sharedStrings.xml", lambda xml: xml.replace(b"KEY", noise))

    assert refusal(data).message.startswith(
        "Reading a workbook failed on its size: Expected at most 400000000 bytes of repeated text, got 450"
    )


def test_one_long_text_among_many_short_ones_is_read() -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_string(0, 0, "x" * 30_000)
        for row in range(1, 15_000):
            sheet.write_string(row, 0, "short")

    assert open_sheet(workbook(fill), format="xlsx").total == 15_000


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_more_than_five_hundred_columns_are_refused(form: TableFormat) -> None:
    row = [f"c{number}" for number in range(501)]

    assert refusal(csv_of(row) if form == "csv" else xlsx_of(row), format=form).message == (
        "Reading a table failed on its width: Expected at most 500 columns, got 501."
    )
