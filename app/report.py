"""What a look found, as plain lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import _, number
from app.texts import BOUNDARIES, CHECKS, OUTCOMES, product_name, reason, unit_name
from app.verdict import Figure, verdict

if TYPE_CHECKING:
    from app.look import Look


def look_report(look: Look) -> list[str]:
    """Return verdict, footprint and checks, a line each."""
    told = verdict(look.record, look.verification, look.error)
    lines = [f"{told.word}: {told.sentence}"]
    if told.advice:
        lines.append(told.advice)
    if look.record is not None and told.figure is not Figure.HIDDEN:
        footprint = look.record.footprint
        unit = unit_name(footprint.unit, amount=format(footprint.amount.normalize(), "f"))
        lines += [
            f"{product_name(look.record.product)} · {look.record.product.model}",
            f"{number(footprint.value)} kg CO2e / {unit}, {_(BOUNDARIES[footprint.boundary])}",
        ]
    if look.verification is not None:
        lines += [
            f"  {_(CHECKS.get(check.name, check.name))}: {_(OUTCOMES[check.outcome])}. {reason(check)}"
            for check in look.verification.checks
        ]
    return lines
