"""Identifiers of things and firms: GTIN, USCC, certificate numbers; the check characters of GS1 keys."""

from __future__ import annotations

import re
import unicodedata

from labels.errors import CodeError


def fold(text: str) -> str:
    """Return typed text with full-width characters and typographic dashes as ASCII, without outer blanks.

    Keyboards for Chinese produce ``ＣＮＣＡ－１`` and ``（０１）`` for ``CNCA-1`` and ``(01)`` (Unicode NFKC).

    >>> fold(" ＣＮＣＡ–１ ")
    'CNCA-1'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return text.strip(" \t\r\n")


def shown(text: str, longest: int = 80) -> str:
    r"""Return text as messages quote it: escaped, and cut where it is long.

    >>> shown("a\n" + 200 * "b", longest=8)
    "'a\\nbbb…"
    """
    quoted = repr(text)
    return quoted if len(quoted) <= longest else quoted[: longest - 1] + "…"


def normalise_gtin(text: str) -> str:
    """Return a GTIN-8, -12, -13 or -14 as 14 digits.

    Raises:
        CodeError: Wrong length, other characters, wrong check digit.

    >>> normalise_gtin("6901234567892")
    '06901234567892'
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in GTIN_LENGTHS:
        raise CodeError(
            "gtin.form", f"Reading a GTIN failed on {shown(text)}: Expected 8, 12, 13 or 14 digits.", got=text
        )
    expected = mod10(digits[:-1])
    if digits[-1] != expected:
        raise CodeError(
            "gtin.check-digit",
            f"Checking a GTIN failed on {shown(text)}: Expected check digit {expected}, got {digits[-1]}.",
            got=text,
            expected=expected,
        )
    return digits.zfill(14)


def parse_gtin(text: str) -> str:
    """Return a typed GTIN as 14 digits; single blanks or hyphens may stand between its digits.

    Raises:
        CodeError: Wrong length, other characters, wrong check digit.

    >>> parse_gtin("6 901234-567892")
    '06901234567892'
    """
    folded = fold(text)
    return normalise_gtin(folded.replace(" ", "").replace("-", "") if _GROUPED_DIGITS.fullmatch(folded) else text)


def looks_like_gtin(text: str) -> bool:
    """Whether folded text has as many digits as a GTIN, and nothing but single blanks or hyphens between them.

    Eight digits with a hyphen are taken for a GTIN only when the check digit holds: ``2025-0001`` is a file number.
    """
    if not _GROUPED_DIGITS.fullmatch(text):
        return False
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) == _GTIN_8 and "-" in text:
        return mod10(digits[:-1]) == digits[-1]
    return len(digits) in GTIN_LENGTHS


def mod10(body: str) -> str:
    """Return the GS1 check digit of the digits before it (GS1 General Specifications §7.9.1)."""
    # Digits count by their ASCII codes, which exceed them by 48: that much is added too often, 3 or 1 times each.
    codes = body.encode("ascii")
    total = 3 * sum(codes[-1::-2]) + sum(codes[-2::-2]) - 48 * (len(codes) + 2 * ((len(codes) + 1) // 2))
    return "0123456789"[-total % 10]


def validate_mod10(text: str) -> str:
    """Return digits that end in their GS1 check digit: GTIN, GLN, SSCC, GSRN and the like, 8 to 18 digits.

    Raises:
        CodeError: Other characters, wrong length, wrong check digit.

    >>> validate_mod10("123456789012345675")
    '123456789012345675'
    """
    if not _GS1_DIGITS.fullmatch(text):
        raise CodeError("gs1.digits", f"Reading a GS1 key failed on {shown(text)}: Expected 8 to 18 digits.", got=text)
    expected = mod10(text[:-1])
    if text[-1] != expected:
        raise CodeError(
            "gs1.check-digit",
            f"Checking a GS1 key failed on {shown(text)}: Expected check digit {expected}, got {text[-1]}.",
            got=text,
            expected=expected,
        )
    return text


def check_pair(body: str) -> str:
    """Return the two check characters of an alphanumeric GS1 key (GS1 General Specifications §7.9.5).

    Values in character set 82 are weighted by the primes from right to left; the sum modulo 1021 is written as two
    digits to the base 32.

    Raises:
        CodeError: A character outside set 82, or more characters than a key can have.

    >>> check_pair("1987654Ad4X4bL5ttr2310c")
    '2K'
    """
    if len(body) > len(_PRIMES) or not _CSET_82.issuperset(body):
        raise CodeError(
            "gs1.check-pair-form",
            f"Computing check characters failed on {shown(body)}: "
            f"Expected at most {len(_PRIMES)} characters of set 82.",
            got=body,
        )
    weighted = zip(reversed(body), _PRIMES, strict=False)
    high, low = divmod(sum(CSET_82.index(char) * prime for char, prime in weighted) % 1021, 32)
    return _CSET_32[high] + _CSET_32[low]


def validate_check_pair(text: str) -> str:
    """Return an alphanumeric GS1 key, such as a Global Model Number, when its two check characters hold.

    Raises:
        CodeError: Too short, a character outside its set, wrong check characters.

    >>> validate_check_pair("1987654Ad4X4bL5ttr2310c2K")
    '1987654Ad4X4bL5ttr2310c2K'
    """
    expected = check_pair(text[:-2])
    if text[-2:] != expected:
        raise CodeError(
            "gs1.check-pair",
            f"Checking a GS1 key failed on {shown(text)}: Expected check characters {expected} at the end.",
            got=text,
            expected=expected,
        )
    return text


def validate_uscc(text: str) -> str:
    """Return a Unified Social Credit Code when its 18 characters and check character hold (GB 32100-2015).

    Raises:
        CodeError: Wrong length, other characters, letters in the division code, wrong check character.

    >>> validate_uscc("91350100M000100Y43")
    '91350100M000100Y43'
    """
    if not _USCC.fullmatch(text):
        raise CodeError(
            "uscc.form",
            f"Reading a USCC failed on {shown(text)}: "
            "Expected 18 characters 0-9, A-Y, digits from the third to the eighth.",
            got=text,
        )
    total = sum(_USCC_ALPHABET.index(char) * weight for char, weight in zip(text, _USCC_WEIGHTS, strict=False))
    expected = _USCC_ALPHABET[-total % 31]
    if text[-1] != expected:
        raise CodeError(
            "uscc.check-character",
            f"Checking a USCC failed on {shown(text)}: Expected check character {expected}, got {text[-1]}.",
            got=text,
            expected=expected,
        )
    return text


def normalise_uscc(text: str) -> str:
    """Return a typed Unified Social Credit Code in capitals, without blanks and hyphens, when it holds.

    Raises:
        CodeError: As ``validate_uscc``.

    >>> normalise_uscc("91350100-m000100y-43")
    '91350100M000100Y43'
    """
    return validate_uscc(fold(text).replace(" ", "").replace("-", "").upper())


def normalise_certificate_number(text: str) -> str:
    """Return a typed certificate number in capitals.

    No national pattern is published, so the general form is taken: 6 to 40 letters, digits, ``-`` and ``/``, among
    them a digit and a letter or hyphen.

    Raises:
        CodeError: Another form.

    >>> normalise_certificate_number("ｃnca-pcf-2025-000123")
    'CNCA-PCF-2025-000123'
    """
    number = fold(text).upper()
    if not _CERTIFICATE_NUMBER.fullmatch(number):
        raise CodeError(
            "certificate.form",
            f"Reading a certificate number failed on {shown(text)}: "
            "Expected 6 to 40 letters, digits, hyphens and slashes, with a digit and a letter or hyphen.",
            got=text,
        )
    return number


GTIN_LENGTHS = frozenset({8, 12, 13, 14})
CSET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""GS1 character set 82, in the order of the values (GS1 General Specifications §7.11)."""

_GTIN_8 = 8
_CSET_82 = frozenset(CSET_82)
_CSET_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_USCC = re.compile(rf"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}")
_GS1_DIGITS = re.compile(r"[0-9]{8,18}")
_GROUPED_DIGITS = re.compile(r"[0-9](?:[ -]?[0-9])+")
_CERTIFICATE_NUMBER = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Z-]*[A-Z-])[0-9A-Z][0-9A-Z/-]{5,39}")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-")
