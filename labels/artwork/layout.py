"""Where everything stands on a label, in millimetres: 60 x 40, and larger by what a large QR code needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labels.artwork.fitting import Slot, fit, one_line
from labels.artwork.matrix import qr_matrix
from labels.artwork.shapes import Box, Code, Drawing, Polygon, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labels.artwork.faces import Face
    from labels.artwork.label import Artwork
    from labels.artwork.matrix import Matrix

    Rows = tuple[tuple[str, str], ...]


def lay_out(label: Artwork, face: Face, lang: str) -> Drawing:
    """Return the drawing of a label in one language, its texts fitted with one font.

    Raises:
        CodeError: A link that no QR code of a label can carry.
    """
    matrix = qr_matrix(label.link)
    grown = max(0.0, _boxed(matrix) - _ROOM)
    words = _WORDS[lang]
    page = _Page(label, face, words, width=_WIDTH + grown, height=_HEIGHT + grown)
    code = _code(page, matrix)
    shapes = (*_frame(page), *_watermark(page, code), *_header(page), *_claim(page, code), *_caption(page, code))
    return Drawing(
        title=one_line(f"{words.title} {label.value} {words.unit_line(label)} · {label.certificate_number}"),
        lang=lang,
        width=page.width,
        height=page.height,
        face=face,
        shapes=(*shapes, *_footer(page)),
        code=code,
    )


@dataclass(frozen=True, kw_only=True)
class _Words:
    chinese: bool
    title: str
    subtitle: str
    scan: str
    scan_below: str
    certificate: str
    issuer: str
    valid_until: str
    standard: str

    def unit_line(self, label: Artwork) -> str:
        return label.unit_line_zh if self.chinese else label.unit_line_en

    def boundary(self, label: Artwork) -> str:
        return label.boundary_zh if self.chinese else label.boundary_en

    def product(self, label: Artwork) -> str:
        return label.product_zh if self.chinese else label.product_en

    def issuer_name(self, label: Artwork) -> str:
        return label.issuer_name_zh if self.chinese else label.issuer_name_en


@dataclass(frozen=True)
class _Page:
    label: Artwork
    face: Face
    words: _Words
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.width - _MARGIN

    @property
    def foot(self) -> float:
        """Where the rule above the certificate's particulars stands."""
        return self.height - 8.9

    @property
    def demo(self) -> str:
        return "DEMO 示范" if self.face.chinese else "DEMO"

    def fit(self, text: str, slot: Slot) -> list[Text]:
        return fit(self.face, text, slot)

    def write(self, text: str, slot: Slot) -> Text:
        return self.fit(text, slot)[0]


def _boxed(matrix: Matrix) -> float:
    """Return the side of a code with its quiet zone, mm."""
    return (len(matrix) + 2 * _QUIET) * _MODULE


def _code(page: _Page, matrix: Matrix) -> Code:
    side = len(matrix) * _MODULE
    free = page.foot - _HEAD - _CAPTION - _boxed(matrix)
    return Code(x=page.right - side, y=_HEAD + free / 2 + _QUIET * _MODULE, module=_MODULE, matrix=matrix)


def _frame(page: _Page) -> Iterator[Box]:
    width, height = page.width - 2 * _EDGE, page.height - 2 * _EDGE
    yield Box(x=_EDGE, y=_EDGE, width=width, height=height, radius=1.6, line=0.2, colour=_INK)
    for y in (_HEAD, page.foot):
        yield Box(x=_MARGIN, y=y - 0.06, width=page.right - _MARGIN, height=0.12, fill=_HAIR)


def _watermark(page: _Page, code: Code) -> Iterator[Text]:
    if not page.label.demo:
        return
    right = code.x - _QUIET * code.module
    ems = page.face.width(page.demo)
    size = 0.92 * (right - _MARGIN) / ems
    yield Text(
        text=page.demo,
        x=(right + _MARGIN) / 2,
        y=(_HEAD + page.foot + 0.72 * size) / 2,
        size=size,
        width=ems * size,
        anchor="middle",
        weight=0.02,
        colour=_TINT,
        angle=18,
    )


def _header(page: _Page) -> Iterator[Text | Box | Polygon]:
    for points in MARK:
        yield Polygon(points=tuple((_MARGIN + x / 16 * _MARK, 1.7 + y / 16 * _MARK) for x, y in points), fill=_INK)
    slot = Slot(x=_MARGIN + _MARK + 1.2, y=4.55, width=33, size=2.9, least=2.4, weight=0.02, colour=_INK)
    title = page.write(page.words.title, slot)
    yield title
    if page.words.subtitle:
        left = title.x + title.width + 1.4
        yield page.write(
            page.words.subtitle,
            Slot(x=left, y=4.55, width=page.right - 13 - left, size=1.75, least=1.5, colour=_SOFT),
        )
    if page.label.demo:
        yield from _flag(page)


def _flag(page: _Page) -> Iterator[Text | Box]:
    slot = Slot(x=page.right - 1.1, y=4.45, width=10, size=2, least=1.6, weight=0.02, anchor="end", colour=_PAPER)
    text = page.write(page.demo, slot)
    width = text.width + 2.2
    yield Box(x=page.right - width, y=2.05, width=width, height=3.3, radius=0.6, fill=_ALARM)
    yield text


def _claim(page: _Page, code: Code) -> Iterator[Text | Box]:
    label, words = page.label, page.words
    wide = code.x - _QUIET * code.module - 0.6 - _MARGIN
    above = Slot(x=_MARGIN, y=_HEAD + 3.6, width=wide, size=2.5, least=1.9, lines=2, weight=0.015, colour=_INK)
    product = page.fit(words.product(label), above)
    yield from product
    below = product[-1].y + 2.8
    yield page.write(label.model, Slot(x=_MARGIN, y=below, width=wide, size=1.9, least=1.5, colour=_SOFT))
    low = page.foot - 4.9 - (page.height - _HEIGHT) / 2
    number = Slot(x=_MARGIN, y=low - 3.5, width=wide, size=8.2, least=3.2, weight=0.012, colour=_INK)
    yield page.write(label.value, number)
    yield page.write(words.unit_line(label), Slot(x=_MARGIN, y=low, width=wide, size=2.5, least=1.7, colour=_INK))
    yield from _pill(page, words.boundary(label), wide, low)


def _pill(page: _Page, text: str, wide: float, above: float) -> Iterator[Text | Box]:
    slot = Slot(x=_MARGIN + 1, y=above + 3.2, width=wide - 2, size=1.9, least=1.5, colour=_INK)
    written = page.write(text, slot)
    width = written.width + 2
    yield Box(x=_MARGIN, y=above + 1.15, width=width, height=2.9, radius=1.45, line=0.16, colour=_INK)
    yield written


def _caption(page: _Page, code: Code) -> Iterator[Text]:
    middle = code.x + code.side / 2
    below = code.y + code.side + _QUIET * code.module
    wide = code.side
    scan = Slot(x=middle, y=below + 1.4, width=wide, size=2, least=1.5, weight=0.015, anchor="middle", colour=_INK)
    yield page.write(page.words.scan, scan)
    if page.words.scan_below:
        small = Slot(x=middle, y=below + 3.5, width=wide, size=1.6, least=1.3, anchor="middle", colour=_SOFT)
        yield page.write(page.words.scan_below, small)


def _footer(page: _Page) -> Iterator[Text]:
    label, words = page.label, page.words
    left = ((words.certificate, label.certificate_number), (words.issuer, words.issuer_name(label)))
    right = ((words.valid_until, label.valid_until.isoformat()), (words.standard, label.standard))
    second = _MARGIN + 0.605 * (page.right - _MARGIN)
    yield from _particulars(page, left, start=_MARGIN, end=second - 1.5)
    yield from _particulars(page, right, start=second, end=page.right)


def _particulars(page: _Page, rows: Rows, *, start: float, end: float) -> Iterator[Text]:
    for row, (name, text) in enumerate(rows):
        y = page.foot + 3.1 + 3.0 * row
        named = page.write(name, Slot(x=start, y=y, width=12, size=1.7, least=1.4, colour=_SOFT))
        left = start + named.width + 0.8
        yield named
        yield page.write(text, Slot(x=left, y=y, width=end - left, size=1.95, least=1.3, colour=_INK))


_WIDTH, _HEIGHT, _MARGIN, _EDGE, _HEAD = 60.0, 40.0, 3.0, 0.3, 7.0
_CAPTION = 4.2
_MARK = 3.9
_MODULE = 0.33
"""Side of one module, mm, and below: modules of quiet zone (ISO/IEC 18004 §6.3.8)."""
_QUIET = 4
_ROOM = 19.0
"""Side of the largest code with its quiet zone, mm, that the plain 60 x 40 label holds."""
_INK, _SOFT, _HAIR, _PAPER = "#101828", "#475467", "#98a2b3", "#ffffff"
_ALARM, _TINT = "#a4161a", "#f2cdc9"

MARK = (
    ((8, 0), (14.93, 4), (12.33, 5.5), (8, 3), (3.67, 5.5), (3.67, 10.5), (8, 13), (12.33, 10.5), (14.93, 12), (8, 16),
     (1.07, 12), (1.07, 4)),
    ((10.5, 6.25), (14, 6.25), (14, 9.75), (10.5, 9.75)),
)  # fmt: skip
"""The project's mark on a field of 16: carbon's hexagon, open, and one module of a code."""

_WORDS = {
    "zh-CN": _Words(
        chinese=True,
        title="产品碳足迹",
        subtitle="Product carbon footprint",
        scan="扫码核验",
        scan_below="Scan to verify",
        certificate="证书编号",
        issuer="认证机构",
        valid_until="有效期至",
        standard="标准",
    ),
    "en": _Words(
        chinese=False,
        title="Product carbon footprint",
        subtitle="",
        scan="Scan to verify",
        scan_below="",
        certificate="Certificate",
        issuer="Certified by",
        valid_until="Valid until",
        standard="Standard",
    ),
}
