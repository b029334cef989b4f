"""What an image says, as the JSON of ``tanbiao read``: one shape for the command and the HTTP API."""

from __future__ import annotations

import base64
from typing import TypedDict

from labels.errors import DecodeError
from labels.qr import Code, read_codes

DEADLINE_S = 3.0
"""The longest one image is looked at, seconds."""


class ErrorJson(TypedDict):
    """What went wrong: ``code`` is stable, ``message`` is one English sentence."""

    code: str
    message: str


class CodeJson(TypedDict):
    """One code; ``position`` holds its four corners as [x, y] pixels of the upright image.

    ``charset`` is ``uncertain`` where the bytes do not say which one the text is in.
    """

    text: str
    bytes_b64: str
    symbology: str
    charset: str
    position: list[list[int]]


class ReadingJson(TypedDict):
    """One image: its codes, or ``seen_unreadable`` when a code is there but too small or damaged to read."""

    file: str | None
    codes: list[CodeJson]
    seen_unreadable: bool
    error: ErrorJson | None


def reading_json(file: str | None, data: bytes, *, deadline_s: float = DEADLINE_S) -> ReadingJson:
    """Return what the image ``data`` of ``file`` says; an unreadable image gives ``error``, not an exception.

    Args:
        file: What the image is called, for the answer.
        data: The file's bytes.
        deadline_s: Seconds after which no further way of reading is begun.
    """
    try:
        reading = read_codes(data, deadline_s=deadline_s)
    except DecodeError as error:
        mistake = ErrorJson(code=error.code, message=error.message)
        return ReadingJson(file=file, codes=[], seen_unreadable=False, error=mistake)
    codes = [_code_json(code) for code in reading.codes]
    return ReadingJson(file=file, codes=codes, seen_unreadable=reading.seen_unreadable, error=None)


def _code_json(code: Code) -> CodeJson:
    return CodeJson(
        text=code.text,
        bytes_b64=base64.b64encode(code.data).decode("ascii"),
        symbology=code.symbology,
        charset=code.charset,
        position=[[x, y] for x, y in code.position],
    )
