"""The demo registry's readable tables: whatever is added to them must keep these promises."""

import csv
import datetime as dt
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from labels.categories import CATEGORIES
from labels.identifiers import normalise_gtin, validate_uscc
from labels.model import Boundary, ProductFootprint, Stage, StageName
from labels.units import UNITS, convert, parse_unit

Row = dict[str, str]

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo"
TODAY, IN_A_YEAR = dt.date(2026, 11, 20), dt.date(2027, 11, 20)
STAGES = {name.value.replace("-", "_"): name for name in StageName}
COLUMNS = (
    *("id", "case", "category", "firm", "product_name", "product_name_en", "model", "gtin", "serial"),
    *("value", "unit", "amount", "boundary", "functional_unit", *STAGES),
    *("standard", "product_rule", "product_rule_version", "gwp_set", "period_start", "period_end"),
    *("uncertainty_percent", "primary_data_percent", "data_quality"),
    *("electricity_rule", "allocation", "offsets_counted"),
    *("production_site", "body", "issued", "valid_until", "surveillance", "previous"),
    *("since", "reason", "reason_en", "altered_value", "range_low", "range_high", "range_unit", "range_source"),
)
CASES = {
    *("valid", "changed", "expired", "suspended", "withdrawn", "cancelled", "forged-signature", "altered"),
    *("unknown-issuer", "out-of-scope", "cloned-serial", "other-unit", "other-boundary", "declared"),
    *("not-yet-valid", "expiring-soon"),
}
DATED = {"changed", "suspended", "withdrawn", "cancelled", "cloned-serial"}


def _rows(name: str) -> list[Row]:
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


LABELS = _rows("labels.csv")
FIRMS = {row["firm"]: row for row in _rows("firms.csv")}
BODIES = {body["key"]: body for body in tomllib.loads((DEMO / "bodies.toml").read_text(encoding="utf-8"))["body"]}
CERTIFIED = [row for row in LABELS if row["case"] != "declared"]
VALID = [row for row in LABELS if row["case"] == "valid"]

every = pytest.mark.parametrize("row", LABELS, ids=[row["id"] for row in LABELS])
every_certified = pytest.mark.parametrize("row", CERTIFIED, ids=[row["id"] for row in CERTIFIED])


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_the_table_has_its_columns_and_is_sorted_by_category_and_id() -> None:
    assert tuple(LABELS[0]) == COLUMNS
    assert sorted((row["category"], row["id"]) for row in LABELS) == [(row["category"], row["id"]) for row in LABELS]


def test_there_are_enough_labels_firms_and_categories() -> None:
    assert len(LABELS) >= 64
    assert len({row["firm"] for row in LABELS}) >= 20
    assert len({row["category"] for row in LABELS}) >= 14
    assert {row["category"] for row in LABELS} <= set(CATEGORIES)


def test_numbers_are_unique() -> None:
    ids = Counter(row["id"] for row in LABELS)
    serials = Counter(row["serial"] for row in LABELS if row["serial"])
    gtins = Counter(row["gtin"] for row in LABELS if not row["previous"])

    assert max((*ids.values(), *serials.values(), *gtins.values())) == 1


@every
def test_the_number_says_demo_and_the_year_of_issue(row: Row) -> None:
    year = row["issued"][:4] or "SELF"

    assert row["id"][:-4] == f"TB-DEMO-{year}-"
    assert row["id"][-4:].isdigit()


@every
def test_the_gtin_holds_and_is_of_the_range_for_examples(row: Row) -> None:
    gtin = normalise_gtin(row["gtin"])

    assert gtin.startswith("0952")


@pytest.mark.parametrize("firm", FIRMS.values(), ids=FIRMS)
def test_a_firm_is_plainly_fictional(firm: Row) -> None:
    uscc = validate_uscc(firm["uscc"])

    assert uscc.startswith("91999999")
    assert firm["name"].startswith("示范")
    assert firm["name_en"].startswith("Demo ")


def test_every_firm_has_a_label_and_its_own_code() -> None:
    assert {row["firm"] for row in LABELS} == set(FIRMS)
    assert len({firm["uscc"] for firm in FIRMS.values()}) == len(FIRMS)


def test_the_bodies_are_fictional_and_two_are_trusted_one_for_everything_one_for_some() -> None:
    assert all(body["id"].endswith(".example") and body["name"].startswith("示范") for body in BODIES.values())
    assert [key for key, body in BODIES.items() if body["trusted"]] == ["a", "b"]
    assert BODIES["a"]["categories"] == ["*"]
    assert set(BODIES["b"]["categories"]) < {row["category"] for row in LABELS}


@every
def test_the_names_are_in_both_languages_and_plainly_demo(row: Row) -> None:
    assert row["product_name"].startswith("示范")
    assert row["product_name_en"].startswith("Demo ")
    assert row["model"].startswith("DEMO-")
    assert row["production_site"] == FIRMS[row["firm"]]["city"]


@every
def test_the_row_makes_a_footprint_whose_stages_sum_exactly(row: Row) -> None:
    stages = tuple(Stage(stage=stage, value=Decimal(row[name])) for name, stage in STAGES.items() if row[name])
    footprint = ProductFootprint(
        value=Decimal(row["value"]),
        unit=row["unit"],
        amount=Decimal(row["amount"]),
        boundary=Boundary(row["boundary"]),
        stages=stages,
        standard=row["standard"] or None,
        gwp_set=row["gwp_set"] or None,
        uncertainty_percent=Decimal(row["uncertainty_percent"]) if row["uncertainty_percent"] else None,
        primary_data_percent=Decimal(row["primary_data_percent"]) if row["primary_data_percent"] else None,
        data_quality=Decimal(row["data_quality"]) if row["data_quality"] else None,
    )

    assert sum(stage.value for stage in footprint.stages) == footprint.value
    assert all(stage.value >= 0 for stage in footprint.stages)


@every
def test_a_stage_is_given_only_inside_the_boundary(row: Row) -> None:
    given = {name for name in STAGES if row[name]}

    expected = {"raw_materials", "production"} if row["boundary"] == "cradle-to-gate" else set(STAGES)
    assert given == expected


@every
def test_the_figure_lies_in_its_published_range(row: Row) -> None:
    low, high = Decimal(row["range_low"]), Decimal(row["range_high"])
    shown = [Decimal(row[name]) for name in ("value", "altered_value") if row[name]]

    assert all(low <= value <= high for value in shown)
    assert row["range_unit"] == f"kg CO2e / {row['amount']} {row['unit']}"
    assert row["range_source"]


@every
def test_unit_and_boundary_are_the_category_s_unless_the_case_says_otherwise(row: Row) -> None:
    category = CATEGORIES[row["category"]]
    same_unit = (row["unit"], Decimal(row["amount"])) == (category.unit, category.amount)
    same_boundary = row["boundary"] == category.boundary

    assert row["unit"] in UNITS
    if row["case"] == "other-unit":
        assert (same_unit, same_boundary) == (False, True)
    elif row["case"] == "other-boundary":
        assert not same_boundary
    else:
        assert (same_unit, same_boundary) == (True, True)


def test_of_the_other_units_one_converts_to_its_category_s_and_one_does_not() -> None:
    rows = [row for row in LABELS if row["case"] == "other-unit"]

    convertible = [
        parse_unit(row["unit"]).dimension is UNITS[CATEGORIES[row["category"]].unit].dimension for row in rows
    ]

    assert sorted(convertible) == [False, True]
    assert convert(Decimal(1), from_unit="TNE", to_unit="KGM") == 1000


def test_every_case_is_there_at_least_twice_and_in_two_categories() -> None:
    count = Counter(row["case"] for row in LABELS)
    spread = {case: len({row["category"] for row in LABELS if row["case"] == case}) for case in CASES}

    assert set(count) == CASES
    assert min(count.values()) >= 2
    assert min(spread.values()) >= 2


def test_many_valid_products_are_comparable_in_a_category_now_and_for_a_year() -> None:
    lasting = [row for row in VALID if _day(row["issued"]) <= TODAY and _day(row["valid_until"]) >= IN_A_YEAR]

    count = Counter(row["category"] for row in lasting if row["standard"] == "GB/T 24067-2024")

    assert max(count.values()) >= 8
    assert sum(number >= 4 for number in count.values()) >= 8
    assert len(lasting) >= 64


@every_certified
def test_a_certificate_holds_two_years_and_is_looked_at_within_them(row: Row) -> None:
    issued, last = _day(row["issued"]), _day(row["valid_until"])

    assert last == issued.replace(year=issued.year + 2) - dt.timedelta(days=1)
    assert all(issued < _day(day) <= last for day in row["surveillance"].split(";"))
    assert _day(row["period_start"]) < _day(row["period_end"]) < issued


@every_certified
def test_the_term_fits_the_case(row: Row) -> None:
    issued, last = _day(row["issued"]), _day(row["valid_until"])

    if row["case"] == "expired":
        assert last < TODAY
    elif row["case"] == "not-yet-valid":
        assert issued > IN_A_YEAR
    elif row["case"] == "expiring-soon":
        assert issued <= TODAY <= last <= TODAY + dt.timedelta(days=60)
    else:
        assert issued <= TODAY <= last


@every
def test_a_change_of_state_has_its_day_and_its_reason_in_both_languages(row: Row) -> None:
    given = [bool(row[name]) for name in ("since", "reason", "reason_en")]

    assert given == [row["case"] in DATED] * 3
    if row["since"]:
        assert _day(row["issued"]) < _day(row["since"]) <= TODAY


@every
def test_the_body_fits_the_case(row: Row) -> None:
    body = BODIES.get(row["body"])

    if row["case"] == "declared":
        assert (body, row["issued"], row["valid_until"], row["surveillance"]) == (None, "", "", "")
    elif row["case"] == "unknown-issuer":
        assert body is not None
        assert not body["trusted"]
    else:
        assert body is not None
        assert body["trusted"]
        in_scope = bool({"*", row["category"]} & set(body["categories"])) and row["standard"] in body["standards"]
        assert in_scope == (row["case"] != "out-of-scope")


@every
def test_what_a_case_needs_is_given_and_only_there(row: Row) -> None:
    assert bool(row["altered_value"]) == (row["case"] == "altered")
    assert row["altered_value"] != row["value"]
    if row["case"] == "cloned-serial":
        assert row["serial"]


@pytest.mark.parametrize("row", [row for row in LABELS if row["previous"]], ids=lambda row: row["id"])
def test_a_renewed_certificate_follows_one_of_the_same_product(row: Row) -> None:
    before = next(old for old in LABELS if old["id"] == row["previous"])
    same = ("gtin", "model", "firm", "category", "unit", "amount", "boundary", "standard", "body", "product_rule")

    assert [row[name] for name in same] == [before[name] for name in same]
    assert _day(before["issued"]) < _day(row["issued"]) <= _day(before["valid_until"])
    assert Decimal(row["value"]) < Decimal(before["value"])


def test_some_renewals_cut_the_footprint_by_five_percent_and_one_does_not() -> None:
    by_id = {row["id"]: row for row in LABELS}
    pairs = [(Decimal(row["value"]), Decimal(by_id[row["previous"]]["value"])) for row in LABELS if row["previous"]]

    enough = [now <= before * Decimal("0.95") for now, before in pairs]

    assert (enough.count(True) >= 3, enough.count(False) >= 1) == (True, True)


def test_a_firm_has_several_products_with_renewed_certificates() -> None:
    renewed = Counter(row["firm"] for row in LABELS if row["previous"])

    assert max(renewed.values()) >= 2
    assert max(Counter(row["firm"] for row in VALID).values()) >= 4


def test_no_text_holds_markup_or_spaces_around_it() -> None:
    cells = [cell for row in (*LABELS, *FIRMS.values()) for cell in row.values()]

    assert [cell for cell in cells if cell != cell.strip() or set("<>`*[]") & set(cell)] == []
