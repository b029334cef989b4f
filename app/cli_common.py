"""What the commands share: files in, moments, answers out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from labels.errors import DecodeError, RecordError
from labels.formats.credential import CHINA
from labels.trust import SigningKey

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DONE, NO, BAD = 0, 1, 2
"""Exit status: done; done and the answer is no; bad usage or unreadable input."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per input, one per line.")]


def tell(said: dict[str, Any], *, json: bool, lines: Iterable[str]) -> None:
    """Print an answer as one JSON line, or as lines for people."""
    if json:
        typer.echo(orjson.dumps(said).decode())
        return
    for line in lines:
        typer.echo(line)


def read_moment(text: str | None) -> dt.datetime:
    """Read a moment; a bare day is its last second, and a time without a zone is China Standard Time."""
    if text is None:
        return now()
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"Reading a moment failed on {text!r}: Expected ISO 8601, e.g. 2026-11-20.") from None
    if len(text) == len("2026-11-20"):
        moment = dt.datetime.combine(moment.date(), dt.time(23, 59, 59))
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def now() -> dt.datetime:
    """Return the moment, China Standard Time."""
    return dt.datetime.now(CHINA)


def read_file(file: Path) -> bytes:
    """Return what is in a file.

    Raises:
        DecodeError: It cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise DecodeError(
            "file.unreadable",
            f"Opening {file} failed: Expected a file that can be read, got {error.strerror}.",
            file=file,
        ) from None


def json_object(data: bytes, file: Path) -> dict[str, Any]:
    """Return the JSON object in a file.

    Raises:
        RecordError: There is none.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise RecordError("file.json", f"Reading {file} failed: Expected a JSON object, got something else.", file=file)
    return value


def signing_key(file: Path) -> SigningKey:
    """Return the key in a certification body's key file.

    Raises:
        RecordError: It is no key file.
    """
    data = read_file(file)
    if "private" not in json_object(data, file):
        raise RecordError("key.file", f"Reading {file} failed: Expected a key file with its private part.", file=file)
    return SigningKey.parse_json(data)
