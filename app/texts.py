"""Texts for people: one table of reasons by code, the names of states, stages and boundaries, in every language."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from app.i18n import _, day, language, mark, number
from labels.categories import CATEGORIES
from labels.model import Boundary, Check, Outcome, StageName, State
from labels.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from labels.errors import LabelError
    from labels.model import ConformityAttestation, Organisation, Product
    from scoring.plausibility import Finding


def reason(told: Check | LabelError) -> str:
    """Return why a check came out as it did, or what went wrong; the English sentence where no text is kept."""
    text = REASONS.get(told.code) or REASONS.get(f"{told.code.partition('.')[0]}.*")
    return _told(text, told.values, plain=told.reason if isinstance(told, Check) else told.message)


def finding_text(finding: Finding) -> str:
    """Return what looks wrong; the English sentence where no text is kept."""
    return _told(FINDINGS.get(finding.code), finding.values, plain=finding.reason)


def _told(text: str | None, values: Mapping[str, str], *, plain: str) -> str:
    if text is None:
        return plain
    try:
        return _(text).format_map(_localised(values))
    except (KeyError, IndexError, ValueError):
        return plain


def in_language(name: str, name_en: str | None) -> str:
    """Return the name a reader of the language in use reads best."""
    return name_en if name_en and language() == "en" else name


def one_language(text: str | None) -> str | None:
    """Return the half of "中文 / English" that is in the language in use; any other text stands as it is.

    >>> one_language("湖北武汉 / Wuhan, Hubei"), one_language("kg / t")
    ('Wuhan, Hubei', 'kg / t')
    """
    halves = _BOTH_LANGUAGES.fullmatch(text or "")
    return halves["en" if language() == "en" else "zh"] if halves else text


def plain_text(text: str) -> str:
    """Return text for a place where Streamlit reads markdown, with every sign of markup made harmless."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|<>~$:-])", r"\\\1", text)


def product_name(product: Product) -> str:
    """Return the product's name."""
    return in_language(product.name, product.name_en)


def organisation_name(organisation: Organisation) -> str:
    """Return the firm's name."""
    return in_language(organisation.name, organisation.name_en)


def issuer_name(attestation: ConformityAttestation) -> str:
    """Return the certification body's name."""
    return in_language(attestation.issuer_name, attestation.issuer_name_en)


def category_name(key: str) -> str:
    """Return a category's name; a foreign category stands as it is."""
    category = CATEGORIES.get(key)
    return in_language(category.name_zh, category.name_en) if category else key


def unit_name(code: str, *, amount: str = "1") -> str:
    """Return the declared unit, with its amount where that is not one."""
    unit = UNITS.get(code)
    symbol = (unit.name_zh if language() == "zh-CN" else unit.name_en) if unit else code
    return symbol if amount == "1" else f"{amount} {symbol}"


def gtin_as_printed(gtin: str | None) -> str | None:
    """Return a GTIN as it stands under the bar code, without the zeros that fill it up to 14 digits.

    >>> gtin_as_printed("06901234567892")
    '6901234567892'
    """
    if gtin is None:
        return None
    filled = len(gtin) - len(gtin.lstrip("0"))
    return gtin[6:] if filled >= GTIN_8_ZEROS else gtin[1:] if filled else gtin


def _localised(values: Mapping[str, str]) -> dict[str, str]:
    shown = dict(values)
    if "category" in shown:
        shown["category"] = category_name(shown["category"])
    if language() == "en":
        shown |= {name.removesuffix("_en"): text for name, text in shown.items() if name.endswith("_en")}
    return {name: _VALUES[name](text) if name in _VALUES else text for name, text in shown.items()}


def _day(text: str) -> str:
    try:
        return day(dt.date.fromisoformat(text))
    except ValueError:
        return _(text)


def _number(text: str) -> str:
    try:
        return number(Decimal(text))
    except InvalidOperation:
        return text


def _in_a_sentence(text: str) -> str:
    """A reason somebody gave, without the full stop that the sentence around it brings."""
    return _(text).rstrip("。.")


GTIN_8_ZEROS = 6
"""Zeros before a GTIN-8 in 14 digits."""
_BOTH_LANGUAGES = re.compile(r"(?P<zh>[^/]*[\u4e00-\u9fff][^/]*) / (?P<en>(?:(?! / )[^\u3000-\u9fff])+)")
_VALUES = {
    **dict.fromkeys(("day", "issued", "since", "valid_until"), _day),
    **dict.fromkeys(("sum", "total"), _number),
    "reason": _in_a_sentence,
}
"""How a value in a reason is shown."""
_FROM_LABELS = (mark("an unknown day"), mark("the issuer's list gives no reason"))
"""What ``labels`` puts in the place of a value it does not have."""

OUTCOMES = {
    Outcome.PASSED: mark("passed"),
    Outcome.FAILED: mark("failed"),
    Outcome.NOT_CHECKED: mark("not checked"),
}

CHECKS = {
    "issuer": mark("Who certified it"),
    "signature": mark("Signature"),
    "record": mark("The record itself"),
    "scope": mark("Accreditation"),
    "code": mark("The code belongs to the record"),
    "validity": mark("Term of the certificate"),
    "status": mark("Suspended or withdrawn?"),
    "stages": mark("Stages add up"),
    "serial": mark("Serial number"),
    "link": mark("Signature in the link"),
}

STATES = {
    State.VALID: mark("valid"),
    State.CHANGED: mark("changed, valid"),
    State.SUSPENDED: mark("suspended"),
    State.WITHDRAWN: mark("withdrawn"),
    State.CANCELLED: mark("cancelled"),
    State.EXPIRED: mark("expired"),
    State.NOT_YET_VALID: mark("not yet valid"),
    State.DECLARED: mark("self-declared"),
    State.UNPROVEN: mark("unproven"),
}

BOUNDARIES = {
    Boundary.CRADLE_TO_GATE: mark("cradle to gate: until the product leaves the factory"),
    Boundary.CRADLE_TO_GRAVE: mark("cradle to grave: the whole life cycle"),
}

BOUNDARIES_SHORT = {
    Boundary.CRADLE_TO_GATE: ("摇篮到大门", "cradle to gate"),
    Boundary.CRADLE_TO_GRAVE: ("摇篮到坟墓", "cradle to grave"),
}
"""Chinese and English, for labels that carry both."""

STAGES = {
    StageName.RAW_MATERIALS: mark("Raw materials"),
    StageName.PRODUCTION: mark("Production"),
    StageName.DISTRIBUTION: mark("Distribution"),
    StageName.USE: mark("Use"),
    StageName.END_OF_LIFE: mark("End of life"),
}

FINDINGS = {
    "electricity.mixed": mark(
        "The record names the electricity factor {wrong}, which counts CO2 only; a product footprint takes {right}."
    ),
    "period.after-issue": mark("The certificate was issued on {issued}, before its data end on {end}."),
    "scope.outside": mark("The certification body was not accredited for this product."),
    "stages.differ": mark("The stages sum to {sum} kg CO2e, the total says {total}."),
    "unit.other-dimension": mark("The footprint is declared per another kind of unit than is usual for its category."),
    "unit.unknown": mark("The declared unit {unit} is not known."),
    "validity.too-long": mark("The certificate holds longer than the {years} years of the national scheme."),
    "value.far-off": mark("The footprint is more than {times} times off the middle of its category."),
    "value.negative": mark("The footprint is below zero, and the product is not bio-based."),
}
"""What looks wrong about a record, by the code of ``scoring.plausibility``."""

REASONS = {
    "check.no-certificate": mark("There is no certificate to check."),
    "check.stopped": mark("Nothing the record says counts until it is proven who signed it."),
    "code.by-id": mark("The record was opened by its own number."),
    "certificate.*": mark("This is no certificate number."),
    "code.label-id": mark("This link of a registry names no label."),
    "code.matches": mark("The code is this record's."),
    "code.other-product": mark("The code is of product {scanned}, the record of product {record}."),
    "code.signed": mark("The code is this record's, and the certification body signed it."),
    "code.too-long": mark("The text is too long to be a code."),
    "code.is-uscc": mark("This is a firm's credit code, not a label's."),
    "credential.contradiction": mark("The record says two different things in {claim}."),
    "credential.iss": mark("The signed record names {got} and {expected} as its issuer."),
    "credential.json": mark("The signed record is no record."),
    "credential.no-record": mark("The signed record holds no footprint that we can read."),
    "credential.old-claim": mark("The signed record is of an older kind that is not accepted."),
    "credential.status": mark("The signed record does not say where its status is kept."),
    "eprel.*": mark("This is no link of the EU's energy label registry."),
    "gs1.*": mark("This is meant to be a GS1 link, but it breaks the rules: it is damaged, misread or false."),
    "gs1.check-digit": mark("A check digit in this GS1 link is wrong: it is damaged, misread or false."),
    "gs1.compressed": mark("Compressed GS1 links are not read. Type the number under the bar code instead."),
    "gtin.check-digit": mark(
        "The last digit of this product number should be {expected}: one digit was mistyped or misread."
    ),
    "gtin.form": mark("A product number has 8, 12, 13 or 14 digits."),
    "image.bytes": mark("The picture is larger than 20 MB. Take it again at a lower resolution."),
    "image.empty": mark("The file is empty."),
    "image.format": mark("This is no picture we can read. Use JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP or GIF."),
    "image.pixels": mark("The picture has more than 50 million pixels. Take it again at a lower resolution."),
    "image.truncated": mark("The picture is damaged or was cut off. Take it again."),
    "image.damaged": mark("The picture is damaged. Take it again."),
    "image.no-code": mark("No QR code or bar code was found in this picture."),
    "image.unreadable-code": mark(
        "A code is there, but it cannot be read yet. Hold the camera closer, straight and steady."
    ),
    "issuer.key-day": mark("The key {kid} was not valid on {day}, the day of issue."),
    "issuer.known": mark("{issuer} is a certification body that we trust."),
    "issuer.other": mark("The record names another issuer than {issuer}, whose key signed it."),
    "issuer.unknown": mark("No certification body that we trust made this signature."),
    "link.signature-bad": mark("The link carries a signature that does not hold."),
    "link.signature-form": mark("The link carries a signature that is cut off or damaged."),
    "link.signed": mark("{issuer} signed this link; the record itself was not seen."),
    "link.unsigned": mark("The link carries no signature."),
    "lookup.not-found": mark("No record is known behind this code."),
    "record.*": mark("The record has a missing, unknown or impossible field: {field}."),
    "report.too-many": mark("Too many reports were sent today. Please try again tomorrow."),
    "record.whole": mark("The record is whole and does not contradict itself."),
    "scope.covered": mark("{issuer} was accredited for {category} on the day of issue."),
    "scope.outside": mark("{issuer} was not accredited for {category} on the day of issue."),
    "serial.copied": mark("This serial number is known since {since} to be on copied labels."),
    "serial.no-report": mark("Nothing is known of this serial number."),
    "serial.none": mark("The code carries no serial number, so a copy of this label cannot be told from the original."),
    "serial.often": mark("This serial number was looked at {looks} times in a week; it may have been copied."),
    "serial.single": mark("This serial number is not known as copied."),
    "signature.alg": mark("The record is signed by a method that is not accepted."),
    "signature.bad": mark("The signature does not hold: the record was forged or changed after signing."),
    "signature.form": mark("The record is signed in no form that we can read."),
    "signature.good": mark("The certification body's signature holds: nothing was changed since."),
    "signature.typ": mark("The record is signed as something else than a certificate."),
    "signature.unsigned": mark("The record is a declaration: nobody certified it."),
    "stages.differ": mark("The stages sum to {sum} kg CO₂e, the total says {total}."),
    "stages.none": mark("The record gives no life-cycle stages."),
    "stages.sum": mark("The stages sum to {total} kg CO₂e, as the total says."),
    "status.*": mark("The list that says whether it was suspended or withdrawn cannot be read."),
    "status.cancelled": mark("The holder gave the certificate up on {since}: {reason}."),
    "status.good": mark("The certification body lists it as neither suspended nor withdrawn."),
    "status.no-entry": mark("The record names no list that would say whether it was suspended or withdrawn."),
    "status.no-list": mark("The list that says whether it was suspended or withdrawn was not at hand."),
    "status.signer": mark("The list that says whether it was suspended or withdrawn is not the issuer's."),
    "status.suspended": mark("The certificate has been suspended since {since}: {reason}."),
    "status.withdrawn": mark("The certification body withdrew the certificate on {since}: {reason}."),
    "store.*": mark("The store of this installation cannot be read or written. Its operator must look at it."),
    "home.*": mark("The store of this installation cannot be read or written. Its operator must look at it."),
    "uscc.*": mark("This is no valid credit code of a firm (USCC)."),
    "validity.expired": mark("The certificate expired on {valid_until}."),
    "validity.not-yet": mark("The certificate starts on {issued}."),
    "validity.within": mark("The certificate holds from {issued} to {valid_until}."),
}
