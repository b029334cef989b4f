"""``POST /api/v1/scan``: the bytes of an image in, what ``tanbiao read`` says about it out."""

from __future__ import annotations

import os
import re
import threading
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from app.api.answers import Refusal
from app.reading import DEADLINE_S, reading_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

MAX_BYTES = 20_000_000
"""The largest image taken, bytes."""

UPLOAD_SECONDS = 30.0
"""The longest an upload may take."""


async def scan(request: Request) -> Response:
    """Read the codes of one image; 422 with the reason when it is no image that can be read.

    ``?seconds=0.25`` looks no longer than that: for frames of a film, where the next one comes soon.
    """
    _check_type(request)
    deadline_s = _deadline_s(request)
    data = await _body(request)
    async with _place(DECODING, patience=_PATIENCE):
        reading = await run_in_threadpool(reading_json, None, data, deadline_s=deadline_s)
    status = HTTPStatus.OK if reading["error"] is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return JSONResponse(reading, status, headers={"Cache-Control": "no-store"})


def _check_type(request: Request) -> None:
    """A missing type is taken as bytes (RFC 9110 §8.3)."""
    kind = request.headers.get("content-type", _BYTES).partition(";")[0].strip().lower()
    if kind != _BYTES and not kind.startswith("image/"):
        message = f"Reading an image failed on its content type: Expected image/* or {_BYTES}, got {kind}."
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "scan.type", message, {"Accept": f"image/*, {_BYTES}"})


def _deadline_s(request: Request) -> float:
    asked = request.query_params.get("seconds", str(DEADLINE_S))
    if re.fullmatch(r"[0-9]\.?[0-9]{0,3}", asked) and float(asked) <= DEADLINE_S:
        return float(asked)
    message = f"Reading the parameter seconds failed on {asked!r}: Expected a number from 0 to {DEADLINE_S:g}."
    raise Refusal(HTTPStatus.BAD_REQUEST, "scan.seconds", message)


async def _body(request: Request) -> bytes:
    """Read the body, and no more of it than is taken; the length a client names is only a first hint."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_BYTES:
        raise _too_large(length)
    async with _place(UPLOADS, patience=0):
        try:
            with anyio.fail_after(UPLOAD_SECONDS):
                return await _bounded(request.stream())
        except TimeoutError:
            message = f"Receiving an image failed: Expected it within {UPLOAD_SECONDS:g} s, got only a part."
            raise Refusal(HTTPStatus.REQUEST_TIMEOUT, "scan.slow", message, {"Connection": "close"}) from None
        except ClientDisconnect:
            message = "Receiving an image failed: Expected all of it, got a closed connection."
            raise Refusal(HTTPStatus.BAD_REQUEST, "scan.cut", message) from None


async def _bounded(stream: AsyncIterator[bytes]) -> bytes:
    data = bytearray()
    async for part in stream:
        data += part
        if len(data) > MAX_BYTES:
            raise _too_large(f"more than {MAX_BYTES}")
    return bytes(data)


def _too_large(size: str) -> Refusal:
    message = f"Receiving an image failed on its size: Expected at most {MAX_BYTES} bytes, got {size}."
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "scan.too-large", message, {"Connection": "close"})


@asynccontextmanager
async def _place(places: threading.Semaphore, *, patience: float) -> AsyncIterator[None]:
    """Hold one of ``places``, waiting at most ``patience`` seconds without blocking the event loop."""
    deadline = anyio.current_time() + patience
    while not places.acquire(blocking=False):
        if anyio.current_time() >= deadline:
            message = "Reading an image failed: Expected a free place, got all of them taken; try again."
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "scan.busy", message, {"Retry-After": "1"})
        await anyio.sleep(_PAUSE)
    try:
        yield
    finally:
        places.release()


DECODING = threading.BoundedSemaphore(max(1, (os.cpu_count() or 2) - 1))
"""Images decoded at once: one core stays for the pages."""

UPLOADS = threading.BoundedSemaphore(16)
"""Uploads held in memory at once."""

_BYTES = "application/octet-stream"
_PATIENCE = 1.0
_PAUSE = 0.02
