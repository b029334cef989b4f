"""Bytes over the wire until a first visit's page stands, with and without compression.

Run: ``python tests/bench/first_load.py http://127.0.0.1:8501 [PATH…]`` while the program serves there.
"""

from __future__ import annotations

import collections
import shutil
import sys
from typing import Any

from playwright.sync_api import Browser, sync_playwright


def main(site: str, paths: list[str]) -> None:
    """Print one line per path and encoding."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for path in paths:
            for coding in ("identity", "gzip, deflate, br"):
                print(f"{path:12} {coding:18}", _first_load(browser, site + path, coding))
        browser.close()


def _first_load(browser: Browser, address: str, coding: str) -> dict[str, float]:
    """Return kilobytes by kind of resource, and their sum."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    wire = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    loaded: collections.Counter[str] = collections.Counter()

    def begun(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event.get("type", "Other")

    def done(event: dict[str, Any]) -> None:
        loaded[kinds.get(event["requestId"], "Other")] += int(event["encodedDataLength"])

    wire.on("Network.responseReceived", begun)
    wire.on("Network.loadingFinished", done)
    wire.send("Network.enable")
    wire.send("Network.setExtraHTTPHeaders", {"headers": {"Accept-Encoding": coding}})
    page.goto(address)
    page.wait_for_selector("[data-testid=stMain]")
    page.wait_for_load_state("networkidle")
    context.close()
    return {**{kind: round(size / 1000, 1) for kind, size in loaded.items()}, "all": round(loaded.total() / 1000, 1)}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:] or ["/"])
