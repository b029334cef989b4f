"""A drawn label in a real browser."""

from __future__ import annotations

import base64
import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from labels.artwork import draw_png, draw_svg
from tests.labels.artworks import CHINESE, SIGNED, codes, needs_chinese_font, pixels

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.conftest import OpenPage

pytestmark = pytest.mark.e2e


@needs_chinese_font
def test_a_browser_shows_the_svg_as_the_png_is(browser: Browser, open_page: OpenPage) -> None:
    label = dataclasses.replace(CHINESE, link=SIGNED, demo=True)
    source = base64.b64encode(draw_svg(label).encode()).decode()
    with open_page(browser, viewport={"width": 709, "height": 472}) as page:
        picture = f'<img width=709 height=472 src="data:image/svg+xml;base64,{source}">'
        page.set_content(f'<body style="margin:0">{picture}')
        page.wait_for_function("document.images[0].complete")
        shot = page.screenshot()
    texts = np.s_[:, :440]  # left of the code, whose modules are whole dots in a PNG only
    difference = np.abs(pixels(shot)[texts].astype(int) - pixels(draw_png(label))[texts])

    assert codes(shot) == [SIGNED]
    assert difference.mean() < 6
