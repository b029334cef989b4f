"""Compressed GS1 Digital Links: known by their look, and never read.

The compression is lossy in the tools that write it, so a link is named as compressed and refused.
"""

from __future__ import annotations

import re

from labels.identifiers import mod10


def is_compressed(segment: str) -> bool:
    """Whether a path segment starts as a compressed link does: a key's number, then the key with a good check digit.

    The compression packs the digits of an Application Identifier, or the name of a usual group of them, in four bits
    each, and a value of digits as one binary number; base64url makes a path segment of the bits. Words in small
    letters are taken for words.

    References:
        GS1 Digital Link Standard: Compression.

    >>> is_compressed("AQnO2IRCICDKWcnpqQtCQiJABemo"), is_compressed("sustainability-report")
    (True, False)
    """
    if not _SEGMENT.fullmatch(segment) or segment.lower() == segment:
        return False
    bits = "".join(f"{_ALPHABET.index(char):06b}" for char in segment)
    return any(
        _has_key(bits, number) for number in _KEY_DIGITS if bits.startswith(f"{int(number, 16):0{4 * len(number)}b}")
    )


def _has_key(bits: str, number: str) -> bool:
    digits = _KEY_DIGITS[number]
    width = (10**digits - 1).bit_length()
    packed = bits[4 * len(number) :][:width]
    key = f"{int(packed, 2):0{digits}}" if len(packed) == width else ""
    return len(key) == digits and key[-1] == mod10(key[:-1])


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_SEGMENT = re.compile(r"[0-9A-Za-z_-]{9,}")
_KEY_DIGITS = {
    "00": 18,
    "01": 14,
    **{f"{tens}{letter}": 14 for tens in "0123" for letter in "ABCDEF"},
    **{f"A{digit}": 14 for digit in "0123456789"},
    "414": 13,
    "9D": 13,
    "8017": 18,
    "9B": 18,
    "8018": 18,
    "9C": 18,
}
"""Numbers that a compressed link starts with, and how many digits the key after them has."""
