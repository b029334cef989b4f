"""What a footprint is like, in things people know: only where a source gives the factor."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from app.i18n import mark
from labels.record import Quantity, Record, Text


class Reference(Record):
    """Where a factor is published."""

    title: Text
    title_en: Text
    publisher: Text
    publisher_en: Text


class Factor(Record):
    """kg CO2e of one unit of a thing that people know."""

    name: Text
    kg_per_unit: Quantity
    unit: Text
    since: dt.date
    checked_on: dt.date
    origin: Text
    status: Text
    reference: Reference


@dataclass(frozen=True)
class Likeness:
    """How much of the thing has the same footprint, rounded to two digits."""

    factor: Factor
    quantity: Decimal


def likenesses(kg: Decimal, *, on: dt.date) -> tuple[Likeness, ...]:
    """Return what ``kg`` CO2e is like by the factors in force on a day; nothing for a footprint of zero or less."""
    if kg <= 0:
        return ()
    current = {factor.name: factor for factor in _factors() if factor.since <= on}
    return tuple(Likeness(factor, two_digits(kg / factor.kg_per_unit)) for factor in current.values())


def two_digits(value: Decimal) -> Decimal:
    """Round to two significant digits: a likeness is no measurement.

    >>> two_digits(Decimal("1234")), two_digits(Decimal("0.05678"))
    (Decimal('1200'), Decimal('0.057'))
    """
    rounded = value.quantize(Decimal(1).scaleb(value.adjusted() - 1))
    return Decimal(format(rounded, "f"))


@cache
def _factors() -> tuple[Factor, ...]:
    """Return all factors, the oldest first, so that the newest in force wins."""
    table = tomllib.loads(files("app").joinpath("likeness.toml").read_text("utf-8"), parse_float=Decimal)
    return tuple(sorted((Factor.model_validate(entry) for entry in table["like"]), key=lambda factor: factor.since))


SENTENCES = {
    "electricity": mark("as much as making {quantity} kWh of average grid electricity in China (2024)"),
    "car": mark("as much as driving {quantity} km in an average new passenger car (whole life cycle, China, 2023)"),
}
