"""What is written on a drawn label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from labels.artwork.faces import chinese_face

if TYPE_CHECKING:
    import datetime as dt

Language = Literal["zh-CN", "en"]


@dataclass(frozen=True, kw_only=True)
class Artwork:
    """The texts of one label, formatted by the caller; both languages, so that one can stand in for the other.

    Attributes:
        link: What the QR code carries: printable ASCII, at most 400 characters. Written as it is; a caller who knows
            that its link may be upper-cased gets a smaller code by doing so.
        value: The footprint's number, e.g. ``51.575``.
        unit_line_zh: What the number counts, e.g. ``kg CO₂e / 千瓦时``.
        boundary_zh: The system boundary in words, e.g. ``摇篮到大门``.
        demo: Whether ``DEMO 示范`` stands across the label.
        lang: The language written; Chinese labels repeat the title in English.
    """

    link: str
    value: str
    unit_line_zh: str
    unit_line_en: str
    boundary_zh: str
    boundary_en: str
    product_zh: str
    product_en: str
    model: str
    certificate_number: str
    issuer_name_zh: str
    issuer_name_en: str
    valid_until: dt.date
    standard: str
    demo: bool
    lang: Language

    @property
    def missing_font(self) -> tuple[str, ...]:
        """The forms that carry the English text instead of Chinese, because this machine has no font for them.

        Empty where nothing is missing, ``("pdf",)`` where the only Chinese font has PostScript outlines (Noto Sans CJK,
        Source Han Sans), ``("png", "pdf")`` where there is none. An SVG is never affected: its viewer has the fonts.
        """
        if self.lang == "en":
            return ()
        found = {"png": chinese_face(), "pdf": chinese_face(embeddable=True)}
        return tuple(form for form, face in found.items() if face is None)
