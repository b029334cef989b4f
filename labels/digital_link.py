"""GS1 Digital Link: links and element strings, read by the whole grammar and written in the canonical form.

References:
    GS1 Digital Link Standard: URI Syntax; GS1 Barcode Syntax Dictionary, release 2026-01-27;
    GS1 General Specifications §7.8 (element strings).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import quote

from labels.application_identifiers import find, starting
from labels.compressed_link import is_compressed
from labels.errors import CodeError
from labels.identifiers import normalise_gtin, shown

Element = tuple[str, str]
"""An Application Identifier and its value."""


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """What a GS1 Digital Link or a GS1 element string says."""

    elements: tuple[Element, ...]
    """In the order they were read."""
    canonical: str
    """``https://id.gs1.org``, the key with its qualifiers, then the attributes by ascending number."""
    parameters: tuple[Element, ...] = ()
    """Query parameters that are no Application Identifiers, percent-decoded, in the order they were read."""

    def value(self, ai: str) -> str | None:
        """The first value of that Application Identifier."""
        return next((value for key, value in self.elements if key == ai), None)

    @property
    def signature(self) -> bytes | None:
        """The 64 bytes of ``s=``, or None when there is no such parameter.

        Raises:
            CodeError: Something other than unpadded base64url of exactly 64 bytes, or more than one.
        """
        found = [value for key, value in self.parameters if key == "s"]
        return _decode_signature(found) if found else None


def parse_link(text: str, *, zero_suppressed: bool = False) -> DigitalLink:
    """Read a GS1 Digital Link.

    Args:
        text: The link, as scanned.
        zero_suppressed: Take a GTIN-8, -12 or -13 for a GTIN-14 without its leading zeros.

    Raises:
        CodeError: The first rule the link breaks.

    >>> parse_link("HTTPS://ID.EXAMPLE/01/06901234567892/21/A%2F1").elements
    (('01', '06901234567892'), ('21', 'A/1'))
    """
    path, query = _split(text)
    pairs = _path_pairs(path)
    if pairs is None:
        raise _no_key(text, path)
    in_path = [_element(ai, _padded(ai, _decode(value)) if zero_suppressed else _decode(value)) for ai, value in pairs]
    in_query, parameters = _query_elements(query, zero_suppressed=zero_suppressed) if query else ([], ())
    _refuse_duplicates(in_path + in_query)
    qualifiers = tuple(ai for ai, _ in in_path[1:])
    _check_sequence(in_path[0][0], qualifiers)
    for ai, _ in in_query:
        _check_attribute(ai, key=in_path[0][0], qualifiers=qualifiers)
    return DigitalLink((*in_path, *in_query), _write(in_path, in_query), parameters)


def parse_bracketed(text: str) -> DigitalLink:
    r"""Read an element string as it is printed: ``(01)…(21)…``; a bracket inside a value is written ``\(``.

    Raises:
        CodeError: The first rule the element string breaks.

    >>> parse_bracketed("(21)ABC(01)06901234567892").canonical
    'https://id.gs1.org/01/06901234567892/21/ABC'
    """
    compact = text.replace(" ", "")
    if not _BRACKETED.fullmatch(compact):
        raise CodeError("gs1.brackets", f"Reading an element string failed on {shown(text)}: Expected (AI)value pairs.")
    pairs = ((ai, value.replace("\\(", "(")) for ai, value in _BRACKETED_PAIR.findall(compact))
    return _from_elements([_element(ai, value) for ai, value in pairs])


def parse_element_string(text: str) -> DigitalLink:
    r"""Read an element string as a scanner sends it: FNC1 as ``GS`` (ASCII 29), perhaps a symbology identifier first.

    Raises:
        CodeError: The first rule the element string breaks.

    >>> parse_element_string("]d2010690123456789210LOT7\x1d21ABC").elements
    (('01', '06901234567892'), ('10', 'LOT7'), ('21', 'ABC'))
    """
    rest = text[3:] if text.startswith(SYMBOLOGY_IDENTIFIERS) else text
    elements = []
    while rest := rest.lstrip(FNC1):
        known = starting(rest)
        if known is None:
            raise _unknown_ai(rest[:4])
        value = rest[len(known.ai) :]
        match = known.pattern.match(value) if known.predefined else None
        value = match[0] if match else value.partition(FNC1)[0]
        elements.append(_element(known.ai, value))
        rest = rest[len(known.ai) + len(value) :]
    return _from_elements(elements)


def canonical_link(gtin: str, *, domain: str, serial: str | None = None, batch: str | None = None) -> str:
    """Write the Digital Link of a trade item on a registry's own domain.

    Raises:
        CodeError: A GTIN, batch or serial number that GS1 does not allow, or no domain.

    >>> canonical_link("6901234567892", domain="tanbiao.example", serial="A/1")
    'https://tanbiao.example/01/06901234567892/21/A%2F1'
    """
    if not _DOMAIN.fullmatch(domain):
        raise CodeError("gs1.domain", f"Writing a link failed on domain {shown(domain)}: Expected a domain name.")
    elements = [("01", normalise_gtin(gtin))]
    elements += [_element(ai, value) for ai, value in (("10", batch), ("21", serial)) if value is not None]
    return f"https://{domain}{_write_path(elements)}"


def signed_message(link: str) -> bytes:
    r"""Return the bytes that ``s=`` signs: a fixed context, then the link in GS1's canonical form, without ``s``.

    The canonical form holds key, qualifiers and attributes and always the domain id.gs1.org, so a label stays valid
    in capitals, under a moved domain and with a resolver's parameters added, and not with another serial number.

    Raises:
        CodeError: The link is no GS1 Digital Link.

    >>> signed_message("https://tanbiao.example/01/06901234567892?linkType=gs1:pip")
    b'tanbiao label link v1\nhttps://id.gs1.org/01/06901234567892'
    """
    return SIGNED_CONTEXT + parse_link(link).canonical.encode()


def signed_link(link: str, signature: bytes) -> str:
    """Return the link with its signature as ``s=``, base64url without padding.

    Raises:
        CodeError: The link is no GS1 Digital Link or has ``s`` already, or the signature is not 64 bytes.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise _signature_form(f"{len(signature)} bytes")
    if any(key == "s" for key, _ in parse_link(link).parameters):
        raise CodeError("link.signed", f"Signing a link failed on {shown(link)}: Expected no parameter s, got one.")
    base, hash_sign, fragment = link.partition("#")
    joint = "&" if "?" in base else "?"
    return f"{base}{joint}s={_base64url(signature)}{hash_sign}{fragment}"


def _split(text: str) -> tuple[str, str]:
    """Return the path and the query of a link whose characters, scheme and domain are allowed."""
    link = _LINK.fullmatch(text)
    if link is None:
        raise _no_link(text)
    return link[1], link[2] or ""


def _no_link(text: str) -> CodeError:
    scheme = _SCHEME.match(text)
    domain = _HOST.match(text, scheme.end()) if scheme else None
    if illegal := _ILLEGAL.search(text):
        code, expected = "gs1.character", f"characters of a URI, got {illegal[0]!r}"
    elif scheme is None:
        code, expected = "gs1.scheme", "http:// or https:// first, all small or all capitals"
    elif domain and not _DOMAIN.fullmatch(domain[0]):
        code, expected = "gs1.domain", f"a domain, got {shown(domain[0])}"
    else:
        code, expected = "gs1.path", "a domain and a path"
    return CodeError(code, f"Reading a link failed on {shown(text)}: Expected {expected}.")


def _path_pairs(path: str) -> list[Element] | None:
    """Return the pairs from the rightmost key on; whatever stands before it belongs to the domain's owner."""
    segments = path.split("/")
    for at in range(len(segments) - 2, 0, -2):
        if segments[at] in PRIMARY_KEYS:
            return list(zip(segments[at::2], segments[at + 1 :: 2], strict=True))
        if find(segments[at]) is None:
            return None
    return None


def _no_key(text: str, path: str) -> CodeError:
    if is_compressed(path.rpartition("/")[2]):
        return CodeError(
            "gs1.compressed",
            f"Reading a link failed on {shown(text)}: Expected key and value in the path, got GS1 compression.",
        )
    return CodeError(
        "gs1.no-key", f"Reading a link failed on {shown(text)}: Expected /key/value in the path, got none."
    )


def _element(ai: str, value: str) -> Element:
    known = find(ai)
    if known is None:
        raise _unknown_ai(ai)
    if "\0" in value:
        raise CodeError(
            "gs1.null", f"Reading the value of ({ai}) failed on {shown(value)}: Expected no null character."
        )
    if not value:
        raise CodeError("gs1.empty", f"Reading the value of ({ai}) failed: Expected {known.form}, got nothing.", ai=ai)
    known.check(value)
    return ai, value


def _unknown_ai(ai: str) -> CodeError:
    return CodeError("gs1.unknown-ai", f"Reading {ai!r} failed: Expected an Application Identifier of GS1.", ai=ai)


def _query_elements(query: str, *, zero_suppressed: bool) -> tuple[list[Element], tuple[Element, ...]]:
    elements, parameters = [], []
    for pair in query.split("&"):
        key, equals, value = pair.partition("=")
        if not equals:
            continue
        decoded = _decode(value.replace("+", " "))
        if key.isdigit():
            elements.append(_element(key, _padded(key, decoded) if zero_suppressed else decoded))
        else:
            parameters.append((_decode(key), decoded))
    return elements, tuple(parameters)


def _padded(ai: str, value: str) -> str:
    return value.zfill(14) if ai == "01" and len(value) in _SHORT_GTINS else value


def _decode(text: str) -> str:
    """Undo percent-encoding; a percent sign without two hexadecimal digits is literal."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "%" in text else text


def _refuse_duplicates(elements: list[Element]) -> None:
    seen = set()
    for ai, value in elements:
        if ai in seen:
            raise CodeError(
                "gs1.duplicate", f"Reading ({ai}) failed on {shown(value)}: Expected it once, got it again.", ai=ai
            )
        seen.add(ai)


def _check_sequence(key: str, qualifiers: tuple[str, ...]) -> None:
    if qualifiers and not any(_is_part(qualifiers, sequence) for sequence in PRIMARY_KEYS[key]):
        raise CodeError(
            "gs1.sequence",
            f"Reading the path of key ({key}) failed: Expected qualifiers {_sequences(key)} in that order, "
            f"got {', '.join(qualifiers)}.",
            ai=key,
        )
    if key == _PAY_TO and not qualifiers:
        raise CodeError("gs1.required", "Reading key (415) failed: Expected the reference number (8020), got none.")


def _is_part(qualifiers: tuple[str, ...], sequence: tuple[str, ...]) -> bool:
    rest = iter(sequence)
    return all(ai in rest for ai in qualifiers)


def _sequences(key: str) -> str:
    return " or ".join(", ".join(sequence) for sequence in PRIMARY_KEYS[key]) or "none"


def _check_attribute(ai: str, *, key: str, qualifiers: tuple[str, ...]) -> None:
    if any(ai in sequence and set(qualifiers) <= set(sequence) for sequence in PRIMARY_KEYS[key]):
        raise CodeError(
            "gs1.qualifier-in-query",
            f"Reading ({ai}) failed: Expected this qualifier of ({key}) in the path, got it in the query.",
            ai=ai,
        )
    if ai in _NEVER_ATTRIBUTES:
        raise CodeError(
            "gs1.not-attribute",
            f"Reading ({ai}) failed: Expected a data attribute beside key ({key}), got a part of another key.",
            ai=ai,
        )


def _from_elements(elements: list[Element]) -> DigitalLink:
    """Arrange the elements of an element string as a link; the first key leads, equal repetitions count once."""
    single = dict(elements)
    if len(single) < len(set(elements)):
        _refuse_duplicates(list(dict.fromkeys(elements)))
    key = next((ai for ai in single if ai in PRIMARY_KEYS), None)
    if key is None:
        found = "".join(f"({ai})" for ai in single) or "nothing"
        raise CodeError("gs1.no-key", f"Reading an element string failed: Expected a GS1 key, got {found}.")
    # On a tie the sequence GS1 names first wins.
    sequence = max(PRIMARY_KEYS[key] or ((),), key=lambda candidate: sum(ai in single for ai in candidate))
    in_path = [(ai, single[ai]) for ai in (key, *sequence) if ai in single]
    _check_sequence(key, tuple(ai for ai, _ in in_path[1:]))
    in_query = [element for element in single.items() if element not in in_path]
    for ai, _ in in_query:
        _check_attribute(ai, key=key, qualifiers=tuple(path_ai for path_ai, _ in in_path[1:]))
    return DigitalLink(tuple(elements), _write(in_path, in_query))


def _write(in_path: list[Element], in_query: list[Element]) -> str:
    path = CANONICAL_STEM + _write_path(in_path)
    if not in_query:
        return path
    return f"{path}?{'&'.join(f'{ai}={_encode(value)}' for ai, value in sorted(in_query))}"


def _write_path(elements: list[Element]) -> str:
    return "".join(f"/{ai}/{_encode(value)}" for ai, value in elements)


def _encode(value: str) -> str:
    return value if _UNRESERVED.fullmatch(value) else quote(value, safe="")


def _decode_signature(found: list[str]) -> bytes:
    text = found[0]
    if len(found) > 1:
        raise _signature_form(f"{len(found)} of them")
    try:
        signature = binascii.a2b_base64(text.translate(_BASE64) + "==", strict_mode=True)
    except (ValueError, binascii.Error):
        signature = b""
    # Encoding it again also refuses stray bits in the last character: one signature has one text.
    if len(signature) != SIGNATURE_BYTES or _base64url(signature) != text:
        raise _signature_form(f"{len(text)} characters")
    return signature


def _signature_form(got: str) -> CodeError:
    return CodeError(
        "link.signature-form",
        f"Reading a link's signature failed: Expected {SIGNATURE_BYTES} bytes as unpadded base64url, got {got}.",
        got=got,
    )


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


CANONICAL_STEM = "https://id.gs1.org"
FNC1 = "\x1d"
SYMBOLOGY_IDENTIFIERS = ("]C1", "]d2", "]Q3", "]e0", "]J1")
"""What scanners put before GS1 data (ISO/IEC 15424)."""
SIGNED_CONTEXT = b"tanbiao label link v1\n"
SIGNATURE_BYTES = 64
"""The length of an Ed25519 signature."""

PRIMARY_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "00": (),
    "01": (("22", "10", "21"), ("235",)),
    "253": (),
    "255": (),
    "401": (),
    "402": (),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8003": (),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8013": (),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
"""The keys a link can start from, each with its alternative sequences of qualifiers."""

_NEVER_ATTRIBUTES = frozenset({
    "03", "21", "22", "235", "254", "7040", "7041", "8011", "8014", "8019", "8020", "8200",
})  # fmt: skip
_PAY_TO = "415"
_SHORT_GTINS = frozenset({8, 12, 13})
_URI = r"0-9A-Za-z._~:/\[\]@!$&'()*+,;=%-"
_ILLEGAL = re.compile(rf"[^{_URI}?#]")
_SCHEME = re.compile("(?:https?|HTTPS?)://")
_HOST = re.compile("[^/?#]+")
_DOMAIN = re.compile(r"[0-9A-Za-z.:\[\]-]+")
_LINK = re.compile(rf"{_SCHEME.pattern}{_DOMAIN.pattern}(/[{_URI}]+)(?:\?([{_URI}?]*))?(?:#[{_URI}?#]*)?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[0-9A-Za-z._~-]*")
_BRACKETED = re.compile(r"(?:\([0-9]{2,4}\)(?:[^(\\]|\\\()+)+")
_BRACKETED_PAIR = re.compile(r"\(([0-9]{2,4})\)((?:[^(\\]|\\\()+)")

_BASE64 = str.maketrans("-_+/", "+/  ")
