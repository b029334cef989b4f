"""What the commands share: files in, moments, answers out."""

from __future__ import annotations

import datetime as dt
import io
import json as stdlib_json
import sys
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


def speak_utf8() -> None:
    """Read and write UTF-8 whatever the locale says; what is none does not stop a command."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace" if stream is sys.stderr else "replace")


def tell(said: dict[str, Any], *, json: bool, lines: Iterable[str]) -> None:
    """Print an answer as one JSON line, or as lines for people."""
    if json:
        typer.echo(_json(said))
        return
    for line in lines:
        typer.echo(line)


def complain(message: str) -> None:
    """Print what failed as one line on stderr, whatever stands in a file's name."""
    typer.echo(f"tanbiao: {''.join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in message)}", err=True)


def readable(text: str) -> str:
    """Return an argument as text; bytes in it that are no UTF-8 become U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


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


def _json(said: dict[str, Any]) -> str:
    try:
        return orjson.dumps(said).decode()
    except TypeError:  # a file's name that is no UTF-8
        return readable(stdlib_json.dumps(said, ensure_ascii=False, separators=(",", ":")))
