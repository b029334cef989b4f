"""The pages people can open, by the path behind the host."""

from __future__ import annotations

PAGES = ("", "scan", "label", "methods")
"""One segment each; ``""`` is the start page. What is not here answers 404."""
