"""A label as SVG: escaped text, no script, no style sheet, nothing fetched."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from html import escape
from typing import TYPE_CHECKING

from labels.artwork.faces import chinese_face, latin_face
from labels.artwork.layout import lay_out
from labels.artwork.matrix import dark_runs
from labels.artwork.shapes import Box, Code, Polygon, Text

if TYPE_CHECKING:
    from labels.artwork.label import Artwork
    from labels.artwork.matrix import Matrix


def draw_svg(label: Artwork) -> str:
    """Return a label as an SVG document, in its own language whatever fonts this machine has.

    Every text is given the width it was laid out for, so that another font at the viewer's cannot overflow.

    Raises:
        CodeError: A link that no QR code of a label can carry.
    """
    face = replace(chinese_face() or latin_face(), chinese=True, elsewhere=True)
    drawing = lay_out(label, face, label.lang)
    width, height = drawing.width, drawing.height
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_number(width)}mm" height="{_number(height)}mm"',
        f' viewBox="0 0 {_units(width)} {_units(height)}" role="img" lang="{drawing.lang}" font-family="{_FAMILIES}">',
        f"<title>{escape(drawing.title)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *map(_element, drawing.shapes),
        _code(drawing.code),
        "</svg>\n",
    )
    return "\n".join(parts)


@singledispatch
def _element(shape: Text | Box | Polygon) -> str:
    raise NotImplementedError(type(shape))


@_element.register
def _(text: Text) -> str:
    bold = f' stroke="{text.colour}" stroke-width="{_units(2 * text.weight * text.size)}" stroke-linejoin="round"'
    x, y = _units(text.x), _units(text.y)
    return (
        f'<text x="{x}" y="{y}" font-size="{_units(text.size)}" fill="{text.colour}" text-anchor="{text.anchor}"'
        f' textLength="{_units(text.width)}" lengthAdjust="spacingAndGlyphs"'
        + (bold if text.weight else "")
        + (f' transform="rotate({_number(-text.angle)} {x} {y})"' if text.angle else "")
        + f">{escape(text.text)}</text>"
    )


@_element.register
def _(box: Box) -> str:
    return (
        f'<rect x="{_units(box.x)}" y="{_units(box.y)}" width="{_units(box.width)}" height="{_units(box.height)}"'
        f' rx="{_units(box.radius)}" fill="{box.fill or "none"}"'
        + (f' stroke="{box.colour}" stroke-width="{_units(box.line)}"' if box.line else "")
        + "/>"
    )


@_element.register
def _(polygon: Polygon) -> str:
    points = " ".join(f"{_units(x)},{_units(y)}" for x, y in polygon.points)
    return f'<polygon points="{points}" fill="{polygon.fill}"/>'


def _code(code: Code) -> str:
    place = f"translate({_units(code.x)} {_units(code.y)}) scale({_units(code.module)})"
    return f'<path transform="{place}" d="{_runs(code.matrix)}" fill="#000000" shape-rendering="crispEdges"/>'


def _runs(matrix: Matrix) -> str:
    """Return one rectangle for each run of dark modules."""
    return "".join(
        f"M{start} {y}h{end - start}v1h{start - end}z" for y, row in enumerate(matrix) for start, end in dark_runs(row)
    )


def _units(millimetres: float) -> str:
    # Hundredths of a millimetre: some browsers enlarge text that is set below a few units.
    return _number(millimetres * 100)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


_FAMILIES = (
    "'WenQuanYi Micro Hei','Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"
)
