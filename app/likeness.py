"""What a footprint is like, in things people know: only where a source gives the factor."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from app.i18n import mark
from scoring.errors import RuleNotInForceError
from scoring.rules import load

if TYPE_CHECKING:
    import datetime as dt

    from scoring.model import DatedValue


@dataclass(frozen=True)
class Thing:
    """A thing people know: the rule that holds its factor, and the sentence that tells how much of it."""

    scheme: str
    value: str
    sentence: str


@dataclass(frozen=True)
class Likeness:
    """How much of a thing has the same footprint, rounded to two digits, and the factor it is worked out with."""

    thing: Thing
    quantity: Decimal
    factor: DatedValue
    unit: str


def likenesses(kg: Decimal, *, on: dt.date) -> tuple[Likeness, ...]:
    """Return what ``kg`` CO2e is like by the factors in force on a day; nothing for a footprint of zero or less."""
    if kg <= 0:
        return ()
    found = (_likeness(thing, kg, on=on) for thing in THINGS)
    return tuple(like for like in found if like is not None)


def two_digits(value: Decimal) -> Decimal:
    """Round to two significant digits: a likeness is no measurement.

    >>> two_digits(Decimal("1234")), two_digits(Decimal("0.05678"))
    (Decimal('1200'), Decimal('0.057'))
    """
    rounded = value.quantize(Decimal(1).scaleb(value.adjusted() - 1))
    return Decimal(format(rounded, "f"))


def _likeness(thing: Thing, kg: Decimal, *, on: dt.date) -> Likeness | None:
    scheme = load(thing.scheme)
    try:
        factor = scheme.in_force(thing.value, on=on)
    except RuleNotInForceError:
        return None
    quantity = two_digits(kg / scheme.number(thing.value, on=on))
    return Likeness(thing, quantity, factor, scheme.values[thing.value].unit or "")


THINGS = (
    Thing(
        "likeness",
        "car",
        mark("as much as driving {quantity} km in an average new passenger car (whole life cycle, China, 2023)"),
    ),
    Thing(
        "electricity",
        "china_footprint",
        mark("as much as making {quantity} kWh of average grid electricity in China (2024)"),
    ),
)
