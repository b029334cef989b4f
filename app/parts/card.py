"""The label card: verdict, number, stages, certificate, states and checks as plain HTML.

Every value that came from outside is escaped by ``Markup.format``; nothing of it is markup.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from app.i18n import _, day, mark, moment, number
from app.likeness import likenesses
from app.texts import (
    BOUNDARIES,
    CHECKS,
    OUTCOMES,
    STAGES,
    STATES,
    category_name,
    finding_text,
    gtin_as_printed,
    in_language,
    issuer_name,
    one_language,
    organisation_name,
    product_name,
    reason,
    unit_name,
)
from app.verdict import Figure, Tone, Verdict
from labels.formats.credential import CHINA
from labels.model import ElectricityRule, Outcome
from scoring.plausibility import Severity

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from labels.model import ConformityAttestation, LabelRecord, ProductFootprint, Stage, StateChange, Verification
    from scoring.plausibility import Finding


def style(words: Mapping[str, str]) -> Markup:
    """Return the style sheet of all cards; ``words`` stand in for texts that Streamlit has in English only."""
    variables = "".join(f"--tb-{name}: {json.dumps(word, ensure_ascii=False)};" for name, word in words.items())
    return Markup("<style>:root {{ {} }}\n{}</style>").format(Markup(variables), _sheet())  # noqa: S704  (our own texts)


@cache
def _sheet() -> Markup:
    return Markup(files("app.parts").joinpath("card.css").read_text("utf-8"))  # noqa: S704  (our own file)


def verdict_card(verdict: Verdict) -> Markup:
    """Return the verdict: a sign, a word, a sentence and what to do."""
    advice = Markup("<p class='tb-advice'>{}</p>").format(verdict.advice) if verdict.advice else Markup()
    return Markup(
        "<section class='tb-verdict tb-{tone}' role='status'><span class='tb-sign' aria-hidden='true'>{sign}</span>"
        "<div><h1>{word}</h1><p>{sentence}</p>{advice}</div></section>"
    ).format(
        tone=verdict.tone.value, sign=_SIGNS[verdict.tone], word=verdict.word, sentence=verdict.sentence, advice=advice
    )


def figure_card(record: LabelRecord, figure: Figure) -> Markup:
    """Return product and footprint, the number large, with unit and boundary; nothing where it must be hidden."""
    if figure is Figure.HIDDEN:
        return Markup()
    footprint = record.footprint
    return Markup(
        "<section class='tb-figure tb-{figure}'><h2>{product}</h2><p class='tb-model'>{maker}{model} · {category}</p>"
        "<p class='tb-caption'>{caption}</p>"
        "<p class='tb-number'>{value} <span>kg CO<sub>2</sub>e / {unit}</span></p>"
        "<p class='tb-boundary'>{boundary}</p>{faded}</section>"
    ).format(
        figure=figure.value,
        product=product_name(record.product),
        maker=organisation_name(record.attestation.holder) + " · " if record.attestation else "",
        model=record.product.model,
        category=category_name(record.product.category),
        caption=_("Carbon footprint, in kilograms of CO₂ equivalent"),
        value=_NUMBERS[figure].format(number(footprint.value)),
        unit=unit_name(footprint.unit, amount=format(footprint.amount.normalize(), "f")),
        boundary=_(BOUNDARIES[footprint.boundary]),
        faded=_faded(figure),
    )


def stages_card(record: LabelRecord) -> Markup:
    """Return the life-cycle stages as bars that sum to the number above; nothing where none are given."""
    stages = record.footprint.stages
    if not stages:
        return Markup()
    longest = max((abs(stage.value) for stage in stages), default=Decimal(1)) or Decimal(1)
    bars = Markup("").join(_bar(stage, record.footprint.value, longest) for stage in stages)
    return Markup(
        "<section class='tb-card'><h3>{title}</h3><div class='tb-stages' role='list'>{bars}</div></section>"
    ).format(title=_("Where it comes from"), bars=bars)


def likeness_card(record: LabelRecord, *, on: dt.date) -> Markup:
    """Return what the footprint is like, with the source of each factor; nothing where no source gives one."""
    items = Markup("").join(
        Markup("<li>{sentence}<small>{factor} {unit} · {source}</small></li>").format(
            sentence=_(like.thing.sentence).format(quantity=number(like.quantity)),
            factor=like.factor.value,
            unit=like.unit,
            source=one_language(like.factor.reference.title),
        )
        for like in likenesses(record.footprint.value, on=on)
    )
    if not items:
        return items
    title = _("What one {unit} is like").format(
        unit=unit_name(record.footprint.unit, amount=format(record.footprint.amount.normalize(), "f"))
    )
    return _list_card(title, items)


def certificate_card(record: LabelRecord) -> Markup:
    """Return the certificate: who attests, to whom, for how long."""
    attestation = record.attestation
    if attestation is None:
        return _facts_card(_("Declaration"), [(_("Standard"), record.footprint.standard), *_origin_rows(record)])
    rows = [
        (_("Certificate number"), attestation.certificate_number),
        (_("Certification body"), issuer_name(attestation)),
        (_("Scheme"), one_language(attestation.scheme)),
        (_("Holder"), organisation_name(attestation.holder)),
        (_("Issued"), day(attestation.issued)),
        (_("Valid until"), day(attestation.valid_until)),
        (_("Standard"), record.footprint.standard),
    ]
    return _facts_card(_("Certificate"), rows)


def details_card(record: LabelRecord) -> Markup:
    """Return how the footprint was made, and the rest of the certificate; no title of its own."""
    footprint, attestation = record.footprint, record.attestation
    rows = [
        (_("Product category rule (PCR)"), _product_rule(footprint)),
        (_("Functional unit"), one_language(footprint.functional_unit)),
        (_("Data from"), f"{day(footprint.period.start)} – {day(footprint.period.end)}" if footprint.period else None),
        (_("Uncertainty (95%)"), _percent(footprint.uncertainty_percent, "± ")),
        (_("Primary data"), _percent(footprint.primary_data_percent)),
        (_("Data quality (1 best, 5 worst)"), number(footprint.data_quality) if footprint.data_quality else None),
        (_("Warming potentials"), f"IPCC {footprint.gwp_set}" if footprint.gwp_set else None),
        (_("Electricity"), _known(ELECTRICITY, footprint.electricity_rule)),
        (_("Allocation among joint products"), _known(ALLOCATIONS, footprint.allocation)),
        (_("Compensation subtracted"), _known(YES_NO, footprint.offsets_counted)),
        *(_attestation_rows(attestation) if attestation else []),
        *(_origin_rows(record) if attestation else []),
    ]
    return _facts_card(None, rows)


def history_card(verification: Verification) -> Markup:
    """Return the states of the certificate over time, the newest first."""
    if not verification.history:
        return Markup()
    items = Markup("").join(_change(change) for change in reversed(verification.history))
    return _list_card(_("States over time"), items)


def findings_card(found: tuple[Finding, ...]) -> Markup:
    """Return what looks wrong about the record; nothing where nothing does."""
    if not found:
        return Markup()
    items = Markup("").join(
        Markup("<li><b>{}</b> {}</li>").format(_(SEVERITIES[finding.severity]), finding_text(finding))
        for finding in found
    )
    return _list_card(_("What looks odd"), items)


def checks_card(verification: Verification) -> Markup:
    """Return every check with its outcome and reason."""
    items = Markup("").join(
        Markup(
            "<li class='tb-check tb-{outcome}'><span class='tb-sign' aria-hidden='true'>{sign}</span>"
            "<div><b>{name}</b> <em>{told}</em><p>{reason}</p></div></li>"
        ).format(
            outcome=check.outcome.value.lower().replace("_", "-"),
            sign=_OUTCOME_SIGNS[check.outcome],
            name=_(CHECKS.get(check.name, check.name)),
            told=_(OUTCOMES[check.outcome]),
            reason=reason(check),
        )
        for check in verification.checks
    )
    when = _("Checked at {moment}").format(moment=moment(verification.at.astimezone(CHINA)))
    return Markup("<section class='tb-card'><ul>{}</ul><small>{}</small></section>").format(items, when)


def _attestation_rows(attestation: ConformityAttestation) -> list[Row]:
    return [
        (_("Holder's credit code (USCC)"), attestation.holder.uscc),
        (_("Made in"), one_language(attestation.production_site)),
        (_("Surveillance audits"), " · ".join(day(date) for date in attestation.surveillance) or None),
    ]


def _origin_rows(record: LabelRecord) -> list[Row]:
    return [
        (_("Product number (GTIN)"), gtin_as_printed(record.product.gtin)),
        (_("Registry"), one_language(record.source.registry)),
        (_("Source of the figures"), one_language(record.source.note)),
    ]


def _facts_card(title: str | None, rows: list[Row]) -> Markup:
    cells = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, value or _("not stated")) for name, value in rows
    )
    heading = Markup("<h3>{}</h3>").format(title) if title else Markup()
    return Markup("<section class='tb-card'>{}<dl class='tb-facts'>{}</dl></section>").format(heading, cells)


def _product_rule(footprint: ProductFootprint) -> str:
    return " ".join(filter(None, (one_language(footprint.product_rule), footprint.product_rule_version)))


def _known(names: Mapping[Any, str], value: object) -> str | None:
    """The name of a value in the language in use; a value that has none stands as it is."""
    return None if value is None else _(names[value]) if value in names else str(value)


def _percent(value: Decimal | None, sign: str = "") -> str | None:
    return None if value is None else f"{sign}{number(value)}%"


def _faded(figure: Figure) -> Markup:
    if figure is not Figure.FADED:
        return Markup()
    return Markup("<p class='tb-note'>{}</p>").format(_("This figure does not count as certified."))


def _bar(stage: Stage, total: Decimal, longest: Decimal) -> Markup:
    share = f"{number(round(100 * stage.value / total))}%" if total else ""
    return Markup(
        "<div role='listitem'><span>{name}</span><span class='tb-value'>{value} <small>{share}</small></span>"
        "<i style='width:{width}%'{negative}></i></div>"
    ).format(
        name=_(STAGES[stage.stage]),
        value=number(stage.value),
        share=share,
        width=max(1, round(100 * abs(stage.value) / longest)),
        negative=Markup(" class='tb-negative'") if stage.value < 0 else "",
    )


def _change(change: StateChange) -> Markup:
    return Markup("<li><b>{}</b> {}<small>{}</small></li>").format(
        day(change.since.astimezone(CHINA)), _(STATES[change.state]), in_language(change.reason, change.reason_en)
    )


def _list_card(title: str, items: Markup) -> Markup:
    return Markup("<section class='tb-card'><h3>{}</h3><ul>{}</ul></section>").format(title, items)


ELECTRICITY = {
    ElectricityRule.GRID_AVERAGE: mark("average of the grid"),
    ElectricityRule.RESIDUAL_MIX: mark("residual mix"),
    ElectricityRule.CONTRACTUAL: mark("by contracts or certificates"),
    ElectricityRule.DIRECT: mark("from a plant or line of one's own"),
}
ALLOCATIONS = {"mass": mark("by mass"), "economic": mark("by economic value"), "energy": mark("by energy content")}
YES_NO = {True: mark("yes"), False: mark("no")}
SEVERITIES = {
    Severity.OK: mark("in order"),
    Severity.WARNING: mark("To be explained:"),
    Severity.ERROR: mark("Wrong:"),
}
Row = tuple[str, str | None]
_NUMBERS = {Figure.SHOWN: Markup("<b>{}</b>"), Figure.FADED: Markup("<s>{}</s>")}
_SIGNS = {Tone.GOOD: "✓", Tone.CAUTION: "!", Tone.BAD: "✕"}
_OUTCOME_SIGNS = {Outcome.PASSED: "✓", Outcome.FAILED: "✕", Outcome.NOT_CHECKED: "–"}
