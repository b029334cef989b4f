"""Fonts for drawn labels: found by file name where the platform keeps its fonts, measured, never bundled."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import reportlab
from PIL import ImageFont


@dataclass(frozen=True)
class Face:
    """One font file, and which of its fonts.

    ``elsewhere`` tells that it only measures: a viewer with more fonts draws.
    """

    path: str
    index: int = 0
    chinese: bool = False
    elsewhere: bool = False

    def width(self, text: str) -> float:
        """Return how far a text runs, in ems; a character that the font lacks counts as a full square."""
        lacking = [char for char in text if not self.covers(char)]
        known = "".join(char for char in text if self.covers(char))
        return len(lacking) + self.at(_EM).getlength(known) / _EM

    def covers(self, char: str) -> bool:
        """Whether the font has a glyph for a character."""
        return _covers(self, char)

    def writable(self, text: str) -> str:
        """Return the text with every character that would come out as a box replaced by its plain form, or by ``?``."""
        if self.elsewhere:
            return text
        return "".join(char if self.covers(char) else self._plain(char) for char in text)

    def at(self, size: float) -> ImageFont.FreeTypeFont:
        """Return the font to draw with, at so many pixels per em."""
        return _load(self, size)

    def _plain(self, char: str) -> str:
        plain = unicodedata.normalize("NFKC", char)
        return plain if plain != char and all(map(self.covers, plain)) else "?"


@lru_cache
def chinese_face(*, embeddable: bool = False) -> Face | None:
    """Return the first Chinese font of this machine, or None.

    Args:
        embeddable: Only fonts with TrueType outlines, the only ones that reportlab embeds.
    """
    files = _TRUETYPE if embeddable else _TRUETYPE + _POSTSCRIPT
    faces = (_find(name, index, chinese=True) for name, index in files)
    return next((face for face in faces if face and face.covers("碳")), None)


@lru_cache
def latin_face() -> Face:
    """Return a font for English texts: one of the machine's, else the one that comes with reportlab."""
    faces = (_find(name, 0, chinese=False) for name in _LATIN)
    return next((face for face in faces if face), Face(str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf")))


def _find(name: str, index: int, *, chinese: bool) -> Face | None:
    try:
        found = ImageFont.truetype(name, _EM, index=index)
    except OSError:
        return None
    return Face(str(found.path), index, chinese)


@lru_cache(maxsize=64)
def _load(face: Face, size: float) -> ImageFont.FreeTypeFont:
    # Basic layout: the three forms must agree on every advance, and only one of them could shape.
    return ImageFont.truetype(face.path, size, index=face.index, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _covers(face: Face, char: str) -> bool:
    font = face.at(_PROBE)
    return char.isspace() or bytes(font.getmask(char)) != bytes(font.getmask(_NO_CHARACTER))


_EM = 1000
_PROBE = 64
_NO_CHARACTER = "\U0010ffff"

# Windows, macOS, Linux. Fonts of one file are counted from 0: Noto Sans CJK holds JP, KR, SC, TC, HK.
_TRUETYPE = (
    ("wqy-microhei.ttc", 0),
    ("msyh.ttc", 0),
    ("Deng.ttf", 0),
    ("simhei.ttf", 0),
    ("STHeiti Medium.ttc", 1),
    ("NotoSansSC-Regular.ttf", 0),
    ("wqy-zenhei.ttc", 0),
    ("Arial Unicode.ttf", 0),
)
_POSTSCRIPT = (
    ("NotoSansCJK-Regular.ttc", 2),
    ("NotoSansCJKsc-Regular.otf", 0),
    ("NotoSansSC-Regular.otf", 0),
    ("SourceHanSansSC-Regular.otf", 0),
    ("SourceHanSansCN-Regular.otf", 0),
    ("Hiragino Sans GB.ttc", 0),
)
_LATIN = (
    "NotoSans-Regular.ttf",
    "DejaVuSans.ttf",
    "segoeui.ttf",
    "Arial.ttf",
    "arial.ttf",
    "LiberationSans-Regular.ttf",
)
