"""Every path this site answers beside Streamlit's own, and 404 for the rest."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, NoMatchFound, Route

from app.api.bundles import bundle_files
from app.api.first_paint import shell
from app.api.health import healthz
from app.api.scan import scan
from app.pages import PAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import URLPath
    from starlette.types import Receive, Scope, Send


class Unserved(BaseRoute):
    """Matches what neither ``routes`` nor Streamlit serves: Streamlit would answer its index page with 200.

    It also stands for the other methods of ``routes``, which Streamlit's catch-all would take from them: 405.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        """Stand behind ``routes``."""
        self._routes = routes

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match every HTTP path that is not Streamlit's."""
        if scope["type"] != "http" or _is_streamlits(scope["path"]):
            return Match.NONE, {}
        return Match.FULL, {}

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """Refuse: there is no path to name."""
        raise NoMatchFound(name, dict(path_params))

    async def handle(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        """Raise 405 where another method would be answered, else 404."""
        allowed = {
            method
            for route in self._routes
            if route.matches(scope)[0] is Match.PARTIAL
            for method in route.methods or ()
        }
        if allowed:
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(sorted(allowed))})
        raise HTTPException(HTTPStatus.NOT_FOUND)


def _is_streamlits(path: str) -> bool:
    if path.startswith("/static/"):
        return path in bundle_files()
    if path == _METRICS:
        return False
    return path in _STREAMLIT_PATHS or path.startswith(_STREAMLIT_PREFIXES)


_METRICS = "/_stcore/metrics"
"""Public in Streamlit, and nobody's business."""

_STREAMLIT_PREFIXES = ("/_stcore/", "/app/static/", "/component/", "/media/")
_STREAMLIT_PATHS = frozenset(
    {
        "/auth/login",
        "/auth/logout",
        "/favicon.png",
        "/manifest.json",
        "/oauth2callback",
        *(f"/{page}/" for page in PAGES if page),  # Streamlit redirects them to the page without the slash
    }
)

_OWN = [
    *(Route(f"/{page}", shell) for page in PAGES),
    Route("/healthz", healthz),
    Route("/api/v1/scan", scan, methods=["POST"]),
]

ROUTES: list[BaseRoute] = [*_OWN, Unserved(_OWN)]
