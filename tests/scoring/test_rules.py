from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from scoring.errors import MissingValueError, RuleFileError, RuleNotInForceError
from scoring.model import Known, Origin
from scoring.rules import load, parse, schemes

GOOD = """
title = { en = "Test", zh = "测试" }

[values.limit]
title = { en = "Limit", zh = "限值" }
kind = "number"
unit = "kg CO2e/t"

[[values.limit.history]]
value = 10
since = 2024-01-01
until = 2024-12-31
reference = { title = "Order 1", href = "https://law.example/1", article = "art. 5" }
checked_on = 2026-11-20
origin = "law"
known = "primary"

[[values.limit.history]]
value = 9.5
since = 2026-01-01
reference = { title = "Order 2" }
checked_on = 2026-11-20
origin = "law"
known = "found"
"""
BROKEN = sorted((Path(__file__).parent / "broken").glob("*.toml"))


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (dt.date(2024, 1, 1), "10"),
        (dt.date(2024, 12, 31), "10"),
        (dt.date(2026, 1, 1), "9.5"),
        (dt.date(2099, 1, 1), "9.5"),
    ],
)
def test_a_value_is_the_one_in_force_on_the_day(day: dt.date, value: str) -> None:
    assert parse(GOOD, name="test").number("limit", on=day) == Decimal(value)


@pytest.mark.parametrize("day", [dt.date(2023, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 12, 31)])
def test_a_day_on_which_nothing_is_in_force_is_an_error(day: dt.date) -> None:
    with pytest.raises(RuleNotInForceError) as refused:
        parse(GOOD, name="test").number("limit", on=day)

    assert str(refused.value) == (
        f"Looking up a rule failed on test.limit on {day}: Expected a day on which it is in force (first 2024-01-01)."
    )


def test_an_unknown_value_is_an_error() -> None:
    with pytest.raises(MissingValueError) as refused:
        parse(GOOD, name="test").number("limits", on=dt.date(2026, 1, 1))

    assert str(refused.value) == "Looking up a rule failed on test.limits: Expected one of limit."


def test_an_unknown_scheme_is_an_error() -> None:
    with pytest.raises(RuleFileError) as refused:
        load("../../etc/passwd")

    assert refused.value.code == "rules.no-scheme"


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_refused_by_file_and_key(path: Path) -> None:
    """The first line of each file says what is told of it."""
    text = path.read_text("utf-8")

    with pytest.raises(RuleFileError) as refused:
        parse(text, name=path.stem)

    assert str(refused.value) == text.splitlines()[0].removeprefix("# ")


def test_every_kind_of_mistake_has_its_file() -> None:
    assert len(BROKEN) >= 18


@pytest.mark.parametrize("scheme", schemes())
def test_every_scheme_loads_and_every_value_has_an_honest_source(scheme: str) -> None:
    for history in load(scheme).values.values():
        for entry in history.history:
            assert entry.checked_on >= entry.since or entry.origin in {Origin.LAW, Origin.STANDARD}
            assert (entry.origin is Origin.PROJECT) == (entry.known is Known.CHOSEN)
