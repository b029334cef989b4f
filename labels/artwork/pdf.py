"""A label as PDF: one page of the label's size, vectors, the font embedded, the same bytes every time."""

from __future__ import annotations

from functools import lru_cache, singledispatch
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from labels.artwork.faces import Face, chinese_face, latin_face
from labels.artwork.layout import lay_out
from labels.artwork.matrix import dark_runs
from labels.artwork.shapes import Box, Code, Polygon, Text

if TYPE_CHECKING:
    from labels.artwork.label import Artwork


def draw_pdf(label: Artwork) -> bytes:
    """Return a label as PDF; in English where there is no Chinese font to embed (``missing_font``).

    Raises:
        CodeError: A link that no QR code of a label can carry.
    """
    face = chinese_face(embeddable=True)
    drawing = lay_out(label, face or latin_face(), label.lang if face else "en")
    out = BytesIO()
    canvas = Canvas(out, pagesize=(drawing.width * mm, drawing.height * mm), invariant=1, lang=drawing.lang)
    canvas.setTitle(drawing.title)
    sheet = _Sheet(canvas, drawing.height, _registered(drawing.face))
    for shape in drawing.shapes:
        _paint(shape, sheet)
    _paint_code(drawing.code, sheet)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


class _Sheet:
    """The page, and the way from millimetres counted down to points counted up."""

    def __init__(self, canvas: Canvas, height: float, font: str) -> None:
        self.canvas = canvas
        self.height = height
        self.font = font

    def up(self, y: float) -> float:
        return (self.height - y) * mm


@lru_cache
def _registered(face: Face) -> str:
    name = "label-" + sha256(f"{face.path}#{face.index}".encode()).hexdigest()[:12]
    pdfmetrics.registerFont(TTFont(name, face.path, subfontIndex=face.index))
    return name


@singledispatch
def _paint(shape: Text | Box | Polygon, sheet: _Sheet) -> None:
    raise NotImplementedError(type(shape), sheet)


@_paint.register
def _(text: Text, sheet: _Sheet) -> None:
    canvas = sheet.canvas
    canvas.saveState()
    canvas.setFillColor(HexColor(text.colour))
    canvas.setStrokeColor(HexColor(text.colour))
    canvas.setLineWidth(2 * text.weight * text.size * mm)
    canvas.setLineJoin(1)
    canvas.translate(text.x * mm, sheet.up(text.y))
    canvas.rotate(text.angle)
    line = canvas.beginText(-text.width * mm * {"start": 0, "middle": 0.5, "end": 1}[text.anchor], 0)
    line.setFont(sheet.font, text.size * mm)
    line.setTextRenderMode(_FILL_AND_STROKE if text.weight else _FILL)
    line.textOut(text.text)
    canvas.drawText(line)
    canvas.restoreState()


@_paint.register
def _(box: Box, sheet: _Sheet) -> None:
    canvas = sheet.canvas
    canvas.saveState()
    canvas.setFillColor(HexColor(box.fill or "#ffffff"))
    canvas.setStrokeColor(HexColor(box.colour))
    canvas.setLineWidth(box.line * mm)
    canvas.roundRect(
        box.x * mm,
        sheet.up(box.y + box.height),
        box.width * mm,
        box.height * mm,
        box.radius * mm,
        fill=int(box.fill is not None),
        stroke=int(box.line > 0),
    )
    canvas.restoreState()


@_paint.register
def _(polygon: Polygon, sheet: _Sheet) -> None:
    path = sheet.canvas.beginPath()
    (x, y), *rest = polygon.points
    path.moveTo(x * mm, sheet.up(y))
    for x, y in rest:
        path.lineTo(x * mm, sheet.up(y))
    path.close()
    sheet.canvas.setFillColor(HexColor(polygon.fill))
    sheet.canvas.drawPath(path, stroke=0, fill=1)


def _paint_code(code: Code, sheet: _Sheet) -> None:
    path = sheet.canvas.beginPath()
    for row, modules in enumerate(code.matrix):
        for start, end in dark_runs(modules):
            low = sheet.up(code.y + (row + 1) * code.module)
            path.rect((code.x + start * code.module) * mm, low, (end - start) * code.module * mm, code.module * mm)
    sheet.canvas.setFillColor(HexColor("#000000"))
    sheet.canvas.drawPath(path, stroke=0, fill=1)


_FILL: Literal[0] = 0
_FILL_AND_STROKE: Literal[2] = 2
