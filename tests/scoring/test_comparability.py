from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.model import Outcome, Provenance, State, Verification
from scoring.comparability import CHECKS, MAY_STAY_OPEN, Comparability, Side, Verdict, compare
from tests.labels.examples import AT, record

FULL = {
    "footprint__product_rule": "PCR 1",
    "footprint__product_rule_version": "2",
    "footprint__electricity_rule": "grid-average",
    "footprint__allocation": "mass",
    "footprint__offsets_counted": False,
    "footprint__uncertainty_percent": "8",
}
VERIFIED = Verification(state=State.VALID, provenance=Provenance.VERIFIED, checks=(), history=(), at=AT)
DECLARED = dataclasses.replace(VERIFIED, state=State.DECLARED, provenance=Provenance.DECLARED)
YEARS = 3


def side(verification: Verification = VERIFIED, /, **changes: object) -> Side:
    return Side(record=record(**{**FULL, **changes}), verification=verification)


def outcome(answer: Comparability, name: str) -> Outcome:
    return next(check.outcome for check in answer.checks if check.name == name)


def test_two_alike_are_comparable_by_all_twelve_checks_in_order() -> None:
    answer = compare(side(), side(footprint__value="400", footprint__stages=[]), most_years_apart=YEARS)

    assert answer.verdict is Verdict.COMPARABLE
    assert tuple(check.name for check in answer.checks) == CHECKS
    assert {check.outcome for check in answer.checks} == {Outcome.PASSED}
    assert answer.chance_may_be_told


def test_without_any_check_nothing_is_comparable() -> None:
    assert Comparability(checks=(), factor=None).verdict is Verdict.NOT_COMPARABLE


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("category", {"product__category": "cement"}),
        ("product-rule", {"footprint__product_rule": "PCR 2"}),
        ("product-rule", {"footprint__product_rule_version": "3"}),
        ("unit", {"footprint__unit": "KGM"}),
        ("unit", {"footprint__functional_unit": "1 kW for 25 years"}),
        ("boundary", {"footprint__boundary": "cradle-to-grave"}),
        ("gwp", {"footprint__gwp_set": "AR5"}),
        ("electricity", {"footprint__electricity_rule": "contractual"}),
        ("allocation", {"footprint__allocation": "economic"}),
        ("period", {"footprint__period": {"start": "2019-01-01", "end": "2019-12-31"}}),
        ("offsets", {"footprint__offsets_counted": True}),
    ],
)
def test_one_difference_makes_two_not_comparable(check: str, changes: dict[str, object]) -> None:
    first = side(footprint__functional_unit="1 kW")

    answer = compare(first, side(**{"footprint__functional_unit": "1 kW", **changes}), most_years_apart=YEARS)

    assert answer.verdict is Verdict.NOT_COMPARABLE
    assert [found.name for found in answer.checks if found.outcome is Outcome.FAILED] == [check]


@pytest.mark.parametrize(
    ("check", "field"),
    [
        ("gwp", "footprint__gwp_set"),
        ("electricity", "footprint__electricity_rule"),
        ("allocation", "footprint__allocation"),
        ("period", "footprint__period"),
        ("offsets", "footprint__offsets_counted"),
        ("uncertainty", "footprint__uncertainty_percent"),
    ],
)
@pytest.mark.parametrize("both", [True, False])
def test_what_is_not_stated_asks_for_caution(check: str, field: str, *, both: bool) -> None:
    silent = side(**{field: None})

    answer = compare(silent, silent if both else side(), most_years_apart=YEARS)

    assert answer.verdict is Verdict.WITH_CAUTION
    assert [found.name for found in answer.checks if found.outcome is Outcome.NOT_CHECKED] == [check]
    assert answer.chance_may_be_told is (check != "uncertainty")


@pytest.mark.parametrize("field", ["footprint__product_rule", "footprint__product_rule_version"])
def test_without_the_product_rule_nothing_is_comparable(field: str) -> None:
    answer = compare(side(**{field: None}), side(**{field: None}), most_years_apart=YEARS)

    assert outcome(answer, "product-rule") is Outcome.NOT_CHECKED
    assert answer.verdict is Verdict.NOT_COMPARABLE


@pytest.mark.parametrize("state", [State.EXPIRED, State.SUSPENDED, State.WITHDRAWN, State.CANCELLED, State.UNPROVEN])
def test_a_certificate_that_does_not_hold_is_not_compared(state: State) -> None:
    lapsed = dataclasses.replace(VERIFIED, state=state, provenance=Provenance.MISSING)

    answer = compare(side(), side(lapsed), most_years_apart=YEARS)

    assert [check.name for check in answer.checks if check.outcome is Outcome.FAILED] == ["validity", "verification"]


def test_a_declaration_is_not_compared() -> None:
    answer = compare(side(), side(DECLARED), most_years_apart=YEARS)

    assert outcome(answer, "verification") is Outcome.FAILED
    assert answer.verdict is Verdict.NOT_COMPARABLE


def test_units_that_convert_are_brought_to_the_first_ones() -> None:
    per_tonne = side(footprint__unit="TNE", footprint__amount="1")
    per_ten_kilograms = side(footprint__unit="KGM", footprint__amount="10")

    answer = compare(per_tonne, per_ten_kilograms, most_years_apart=YEARS)

    assert answer.verdict is Verdict.COMPARABLE
    assert answer.factor == Fraction(100)


@pytest.mark.parametrize(("end", "passed"), [("2021-12-31", True), ("2021-12-30", True), ("2021-12-29", False)])
def test_reference_periods_may_lie_so_many_years_apart(end: str, *, passed: bool) -> None:
    old = side(footprint__period={"start": "2021-01-01", "end": end})
    new = side(footprint__period={"start": "2025-01-01", "end": "2025-12-31"})

    answer = compare(old, new, most_years_apart=YEARS)

    assert (outcome(answer, "period") is Outcome.PASSED) is passed


given_fields = st.fixed_dictionaries(
    {},
    optional={
        "product__category": st.sampled_from(["pv-module", "cement"]),
        "footprint__unit": st.sampled_from(["KWT", "KGM", "TNE"]),
        "footprint__boundary": st.sampled_from(["cradle-to-gate", "cradle-to-grave"]),
        "footprint__gwp_set": st.sampled_from([None, "AR5", "AR6"]),
        "footprint__electricity_rule": st.sampled_from([None, "grid-average", "direct"]),
        "footprint__allocation": st.sampled_from([None, "mass"]),
        "footprint__offsets_counted": st.sampled_from([None, True, False]),
        "footprint__uncertainty_percent": st.sampled_from([None, "5"]),
        "footprint__product_rule": st.sampled_from([None, "PCR 1", "PCR 2"]),
    },
)


@given(given_fields, given_fields)
def test_the_answer_does_not_depend_on_who_comes_first(one: dict[str, object], other: dict[str, object]) -> None:
    forth = compare(side(**one), side(**other), most_years_apart=YEARS)
    back = compare(side(**other), side(**one), most_years_apart=YEARS)

    assert forth.verdict is back.verdict
    assert [check.outcome for check in forth.checks] == [check.outcome for check in back.checks]


@given(given_fields, given_fields, st.sampled_from(sorted(MAY_STAY_OPEN)))
def test_saying_less_never_makes_two_more_comparable(
    one: dict[str, object], other: dict[str, object], name: str
) -> None:
    order = [Verdict.NOT_COMPARABLE, Verdict.WITH_CAUTION, Verdict.COMPARABLE]
    answer = compare(side(**one), side(**other), most_years_apart=YEARS)
    silent = dataclasses.replace(
        answer,
        checks=tuple(
            dataclasses.replace(check, outcome=Outcome.NOT_CHECKED)
            if check.name == name and check.outcome is Outcome.PASSED
            else check
            for check in answer.checks
        ),
    )

    assert order.index(silent.verdict) <= order.index(answer.verdict)
