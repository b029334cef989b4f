"""What a look found, as plain lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import _, number
from app.texts import BOUNDARIES, CHECKS, OUTCOMES, product_name, reason, unit_name
from app.verdict import Figure, verdict

if TYPE_CHECKING:
    from app.look import Look
    from labels.model import Check


def look_report(look: Look) -> list[str]:
    """Return verdict, footprint and checks, a line each."""
    told = verdict(look.record, look.verification, look.error)
    lines = [_("{verdict}: {sentence}").format(verdict=told.word, sentence=told.sentence)]
    if told.advice:
        lines.append(told.advice)
    if look.record is not None and told.figure is not Figure.HIDDEN:
        footprint = look.record.footprint
        unit = unit_name(footprint.unit, amount=format(footprint.amount.normalize(), "f"))
        lines += [
            f"{product_name(look.record.product)} · {look.record.product.model}",
            f"{number(footprint.value)} kg CO₂e / {unit} · {_(BOUNDARIES[footprint.boundary])}",
        ]
        if told.figure is Figure.FADED:
            lines.append(_("This figure does not count as certified."))
    if look.verification is not None:
        lines += [f"  {_check_line(check)}" for check in look.verification.checks]
    return lines


def _check_line(check: Check) -> str:
    name, outcome = _(CHECKS.get(check.name, check.name)), _(OUTCOMES[check.outcome])
    return _("{name}: {outcome}. {reason}").format(name=name, outcome=outcome, reason=reason(check))
