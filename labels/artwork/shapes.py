"""What a drawing is made of. Lengths are millimetres, y runs down, texts sit on their baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from labels.artwork.faces import Face
    from labels.artwork.matrix import Matrix

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, kw_only=True)
class Text:
    """One line of text; ``width`` is what it takes, ``x`` is at its ``anchor``, ``angle`` is degrees anticlockwise.

    ``weight`` thickens every stroke by that part of an em on each side: a Chinese font often has no bold.
    """

    text: str
    x: float
    y: float
    size: float
    width: float
    anchor: Anchor = "start"
    weight: float = 0
    colour: str
    angle: float = 0


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle, filled or outlined, with rounded corners."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0
    fill: str | None = None
    line: float = 0
    """Thickness of the outline."""
    colour: str = "#000000"
    """Colour of the outline."""


@dataclass(frozen=True, kw_only=True)
class Polygon:
    """A filled polygon."""

    points: tuple[tuple[float, float], ...]
    fill: str


@dataclass(frozen=True, kw_only=True)
class Code:
    """The QR code: the corner of its first module, without the quiet zone."""

    x: float
    y: float
    module: float
    matrix: Matrix

    @property
    def side(self) -> float:
        """The symbol's side without the quiet zone."""
        return self.module * len(self.matrix)


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A whole label: what is drawn, first things lowest."""

    title: str
    lang: str
    width: float
    height: float
    face: Face
    shapes: tuple[Text | Box | Polygon, ...]
    code: Code
