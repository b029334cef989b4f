"""Whether to believe a label: one verdict from the record as signed, the trust store and a moment.

The checks, in this order (the same numbers stand in the code):

1. issuer: the key that is said to have signed is pinned in the trust store, and signed while it was valid.
2. signature: the envelope is a ``vc+jwt`` with an allowed algorithm, and its signature holds.
3. record: the payload is a whole record, says the same thing everywhere, and is filed under its own numbers.
4. scope: the issuer was accredited for the category, scheme and standard on the day of issue.
5. code: what was scanned or typed is this record's product or certificate; a signed link's signature holds.
6. validity: the moment lies within the certificate's term.
7. status: the issuer's status lists say that it is neither suspended nor revoked.
8. stages: the life-cycle stages sum to the total.
9. serial: the item's serial number is not known as copied.

A record is verified when checks 1 to 7 passed and none failed. After a failed 1, 2 or 3 nothing else is looked at:
a claim that nobody proved must not collect ticks. Nothing here reads a clock, a file or the network.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labels import checks, jose
from labels.errors import LabelError, RecordError, SignatureError
from labels.formats.credential import CHINA, TYP, Credential, first_moment, from_credential, last_moment
from labels.model import (
    Check,
    LabelRecord,
    Outcome,
    Provenance,
    State,
    StateChange,
    StoredLabel,
    Verification,
)
from labels.status import STATES, Purpose, StatusEntry, StatusEvent, open_event, open_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from labels.checks import SerialReport
    from labels.code import LabelCode
    from labels.trust import TrustedIssuer, TrustedKey, TrustStore

NEEDED = ("issuer", "signature", "record", "scope", "code", "validity", "status")
CHECKS = (*NEEDED, "stages", "serial")


@dataclass(frozen=True)
class Evidence:
    """All that a verdict rests on besides the trust store: nothing is fetched later."""

    label: StoredLabel
    status_lists: Mapping[str, str] = field(default_factory=dict)
    """Signed status lists by their URL."""
    status_events: tuple[str, ...] = ()
    """Signed changes of state."""
    serial: SerialReport | None = None


def read_record(label: StoredLabel) -> LabelRecord:
    """Return what a stored label says, proven or not.

    Raises:
        SignatureError, RecordError: Its credential cannot be read.
    """
    if label.record is not None:
        return label.record
    return from_credential(jose.open_envelope(label.credential or "", typ=TYP).payload).record


def verify(evidence: Evidence, *, trust: TrustStore, at: dt.datetime, code: LabelCode | None = None) -> Verification:
    """Return the verdict on a stored label at a moment (an aware datetime)."""
    if evidence.label.record is not None:
        return _declared(evidence.label.record, at=at, code=code)
    proof = _prove(evidence.label, trust=trust)
    if proof.credential is None or proof.issuer is None:
        return Verification(
            state=State.UNPROVEN, provenance=Provenance.MISSING, checks=_rest(proof.checks), history=(), at=at
        )
    return _judge(evidence, proof.checks, proof.credential, proof.issuer, trust=trust, at=at, code=code)


def is_proven(label: StoredLabel, *, trust: TrustStore) -> bool:
    """Whether a trusted issuer signed what a stored label says: checks 1 to 3."""
    return label.credential is not None and _prove(label, trust=trust).credential is not None


def verify_link(code: LabelCode, *, trust: TrustStore) -> Check:
    """Check the signature in a link by itself, with every pinned key: all that can be said without the record."""
    if code.signature is None:
        return checks.check("link", Outcome.NOT_CHECKED, "link.unsigned", "The link carries no signature.")
    for issuer in trust.issuers.values():
        if checks.signed_by(code, issuer):
            return checks.check(
                "link",
                Outcome.PASSED,
                "link.signed",
                f"{issuer.name} signed this link; the record itself was not seen.",
                **checks.named(issuer),
            )
    return checks.check("link", Outcome.FAILED, "link.signature-bad", "No issuer in the trust store signed this link.")


@dataclass(frozen=True)
class _Proof:
    checks: tuple[Check, ...]
    credential: Credential | None = None
    issuer: TrustedIssuer | None = None


def _prove(label: StoredLabel, *, trust: TrustStore) -> _Proof:
    """Checks 1 to 3: who signed, whether the signature holds, what it says."""
    try:
        envelope = jose.open_envelope(label.credential or "", typ=TYP)
    except SignatureError as error:
        return _Proof((_not_checked("issuer"), checks.failed("signature", error)))
    found = trust.find_key(envelope.kid)
    if found is None:  # 1
        reason = f"No issuer in the trust store has the key {envelope.kid[:80]}."
        return _Proof((checks.check("issuer", Outcome.FAILED, "issuer.unknown", reason, kid=envelope.kid[:80]),))
    issuer, key = found
    known = checks.check(
        "issuer", Outcome.PASSED, "issuer.known", f"{issuer.name} is in the trust store.", **checks.named(issuer)
    )
    try:
        jose.check(envelope, key=key.jwk)  # 2
        signature = checks.check("signature", Outcome.PASSED, "signature.good", f"{issuer.name} signed this record.")
        credential = _filed(label, from_credential(envelope.payload))  # 3
    except SignatureError as error:
        return _Proof((checks.failed("signature", error),))
    except LabelError as error:
        return _Proof((known, signature, checks.failed("record", error)))
    return _proven(credential, issuer, key, (known, signature))


def _filed(label: StoredLabel, credential: Credential) -> Credential:
    field = checks.misfiled(label, credential.record)
    if field is not None:
        raise RecordError(
            "record.misfiled",
            f"Reading what is filed under {label.id} failed on its {field}: "
            f"Expected that of the signed record {credential.record.id}, got {getattr(label, field)}.",
            field=field,
        )
    return credential


def _proven(credential: Credential, issuer: TrustedIssuer, key: TrustedKey, earlier: tuple[Check, ...]) -> _Proof:
    """The part of check 1 that needs the record: it names the issuer whose key signed, on a day when the key did."""
    issued = credential.attestation.issued
    if credential.attestation.issuer != issuer.id:
        reason = f"The record names {credential.attestation.issuer} as issuer, the key is {issuer.id}'s."
        return _Proof((checks.check("issuer", Outcome.FAILED, "issuer.other", reason, **checks.named(issuer)),))
    if not key.signs_on(issued):
        reason = f"The key {key.kid} was not valid on {issued}, the day of issue."
        return _Proof((checks.check("issuer", Outcome.FAILED, "issuer.key-day", reason, kid=key.kid, day=issued),))
    record = checks.check(
        "record", Outcome.PASSED, "record.whole", "The record is whole and does not contradict itself."
    )
    return _Proof((*earlier, record), credential, issuer)


def _judge(
    evidence: Evidence,
    proven: tuple[Check, ...],
    credential: Credential,
    issuer: TrustedIssuer,
    *,
    trust: TrustStore,
    at: dt.datetime,
    code: LabelCode | None,
) -> Verification:
    """Checks 4 to 9, and the state that follows."""
    record = credential.record
    events = _events(evidence.status_events, label=record.id, issuer=issuer.id, trust=trust)
    status_state, status = _status(evidence, credential, events, trust=trust, at=at)  # 7
    term_state, validity = checks.validity(credential, at=at)  # 6
    results = (
        *proven,
        checks.scope(credential, issuer),  # 4
        checks.code_matches(record, code, issuer),  # 5
        validity,
        status,
        checks.stages(record),  # 8
        checks.serial(evidence.serial, code),  # 9
    )
    return Verification(
        state=_state(status_state, term_state),
        provenance=Provenance.VERIFIED if _all_needed(results) else Provenance.MISSING,
        checks=results,
        history=_history(credential, events, at=at),
        at=at,
    )


def _declared(record: LabelRecord, *, at: dt.datetime, code: LabelCode | None) -> Verification:
    unsigned = checks.check(
        "signature", Outcome.NOT_CHECKED, "signature.unsigned", "The record is a declaration: nobody certified it."
    )
    results = tuple(
        {"signature": unsigned, "code": checks.code_matches(record, code, None), "stages": checks.stages(record)}.get(
            name, checks.check(name, Outcome.NOT_CHECKED, "check.no-certificate", "There is no certificate to check.")
        )
        for name in CHECKS
    )
    return Verification(state=State.DECLARED, provenance=Provenance.DECLARED, checks=results, history=(), at=at)


def _status(
    evidence: Evidence, credential: Credential, events: tuple[StatusEvent, ...], *, trust: TrustStore, at: dt.datetime
) -> tuple[State | None, Check]:
    """The state by the lists, dated by the events; None when a list is missing or does not hold."""
    try:
        bits = _set_bits(evidence, credential, trust=trust)
    except SignatureError as error:
        return None, checks.check("status", Outcome.NOT_CHECKED, error.code, error.message, **error.values)
    past = [event for event in events if event.since <= at]
    current = past[-1] if past else None
    to_come = {event.state for event in events if event.since > at}
    unexplained = {purpose for purpose in bits if to_come.isdisjoint(STATES[purpose])}
    state = current.state if current else State.VALID
    if unexplained and state in _GOOD:  # a bit that no event explains counts for all time
        state, current = (State.WITHDRAWN if Purpose.REVOCATION in unexplained else State.SUSPENDED), None
    if state in _GOOD:
        reason = "The issuer lists it as neither suspended nor revoked."
        return state, checks.check("status", Outcome.PASSED, "status.good", reason)
    return state, _bad_status(state, current)


def _bad_status(state: State, event: StatusEvent | None) -> Check:
    since = event.since.astimezone(CHINA).date().isoformat() if event else "an unknown day"
    why = event.reason if event else "the issuer's list gives no reason"
    english = {"reason_en": event.reason_en} if event and event.reason_en else {}
    reason = f"The certificate is {state.value} since {since}: {why}"
    return checks.check("status", Outcome.FAILED, f"status.{state.value}", reason, since=since, reason=why, **english)


def _set_bits(evidence: Evidence, credential: Credential, *, trust: TrustStore) -> set[Purpose]:
    """Return the purposes of which a bit is set; each must have an entry, and every entry be readable."""
    entries, issuer = credential.status, credential.attestation.issuer
    for purpose in Purpose:
        if purpose not in {entry.purpose for entry in entries}:
            raise SignatureError(
                "status.no-entry", f"The record names no status list for {purpose.value}.", purpose=purpose
            )
    return {entry.purpose for entry in entries if _bit(evidence, entry, issuer=issuer, trust=trust)}


def _bit(evidence: Evidence, entry: StatusEntry, *, issuer: str, trust: TrustStore) -> bool:
    token = evidence.status_lists.get(entry.url)
    if token is None:
        raise SignatureError("status.no-list", f"Status list {entry.url} was not at hand.", url=entry.url)
    return open_list(token, entry=entry, issuer=issuer, trust=trust).is_set(entry.index)


def _events(tokens: tuple[str, ...], *, label: str, issuer: str, trust: TrustStore) -> tuple[StatusEvent, ...]:
    """The changes of state that the record's own issuer signed, oldest first; the others prove nothing."""
    events = []
    for token in tokens:
        try:
            event = open_event(token, trust=trust)
        except LabelError:
            continue
        if event.label == label and event.issuer == issuer:
            events.append(event)
    return tuple(sorted(events, key=lambda event: event.since))


def _history(credential: Credential, events: tuple[StatusEvent, ...], *, at: dt.datetime) -> tuple[StateChange, ...]:
    """The states over time up to the moment, oldest first."""
    issued = StateChange(State.VALID, first_moment(credential.attestation), "")
    changes = [StateChange(event.state, event.since, event.reason, event.reason_en) for event in events]
    end = last_moment(credential.attestation)
    expired = [StateChange(State.EXPIRED, end + dt.timedelta(seconds=1), "")] if checks.past(end, at=at) else []
    every = [issued, *changes, *expired]
    return tuple(sorted((change for change in every if change.since <= at), key=lambda change: change.since))


def _state(status: State | None, term: State) -> State:
    """The worse of what the issuer says and what the calendar says; unproven where the issuer's word is missing."""
    if status in {State.WITHDRAWN, State.CANCELLED}:
        return status
    if term is not State.VALID:
        return term
    return status or State.UNPROVEN


def _all_needed(results: tuple[Check, ...]) -> bool:
    passed = {check.name for check in results if check.outcome is Outcome.PASSED}
    failed = any(check.outcome is Outcome.FAILED for check in results)
    return passed.issuperset(NEEDED) and not failed


def _rest(results: tuple[Check, ...]) -> tuple[Check, ...]:
    done = {check.name: check for check in results}
    return tuple(done.get(name, _not_checked(name)) for name in CHECKS)


def _not_checked(name: str) -> Check:
    return checks.check(
        name, Outcome.NOT_CHECKED, "check.stopped", "Not looked at: nobody proved what the record says."
    )


_GOOD = (State.VALID, State.CHANGED)
