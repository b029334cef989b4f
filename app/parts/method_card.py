"""A scheme's rules as plain HTML: value, unit, who set it, since when, source, and what it was before."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from markupsafe import Markup

from app.i18n import _, day, mark, number
from app.texts import in_language, one_language
from scoring.model import Known, Origin

if TYPE_CHECKING:
    from scoring.model import DatedValue, Reference, RuleHistory, RuleValue
    from scoring.rules import Scheme


def method_card(scheme: Scheme, *, on: dt.date) -> Markup:
    """Return a scheme with every value, in force or not yet, and its history."""
    rules = Markup("").join(_rule(rule, on=on) for rule in scheme.values.values())
    return Markup("<section class='tb-card'><h2 id='{name}'>{title}</h2>{rules}</section>").format(
        name=scheme.name, title=in_language(scheme.title.zh, scheme.title.en), rules=rules
    )


def _rule(rule: RuleHistory, *, on: dt.date) -> Markup:
    """The entry in force first; the others below it, the newest first."""
    held = [entry for entry in rule.history if entry.since <= on and (entry.until is None or on <= entry.until)]
    current = held[-1] if held else None
    others = [entry for entry in reversed(rule.history) if entry is not current]
    shown = _entry(current, unit=rule.unit) if current else Markup("<p>{}</p>").format(_("Not in force today."))
    past = Markup("").join(_entry(entry, unit=rule.unit) for entry in others)
    history = (
        Markup("<details><summary>{}</summary>{}</details>").format(_("Earlier and later values"), past)
        if past
        else Markup()
    )
    return Markup("<div class='tb-rule'><h3>{}</h3>{}{}</div>").format(
        in_language(rule.title.zh, rule.title.en), shown, history
    )


def _entry(entry: DatedValue, *, unit: str | None) -> Markup:
    until = _(" to {day}").format(day=day(entry.until)) if entry.until else ""
    return Markup(
        "<p><b>{value}</b> {unit} <em class='tb-origin'>{origin}</em></p>"
        "<p class='tb-source'>{since}{until} · {reference} · {known}, {checked}</p>"
    ).format(
        value=_value(entry.value),
        unit=one_language(unit) or "",
        origin=_(ORIGINS[entry.origin]),
        since=_("from {day}").format(day=day(entry.since)),
        until=until,
        reference=_reference(entry.reference),
        known=_(KNOWN[entry.known]),
        checked=_("checked on {day}").format(day=day(entry.checked_on)),
    )


def _value(value: RuleValue) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return number(value)
    return day(value) if isinstance(value, dt.date) else value


def _reference(reference: Reference) -> Markup:
    """The source; its link is ours, from a rule file, and opens without telling where the reader came from."""
    article = f", {one_language(reference.article)}" if reference.article else ""
    if reference.href is None:
        return Markup("{}{}").format(one_language(reference.title), article)
    return Markup("<a href='{}' rel='noopener noreferrer' target='_blank'>{}{}</a>").format(
        reference.href, one_language(reference.title), article
    )


ORIGINS = {
    Origin.LAW: mark("law"),
    Origin.STANDARD: mark("standard"),
    Origin.PUBLISHED: mark("published, not binding"),
    Origin.PROJECT: mark("our own choice"),
}
KNOWN = {
    Known.PRIMARY: mark("read in the original"),
    Known.FOUND: mark("read in a secondary source"),
    Known.COMPUTED: mark("worked out from published figures"),
    Known.CHOSEN: mark("no source gives a figure"),
    Known.UNVERIFIED: mark("not verified"),
}
