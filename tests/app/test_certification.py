from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

import pytest

from app.certification import change_label_state, issue_label
from app.look import look_at_text
from labels import jose
from labels.errors import RecordError, StoreError
from labels.formats.credential import TYP, from_credential, to_credential
from labels.issue import stored
from labels.lookup import STATUS_LISTS, StatusListFile, evidence
from labels.model import LabelRecord, State
from labels.verify import verify
from tests.labels.examples import AT, issued, record, signing_key

if TYPE_CHECKING:
    from app.home import Home
    from labels.trust import SigningKey

KEY = signing_key()
LATER = AT + dt.timedelta(days=1)


def numbered(number: int) -> LabelRecord:
    name = f"TB-2026-{number:04}"
    return record(id=name, attestation__certificate_number=name)


def state(home: Home, label: str, *, at: dt.datetime = LATER) -> State | None:
    verification = look_at_text(label, home, at=at).verification
    return verification.state if verification else None


@pytest.fixture
def desk(home: Home) -> Home:
    home.add_issuer(KEY.issuer)
    return home


def test_a_label_issued_again_is_changed_and_keeps_its_earlier_version(desk: Home) -> None:
    issue_label(desk, numbered(1), key=KEY, at=AT)
    issue_label(desk, record(id="TB-2026-0001", footprint__functional_unit="1 kW"), key=KEY, at=LATER)

    look = look_at_text("TB-2026-0001", desk, at=LATER)

    assert look.verification is not None
    assert (look.verification.verified, look.verification.state) == (True, State.CHANGED)
    assert len(desk.store.history("TB-2026-0001")) == 2


def test_suspending_one_label_leaves_every_other_as_it_was(desk: Home) -> None:
    for number in range(1, 6):
        issue_label(desk, numbered(number), key=KEY, at=AT)

    change_label_state(desk, "TB-2026-0003", State.SUSPENDED, reason="r", key=KEY, at=AT)

    assert [state(desk, f"TB-2026-000{number}") for number in range(1, 6)] == [
        State.VALID,
        State.VALID,
        State.SUSPENDED,
        State.VALID,
        State.VALID,
    ]


def test_changes_of_state_at_once_are_all_kept(desk: Home) -> None:
    for number in range(8):
        issue_label(desk, numbered(number), key=KEY, at=AT)

    def suspend(number: int) -> None:
        change_label_state(desk, f"TB-2026-{number:04}", State.SUSPENDED, reason="r", key=KEY, at=AT)

    threads = [threading.Thread(target=suspend, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {state(desk, f"TB-2026-{number:04}") for number in range(8)} == {State.SUSPENDED}


@pytest.mark.parametrize("final", [State.WITHDRAWN, State.CANCELLED])
@pytest.mark.parametrize("after", [State.VALID, State.SUSPENDED])
def test_a_final_state_cannot_be_left(desk: Home, final: State, after: State) -> None:
    issue_label(desk, numbered(1), key=KEY, at=AT)
    change_label_state(desk, "TB-2026-0001", final, reason="r", key=KEY, at=AT)

    with pytest.raises(RecordError) as refused:
        change_label_state(desk, "TB-2026-0001", after, reason="r", key=KEY, at=AT)

    assert refused.value.code == "status.final"
    assert state(desk, "TB-2026-0001") is final


def test_nobody_changes_or_reissues_another_bodys_certificate(desk: Home) -> None:
    other: SigningKey = signing_key("did:web:other.example")
    issue_label(desk, numbered(1), key=KEY, at=AT)

    with pytest.raises(RecordError) as not_changed:
        change_label_state(desk, "TB-2026-0001", State.WITHDRAWN, reason="r", key=other, at=AT)
    with pytest.raises(RecordError) as not_signed:
        issue_label(desk, numbered(2), key=other, at=AT)
    with pytest.raises(StoreError) as not_replaced:
        issue_label(desk, record(id="TB-2026-0001", attestation__issuer="did:web:other.example"), key=other, at=AT)

    assert [error.value.code for error in (not_changed, not_signed, not_replaced)] == [
        "issue.other-issuer",
        "issue.other-issuer",
        "issue.number-taken",
    ]
    assert state(desk, "TB-2026-0001") is State.VALID


def test_a_key_of_the_right_name_that_is_not_trusted_here_signs_nothing(desk: Home) -> None:
    thief = signing_key()
    issue_label(desk, numbered(1), key=KEY, at=AT)
    change_label_state(desk, "TB-2026-0001", State.SUSPENDED, reason="r", key=KEY, at=AT)

    with pytest.raises(RecordError) as not_changed:
        change_label_state(desk, "TB-2026-0001", State.VALID, reason="r", key=thief, at=AT)
    with pytest.raises(RecordError) as not_issued:
        issue_label(desk, numbered(2), key=thief, at=AT)

    assert [error.value.code for error in (not_changed, not_issued)] == ["issue.key-not-trusted"] * 2
    assert (state(desk, "TB-2026-0001"), desk.store.get("TB-2026-0002")) == (State.SUSPENDED, None)


def test_a_revoked_key_signs_nothing(desk: Home) -> None:
    revoked = KEY.issuer.keys[0].model_copy(update={"revoked": AT.date()})
    desk.add_issuer(KEY.issuer.model_copy(update={"keys": (revoked,)}))

    with pytest.raises(RecordError) as refused:
        issue_label(desk, numbered(1), key=KEY, at=AT)

    assert refused.value.code == "issue.key-not-trusted"


@pytest.mark.parametrize("ended", [State.SUSPENDED, State.WITHDRAWN, State.CANCELLED])
def test_issuing_again_does_not_bring_a_certificate_back_that_is_not_in_force(desk: Home, ended: State) -> None:
    issue_label(desk, numbered(1), key=KEY, at=AT)
    change_label_state(desk, "TB-2026-0001", ended, reason="r", key=KEY, at=AT)

    with pytest.raises(RecordError) as refused:
        issue_label(desk, numbered(1), key=KEY, at=LATER)

    assert refused.value.code == "issue.not-in-force"
    assert (state(desk, "TB-2026-0001"), len(desk.store.history("TB-2026-0001"))) == (ended, 1)


def test_what_was_issued_before_a_change_is_revoked(desk: Home) -> None:
    earlier = issue_label(desk, record(footprint__functional_unit="1 kW"), key=KEY, at=AT).label
    issue_label(desk, record(), key=KEY, at=LATER)

    verification = verify(evidence(earlier, None, desk.store, on=LATER.date()), trust=desk.trust, at=LATER)

    assert (verification.verified, verification.state) == (False, State.WITHDRAWN)


def test_a_certificate_for_what_was_only_declared_is_new_not_changed(desk: Home) -> None:
    desk.store.put(stored(numbered(1), credential=None, at=AT))

    issue_label(desk, numbered(1), key=KEY, at=AT)

    assert state(desk, "TB-2026-0001") is State.VALID


def test_a_forged_certificate_moves_nobodys_status(desk: Home) -> None:
    victim = issue_label(desk, numbered(1), key=KEY, at=AT).label
    entries = from_credential(jose.open_envelope(victim.credential or "", typ=TYP).payload).status
    forged = jose.sign(to_credential(numbered(2), status=entries), key=jose.new_key(), kid=KEY.kid, typ=TYP)
    desk.store.put(stored(numbered(2), credential=forged, at=AT))

    with pytest.raises(RecordError) as refused:
        change_label_state(desk, "TB-2026-0002", State.WITHDRAWN, reason="r", key=KEY, at=AT)
    issue_label(desk, numbered(2), key=KEY, at=AT)

    assert str(refused.value) == (
        "Changing a state failed on 'TB-2026-0002': Expected a certificate in the store, got an unproven one."
    )
    assert [state(desk, "TB-2026-0001"), state(desk, "TB-2026-0002")] == [State.VALID, State.VALID]


def test_labels_that_came_from_elsewhere_keep_their_places_in_the_status_lists(desk: Home) -> None:
    for number in range(3):
        label, found = issued(numbered(number), KEY, number=number)
        desk.store.put(label.label)
    for url, token in found.status_lists.items():
        desk.store.put_document(STATUS_LISTS, url, StatusListFile(url=url, token=token))

    issue_label(desk, numbered(3), key=KEY, at=AT)
    change_label_state(desk, "TB-2026-0003", State.WITHDRAWN, reason="r", key=KEY, at=AT)

    assert [state(desk, f"TB-2026-000{number}") for number in range(4)] == [*[State.VALID] * 3, State.WITHDRAWN]


def test_the_state_of_what_nobody_certified_cannot_be_changed(desk: Home) -> None:
    with pytest.raises(RecordError) as refused:
        change_label_state(desk, "TB-9", State.SUSPENDED, reason="r", key=KEY, at=AT)

    assert str(refused.value) == "Changing a state failed on 'TB-9': Expected a certificate in the store, got none."
