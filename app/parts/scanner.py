"""Live QR scanner: the phone's rear camera in the page, without a detour over the photo library."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st


@dataclass(frozen=True)
class ScannerTexts:
    """What the scanner says, in the visitor's language."""

    start: str
    """On the button that opens the camera."""
    starting: str
    looking: str
    """The camera runs: point it at the code."""
    closer: str
    """A code is seen and cannot be read yet: hold it closer."""
    found: str
    paused: str
    """Nothing was found for a while; the camera is off."""
    denied: str
    """The visitor or the browser's settings forbid the camera."""
    missing: str
    """There is no camera."""
    in_use: str
    """Another program has the camera."""
    failed: str
    """The camera does not open for any other reason."""
    insecure: str
    """The page came over plain HTTP, where browsers give no camera."""
    offline: str
    """The server does not answer."""
    retry: str
    torch: str
    """On the button that switches the camera's light."""


def scanner(*, key: str, texts: ScannerTexts) -> str | None:
    """Show the scanner and return the text of a code in the run after it was found, once, else None.

    The text is a claim of whoever printed the code: parse it, never render it as markdown.
    """
    result = _SCANNER(key=key, data={"texts": asdict(texts)}, on_decoded_change=_nothing)
    text = result.decoded
    return text if isinstance(text, str) and text else None


def _nothing() -> None:
    """Stand in for a callback: Streamlit declares a trigger by one."""


_HTML = """
<div class="stage" hidden>
  <video playsinline muted aria-hidden="true"></video>
  <div class="aim" aria-hidden="true"></div>
  <button class="torch" type="button" aria-pressed="false" hidden></button>
</div>
<p class="status" role="status" aria-live="polite"></p>
<button class="start" type="button"></button>
"""
_HERE = Path(__file__).parent
_SCANNER = st.components.v2.component(
    "tanbiao_scanner",
    html=_HTML,
    css=(_HERE / "scanner.css").read_text(encoding="utf-8"),
    js=(_HERE / "scanner.js").read_text(encoding="utf-8"),
)
