"""Image bytes to codes: the first pass, then a ladder of ever dearer looks that stops at the first hit.

What plain pixels do not show is looked for in processed pixels: other thresholds, sizes, brightness, a stretch for
slanted views, and flattening where a code was seen but is bent. Processing can invent codes, so there only QR Model 2
is looked for: a wrong text passes its Reed-Solomon check with a chance below one in a million even in the smallest
symbol (7 check bytes that mend at most 3 of 26: C(26,3) 255^3 / 256^7), where Micro QR M1 has no check to pass.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import zxingcpp
from zxingcpp import BarcodeFormat, BarcodeFormats, Binarizer, TextMode

from labels import image, unwrap
from labels.charset import decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from labels.image import Grey

Point = tuple[int, int]


@dataclass(frozen=True)
class Code:
    """One code of an image.

    Attributes:
        text: What it says, as text.
        data: What it says, as bytes, before any character set.
        symbology: ``QRCode``, ``MicroQRCode``, ``RMQRCode``, ``EAN13``, ``DataMatrix`` …
        position: Its corners (x, y), in pixels of the upright image at full resolution: top left, top right, bottom
            right, bottom left, as the code itself is turned.
        charset: ``utf-8`` or ``gb18030`` when that is certain; else ``uncertain``, and the text is a guess.
    """

    text: str
    data: bytes
    symbology: str
    position: tuple[Point, Point, Point, Point]
    charset: str


@dataclass(frozen=True)
class Reading:
    """What was found in one image.

    Attributes:
        codes: Every code that was read, each once.
        seen_unreadable: A further QR code is there but could not be read: hold closer, hold still.
    """

    codes: tuple[Code, ...]
    seen_unreadable: bool

    def __iter__(self) -> Iterator[Code]:
        """Yield the codes."""
        return iter(self.codes)

    def __len__(self) -> int:
        """Count the codes."""
        return len(self.codes)


def read_codes(data: bytes, *, deadline_s: float = 3.0) -> Reading:
    """Read the QR codes of an image; only where there is none, its retail barcodes and Data Matrix codes.

    Args:
        data: A JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP or GIF file of at most 20 MB and 50 megapixels.
        deadline_s: Seconds after which no further processing is begun; the two passes over the plain pixels, for QR
            codes first and for the others last, are always made.

    Raises:
        DecodeError: The bytes are no such image; the code says why (``image.format``, ``image.truncated`` …).
    """
    stop_at = time.monotonic() + deadline_s
    grey = image.load_grey(data)
    search = _Search(grey, data, stop_at)
    codes = search.first_pass() or search.climb() or search.other_symbologies()
    return Reading(codes, search.sees_beside(codes))


class _Search:
    """The first pass and the ladder over one image, and what was seen on the way."""

    def __init__(self, grey: Grey, data: bytes, stop_at: float) -> None:
        self.grey = grey
        self.sights: list[unwrap.Sight] = []
        self._data = data
        self._stop_at = stop_at
        self._flattened = 0
        self._glimpsed = False

    def first_pass(self) -> tuple[Code, ...]:
        """Look at the pixels as they are, for every kind of QR code."""
        found = _scan(self.grey.pixels, formats=_ANY_QR)
        self._glimpsed = any(not barcode.valid for barcode in found)
        self.note(found, self.grey)
        return _codes(_read(found), self.grey)

    def note(self, barcodes: Sequence[zxingcpp.Barcode], where: Grey) -> None:
        """Keep where codes were seen and not read, in pixels of the grey image, each place once."""
        for barcode in barcodes:
            sight = _sight(barcode, where, self.grey)
            if sight and not any(_alike(sight, known) for known in self.sights):
                self.sights.append(sight)

    def climb(self) -> tuple[Code, ...]:
        """Take one step after another until one reads a code or time is up."""
        rungs = [self._rung(processed, binarizer, self.grey) for processed, binarizer in _RUNGS]
        closer = image.close_ups(self.grey, side=_CLOSE_UP, overlap=_CLOSE_UP // 5)
        close_ups = [self._rung(_blurred, Binarizer.LocalAverage, part) for part in closer]
        for step in (self._flatten, *rungs, *close_ups, self._full_size):
            if self._is_late():
                break
            codes = step()
            if codes:
                return codes
        return ()

    def other_symbologies(self) -> tuple[Code, ...]:
        """Look for retail barcodes and Data Matrix codes, on untouched pixels only."""
        found = _scan(self.grey.pixels, formats=_OTHERS, try_rotate=True)
        return _codes(_read(found), self.grey)

    def sees_beside(self, codes: Sequence[Code]) -> bool:
        """Whether a QR code was seen elsewhere than where the codes are; where none was read, whether any was."""
        places = [code.position for code in codes if code.symbology.endswith("QRCode")]
        if not places:
            return self._glimpsed or bool(self.sights)
        seen = [_middle(_whole(_moved(sight.corners, self.grey.to_full))) for sight in self.sights]
        return any(not any(_within(point, place) for place in places) for point in seen)

    def _rung(
        self, processed: Callable[[Grey], Grey], binarizer: Binarizer, grey: Grey
    ) -> Callable[[], tuple[Code, ...]]:
        def step() -> tuple[Code, ...]:
            where = processed(grey)
            found = _scan(where.pixels, formats=_MODEL_2, binarizer=binarizer)
            self.note(found, where)
            return _codes(_read(found), where) or self._flatten()

        return step

    def _full_size(self) -> tuple[Code, ...]:
        """Look at a large photo as it was taken, when the decoder had left out detail."""
        if not self.grey.shrunk:
            return ()
        whole = image.load_grey(self._data, full_size=True)
        return _codes(_read(_scan(whole.pixels, formats=_MODEL_2)), whole)

    def _flatten(self) -> tuple[Code, ...]:
        """Flatten the codes seen since last time, a few at most."""
        fresh = self.sights[self._flattened : _MOST_FLATTENED]
        self._flattened += len(fresh)
        for sight in fresh:
            if self._is_late():
                break
            for modules in unwrap.flattened(self.grey.pixels, sight):
                codes = _codes(_read(_scan_modules(modules)), self.grey, sight)
                if codes:
                    return codes
        return ()

    def _is_late(self) -> bool:
        return time.monotonic() >= self._stop_at


def _scan(
    pixels: image.Pixels,
    *,
    formats: BarcodeFormats,
    binarizer: Binarizer = Binarizer.LocalAverage,
    try_rotate: bool = False,
) -> list[zxingcpp.Barcode]:
    """Search pixels; QR codes are found at every angle without ``try_rotate``."""
    return zxingcpp.read_barcodes(
        pixels,
        formats=formats,
        binarizer=binarizer,
        text_mode=TextMode.Plain,
        try_rotate=try_rotate,
        return_errors=True,
    )


def _scan_modules(modules: unwrap.Modules) -> list[zxingcpp.Barcode]:
    """Read a code whose modules are known; the reader takes such pure pixels only under the family's name."""
    return zxingcpp.read_barcodes(
        unwrap.drawn(modules),
        formats=_ANY_QR,
        binarizer=Binarizer.FixedThreshold,
        text_mode=TextMode.Plain,
        is_pure=True,
        try_invert=False,
    )


def _read(found: Sequence[zxingcpp.Barcode]) -> list[zxingcpp.Barcode]:
    """Keep what has a text; Micro QR M1 has no error correction and turns up in damaged codes, so it never counts."""
    return [one for one in found if one.valid and one.text and _extra(one, "Version") != "M1"]


def _extra(barcode: zxingcpp.Barcode, name: str) -> str:
    values = barcode.extra
    return str(values.get(name, "")) if isinstance(values, dict) else ""


def _codes(barcodes: Sequence[zxingcpp.Barcode], where: Grey, sight: unwrap.Sight | None = None) -> tuple[Code, ...]:
    """Turn barcodes into codes with places of the full image; of the same code at the same place, the first."""
    codes: list[Code] = []
    for barcode in barcodes:
        text, charset = decoded(barcode.bytes, guess=barcode.text, declared=_declares_charset(barcode))
        corners = sight.corners if sight else _corners(barcode)
        code = Code(text, barcode.bytes, barcode.format.name, _whole(_moved(corners, where.to_full)), charset)
        if not any(known.data == code.data and _within(_middle(code.position), known.position) for known in codes):
            codes.append(code)
    return tuple(codes)


def _declares_charset(barcode: zxingcpp.Barcode) -> bool:
    """Whether the code itself names its character set (ECI); ISO/IEC 15424: QR modifiers 2, 4 and 6."""
    return barcode.symbology_identifier in {"]Q2", "]Q4", "]Q6"}


def _corners(barcode: zxingcpp.Barcode) -> unwrap.Corners:
    """Return the corners, at the middle of their pixels."""
    place = barcode.position
    points = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    return tuple((point.x + 0.5, point.y + 0.5) for point in points)


def _moved(corners: unwrap.Corners, matrix: image.Matrix) -> unwrap.Corners:
    return tuple((float(x), float(y)) for x, y in np.array(corners) @ matrix[:, :2].T + matrix[:, 2])


def _whole(corners: unwrap.Corners) -> tuple[Point, Point, Point, Point]:
    one, two, three, four = ((int(x), int(y)) for x, y in corners)
    return one, two, three, four


def _sight(barcode: zxingcpp.Barcode, where: Grey, grey: Grey) -> unwrap.Sight | None:
    """Return where a code was seen but not read, in pixels of ``grey``, if its corners and version are known."""
    version = _extra(barcode, "Version")
    if barcode.valid or not version.isdecimal() or int(version) > _MOST_VERSION:
        return None
    back = np.linalg.inv(np.vstack([grey.to_full, [0.0, 0.0, 1.0]]))
    corners = _moved(_moved(_corners(barcode), where.to_full), back[:2])
    return unwrap.Sight(corners, int(version)) if _is_convex(corners) else None


def _is_convex(corners: unwrap.Corners) -> bool:
    """Whether the corners go round one proper four-sided figure: no two together, none inside."""
    sides = np.roll(corners, -1, axis=0) - np.array(corners)
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    return bool((turns > 1).all() or (turns < -1).all())


def _alike(one: unwrap.Sight, other: unwrap.Sight) -> bool:
    """Whether two sights would be flattened to the same: every corner within half a module."""
    apart = np.abs(np.array(one.corners) - np.array(other.corners)).max()
    side = math.dist(one.corners[0], one.corners[1])
    return one.version == other.version and bool(apart <= _SAME_PLACE * side / one.width)


def _middle(position: Sequence[Point]) -> Point:
    return sum(x for x, _ in position) // 4, sum(y for _, y in position) // 4


def _within(point: Point, position: Sequence[Point]) -> bool:
    """Whether a point lies in the upright box around a code."""
    columns, rows = [x for x, _ in position], [y for _, y in position]
    return min(columns) <= point[0] <= max(columns) and min(rows) <= point[1] <= max(rows)


def _adaptive(grey: Grey) -> Grey:
    return image.thresholded(image.resized(grey, long_side=1000), share=16, margin=5)


def _small_twice(grey: Grey) -> Grey:
    return image.resized(grey, long_side=800, times=2)


def _washed_out(grey: Grey) -> Grey:
    return image.darkened(image.resized(grey, long_side=1000), gamma=2.5)


def _very_dark(grey: Grey) -> Grey:
    return image.equalised(image.resized(grey, long_side=1600))


def _blurred(grey: Grey) -> Grey:
    return image.sharpened(image.resized(grey, long_side=1000, times=2))


def _uneven(grey: Grey) -> Grey:
    return image.thresholded(image.resized(grey, long_side=1000), share=4, margin=0)


def _very_uneven(grey: Grey) -> Grey:
    return image.thresholded(image.resized(grey, long_side=1000), share=4, margin=12)


def _hatched(grey: Grey) -> Grey:
    return image.filled(image.resized(grey, long_side=1000))


def _dirty(grey: Grey) -> Grey:
    return image.specks_removed(image.resized(grey, long_side=600))


def _slanted(degrees: float) -> Callable[[Grey], Grey]:
    def processed(grey: Grey) -> Grey:
        return image.stretched(image.resized(grey, long_side=1000), degrees=degrees, times=3)

    return processed


_ANY_QR = BarcodeFormats(BarcodeFormat.QRCode)
_MODEL_2 = BarcodeFormats(BarcodeFormat.QRCodeModel2)
_OTHERS = BarcodeFormats([BarcodeFormat.EANUPC, BarcodeFormat.DataMatrix, BarcodeFormat.DataBar])

_RUNGS: tuple[tuple[Callable[[Grey], Grey], Binarizer], ...] = (
    (_adaptive, Binarizer.FixedThreshold),
    (_small_twice, Binarizer.LocalAverage),
    (_washed_out, Binarizer.LocalAverage),
    (_very_dark, Binarizer.LocalAverage),
    (_hatched, Binarizer.LocalAverage),
    (_uneven, Binarizer.FixedThreshold),
    (_very_uneven, Binarizer.FixedThreshold),
    (_dirty, Binarizer.LocalAverage),
    (_blurred, Binarizer.LocalAverage),
    (_slanted(0), Binarizer.LocalAverage),
    (_slanted(90), Binarizer.LocalAverage),
    (_slanted(45), Binarizer.LocalAverage),
    (_slanted(-45), Binarizer.LocalAverage),
)
"""By gain for cost, dearest last."""

_CLOSE_UP = 1000
"""Side of the squares, in pixels, in which a large photo is searched for small blurred codes at full resolution."""

_MOST_FLATTENED = 8
_MOST_VERSION = 15
_SAME_PLACE = 0.5
