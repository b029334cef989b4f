"""The page shell: Streamlit's index.html with our name, language and a first paint before any script runs."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from app.api.bundles import STREAMLIT_STATIC
from app.api.representation import Representation, accepts_gzip, answer, represent

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


@dataclass(frozen=True)
class ShellTexts:
    """What the shell says in one language."""

    title: str
    description: str
    opening: str
    needs_script: str


def shell(request: Request) -> Response:
    """Answer a known page: the same shell for all, in the visitor's language."""
    language = preferred_language(request.headers.get("accept-language", ""))
    return answer(request, _shell(language, zipped=accepts_gzip(request)))


def preferred_language(accept_language: str) -> str:
    """Return the first language of ours the visitor prefers, else English.

    >>> preferred_language("de;q=0.9, zh-Hans-CN;q=0.95")
    'zh-CN'
    >>> preferred_language("")
    'en'
    """
    offers = (_offer(part) for part in accept_language.split(","))
    for _, language in sorted(offers, key=lambda offer: -offer[0]):
        for ours in SHELL_TEXTS:
            if language.split("-")[0] == ours.split("-")[0]:
                return ours
    return "en"


def dressed(index: str, language: str) -> str:
    """Return Streamlit's index.html in our clothes.

    The preload of Streamlit's own font goes: the theme uses the system's, so its 170 KB must not hold up the scripts.

    Raises:
        RuntimeError: This Streamlit's index.html has not the places we know; look at it before upgrading.
    """
    texts = SHELL_TEXTS[language]
    title, description = escape(texts.title), escape(texts.description)
    places = (
        (r'<html lang="en">', f'<html lang="{language}">'),
        (
            r"<title>Streamlit</title>",
            f'<title>{title}</title>\n    <meta name="description" content="{description}" />',
        ),
        (r'<link\s+rel="preload"\s+href="\./static/media/SourceSans[^>]*>', ""),
        (r"</head>", f"<style>{_STYLE}</style>\n  </head>"),
        (
            r"<noscript>.*?</noscript>",
            f"<noscript><style>{_STYLE_WITHOUT_SCRIPT}</style><p>{escape(texts.needs_script)}</p></noscript>",
        ),
        (r'<div id="root"></div>', f'<div id="root">{_splash(texts)}</div>'),
    )
    for place, ours in places:
        index = _replace_only(index, place, ours)
    return index


@functools.cache
def _shell(language: str, *, zipped: bool) -> Representation:
    index = (STREAMLIT_STATIC / "index.html").read_text(encoding="utf-8")
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": language,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding, Accept-Language",
    }
    return represent(dressed(index, language).encode(), zipped=zipped, headers=headers)


def _replace_only(index: str, place: str, ours: str) -> str:
    changed, count = re.subn(place, lambda _: ours, index, flags=re.DOTALL)
    if count != 1:
        raise RuntimeError(
            f"Dressing Streamlit's index.html failed on {place!r}: Expected it once, got it {count} times."
        )
    return changed


def _offer(part: str) -> tuple[float, str]:
    language, _, weight = part.partition(";")
    number = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", weight)
    return (float(number[1]) if number else 1.0), language.strip().lower()


def _splash(texts: ShellTexts) -> str:
    return (
        f'<div class="tanbiao-splash"><p class="name">{escape(texts.title)}</p>'
        f'<p>{escape(texts.description)}</p><p class="opening" role="status">{escape(texts.opening)}</p></div>'
    )


SHELL_TEXTS = {
    "zh-CN": ShellTexts(
        title="碳标 Tanbiao",
        description="读取产品碳标识，核对认证，看清碳足迹。",
        opening="正在打开…",
        needs_script="此页面需要启用 JavaScript。",
    ),
    "en": ShellTexts(
        title="Tanbiao 碳标",
        description="Read a product's carbon label, check who certified it, see its footprint.",
        opening="Opening…",
        needs_script="This page needs JavaScript.",
    ),
}

# The colours are those of the theme in .streamlit/config.toml; a test holds them together.
_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; background: #ffffff; }
.tanbiao-splash { display: flex; flex-direction: column; justify-content: center; min-height: 80vh;
  max-width: 24rem; margin: 0 auto; padding: 0 1.5rem; color: #1b2320; font: 1rem/1.6 system-ui, sans-serif; }
.tanbiao-splash p { margin: 0 0 .5rem; }
.tanbiao-splash .name { font-size: 1.75rem; font-weight: 650; }
.tanbiao-splash .opening { opacity: .7; }
@media (prefers-color-scheme: dark) {
  body { background: #121614; }
  .tanbiao-splash { color: #e4e9e6; }
}
"""

_STYLE_WITHOUT_SCRIPT = (
    ".tanbiao-splash .opening { display: none; } noscript p { margin: 1.5rem; font: 1rem system-ui; }"
)
