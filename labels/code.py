"""Text to a label's code: what a scanned or typed text claims to be. A claim, never a fact.

The kinds are tried in this order: link of a configured registry, GS1 Digital Link, EPREL link, other link; then, for
text that is no link, GS1 element string, GTIN, Unified Social Credit Code (refused by name), certificate number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

from labels.digital_link import (
    FNC1,
    SYMBOLOGY_IDENTIFIERS,
    DigitalLink,
    canonical_link,
    parse_bracketed,
    parse_element_string,
    parse_link,
    signed_link,
    signed_message,
)
from labels.errors import CodeError
from labels.identifiers import fold, looks_like_gtin, normalise_certificate_number, normalise_uscc, parse_gtin, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = [
    "DEFAULT_DOMAIN",
    "LONGEST_CODE",
    "CodeKind",
    "LabelCode",
    "canonical_link",
    "parse",
    "parse_eprel_link",
    "signed_link",
    "signed_message",
]

DEFAULT_DOMAIN = "tanbiao.example"
"""The registry's domain where none is configured; ``.example`` is reserved and leads nowhere."""
LONGEST_CODE = 4296
"""Characters: the most that a QR code can hold (version 40-L, alphanumeric)."""


class CodeKind(StrEnum):
    """What a text claims to be."""

    GS1_DIGITAL_LINK = "gs1-digital-link"
    GTIN = "gtin"
    CERTIFICATE_NUMBER = "certificate-number"
    EPREL = "eprel"
    REGISTRY_LINK = "registry-link"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LabelCode:
    """What a text claims, and why it cannot be that."""

    text: str
    """As given."""
    kind: CodeKind
    ai: tuple[tuple[str, str], ...] = ()
    """GS1 Application Identifiers with their values, in the order they were read."""
    canonical: str | None = None
    """The GS1 canonical link on id.gs1.org; what a signature in the link covers."""
    label_id: str | None = None
    """What a registry files the label under, as written in its link; ``eprel:<number>`` for an EPREL link."""
    certificate_number: str | None = None
    """In capitals."""
    gtin: str | None = None
    """14 digits."""
    batch: str | None = None
    serial: str | None = None
    signature: bytes | None = None
    """The 64 bytes of ``s=``: not checked here."""
    error: CodeError | None = None
    """Why the text is not what it was meant to be. None for an unknown text that was not meant to be anything."""

    @property
    def names(self) -> tuple[str, ...]:
        """The ids and certificate numbers that a label behind this code may go by, its GTIN apart."""
        names = (self.label_id, self.certificate_number, self.text.strip())
        return tuple(dict.fromkeys(name for name in names if name))


def parse(text: str, *, domains: Collection[str] = (DEFAULT_DOMAIN,), zero_suppressed: bool = False) -> LabelCode:
    """Say what a text claims to be. Never raises.

    Args:
        text: As scanned or typed.
        domains: Of our own registries, with the port where it is not the scheme's own.
        zero_suppressed: Whether a Digital Link may hold a GTIN without its leading zeros.

    >>> parse("690-1234-567892").gtin
    '06901234567892'
    >>> parse("https://tanbiao.example/l/TB-DEMO-0001").label_id
    'TB-DEMO-0001'
    """
    if len(text) > LONGEST_CODE:
        message = f"Reading a code failed: Expected at most {LONGEST_CODE} characters, got {len(text)}."
        return _refused(text, CodeKind.UNKNOWN, CodeError("code.too-long", message, got=len(text)))
    trimmed = text.strip(_BLANKS)
    link = _ANY_LINK.fullmatch(trimmed)
    if link is None:
        return _read_typed(text, trimmed)
    target = _registry_target(link, domains)
    if target is not None:
        return _read_registry(text, target, zero_suppressed=zero_suppressed)
    return _read_link(text, trimmed, zero_suppressed=zero_suppressed)


def parse_eprel_link(text: str) -> str:
    """Return the registration number of an EPREL link, 4 to 8 digits.

    Raises:
        CodeError: Another link.

    >>> parse_eprel_link("https://eprel.ec.europa.eu/qr/1234567")
    '1234567'
    """
    link = _EPREL.fullmatch(text)
    if link is None:
        expected = "https://eprel.ec.europa.eu/qr/ and 4 to 8 digits"
        raise CodeError("eprel.form", f"Reading an EPREL link failed on {shown(text)}: Expected {expected}.", got=text)
    return link[1]


def _read_link(text: str, link: str, *, zero_suppressed: bool) -> LabelCode:
    try:
        return _digital(text, parse_link(link, zero_suppressed=zero_suppressed))
    except CodeError as mistake:
        if _EPREL.fullmatch(link):
            return LabelCode(text, CodeKind.EPREL, label_id=f"eprel:{parse_eprel_link(link)}")
        if mistake.code == "gs1.compressed" or _means_digital_link(link):
            return _refused(text, CodeKind.GS1_DIGITAL_LINK, mistake)
        return LabelCode(text, CodeKind.UNKNOWN)


def _means_digital_link(link: str) -> bool:
    """Whether a broken link was meant to be a Digital Link: a key's number, then a value that is no day or year."""
    return any(
        len(_DIGIT.findall(value)) >= _FEWEST_DIGITS or (value.isdigit() and not _DAY_OR_YEAR.fullmatch(value))
        for value in _KEY_AND_VALUE.findall(link)
    )


def _read_typed(text: str, trimmed: str) -> LabelCode:
    folded = fold(trimmed)
    if _BRACKETED.match(folded):
        return _read_elements(text, folded, parse_bracketed)
    if FNC1 in trimmed or trimmed.startswith(SYMBOLOGY_IDENTIFIERS):
        return _read_elements(text, trimmed, parse_element_string)
    if looks_like_gtin(folded):
        return _read_gtin(text, folded)
    if _GTIN_FIRST.match(folded):
        elements = _read_elements(text, folded, parse_element_string)
        if elements.error is None:
            return elements
    if _SCHEMELESS.match(folded) and _means_digital_link(folded):
        return _read_link(text, folded, zero_suppressed=False)
    return _read_number(text, folded)


def _read_elements(text: str, elements: str, read: Callable[[str], DigitalLink]) -> LabelCode:
    try:
        return _digital(text, read(elements))
    except CodeError as mistake:
        return _refused(text, CodeKind.GS1_DIGITAL_LINK, mistake)


def _read_gtin(text: str, digits: str) -> LabelCode:
    try:
        return LabelCode(text, CodeKind.GTIN, gtin=parse_gtin(digits))
    except CodeError as mistake:
        return _refused(text, CodeKind.GTIN, mistake)


def _read_number(text: str, folded: str) -> LabelCode:
    if _is_uscc(folded):
        message = (
            f"Reading a code failed on {shown(text)}: Expected a label's code, got a firm's social credit code (USCC)."
        )
        return _refused(text, CodeKind.UNKNOWN, CodeError("code.is-uscc", message, got=text))
    try:
        number = normalise_certificate_number(folded)
    except CodeError:
        return LabelCode(text, CodeKind.UNKNOWN)
    return LabelCode(text, CodeKind.CERTIFICATE_NUMBER, certificate_number=number)


def _is_uscc(folded: str) -> bool:
    try:
        normalise_uscc(folded)
    except CodeError:
        return False
    return True


def _registry_target(link: re.Match[str], domains: Collection[str]) -> str | None:
    """Return what a link of our registries leads to; None when it is no such link. Capitals do not matter."""
    host = link["host"].lower()
    if not any(host == domain.lower() for domain in domains):
        return None
    path = link["path"] or ""
    if path[:3].lower() == "/l/":
        return unquote(path[3:])
    if path.rstrip("/").lower() != "/label":
        return None
    pairs = (pair.partition("=") for pair in (link["query"] or "").split("&"))
    return next((unquote_plus(value) for key, _, value in pairs if key.lower() == "l"), "")


def _read_registry(text: str, target: str, *, zero_suppressed: bool) -> LabelCode:
    """Read what a registry's link leads to, once: a link inside must be a Digital Link."""
    inside = target.strip(_BLANKS)
    if _ANY_LINK.match(inside):
        code = _read_link(text, inside, zero_suppressed=zero_suppressed)
    else:
        code = _read_typed(text, inside)
    if code.kind in {CodeKind.GS1_DIGITAL_LINK, CodeKind.GTIN} or code.error is not None:
        return replace(code, kind=CodeKind.REGISTRY_LINK)
    if not _LABEL_ID.fullmatch(inside):
        message = f"Reading a registry's link failed on {shown(text)}: Expected the id of a label, got {shown(target)}."
        return _refused(text, CodeKind.REGISTRY_LINK, CodeError("code.label-id", message, got=target))
    return replace(code, kind=CodeKind.REGISTRY_LINK, label_id=inside)


def _digital(text: str, link: DigitalLink) -> LabelCode:
    signature, error = None, None
    try:
        signature = link.signature
    except CodeError as mistake:
        error = mistake.with_traceback(None)
    return LabelCode(
        text,
        CodeKind.GS1_DIGITAL_LINK,
        ai=link.elements,
        canonical=link.canonical,
        gtin=link.value("01"),
        batch=link.value("10"),
        serial=link.value("21"),
        signature=signature,
        error=error,
    )


def _refused(text: str, kind: CodeKind, mistake: CodeError) -> LabelCode:
    return LabelCode(text, kind, error=mistake.with_traceback(None))


_BLANKS = " \t\r\n\u00a0\u3000\ufeff"
_ANY_LINK = re.compile(
    r"https?://(?P<host>[^/?#]*)(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL
)
_EPREL = re.compile(r"https://eprel\.ec\.europa\.eu/qr/([0-9]{4,8})/?", re.IGNORECASE)
_KEY_AND_VALUE = re.compile(r"/(?:0[01]|25[35]|40[12]|41[457]|800[346]|801[0378]|gtin|sscc)/+([^/?#]*)", re.IGNORECASE)
_DIGIT = re.compile("[0-9]")
_FEWEST_DIGITS = 6
_DAY_OR_YEAR = re.compile(r"[0-9]{1,2}|(?:19|20)[0-9]{2}")
_SCHEMELESS = re.compile(r"[0-9a-z-]+(?:\.[0-9a-z-]+)+(?::[0-9]+)?/|[a-z][0-9a-z+.-]*://", re.IGNORECASE)
_BRACKETED = re.compile(r"\([0-9]{2,4}\)")
_GTIN_FIRST = re.compile(r"01[0-9]{14}")
_LABEL_ID = re.compile(r"(?!https?://)[0-9A-Za-z][0-9A-Za-z._:/-]{0,119}")
