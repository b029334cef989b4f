"""The verdict in one plain sentence, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.i18n import _, day, mark
from app.texts import issuer_name, reason
from labels.formats.credential import CHINA
from labels.model import LabelRecord, Outcome, State, Verification

if TYPE_CHECKING:
    from labels.errors import LabelError
    from labels.model import Check


class Tone(StrEnum):
    """How the verdict sounds: told by a word and a sign too, never by colour alone."""

    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"


class Figure(StrEnum):
    """What may be done with the footprint on the page."""

    SHOWN = "shown"
    FADED = "faded"
    """Shown as the figure of a certificate that does not hold."""
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Verdict:
    """What the label page says first."""

    tone: Tone
    word: str
    sentence: str
    advice: str
    figure: Figure


def verdict(record: LabelRecord | None, verification: Verification | None, error: LabelError | None = None) -> Verdict:
    """Return the verdict on what was looked up; the worst finding speaks. ``error``: why there was nothing to find."""
    if record is None and verification is None:
        return _nothing_found(error)
    if verification is None or verification.state is State.UNPROVEN:
        return _UNPROVEN.told(_first_reason(verification))
    for check in verification.failed:
        if check.name in _CHECK_VERDICTS:
            return _CHECK_VERDICTS[check.name].told(reason(check))
    if verification.state is State.DECLARED:
        return _DECLARED.told("")
    if verification.verified and record is not None:
        return _certified(record, verification)
    return _STATE_VERDICTS.get(verification.state, _UNPROVEN).told(_first_reason(verification))


def _nothing_found(error: LabelError | None) -> Verdict:
    if error is None or error.code == "lookup.not-found":
        return _UNKNOWN.told("")
    return _UNREADABLE.told(reason(error))


def _certified(record: LabelRecord, verification: Verification) -> Verdict:
    attestation = record.attestation
    if attestation is None:
        return _DECLARED.told("")
    sentence = _("{issuer} certified this footprint. The certificate holds until {day}.").format(
        issuer=issuer_name(attestation), day=day(attestation.valid_until)
    )
    if verification.state is State.CHANGED:
        since = verification.history[-1].since.astimezone(CHINA)
        sentence += " " + _("It was changed on {day}.").format(day=day(since))
    return Verdict(Tone.GOOD, _("Certified"), sentence, "", Figure.SHOWN)


def _first_reason(verification: Verification | None) -> str:
    if verification is None:
        return ""
    return next(
        (reason(check) for check in (*verification.failed, *_open(verification)) if check.code != "check.stopped"), ""
    )


def _open(verification: Verification) -> tuple[Check, ...]:
    return tuple(
        check
        for check in verification.checks
        if check.outcome is Outcome.NOT_CHECKED and check.name not in {"serial", "stages"}
    )


@dataclass(frozen=True)
class _Wording:
    tone: Tone
    word: str
    advice: str
    figure: Figure
    sentence: str = ""

    def told(self, why: str) -> Verdict:
        """Put the wording into the language in use, with the reason as the sentence where it has none of its own."""
        return Verdict(self.tone, _(self.word), _(self.sentence) if self.sentence else why, _(self.advice), self.figure)


_REPORT = mark(
    "Treat the product as having no certified footprint, and report the label to us or to the market regulator "
    "(in China: 12315)."
)
_UNKNOWN = _Wording(
    Tone.CAUTION,
    mark("We do not know this label"),
    mark("That does not make it false: its registry may be one we do not know. Nothing here is confirmed."),
    Figure.HIDDEN,
    mark("No record is known behind this code."),
)
_UNREADABLE = _Wording(
    Tone.CAUTION,
    mark("This code cannot be looked up"),
    mark("Scan it again, or compare what you typed with the label."),
    Figure.HIDDEN,
)
_UNPROVEN = _Wording(Tone.BAD, mark("Do not trust this label"), _REPORT, Figure.HIDDEN)
_DECLARED = _Wording(
    Tone.CAUTION,
    mark("Declared, not certified"),
    mark("Take the figure as the maker's own word."),
    Figure.SHOWN,
    mark("The maker states this figure itself; no certification body checked it."),
)
_CHECK_VERDICTS = {
    "code": _Wording(Tone.BAD, mark("Do not trust this label"), _REPORT, Figure.HIDDEN),
    "serial": _Wording(Tone.BAD, mark("Probably a copied label"), _REPORT, Figure.FADED),
    "scope": _Wording(
        Tone.BAD,
        mark("Not validly certified"),
        mark("The figure may be right, but it does not count as certified."),
        Figure.FADED,
    ),
    "stages": _Wording(
        Tone.BAD,
        mark("The figures do not add up"),
        mark("Do not rely on the figure until the certification body has explained it."),
        Figure.FADED,
    ),
}
_STATE_VERDICTS = {
    State.SUSPENDED: _Wording(
        Tone.BAD, mark("Suspended"), mark("Do not rely on the figure while the suspension lasts."), Figure.FADED
    ),
    State.WITHDRAWN: _Wording(
        Tone.BAD, mark("Withdrawn"), mark("The product may no longer carry this label."), Figure.FADED
    ),
    State.CANCELLED: _Wording(
        Tone.BAD,
        mark("Cancelled"),
        mark("The label no longer counts."),
        Figure.FADED,
    ),
    State.EXPIRED: _Wording(
        Tone.CAUTION,
        mark("Expired"),
        mark("The figure was certified once; whether it still holds nobody has confirmed."),
        Figure.FADED,
    ),
    State.NOT_YET_VALID: _Wording(
        Tone.CAUTION, mark("Not yet valid"), mark("Look again when the certificate has started."), Figure.FADED
    ),
}
