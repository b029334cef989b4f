"""What happens to every request: headers, and no calls from other sites. Plain ASGI; WebSockets pass through."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request

from app.api.answers import SECURITY_HEADERS, Refusal, refuse
from app.api.bundles import CompressedBundles

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SecurityHeaders:
    """Adds ``SECURITY_HEADERS`` to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class SameOriginOnly:
    """Refuses calls of our API that another site's page makes in a visitor's browser."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"].startswith("/api/") and scope["method"] not in _SAFE_METHODS:
            request = Request(scope)
            if (site := _foreign_site(request)) is not None:
                message = f"Calling {scope['path']!r} failed on its origin: Expected this site, got {site}."
                await refuse(request, Refusal(HTTPStatus.FORBIDDEN, "http.cross-site", message))(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _foreign_site(request: Request) -> str | None:
    """Return the site a browser says the call comes from when it is not this one.

    Programs send neither header. The scheme is left out: behind a proxy that ends TLS we only see plain HTTP.
    """
    if request.headers.get("sec-fetch-site") == "cross-site":
        return request.headers.get("origin", "another site")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return origin
    return None


_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

MIDDLEWARE = [Middleware(SecurityHeaders), Middleware(SameOriginOnly), Middleware(CompressedBundles)]
"""Outermost first."""
