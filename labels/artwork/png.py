"""A label as PNG: texts smoothed, modules of the QR code in whole dots."""

from __future__ import annotations

from functools import singledispatch
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from labels.artwork.faces import Face, chinese_face, latin_face
from labels.artwork.layout import lay_out
from labels.artwork.shapes import Box, Code, Polygon, Text
from labels.errors import LabelError

if TYPE_CHECKING:
    from labels.artwork.label import Artwork


def draw_png(label: Artwork, *, dpi: int = 300) -> bytes:
    """Return a label as PNG at so many dots per inch; in English where there is no Chinese font (``missing_font``).

    Raises:
        CodeError: A link that no QR code of a label can carry.
        LabelError: Dots per inch outside 150 to 1200.
    """
    if not _COARSEST <= dpi <= _FINEST:
        raise LabelError(
            "artwork.dpi",
            f"Drawing a label failed on {dpi} dots per inch: Expected {_COARSEST} to {_FINEST}, got {dpi}.",
            got=dpi,
        )
    face = chinese_face()
    drawing = lay_out(label, face or latin_face(), label.lang if face else "en")
    smooth = max(1, _FINEST // dpi)
    sheet = _Sheet(drawing.face, round(drawing.width / _INCH * dpi), round(drawing.height / _INCH * dpi), dpi, smooth)
    for shape in drawing.shapes:
        _paint(shape, sheet)
    image = sheet.image.reduce(smooth)
    _paint_code(drawing.code, image, dpi)
    out = BytesIO()
    image.save(out, "PNG", dpi=(dpi, dpi), optimize=True)
    return out.getvalue()


class _Sheet:
    """Paper several times finer than the picture, and the way from millimetres to its dots."""

    def __init__(self, face: Face, width: int, height: int, dpi: int, smooth: int) -> None:
        self.face = face
        self.image = Image.new("RGB", (width * smooth, height * smooth), "#ffffff")
        self.pen = ImageDraw.Draw(self.image)
        self.scale = dpi * smooth / _INCH


@singledispatch
def _paint(shape: Text | Box | Polygon, sheet: _Sheet) -> None:
    raise NotImplementedError(type(shape), sheet)


@_paint.register
def _(text: Text, sheet: _Sheet) -> None:
    font = sheet.face.at(round(text.size * sheet.scale, 2))
    place = (text.x * sheet.scale, text.y * sheet.scale)
    anchor = {"start": "ls", "middle": "ms", "end": "rs"}[text.anchor]
    weight = text.weight * text.size * sheet.scale
    if not text.angle:
        sheet.pen.text(place, text.text, text.colour, font, anchor, stroke_width=weight)
        return
    mask = Image.new("L", sheet.image.size)
    ImageDraw.Draw(mask).text(place, text.text, 255, font, anchor, stroke_width=weight)
    turned = mask.rotate(text.angle, Image.Resampling.BICUBIC, center=place)
    sheet.image.paste(text.colour, (0, 0), turned)


@_paint.register
def _(box: Box, sheet: _Sheet) -> None:
    # An outline stands on the middle of the edge, as in SVG and PDF; Pillow draws it inside.
    out = box.line / 2
    corners = (box.x - out, box.y - out, box.x + box.width + out, box.y + box.height + out)
    sheet.pen.rounded_rectangle(
        [edge * sheet.scale for edge in corners],
        (box.radius + out) * sheet.scale,
        fill=box.fill,
        outline=box.colour if box.line else None,
        width=round(box.line * sheet.scale),
    )


@_paint.register
def _(polygon: Polygon, sheet: _Sheet) -> None:
    sheet.pen.polygon([(x * sheet.scale, y * sheet.scale) for x, y in polygon.points], polygon.fill)


def _paint_code(code: Code, image: Image.Image, dpi: int) -> None:
    side = len(code.matrix)
    dots = _dots(side, code.module * dpi / _INCH)
    symbol = Image.new("1", (side, side))
    symbol.putdata([not dark for row in code.matrix for dark in row])
    off = (code.side * dpi / _INCH - dots) / 2
    place = (round(code.x * dpi / _INCH + off), round(code.y * dpi / _INCH + off))
    image.paste(symbol.resize((dots, dots), Image.Resampling.NEAREST), place)


def _dots(side: int, module: float) -> int:
    """Return the side of the code in dots: modules of whole dots where that is nearly their size.

    Modules of 3.9 dots would print as some of 4 and some of 3; the few dots of difference go to the white around.
    """
    whole = max(1, round(module))
    return whole * side if abs(whole / module - 1) <= _NEARLY else round(module * side)


_INCH = 25.4
_COARSEST, _FINEST = 150, 1200
_NEARLY = 0.05
