from __future__ import annotations

import base64
import dataclasses
import datetime as dt

import orjson
import pytest

from labels import jose
from labels.checks import OFTEN, SerialReport
from labels.code import LabelCode, parse
from labels.formats.credential import CHINA, TYP, from_credential, to_credential
from labels.issue import change_state, issue, status_entries, stored
from labels.model import Outcome, Provenance, State
from labels.trust import TrustStore
from labels.verify import CHECKS, NEEDED, Evidence, verify, verify_link
from tests.labels.examples import AT, DOMAIN, ISSUER, issued, record, signing_key, trusting

KEY = signing_key()
TRUST = trusting(KEY)
LABEL, EVIDENCE = issued(record(), KEY)


def outcomes(evidence: Evidence, *, code: LabelCode | None = None) -> dict[str, str]:
    verification = verify(evidence, trust=TRUST, at=AT, code=code)
    return {check.name: check.code for check in verification.checks if check.outcome is not Outcome.PASSED}


def with_state(state: State, *, since: dt.datetime = AT, evidence: Evidence = EVIDENCE) -> Evidence:
    envelope = jose.open_envelope(evidence.label.credential or "", typ=TYP)
    changed = change_state(
        from_credential(envelope.payload),
        state,
        reason="because",
        since=since,
        key=KEY,
        lists=evidence.status_lists,
        trust=TRUST,
    )
    return dataclasses.replace(
        evidence,
        status_lists={**evidence.status_lists, **changed.lists},
        status_events=(*evidence.status_events, changed.token),
    )


def resigned(payload: bytes, *, key: jose.PrivateJwk = KEY.private) -> Evidence:
    token = jose.sign(payload, key=key, kid=KEY.kid, typ=TYP)
    return dataclasses.replace(EVIDENCE, label=EVIDENCE.label.model_copy(update={"credential": token}))


def test_a_good_label_is_verified_by_all_nine_checks_in_order() -> None:
    verification = verify(EVIDENCE, trust=TRUST, at=AT, code=parse(LABEL.link))

    assert verification.verified
    assert verification.state is State.VALID
    assert tuple(check.name for check in verification.checks) == CHECKS
    assert outcomes(EVIDENCE, code=parse(LABEL.link)) == {"serial": "serial.none"}


def test_an_unknown_issuer_hides_every_other_tick() -> None:
    verification = verify(EVIDENCE, trust=TrustStore(), at=AT)

    assert (verification.verified, verification.state) == (False, State.UNPROVEN)
    assert [(check.name, check.outcome) for check in verification.checks] == [
        ("issuer", Outcome.FAILED),
        *((name, Outcome.NOT_CHECKED) for name in CHECKS[1:]),
    ]


def test_a_record_altered_after_signing_is_refused_and_nothing_else_is_ticked() -> None:
    header, payload, signature = (LABEL.label.credential or "").split(".")
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["credentialSubject"]["carbonLabel"]["footprint"]["value"] = "1.00"
    altered = base64.urlsafe_b64encode(orjson.dumps(claims)).rstrip(b"=").decode()
    label = LABEL.label.model_copy(update={"credential": f"{header}.{altered}.{signature}"})

    verification = verify(dataclasses.replace(EVIDENCE, label=label), trust=TRUST, at=AT)

    assert verification.state is State.UNPROVEN
    assert [check.code for check in verification.failed] == ["signature.bad"]
    assert [check.name for check in verification.checks if check.outcome is not Outcome.NOT_CHECKED] == ["signature"]


def test_a_signature_by_another_key_under_a_trusted_name_is_refused() -> None:
    forged = resigned(to_credential(record(), status=()), key=jose.new_key())

    assert verify(forged, trust=TRUST, at=AT).failed[0].code == "signature.bad"


def test_a_trusted_issuer_cannot_speak_for_another() -> None:
    other = signing_key("did:web:other.example")
    payload = to_credential(record(), status=status_entries(ISSUER, 7, domain=DOMAIN))
    token = jose.sign(payload, key=other.private, kid=other.kid, typ=TYP)
    label = LABEL.label.model_copy(update={"credential": token})

    verification = verify(dataclasses.replace(EVIDENCE, label=label), trust=trusting(KEY, other), at=AT)

    assert (verification.state, verification.failed[0].code) == (State.UNPROVEN, "issuer.other")


def test_a_key_proves_nothing_for_a_day_on_which_it_did_not_sign() -> None:
    late = KEY.issuer.keys[0].model_copy(update={"valid_from": dt.date(2026, 2, 1)})
    trust = TrustStore({ISSUER: KEY.issuer.model_copy(update={"keys": (late,)})})

    assert verify(EVIDENCE, trust=trust, at=AT).failed[0].code == "issuer.key-day"


def test_a_revoked_key_proves_nothing() -> None:
    revoked = KEY.issuer.keys[0].model_copy(update={"revoked": dt.date(2026, 6, 1)})
    trust = TrustStore({ISSUER: KEY.issuer.model_copy(update={"keys": (revoked,)})})

    assert verify(EVIDENCE, trust=trust, at=AT).state is State.UNPROVEN


def test_an_issuer_out_of_its_scope_does_not_verify() -> None:
    _label, evidence = issued(record(product__category="cement"), KEY)

    verification = verify(evidence, trust=TRUST, at=AT)

    assert (verification.verified, [check.code for check in verification.failed]) == (False, ["scope.outside"])


@pytest.mark.parametrize(
    ("at", "state", "code"),
    [
        (dt.datetime(2026, 1, 14, 23, 59, 59, tzinfo=CHINA), State.NOT_YET_VALID, "validity.not-yet"),
        (dt.datetime(2026, 1, 15, 0, 0, 0, tzinfo=CHINA), State.VALID, None),
        (dt.datetime(2028, 1, 14, 23, 59, 59, tzinfo=CHINA), State.VALID, None),
        (dt.datetime(2028, 1, 14, 16, 0, 0, tzinfo=dt.UTC), State.EXPIRED, "validity.expired"),
    ],
)
def test_the_term_holds_from_its_first_to_its_last_second_in_china(
    at: dt.datetime, state: State, code: str | None
) -> None:
    verification = verify(EVIDENCE, trust=TRUST, at=at)

    assert (verification.state, [check.code for check in verification.failed]) == (state, [code] if code else [])


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (dt.datetime(2028, 1, 14, 23, 59, 59, 999_999, tzinfo=CHINA), State.VALID),
        (dt.datetime(2028, 1, 15, 0, 0, 0, tzinfo=CHINA), State.EXPIRED),
    ],
)
def test_all_of_the_last_second_belongs_to_the_term(at: dt.datetime, state: State) -> None:
    verification = verify(EVIDENCE, trust=TRUST, at=at)

    assert (verification.state, verification.history[-1].state) == (state, state)


def test_a_certificate_may_hold_to_the_end_of_all_days() -> None:
    _label, evidence = issued(record(attestation__valid_until="9999-12-31"), KEY)

    assert verify(evidence, trust=TRUST, at=AT).verified


@pytest.mark.parametrize(
    ("field", "value"), [("id", "TB-2026-0002"), ("gtin", "06900000000007"), ("certificate_number", "TB-2026-0002")]
)
def test_a_good_certificate_filed_under_another_number_proves_nothing(field: str, value: str) -> None:
    misfiled = dataclasses.replace(EVIDENCE, label=EVIDENCE.label.model_copy(update={field: value}))

    verification = verify(misfiled, trust=TRUST, at=AT, code=parse(value))

    assert (verification.verified, verification.state) == (False, State.UNPROVEN)
    assert [(check.code, check.values) for check in verification.failed] == [("record.misfiled", {"field": field})]


@pytest.mark.parametrize("state", [State.SUSPENDED, State.WITHDRAWN, State.CANCELLED])
def test_a_bad_state_stops_verification_from_its_moment_on(state: State) -> None:
    evidence = with_state(state, since=dt.datetime(2026, 6, 1, 10, tzinfo=CHINA))

    before = verify(evidence, trust=TRUST, at=dt.datetime(2026, 6, 1, 9, tzinfo=CHINA))
    after = verify(evidence, trust=TRUST, at=AT)

    assert (before.verified, before.state) == (True, State.VALID)
    assert (after.verified, after.state, after.failed[0].code) == (False, state, f"status.{state.value}")
    assert [change.state for change in after.history] == [State.VALID, state]


def test_a_suspension_that_was_lifted_no_longer_counts() -> None:
    suspended = with_state(State.SUSPENDED, since=dt.datetime(2026, 6, 1, tzinfo=CHINA))
    lifted = with_state(State.VALID, since=dt.datetime(2026, 7, 1, tzinfo=CHINA), evidence=suspended)

    assert verify(lifted, trust=TRUST, at=AT).verified
    assert not verify(lifted, trust=TRUST, at=dt.datetime(2026, 6, 15, tzinfo=CHINA)).verified


def test_a_suspension_to_come_does_not_explain_a_revocation() -> None:
    suspended = with_state(State.SUSPENDED, since=AT + dt.timedelta(days=1))
    withdrawn = with_state(State.WITHDRAWN, since=AT - dt.timedelta(days=1), evidence=suspended)
    evidence = dataclasses.replace(withdrawn, status_events=suspended.status_events)

    assert verify(evidence, trust=TRUST, at=AT).state is State.WITHDRAWN


def test_of_two_entries_for_one_purpose_each_counts() -> None:
    claims = orjson.loads(jose.open_envelope(LABEL.label.credential or "", typ=TYP).payload)
    revocation = next(entry for entry in claims["credentialStatus"] if entry["statusPurpose"] == "revocation")
    claims["credentialStatus"].append(revocation | {"statusListIndex": "8"})
    withdrawn = dataclasses.replace(with_state(State.WITHDRAWN), status_events=())

    verification = verify(
        dataclasses.replace(withdrawn, label=resigned(orjson.dumps(claims)).label), trust=TRUST, at=AT
    )

    assert verification.state is State.WITHDRAWN


def test_a_set_bit_without_a_dated_event_counts_for_all_time() -> None:
    evidence = dataclasses.replace(with_state(State.SUSPENDED), status_events=())

    assert verify(evidence, trust=TRUST, at=AT - dt.timedelta(days=200)).state is State.SUSPENDED


def test_a_suspension_counts_though_an_old_list_is_shown() -> None:
    evidence = dataclasses.replace(
        with_state(State.SUSPENDED, since=AT - dt.timedelta(days=1)), status_lists=EVIDENCE.status_lists
    )

    assert verify(evidence, trust=TRUST, at=AT).state is State.SUSPENDED


@pytest.mark.parametrize("spoil", ["missing", "other-signer", "other-purpose", "garbage"])
def test_without_the_issuers_own_list_nothing_is_verified(spoil: str) -> None:
    other = signing_key("did:web:other.example")
    _label, foreign = issued(record(attestation__issuer="did:web:other.example"), other)
    url = next(iter(EVIDENCE.status_lists))
    lists = {
        "missing": {},
        "other-signer": {**EVIDENCE.status_lists, url: next(iter(foreign.status_lists.values()))},
        "other-purpose": {**EVIDENCE.status_lists, url: list(EVIDENCE.status_lists.values())[1]},
        "garbage": {**EVIDENCE.status_lists, url: "not.a.list"},
    }[spoil]

    verification = verify(dataclasses.replace(EVIDENCE, status_lists=lists), trust=trusting(KEY, other), at=AT)

    assert (verification.verified, verification.state) == (False, State.UNPROVEN)
    assert "status" in {check.name for check in verification.checks if check.outcome is Outcome.NOT_CHECKED}


def test_an_event_signed_by_another_body_changes_nothing() -> None:
    other = signing_key("did:web:other.example")
    foreign = with_state(State.SUSPENDED).status_events[0]
    event = orjson.loads(jose.open_envelope(foreign, typ="label-status+jwt").payload) | {"issuer": other.issuer.id}
    token = jose.sign(orjson.dumps(event), key=other.private, kid=other.kid, typ="label-status+jwt")

    verification = verify(
        dataclasses.replace(EVIDENCE, status_events=(token, "junk")), trust=trusting(KEY, other), at=AT
    )

    assert verification.verified


def test_a_code_of_another_product_is_not_this_record() -> None:
    code = parse("6900000000007")

    assert outcomes(EVIDENCE, code=code)["code"] == "code.other-product"


def test_a_code_with_another_certificates_number_is_not_this_record() -> None:
    declared = Evidence(label=stored(record(), credential=None, at=AT))

    assert outcomes(EVIDENCE, code=parse("TB-2026-0002"))["code"] == "code.other-product"
    assert outcomes(declared, code=parse("https://tanbiao.example/l/TB-2026-0002"))["code"] == "code.other-product"


def test_a_code_may_name_the_certificate_where_the_label_has_an_id_of_its_own() -> None:
    _label, evidence = issued(record(id="own-1"), KEY)

    assert verify(evidence, trust=TRUST, at=AT, code=parse("tb-2026-0001")).verified
    assert verify(evidence, trust=TRUST, at=AT, code=parse("https://tanbiao.example/l/own-1")).verified


def test_a_signed_link_is_checked_with_the_issuers_key() -> None:
    good = parse(LABEL.signed_link or "")
    stranger = issue(
        record(attestation__issuer="did:web:x.example"),
        key=signing_key("did:web:x.example"),
        number=1,
        at=AT,
        domain=DOMAIN,
    )
    bad = parse(stranger.signed_link or "")

    assert "code" not in outcomes(EVIDENCE, code=good)
    assert outcomes(EVIDENCE, code=bad)["code"] == "link.signature-bad"


def test_a_signed_link_alone_tells_who_signed_it_but_verifies_no_record() -> None:
    signed = parse(LABEL.signed_link or "")

    assert verify_link(signed, trust=TRUST).outcome is Outcome.PASSED
    assert verify_link(signed, trust=TrustStore()).outcome is Outcome.FAILED
    assert verify_link(parse(LABEL.link), trust=TRUST).outcome is Outcome.NOT_CHECKED


def test_stages_that_do_not_sum_fail() -> None:
    stages = [{"stage": "raw-materials", "value": "400.25"}, {"stage": "production", "value": "12.25"}]
    _label, evidence = issued(record(footprint__stages=stages), KEY)

    check = verify(evidence, trust=TRUST, at=AT).failed[0]

    assert (check.name, check.reason) == ("stages", "The stages sum to 412.50 kg CO2e, the total says 512.50.")


def test_stages_may_differ_by_the_rounding_of_their_last_digits() -> None:
    stages = [{"stage": "raw-materials", "value": "400.3"}, {"stage": "production", "value": "112.3"}]
    _label, evidence = issued(record(footprint__stages=stages), KEY)

    assert verify(evidence, trust=TRUST, at=AT).verified


def test_a_serial_number_known_from_copied_labels_fails() -> None:
    code = parse("https://tanbiao.example/01/06901234567892/21/A1")
    copied = dataclasses.replace(EVIDENCE, serial=SerialReport(copied_since=dt.date(2026, 5, 1)))
    often = dataclasses.replace(EVIDENCE, serial=SerialReport(looks_in_a_week=OFTEN + 1))
    single = dataclasses.replace(EVIDENCE, serial=SerialReport(looks_in_a_week=1))

    assert outcomes(copied, code=code) == {"serial": "serial.copied"}
    assert not verify(copied, trust=TRUST, at=AT, code=code).verified
    assert outcomes(often, code=code) == {"serial": "serial.often"}
    assert outcomes(single, code=code) == {}


def test_an_unsigned_record_is_declared_whatever_certificate_it_claims() -> None:
    evidence = Evidence(label=stored(record(), credential=None, at=AT))

    verification = verify(evidence, trust=TRUST, at=AT)

    assert (verification.verified, verification.state) == (False, State.DECLARED)
    assert verification.provenance is Provenance.DECLARED
    assert {check.name for check in verification.checks if check.outcome is Outcome.PASSED}.isdisjoint(
        set(NEEDED) - {"code"}
    )


def test_a_credential_that_contradicts_itself_is_refused() -> None:
    claims = orjson.loads(to_credential(record(), status=()))
    claims["credentialSubject"]["assessment"][0]["declaredValue"][0]["metricValue"]["value"] = 1.0

    assert verify(resigned(orjson.dumps(claims)), trust=TRUST, at=AT).failed[0].code == "credential.contradiction"


@pytest.mark.parametrize(
    ("claim", "value", "code"),
    [("vc", {}, "credential.old-claim"), ("vp", {}, "credential.old-claim"), ("iss", "did:web:x", "credential.iss")],
)
def test_claims_that_a_credential_must_not_have_are_refused(claim: str, value: object, code: str) -> None:
    claims = orjson.loads(to_credential(record(), status=())) | {claim: value}

    verification = verify(resigned(orjson.dumps(claims)), trust=TRUST, at=AT)

    assert (verification.state, verification.failed[0].code) == (State.UNPROVEN, code)


def test_a_credential_that_names_no_status_list_is_not_verified() -> None:
    verification = verify(resigned(to_credential(record(), status=())), trust=TRUST, at=AT)

    assert (verification.verified, verification.state) == (False, State.UNPROVEN)
