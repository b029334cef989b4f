"""What browser tests share: the real server on a free loopback port, and Debian's Chromium in front of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, expect, sync_playwright

expect.set_options(timeout=15_000)  # a busy machine draws slowly

ROOT = Path(__file__).resolve().parents[2]

Serve = Callable[[Path], str]
"""Starts a server on a front script, once, and returns its address without a slash at the end."""

Launch = Callable[..., Browser]
"""Starts a Chromium with more flags."""

OpenPage = Callable[..., contextlib.AbstractContextManager[Page]]
"""Opens a fresh page: see ``_fresh_page``."""


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Give a function that serves a front script with an empty home of its own until the tests end."""
    with contextlib.ExitStack() as running:
        addresses: dict[Path, str] = {}

        def once(script: Path) -> str:
            if script not in addresses:
                home = tmp_path_factory.mktemp("home")
                addresses[script] = running.enter_context(_serving(script, home))
            return addresses[script]

        yield once


@pytest.fixture(scope="session")
def site(serve: Serve) -> str:
    """Give the address of the whole program with the demo registry."""
    return serve(ROOT / "streamlit_app.py")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Start Playwright's driver."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def launch(playwright: Playwright) -> Iterator[Launch]:
    """Give a function that starts Chromium; all are closed in the end."""
    path = shutil.which("chromium") or pytest.skip("needs Chromium: apt-get install chromium")
    with contextlib.ExitStack() as running:

        def start(*flags: str) -> Browser:
            browser = playwright.chromium.launch(executable_path=path, args=[*_FLAGS, *flags])
            running.callback(browser.close)
            return browser

        yield start


@pytest.fixture(scope="session")
def browser(launch: Launch) -> Browser:
    """Give the browser most tests share."""
    return launch()


@pytest.fixture
def open_page() -> OpenPage:
    """Give a function that opens a fresh page in a browser, with the options of ``Browser.new_context``."""
    return _fresh_page


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a fresh desktop page in English."""
    with _fresh_page(browser, locale="en-GB", viewport={"width": 1280, "height": 800}) as page:
        yield page


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Give a fresh page the size of a phone, in Chinese."""
    with _fresh_page(browser, locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True) as page:
        yield page


@contextlib.contextmanager
def _fresh_page(browser: Browser, **options: Any) -> Iterator[Page]:  # noqa: ANN401  (handed through)
    """Open a page in a context of its own that fails on script errors, broken policy and calls to other hosts."""
    context = browser.new_context(**options)
    complaints: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("console", lambda message: _note_policy(message, complaints))
    page.on("request", lambda request: _note_foreign(request, complaints))
    try:
        yield page
    finally:
        context.close()
    assert complaints == []


def _note_policy(message: ConsoleMessage, complaints: list[str]) -> None:
    if "Content Security Policy" in message.text:
        complaints.append(message.text)


def _note_foreign(request: Request, complaints: list[str]) -> None:
    address = urlsplit(request.url)
    if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in _OUR_HOSTS:
        complaints.append(f"foreign host: {request.url}")


@contextlib.contextmanager
def _serving(script: Path, home: Path) -> Iterator[str]:
    port = _free_port()
    log = home / "server.log"
    environment = {**os.environ, "HOME": str(home), "TANBIAO_HOME": str(home / "tanbiao"), "PYTHONPATH": _path()}
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1"]
    with log.open("wb") as output:
        server = subprocess.Popen([*command, *options], cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            _wait_until_healthy(f"http://127.0.0.1:{port}/healthz", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _path() -> str:
    return os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError), opener.open(address, timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError(f"The server did not start:\n{log.read_text(errors='replace')}")


_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-proxy-server",
    "--font-render-hinting=none",
    "--host-resolver-rules=MAP plain.test 127.0.0.1",  # a host that browsers do not trust as they trust loopback
)
_OUR_HOSTS = {"127.0.0.1", "plain.test"}
