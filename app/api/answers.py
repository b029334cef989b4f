"""Answers that are no success: JSON for programs, a small page in two languages for people."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; "
        "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; "
        "style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; "
        "font-src 'self' data:; "
        "connect-src 'self' ws: wss: data: blob:; "
        "media-src 'self' blob:; "
        "worker-src 'self' blob:; "
        "frame-src 'self' blob: data:; "
        "frame-ancestors 'none'; "
        "form-action 'self'; "
        "base-uri 'self'; "
        "object-src 'none'"
    ),
    "Permissions-Policy": "camera=(self)",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Sent with every answer. Streamlit needs the inline script and styles; no other host is ever named."""


class Refusal(HTTPException):
    """A request that is refused, with a stable code beside the HTTP status."""

    def __init__(self, status: HTTPStatus, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep the code and the whole message (*what failed on which value: Expected X, got Y.*)."""
        super().__init__(status, detail=message, headers=headers)
        self.code = code


def refuse(request: Request, error: Exception) -> Response:
    """Answer an ``HTTPException`` of ours or of Streamlit's; people who follow a dead link get a page."""
    if not isinstance(error, HTTPException):
        return crash(request, error)
    if error.status_code == HTTPStatus.NOT_FOUND and _wants_page(request):
        return HTMLResponse(_NOT_FOUND_PAGE, error.status_code, headers=_NO_STORE)
    code, message = _sentence(request, error)
    body = {"error": {"code": code, "message": message}}
    return JSONResponse(body, error.status_code, headers={**_NO_STORE, **(error.headers or {})})


def crash(_request: Request, _error: Exception) -> Response:
    """Answer a mistake of the program; Starlette sends this one past all middleware, so it brings its own headers."""
    body = {"error": {"code": "http.internal", "message": "Answering failed: Expected a result, got a program error."}}
    return JSONResponse(body, HTTPStatus.INTERNAL_SERVER_ERROR, headers={**_NO_STORE, **SECURITY_HEADERS})


def _wants_page(request: Request) -> bool:
    return request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", "")


def _sentence(request: Request, error: HTTPException) -> tuple[str, str]:
    if isinstance(error, Refusal):
        return error.code, error.detail
    path = request.url.path
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return "http.not-found", f"Finding {path!r} failed: Expected a path of this site, got an unknown one."
        case HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = (error.headers or {}).get("Allow", "another method")
            return "http.method", f"Calling {path!r} failed: Expected {allowed}, got {request.method}."
        case status:
            return f"http.{status}", f"Answering {path!r} failed: Expected a proper request, got {error.detail}."


_NO_STORE = {"Cache-Control": "no-store"}

EXCEPTION_HANDLERS = {HTTPException: refuse, Exception: crash}

_NOT_FOUND_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>404 · 碳标 Tanbiao</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 34rem; padding: 15vh 1.5rem 3rem; font: 1rem/1.6 system-ui, sans-serif;
  background: #ffffff; color: #1b2320; }
h1 { font-size: 1.35rem; margin: 0 0 .25rem; }
section + section { margin-top: 2.5rem; }
p { margin: 0 0 .75rem; }
a { color: #1d5fa6; display: inline-block; padding: .75rem 0; }
@media (prefers-color-scheme: dark) { body { background: #121614; color: #e4e9e6; } a { color: #8dbcec; } }
</style>
</head>
<body>
<section>
<h1>没有这个页面</h1>
<p>链接可能输入有误，或页面已移动。若来自标签上的二维码，请重新扫描。</p>
<a href="/">返回首页</a>
</section>
<section lang="en">
<h1>There is no such page</h1>
<p>The link may be mistyped, or the page has moved. If it came from a label's QR code, scan the code again.</p>
<a href="/">To the start page</a>
</section>
</body>
</html>
"""
