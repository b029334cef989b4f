"""The single checks of ``labels.verify``: each looks at one thing and says what came out, and why."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from labels import jose
from labels.code import signed_message
from labels.formats.credential import first_moment, last_moment
from labels.model import Check, Outcome, State
from labels.record import Record

if TYPE_CHECKING:
    from labels.code import LabelCode
    from labels.errors import LabelError
    from labels.formats.credential import Credential
    from labels.model import LabelRecord, StoredLabel
    from labels.trust import TrustedIssuer

OFTEN = 200
"""Looks at one serial number in a week from which a copy cannot be ruled out; the project's own figure."""


class SerialReport(Record):
    """What is known of one item's serial number."""

    looks_in_a_week: int = 0
    copied_since: dt.date | None = None
    """The day from which the certification body or the operator knows that the number is on copied labels."""
    reason: str | None = None


def scope(credential: Credential, issuer: TrustedIssuer) -> Check:
    """Whether the issuer was accredited for category, scheme and standard on the day of issue."""
    footprint, category = credential.record.footprint, credential.record.product.category
    attestation = credential.attestation
    covered = issuer.accredited(
        category=category, scheme=attestation.scheme, standard=footprint.standard or "", on=attestation.issued
    )
    values = {**named(issuer), "category": category, "day": attestation.issued.isoformat()}
    if covered:
        reason = f"{issuer.name} was accredited for {category} on {attestation.issued}."
        return check("scope", Outcome.PASSED, "scope.covered", reason, **values)
    reason = f"{issuer.name} was not accredited for {category} under this scheme and standard on {attestation.issued}."
    return check("scope", Outcome.FAILED, "scope.outside", reason, **values)


def code_matches(record: LabelRecord, code: LabelCode | None, issuer: TrustedIssuer | None) -> Check:
    """Whether the code is this record's, and a signature in its link the issuer's."""
    if code is None:
        return check("code", Outcome.PASSED, "code.by-id", "The record was opened by its own number.")
    if code.error is not None:
        return failed("code", code.error)
    if not _names_record(code, record):
        scanned, own = (code.gtin, record.product.gtin or "no GTIN") if code.gtin else (code.text[:80], record.id)
        reason = f"The code is of product {scanned}, the record of {own}."
        return check("code", Outcome.FAILED, "code.other-product", reason, scanned=scanned, record=own)
    if code.signature is not None and issuer is not None and not signed_by(code, issuer):
        return check(
            "code",
            Outcome.FAILED,
            "link.signature-bad",
            f"The link is signed, but not by {issuer.name}.",
            **named(issuer),
        )
    if code.signature is not None and issuer is not None:
        return check("code", Outcome.PASSED, "code.signed", f"The code is this record's, and {issuer.name} signed it.")
    return check("code", Outcome.PASSED, "code.matches", "The code is this record's.")


def validity(credential: Credential, *, at: dt.datetime) -> tuple[State, Check]:
    """Whether the moment lies within the certificate's term, and the state by the calendar."""
    attestation = credential.attestation
    values = {"issued": attestation.issued.isoformat(), "valid_until": attestation.valid_until.isoformat()}
    if at < first_moment(attestation):
        reason = f"The certificate holds from {attestation.issued} only."
        return State.NOT_YET_VALID, check("validity", Outcome.FAILED, "validity.not-yet", reason, **values)
    if past(last_moment(attestation), at=at):
        reason = f"The certificate expired on {attestation.valid_until}."
        return State.EXPIRED, check("validity", Outcome.FAILED, "validity.expired", reason, **values)
    reason = f"The certificate holds from {attestation.issued} to {attestation.valid_until}."
    return State.VALID, check("validity", Outcome.PASSED, "validity.within", reason, **values)


def past(last: dt.datetime, *, at: dt.datetime) -> bool:
    """Whether a last second is over at a moment: all of that second still belongs to the term."""
    return at - last >= dt.timedelta(seconds=1)


def stages(record: LabelRecord) -> Check:
    """Whether the stages sum to the total, within the rounding of the figures shown."""
    footprint = record.footprint
    total = footprint.value
    if footprint.stages_add_up is None:
        return check("stages", Outcome.NOT_CHECKED, "stages.none", "The record gives no life-cycle stages.")
    if footprint.stages_add_up:
        return check("stages", Outcome.PASSED, "stages.sum", f"The stages sum to {total} kg CO2e.", total=total)
    reason = f"The stages sum to {footprint.stages_total} kg CO2e, the total says {total}."
    return check("stages", Outcome.FAILED, "stages.differ", reason, sum=footprint.stages_total, total=total)


def serial(report: SerialReport | None, code: LabelCode | None) -> Check:
    """Whether the item's serial number is known as copied."""
    if code is None or code.serial is None:
        reason = "The code carries no serial number, so a copy of this label cannot be told from the original."
        return check("serial", Outcome.NOT_CHECKED, "serial.none", reason)
    if report is None:
        return check("serial", Outcome.NOT_CHECKED, "serial.no-report", "Nothing is known of this serial number.")
    if report.copied_since is not None:
        reason = f"Serial number {code.serial} is known since {report.copied_since} to be on copied labels."
        values = {"serial": code.serial, "since": report.copied_since}
        return check("serial", Outcome.FAILED, "serial.copied", reason, **values)
    if report.looks_in_a_week > OFTEN:
        reason = (
            f"Serial number {code.serial} was looked at {report.looks_in_a_week} times in a week; it may be copied."
        )
        values = {"serial": code.serial, "looks": report.looks_in_a_week}
        return check("serial", Outcome.NOT_CHECKED, "serial.often", reason, **values)
    reason = f"Serial number {code.serial} is not known as copied."
    return check("serial", Outcome.PASSED, "serial.single", reason, serial=code.serial)


def misfiled(label: StoredLabel, record: LabelRecord) -> str | None:
    """Return what a store files a label under though its record says otherwise: nobody signs a store's index."""
    number = record.attestation.certificate_number if record.attestation else None
    said = {"id": record.id, "gtin": record.product.gtin, "certificate_number": number}
    return next((name for name, value in said.items() if getattr(label, name) != value), None)


def signed_by(code: LabelCode, issuer: TrustedIssuer) -> bool:
    """Whether one of the issuer's keys made the signature in the link."""
    message, signature = signed_message(code.canonical or ""), code.signature or b""
    return any(jose.holds(message, signature, key=key.jwk) for key in issuer.keys if not key.revoked)


def named(issuer: TrustedIssuer) -> dict[str, str]:
    """Return the issuer's names, for the texts of a reason."""
    return {"issuer": issuer.name, "issuer_en": issuer.name_en or issuer.name}


def failed(name: str, error: LabelError) -> Check:
    """Return a failed check whose reason is an error."""
    return Check(name, Outcome.FAILED, error.code, error.message, error.values)


def check(name: str, outcome: Outcome, code: str, reason: str, /, **values: object) -> Check:
    """Return a check; values are kept as text."""
    return Check(name, outcome, code, reason, {key: str(value) for key, value in values.items()})


def _names_record(code: LabelCode, record: LabelRecord) -> bool:
    """Whether the code's GTIN, or else one of its names, is the record's."""
    if code.gtin is not None:
        return code.gtin == record.product.gtin
    number = record.attestation.certificate_number if record.attestation else record.id
    return not {record.id, number}.isdisjoint(code.names)
