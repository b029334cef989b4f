"""Identifiers of things and firms: GTIN, USCC, certificate numbers."""

from __future__ import annotations

from labels.errors import CodeError


def normalise_gtin(text: str) -> str:
    """Return a GTIN-8, -12, -13 or -14 as 14 digits.

    Raises:
        CodeError: Wrong length, other characters, wrong check digit.

    >>> normalise_gtin("6901234567892")
    '06901234567892'
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in {8, 12, 13, 14}:
        raise CodeError("gtin.form", f"Reading a GTIN failed on {text!r}: Expected 8, 12, 13 or 14 digits.", got=text)
    expected = mod10(digits[:-1])
    if digits[-1] != expected:
        raise CodeError(
            "gtin.check-digit",
            f"Checking a GTIN failed on {text!r}: Expected check digit {expected}, got {digits[-1]}.",
            got=text,
            expected=expected,
        )
    return digits.zfill(14)


def mod10(body: str) -> str:
    """Return the GS1 check digit of the digits before it (GS1 General Specifications §7.9.1)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def validate_uscc(text: str) -> str:
    """Return a Unified Social Credit Code when its 18 characters and check character hold (GB 32100-2015).

    Raises:
        CodeError: Wrong length, other characters, wrong check character.

    >>> validate_uscc("91350100M000100Y43")
    '91350100M000100Y43'
    """
    if len(text) != 18 or not set(text) <= set(_USCC_ALPHABET):  # noqa: PLR2004  (the code's length)
        raise CodeError("uscc.form", f"Reading a USCC failed on {text!r}: Expected 18 characters 0-9, A-Y.", got=text)
    total = sum(_USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(text[:-1]))
    expected = _USCC_ALPHABET[-total % 31]
    if text[-1] != expected:
        raise CodeError(
            "uscc.check-character",
            f"Checking a USCC failed on {text!r}: Expected check character {expected}, got {text[-1]}.",
            got=text,
            expected=expected,
        )
    return text


_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
