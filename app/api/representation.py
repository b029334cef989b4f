"""One body in one encoding, with what caches need to know about it."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request


@dataclass(frozen=True)
class Representation:
    """Bytes as they go over the wire, with their headers (``Content-Length`` is added when answering)."""

    body: bytes
    headers: Mapping[str, str]


def represent(raw: bytes, *, zipped: bool, headers: Mapping[str, str]) -> Representation:
    """Return ``raw`` as is or as gzip; the ETag is strong, so each encoding has its own (RFC 9110 §8.8.3).

    >>> represent(b"a" * 1000, zipped=True, headers={}).headers["Content-Encoding"]
    'gzip'
    """
    body = gzip.compress(raw, _LEVEL, mtime=0) if zipped else raw
    encoding = {"Content-Encoding": "gzip"} if zipped else {}
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Representation(body, {**headers, **encoding, "ETag": etag})


def answer(request: Request, representation: Representation) -> Response:
    """Answer with the body, or 304 without it when the client has it (RFC 9110 §13.1.2)."""
    if _has_it(request.headers.get("if-none-match", ""), representation.headers["ETag"]):
        headers = {name: value for name, value in representation.headers.items() if name not in _OF_THE_BODY}
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(representation.body, headers=representation.headers)


def accepts_gzip(request: Request) -> bool:
    """Whether the client takes gzip; ``q=0`` means it does not (RFC 9110 §12.5.3)."""
    offers = (offer.partition(";") for offer in request.headers.get("accept-encoding", "").lower().split(","))
    weights = {coding.strip(): weight.replace(" ", "") for coding, _, weight in offers}
    weight = weights.get("gzip", weights.get("*"))
    return weight is not None and weight.rstrip("0.") != "q="


def _has_it(if_none_match: str, etag: str) -> bool:
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in known or "*" in known


_LEVEL = 9
_OF_THE_BODY = {"Content-Encoding", "Content-Type"}
