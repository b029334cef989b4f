"""The modules of a QR code."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import qrcode
from qrcode.constants import ERROR_CORRECT_M

from labels.errors import CodeError

if TYPE_CHECKING:
    from collections.abc import Iterator

Matrix = tuple[tuple[bool, ...], ...]


def qr_matrix(link: str) -> Matrix:
    """Return the rows of the smallest QR code, level M, that carries a link; True is dark; no quiet zone.

    Raises:
        CodeError: A link that is empty, too long for a label, or no printable ASCII.

    >>> len(qr_matrix("https://id.example.org/01/06901234567892/21/A1B2C3D4E5"))
    33
    """
    if not 1 <= len(link) <= _LONGEST:
        raise CodeError(
            "artwork.link-length",
            f"Drawing a QR code failed on {link[:60]!r}: Expected 1 to {_LONGEST} characters, got {len(link)}.",
            expected=_LONGEST,
            got=len(link),
        )
    strange = next((char for char in link if not "!" <= char <= "~"), None)
    if strange is not None:
        raise CodeError(
            "artwork.link-character",
            f"Drawing a QR code failed on {link[:60]!r}: Expected printable ASCII, got {strange!r}.",
            got=repr(strange),
        )
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(link)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def dark_runs(row: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """Return where each run of dark modules of a row starts and ends, so that no hairline shows between neighbours.

    >>> list(dark_runs((True, True, False, True)))
    [(0, 2), (3, 4)]
    """
    place = 0
    for dark, run in groupby(row):
        start, place = place, place + sum(1 for _ in run)
        if dark:
            yield start, place


_LONGEST = 400
"""Characters: version 15, the largest code that leaves room for the texts."""
