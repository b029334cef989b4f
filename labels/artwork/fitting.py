"""Makes texts fit: shrunk first, then wrapped, at last cut with an ellipsis."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labels.artwork.shapes import Anchor, Text

if TYPE_CHECKING:
    from labels.artwork.faces import Face


@dataclass(frozen=True, kw_only=True)
class Slot:
    """The room of a text, mm: where its first baseline starts, how wide, the size wished for, the least still legible.

    ``weight`` is that of ``Text``; ``lines`` how many lines are free.
    """

    x: float
    y: float
    width: float
    size: float
    least: float
    lines: int = 1
    weight: float = 0
    anchor: Anchor = "start"
    colour: str = "#000000"

    def em(self, size: float) -> float:
        """Return how many ems of a size fit into the width, the thickening of both ends taken off."""
        return self.width / size - 2 * self.weight


def fit(face: Face, text: str, slot: Slot) -> list[Text]:
    """Return a text as it fits into a slot: the largest size down to the least, in as many lines as are free."""
    clean = face.writable(one_line(text))
    size = slot.size
    lines = _wrap(face, clean, slot.em(size))
    while len(lines) > slot.lines and size > slot.least:
        size = max(slot.least, size * _STEP)
        lines = _wrap(face, clean, slot.em(size))
    if len(lines) > slot.lines:
        lines = _cut(face, lines, slot)
    return [_set(face, line.strip(), slot, size, row) for row, line in enumerate(lines)]


def one_line(text: str) -> str:
    r"""Return a text without control and formatting characters, every run of white space one slot.

    >>> one_line("a\x00b\u202e\nc")
    'ab c'
    """
    spaced = (" " if char.isspace() else char for char in text)
    return " ".join("".join(char for char in spaced if unicodedata.category(char)[0] != "C").split())


def _set(face: Face, line: str, slot: Slot, size: float, row: int) -> Text:
    inset = {"start": 1, "middle": 0, "end": -1}[slot.anchor] * slot.weight * size
    return Text(
        text=line,
        x=slot.x + inset,
        y=slot.y + row * size * _LEADING,
        size=size,
        width=face.width(line) * size,
        anchor=slot.anchor,
        weight=slot.weight,
        colour=slot.colour,
    )


def _wrap(face: Face, text: str, em: float) -> list[str]:
    lines = [""]
    for piece in _PIECE.findall(text):
        for part in [piece] if face.width(piece.strip()) <= em else piece:
            if lines[-1] and face.width((lines[-1] + part).strip()) > em:
                lines.append("")
            lines[-1] += part
    return lines


def _cut(face: Face, lines: list[str], slot: Slot) -> list[str]:
    last = "".join(lines[slot.lines - 1 :])
    while last and face.width(last.rstrip() + _MORE) > slot.em(slot.least):
        last = last[:-1]
    return [*lines[: slot.lines - 1], last.rstrip() + _MORE]


_STEP = 0.97
_LEADING = 1.16
_MORE = "…"
_PIECE = re.compile(r"[⺀-鿿豈-﫿＀-￯][、。，；：！？）」』》〉】]*|[^\s⺀-鿿豈-﫿＀-￯]+\s*|\s+")
"""Where a line may end: after a Chinese character and the marks that close it, after a slot."""
