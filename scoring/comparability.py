"""May these two footprints be compared? The gate, with a reason for every check.

The checks, in this order:

1. category: the same product category.
2. product-rule: the same product rule, in the same version.
3. unit: declared units that convert into each other exactly.
4. boundary: the same system boundary.
5. gwp: the same set of warming potentials.
6. electricity: the same rule for electricity.
7. allocation: the same allocation among joint products.
8. period: reference periods that lie close enough together.
9. validity: both certificates hold.
10. verification: both footprints are verified.
11. offsets: neither subtracts compensation.
12. uncertainty: known for both, before any probability is claimed.

A failed check means *not comparable*. What could not be checked means *with caution* for checks 5 to 8, 11 and 12, and
*not comparable* for the others: the default is not comparable. After ISO 14025 §6.7.2 and EN 15804 §5.3 as told in
secondary sources; which checks may stay open is the project's own choice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from labels.errors import CodeError
from labels.model import Check, LabelRecord, Outcome, State, Verification
from labels.units import ratio


class Verdict(StrEnum):
    """Whether two footprints may be compared."""

    COMPARABLE = "comparable"
    WITH_CAUTION = "with caution"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True)
class Side:
    """One of the two: a record and the verdict on it."""

    record: LabelRecord
    verification: Verification


@dataclass(frozen=True)
class Comparability:
    """The answer, with the checks it rests on."""

    checks: tuple[Check, ...]
    factor: Fraction | None
    """Multiplies the second's figure to the declared unit of the first; None where the units do not convert."""

    @property
    def verdict(self) -> Verdict:
        """The worst that the checks allow; without any check not comparable."""
        outcomes = {check.name: check.outcome for check in self.checks}
        if set(outcomes) != set(CHECKS) or Outcome.FAILED in outcomes.values():
            return Verdict.NOT_COMPARABLE
        still_open = {name for name, outcome in outcomes.items() if outcome is Outcome.NOT_CHECKED}
        if not still_open:
            return Verdict.COMPARABLE
        return Verdict.WITH_CAUTION if still_open <= MAY_STAY_OPEN else Verdict.NOT_COMPARABLE

    @property
    def chance_may_be_told(self) -> bool:
        """Whether a probability may be claimed: comparable at all, and both uncertainties known."""
        known = any(check.name == "uncertainty" and check.outcome is Outcome.PASSED for check in self.checks)
        return known and self.verdict is not Verdict.NOT_COMPARABLE


def compare(first: Side, second: Side, *, most_years_apart: int) -> Comparability:
    """Put two footprints through the gate; ``most_years_apart`` is the rule for the reference periods."""
    one, other = first.record.footprint, second.record.footprint
    factor = _factor(first.record, second.record)
    checks = (
        _same("category", first.record.product.category, second.record.product.category),
        _same("product-rule", _rule(first.record), _rule(second.record)),
        _unit(first.record, second.record, factor),
        _same("boundary", one.boundary.value, other.boundary.value),
        _same("gwp", one.gwp_set, other.gwp_set),
        _same("electricity", one.electricity_rule, other.electricity_rule),
        _same("allocation", one.allocation, other.allocation),
        _period(first.record, second.record, most_years_apart),
        _validity(first.verification, second.verification),
        _verification(first.verification, second.verification),
        _offsets(one.offsets_counted, other.offsets_counted),
        _uncertainty(first.record, second.record),
    )
    return Comparability(checks=checks, factor=factor)


def _same(name: str, one: str | None, other: str | None) -> Check:
    """Two given values that are equal pass; a value that is not given cannot be checked."""
    values = {"one": one or "-", "other": other or "-"}
    if one is None or other is None:
        reason = f"The {name} of {'both' if one is other else 'one'} is not stated."
        return Check(name, Outcome.NOT_CHECKED, f"compare.{name}-unknown", reason, values)
    if one != other:
        return Check(name, Outcome.FAILED, f"compare.{name}", f"The {name} differs: {one} and {other}.", values)
    return Check(name, Outcome.PASSED, f"compare.{name}-same", f"The {name} is the same: {one}.", values)


def _rule(record: LabelRecord) -> str | None:
    """The product rule with its version: without a version nobody can tell whether it is the same rule."""
    rule, version = record.footprint.product_rule, record.footprint.product_rule_version
    return f"{rule} ({version})" if rule and version else None


def _factor(one: LabelRecord, other: LabelRecord) -> Fraction | None:
    """1 kg CO2e per amount of the other's unit, in kg CO2e per amount of the first's."""
    try:
        units = ratio(from_unit=one.footprint.unit, to_unit=other.footprint.unit)
    except CodeError:
        return None
    return units * Fraction(one.footprint.amount) / Fraction(other.footprint.amount)


def _unit(one: LabelRecord, other: LabelRecord, factor: Fraction | None) -> Check:
    values = {"one": one.footprint.unit, "other": other.footprint.unit}
    functional = (one.footprint.functional_unit, other.footprint.functional_unit)
    if factor is None:
        reason = f"The declared units {values['one']} and {values['other']} do not convert into each other."
        return Check("unit", Outcome.FAILED, "compare.unit", reason, values)
    if None not in functional and functional[0] != functional[1]:
        reason = f"The functional units differ: {functional[0]} and {functional[1]}."
        return Check("unit", Outcome.FAILED, "compare.functional-unit", reason, values)
    reason = f"The declared units convert exactly: {values['one']} and {values['other']}."
    return Check("unit", Outcome.PASSED, "compare.unit-same", reason, values)


def _period(one: LabelRecord, other: LabelRecord, most_years_apart: int) -> Check:
    first, second = one.footprint.period, other.footprint.period
    if first is None or second is None:
        reason = "The reference period of one is not stated."
        return Check("period", Outcome.NOT_CHECKED, "compare.period-unknown", reason)
    gap = max(first.start, second.start) - min(first.end, second.end)
    values = {"one": first.end.isoformat(), "other": second.end.isoformat(), "years": str(most_years_apart)}
    if gap > dt.timedelta(days=366 * most_years_apart):
        reason = f"The data are more than {most_years_apart} years apart."
        return Check("period", Outcome.FAILED, "compare.period", reason, values)
    return Check("period", Outcome.PASSED, "compare.period-close", "The data are of about the same time.", values)


def _validity(one: Verification, other: Verification) -> Check:
    states = {"one": one.state.value, "other": other.state.value}
    if {one.state, other.state} <= _HOLDING:
        return Check("validity", Outcome.PASSED, "compare.validity-both", "Both certificates hold.", states)
    reason = f"The states are {states['one']} and {states['other']}."
    if {one.state, other.state} <= {*_HOLDING, State.DECLARED}:
        return Check("validity", Outcome.NOT_CHECKED, "compare.validity-unknown", reason, states)
    return Check("validity", Outcome.FAILED, "compare.validity", reason, states)


def _verification(one: Verification, other: Verification) -> Check:
    if one.verified and other.verified:
        return Check("verification", Outcome.PASSED, "compare.verification-both", "Both footprints are verified.")
    reason = f"{'One' if one.verified or other.verified else 'Neither'} of the two footprints is verified."
    return Check("verification", Outcome.FAILED, "compare.verification", reason)


def _offsets(one: bool | None, other: bool | None) -> Check:  # noqa: FBT001  (as the records say)
    if one or other:
        reason = "Compensation was subtracted from one footprint."
        return Check("offsets", Outcome.FAILED, "compare.offsets", reason)
    if one is None or other is None:
        reason = "Whether compensation was subtracted is not stated."
        return Check("offsets", Outcome.NOT_CHECKED, "compare.offsets-unknown", reason)
    return Check("offsets", Outcome.PASSED, "compare.offsets-none", "Neither subtracts compensation.")


def _uncertainty(one: LabelRecord, other: LabelRecord) -> Check:
    if one.footprint.uncertainty_percent is None or other.footprint.uncertainty_percent is None:
        reason = "The uncertainty of one is not stated, so no probability can be told."
        return Check("uncertainty", Outcome.NOT_CHECKED, "compare.uncertainty-unknown", reason)
    return Check("uncertainty", Outcome.PASSED, "compare.uncertainty-known", "Both uncertainties are stated.")


CHECKS = (
    *("category", "product-rule", "unit", "boundary", "gwp", "electricity"),
    *("allocation", "period", "validity", "verification", "offsets", "uncertainty"),
)
MAY_STAY_OPEN = frozenset({"gwp", "electricity", "allocation", "period", "offsets", "uncertainty"})
"""Checks that leave a comparison possible, with caution, where a record does not say."""
_HOLDING = {State.VALID, State.CHANGED}
