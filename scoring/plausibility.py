"""Does a record look right? Findings with a stable code and a severity; nothing is ever put out of sight by them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from labels.categories import CATEGORIES
from labels.errors import CodeError
from labels.units import parse_unit
from scoring.errors import RuleNotInForceError
from scoring.rules import load

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from labels.model import LabelRecord


class Severity(StrEnum):
    """How much a finding matters."""

    OK = "OK"
    WARNING = "warning"
    ERROR = "error"
    """Keeps the record out of benchmarks and comparisons."""


@dataclass(frozen=True)
class Finding:
    """What looks wrong: a stable code, a severity, one sentence."""

    code: str
    severity: Severity
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A record and what it is measured by."""

    record: LabelRecord
    on: dt.date
    typical: Decimal | None = None
    """The middle of its category, kg CO2e per amount of the record's own unit; None where none is known."""
    in_scope: bool | None = None
    """Whether its issuer was accredited for it; None where nobody certified it."""


def findings(case: Case) -> tuple[Finding, ...]:
    """Return everything that looks wrong, the worst first."""
    found = [finding for check in CHECKS for finding in [check(case)] if finding is not None]
    return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.ERROR))


def severity(found: tuple[Finding, ...]) -> Severity:
    """Return the worst severity; OK when nothing was found."""
    order = list(Severity)
    return max((finding.severity for finding in found), key=order.index, default=Severity.OK)


def _stages_sum(case: Case) -> Finding | None:
    footprint = case.record.footprint
    if footprint.stages_add_up is not False:
        return None
    reason = f"The stages sum to {footprint.stages_total} kg CO2e, the total says {footprint.value}."
    values = {"sum": str(footprint.stages_total), "total": str(footprint.value)}
    return Finding("stages.differ", Severity.ERROR, reason, values)


def _far_off(case: Case) -> Finding | None:
    value, typical = case.record.footprint.value, case.typical
    times = _number("plausibility", "times_off", on=case.on)
    if times is None or typical is None or typical <= 0 or value <= 0 or typical / times <= value <= typical * times:
        return None
    reason = f"The footprint of {value} kg CO2e is more than {times} times off its category's {typical}."
    values = {"value": str(value), "typical": str(typical), "times": str(times)}
    return Finding("value.far-off", Severity.ERROR, reason, values)


def _mixed_electricity(case: Case) -> Finding | None:
    """The CO2 factor named where the footprint factor belongs: the commonest mix-up of the two series."""
    said = " ".join(filter(None, (case.record.source.note, case.record.footprint.functional_unit)))
    wrong = _number("electricity", "china_co2", on=case.on)
    right = _number("electricity", "china_footprint", on=case.on)
    if wrong is None or not re.search(rf"(?<![0-9.]){re.escape(str(wrong))}(?![0-9])", said):
        return None
    reason = f"The record names the electricity factor {wrong}, which counts CO2 only; a footprint takes {right}."
    return Finding("electricity.mixed", Severity.WARNING, reason, {"wrong": str(wrong), "right": str(right)})


def _unit_of_category(case: Case) -> Finding | None:
    """A figure per piece where its category is declared by mass, or the other way round."""
    category = CATEGORIES.get(case.record.product.category)
    try:
        unit = parse_unit(case.record.footprint.unit)
    except CodeError:
        reason = f"The declared unit {case.record.footprint.unit} is not known."
        return Finding("unit.unknown", Severity.ERROR, reason, {"unit": case.record.footprint.unit})
    if category is None or unit.dimension is parse_unit(category.unit).dimension:
        return None
    reason = f"The footprint is per {unit.name_en}, its category is declared per {parse_unit(category.unit).name_en}."
    return Finding("unit.other-dimension", Severity.WARNING, reason, {"unit": unit.code, "expected": category.unit})


def _negative(case: Case) -> Finding | None:
    category = CATEGORIES.get(case.record.product.category)
    if case.record.footprint.value >= 0 or (category is not None and category.bio_based):
        return None
    reason = f"The footprint of {case.record.footprint.value} kg CO2e is below zero, and the product is not bio-based."
    return Finding("value.negative", Severity.ERROR, reason, {"value": str(case.record.footprint.value)})


def _validity(case: Case) -> Finding | None:
    attestation = case.record.attestation
    if attestation is None or NATIONAL not in attestation.scheme:
        return None
    years = int(_number("plausibility", "longest_validity", on=attestation.issued) or 0)
    if not years or attestation.valid_until < _years_later(attestation.issued, years):
        return None
    reason = f"The certificate holds from {attestation.issued} to {attestation.valid_until}, over {years} years."
    values = {"issued": str(attestation.issued), "valid_until": str(attestation.valid_until), "years": str(years)}
    return Finding("validity.too-long", Severity.WARNING, reason, values)


def _before_its_data(case: Case) -> Finding | None:
    attestation, period = case.record.attestation, case.record.footprint.period
    if attestation is None or period is None or attestation.issued > period.end:
        return None
    reason = f"The certificate was issued on {attestation.issued}, before its data end on {period.end}."
    values = {"issued": str(attestation.issued), "end": str(period.end)}
    return Finding("period.after-issue", Severity.ERROR, reason, values)


def _beyond_scope(case: Case) -> Finding | None:
    if case.in_scope is not False:
        return None
    return Finding("scope.outside", Severity.ERROR, "The issuer was not accredited for this product.")


def _number(scheme: str, name: str, *, on: dt.date) -> Decimal | None:
    """A rule's number; None on a day on which the rule is not in force, and then nothing is found by it."""
    try:
        return load(scheme).number(name, on=on)
    except RuleNotInForceError:
        return None


def _years_later(day: dt.date, years: int) -> dt.date:
    """The same day so many years on; 28 February for 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


NATIONAL = "产品碳足迹标识认证"
"""In the name of the national scheme."""
CHECKS: tuple[Callable[[Case], Finding | None], ...] = (
    *(_stages_sum, _far_off, _mixed_electricity, _unit_of_category),
    *(_negative, _validity, _before_its_data, _beyond_scope),
)
