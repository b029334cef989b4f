"""Draws a carbon label with its QR code as SVG, PNG or PDF, all from one geometry in millimetres.

The design is the project's own and neutral: a national mark belongs to the scheme that grants it.
"""

from __future__ import annotations

from labels.artwork.label import Artwork
from labels.artwork.pdf import draw_pdf
from labels.artwork.png import draw_png
from labels.artwork.svg import draw_svg

__all__ = ["Artwork", "draw_pdf", "draw_png", "draw_svg"]
