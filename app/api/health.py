"""Whether this process can serve: for load balancers and for people on call."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from importlib import metadata
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from app.home import check_readable
from labels.errors import LabelError

if TYPE_CHECKING:
    from starlette.requests import Request

Probe = Callable[[], object]
"""Looks whether something needed is there; raises a ``LabelError`` or ``OSError`` when it is not."""


@dataclass(frozen=True)
class Health:
    """The verdict; ``reason`` is the code of the first thing missing, or None. Paths and hosts stay in the log."""

    version: str
    reason: str | None = None


def healthz(_request: Request) -> Response:
    """Answer ``/healthz``."""
    return health_answer(health(PROBES))


def health(probes: Iterable[Probe]) -> Health:
    """Try every probe and stop at the first that fails."""
    version = metadata.version("tanbiao")
    for probe in probes:
        try:
            probe()
        except (LabelError, OSError) as error:
            _LOG.exception("A health probe failed.")
            return Health(version, reason=error.code if isinstance(error, LabelError) else "store.unreadable")
    return Health(version)


def health_answer(verdict: Health) -> Response:
    """Return 200, or 503 with the reason."""
    if verdict.reason is None:
        return JSONResponse({"status": "ok", "version": verdict.version}, headers=_NO_STORE)
    body = {"status": "unavailable", "version": verdict.version, "reason": verdict.reason}
    return JSONResponse(body, HTTPStatus.SERVICE_UNAVAILABLE, headers=_NO_STORE)


_LOG = logging.getLogger(__name__)
_NO_STORE = {"Cache-Control": "no-store"}

PROBES: tuple[Probe, ...] = (check_readable,)
"""What must be there for this process to serve."""
