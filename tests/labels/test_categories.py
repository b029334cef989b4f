import csv
import re
from pathlib import Path

import pytest

from labels.categories import CATEGORIES, Category, find
from labels.model import Boundary
from labels.units import UNITS

CODES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "codes"
FIRST = (
    *("pv-module", "lfp-battery-pack", "nmc-battery-cell", "primary-aluminium", "hot-rolled-steel", "rebar", "cement"),
    *("flat-glass", "tyre", "laptop", "smartphone", "air-conditioner", "green-tea", "coffee", "copy-paper"),
)

beside = pytest.mark.skipif(not CODES.exists(), reason="the code lists are not beside the project")


def test_the_categories_of_the_demo_registry_are_there() -> None:
    missing = set(FIRST) - set(CATEGORIES)

    assert missing == set()


def test_a_category_says_what_it_is_compared_per() -> None:
    assert CATEGORIES["pv-module"] == Category(
        key="pv-module",
        name_zh="光伏组件",
        name_en="Photovoltaic module",
        unit="KWT",
        boundary=Boundary.CRADLE_TO_GATE,
        hs="854143",
        cpv="09331200-0",
        national_catalogue=True,
        aliases=("太阳能组件", "太阳能电池板", "PV module", "solar module", "solar panel"),
    )


@pytest.mark.parametrize("category", CATEGORIES.values(), ids=CATEGORIES)
def test_a_category_is_found_by_key_by_both_names_and_by_aliases(category: Category) -> None:
    names = (category.key, category.name_zh, category.name_en, *category.aliases)

    found = [find(spelling) for name in names for spelling in (name, name.upper(), f" {name}　")]

    assert found == [category] * 3 * len(names)


@pytest.mark.parametrize("text", ["", "钢", "a spaceship", "pv"])
def test_a_name_of_no_category_finds_none(text: str) -> None:
    assert find(text) is None


def test_no_name_stands_for_two_categories() -> None:
    names = [
        name
        for item in CATEGORIES.values()
        for name in {text.casefold() for text in (item.key, item.name_zh, item.name_en, *item.aliases)}
    ]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("category", CATEGORIES.values(), ids=CATEGORIES)
def test_the_declared_unit_is_a_known_code_and_the_amount_positive(category: Category) -> None:
    assert category.unit in UNITS
    assert category.amount > 0


@pytest.mark.parametrize("category", CATEGORIES.values(), ids=CATEGORIES)
def test_codes_have_the_form_of_their_scheme(category: Category) -> None:
    assert re.fullmatch(r"10\d{6}", category.gpc or "10000000")
    assert re.fullmatch(r"\d{4}(\d{2})?", category.hs or "0000")
    assert re.fullmatch(r"\d{8}-\d", category.cpv or "00000000-0")


@beside
@pytest.mark.parametrize("category", [item for item in CATEGORIES.values() if item.gpc], ids=lambda item: item.key)
def test_the_gpc_brick_is_in_the_published_classification(category: Category) -> None:
    lines = (CODES / "gpc-hier.tsv").read_text(encoding="utf-8").splitlines()

    bricks = [line.split("\t") for line in lines if line.startswith(f"{category.gpc}\t")]

    assert [brick[2].endswith("(GPC brick)") for brick in bricks] == [True]


@beside
@pytest.mark.parametrize("category", [item for item in CATEGORIES.values() if item.hs], ids=lambda item: item.key)
def test_the_hs_code_is_in_the_published_nomenclature(category: Category) -> None:
    with (CODES / "harmonized-system.csv").open(encoding="utf-8") as file:
        published = {row["hscode"] for row in csv.DictReader(file)}

    assert category.hs in published
