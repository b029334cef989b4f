"""The look, as far as figures can tell."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from app.api.bundles import STREAMLIT_STATIC
from app.api.first_paint import dressed

ROOT = Path(__file__).resolve().parents[2]
INDEX = (STREAMLIT_STATIC / "index.html").read_text(encoding="utf-8")


class TestTheme:
    THEME = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]

    @pytest.mark.parametrize("mode", ["light", "dark"])
    @pytest.mark.parametrize(
        ("ink", "paper"),
        [
            ("textColor", "backgroundColor"),
            ("textColor", "secondaryBackgroundColor"),
            ("linkColor", "backgroundColor"),
            ("linkColor", "secondaryBackgroundColor"),
            ("#ffffff", "primaryColor"),
        ],
    )
    def test_text_can_be_read_on_its_ground(self, mode: str, ink: str, paper: str) -> None:
        colours = self.THEME[mode]

        contrast = _contrast(colours.get(ink, ink), colours[paper])

        assert contrast >= 4.5  # WCAG 2.2, 1.4.3

    @pytest.mark.parametrize("mode", ["light", "dark"])
    def test_every_chart_colour_can_be_told_from_the_ground(self, mode: str) -> None:
        colours = self.THEME[mode]

        contrasts = [_contrast(colour, colours["backgroundColor"]) for colour in colours["chartCategoricalColors"]]

        assert min(contrasts) >= 2.5
        assert len(colours["chartSequentialColors"]) == 10

    def test_the_first_paint_has_the_grounds_of_the_theme(self) -> None:
        page = dressed(INDEX, "en")

        grounds = re.findall(r"body \{[^}]*background: (#\w{6})", page)
        inks = re.findall(r"tanbiao-splash \{[^}]*color: (#\w{6})", page)
        assert grounds == [self.THEME[mode]["backgroundColor"] for mode in ("light", "dark")]
        assert inks == [self.THEME[mode]["textColor"] for mode in ("light", "dark")]


def _contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two #rrggbb colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
