"""The main job: from a code or a photo to the record behind it and the verdict on it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from labels.code import LabelCode, parse
from labels.errors import DecodeError, LabelError, RegistryError, StoreError
from labels.lookup import LOOKS, Found, evidence, look_up, serial_key
from labels.model import LabelRecord, Outcome, State, StoredLabel, Verification
from labels.qr import read_codes
from labels.verify import read_record, verify, verify_link
from scoring.plausibility import Case, Finding, findings

if TYPE_CHECKING:
    import datetime as dt

    from app.home import Home
    from labels.model import Check


@dataclass(frozen=True)
class Look:
    """What a look at a code found. ``record`` is None as long as nobody has proved what it says."""

    code: LabelCode
    found: Found | None = None
    label: StoredLabel | None = None
    record: LabelRecord | None = None
    verification: Verification | None = None
    link: Check | None = None
    """The signature in the link by itself, where the record was not found."""
    error: LabelError | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What looks wrong about the record, if it may be shown."""
        if self.record is None or self.verification is None:
            return ()
        scope = {check.outcome for check in self.verification.checks if check.name == "scope"}
        in_scope = None if Outcome.NOT_CHECKED in scope else Outcome.PASSED in scope
        return findings(Case(self.record, self.verification.at.date(), in_scope=in_scope))

    def to_json(self) -> dict[str, Any]:
        """Return the look as the command and the API print it."""
        return {
            "code": code_json(self.code),
            "record": orjson.loads(self.record.to_json()) if self.record else None,
            "verification": verification_json(self.verification) if self.verification else None,
            "grade": {"grade": None, "scheme": None, "reason": NO_GRADE, "benchmark": {}},
            "findings": [_finding_json(found) for found in self.findings],
            "source": _source_json(self.found),
            "link": _check_json(self.link) if self.link else None,
            "alternatives": [],
            "error": error_json(self.error),
        }


def look_at_text(text: str, home: Home, *, at: dt.datetime, offline: bool = False) -> Look:
    """Look a code up and verify what is behind it, at a moment; ``offline`` also leaves no trace of the look."""
    code = parse(text, domains=(home.domain,))
    if code.error is not None:
        return Look(code=code, error=code.error)
    found = look_up(code, home.store)
    if found is None:
        link = verify_link(code, trust=home.trust) if code.signature else None
        return Look(code=code, link=link, error=_not_found(text))
    on = at.date()
    trust = home.trust
    looks = [
        (label, verify(evidence(label, code, home.store, on=on), trust=trust, at=at, code=code))
        for label in found.candidates
    ]
    label, verification = max(looks, key=_rank)
    if code.serial and code.gtin and not offline:
        with suppress(StoreError):  # a label can be looked at though the disk is full
            home.store.count(LOOKS, serial_key(code.gtin, code.serial), on)
    return Look(code=code, found=found, label=label, record=_shown(label, verification), verification=verification)


def look_at_image(data: bytes, home: Home, *, at: dt.datetime, offline: bool = False) -> Look:
    """Read an image and look its codes up; of several the first that has a record.

    Raises:
        DecodeError: The bytes are no image, or there is no code in it that can be read.
    """
    reading = read_codes(data)
    if not reading.codes:
        raise _nothing_read(seen=reading.seen_unreadable)
    looks = [look_at_text(code.text, home, at=at, offline=offline) for code in reading.codes]
    return next((look for look in looks if look.found), looks[0])


def code_json(code: LabelCode) -> dict[str, Any]:
    """Return what a text claims, as ``tanbiao parse`` prints it."""
    gs1 = {"ai": dict(code.ai), "canonical": code.canonical} if code.ai else {}
    return {"text": code.text, "kind": code.kind.value, **gs1, "error": error_json(code.error)}


def verification_json(verification: Verification) -> dict[str, Any]:
    """Return a verdict with all its checks."""
    return {
        "verified": verification.verified,
        "state": verification.state.value,
        "provenance": verification.provenance.value,
        "at": verification.at.isoformat(),
        "checks": [_check_json(check) for check in verification.checks],
        "history": [
            {"state": change.state.value, "since": change.since.isoformat(), "reason": change.reason}
            for change in verification.history
        ],
    }


def error_json(error: LabelError | None) -> dict[str, str] | None:
    """Return an error as every answer carries it."""
    return {"code": error.code, "message": error.message} if error else None


def _check_json(check: Check) -> dict[str, str]:
    return {"name": check.name, "outcome": check.outcome.value, "code": check.code, "reason": check.reason}


def _finding_json(found: Finding) -> dict[str, str]:
    return {"code": found.code, "severity": found.severity.value, "reason": found.reason}


def _source_json(found: Found | None) -> dict[str, str | None] | None:
    if found is None:
        return None
    stale = found.stale_since.isoformat() if found.stale_since else None
    return {"registry": found.registry, "fetched_at": found.fetched_at.isoformat(), "stale_since": stale}


def _shown(label: StoredLabel, verification: Verification) -> LabelRecord | None:
    """The record, unless nobody proved it or the code is not its own."""
    if verification.state is State.UNPROVEN or any(check.name == "code" for check in verification.failed):
        return None
    return read_record(label)


def _rank(looked: tuple[StoredLabel, Verification]) -> tuple[bool, int, dt.datetime]:
    """Verified before unverified, fewer failed checks first, then the newest."""
    label, verification = looked
    passed = sum(check.outcome is Outcome.PASSED for check in verification.checks)
    return verification.verified, passed, label.stored_at


def _not_found(text: str) -> RegistryError:
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return RegistryError("lookup.not-found", f"Looking up {shown!r} failed: Expected a record behind it, got none.")


def _nothing_read(*, seen: bool) -> DecodeError:
    if seen:
        return DecodeError(
            "image.unreadable-code", "Reading the image failed: Expected a readable code, got a blurred one."
        )
    return DecodeError("image.no-code", "Reading the image failed: Expected a QR code or bar code, got none.")


NOTHING_READ = frozenset({"image.no-code", "image.unreadable-code"})
"""Errors of an image that was read and gave no code."""
NO_GRADE = "No grading scheme is installed."
_LONGEST = 80
