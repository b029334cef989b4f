"""Image bytes to grey pixels, upright; and the ways to bring out a code that plain pixels hide.

Everything here is bounded: bytes and pixels are capped before anything is decoded, only the formats people photograph
and send labels in are opened, and whatever a decoder does with hostile bytes comes out as one `DecodeError`.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator  # noqa: TC003  (read by doctest and by readers of the signatures)
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pi_heif  # type: ignore[import-untyped]
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from labels.errors import DecodeError

if TYPE_CHECKING:
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]
    Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Grey:
    """An upright grey image.

    Attributes:
        pixels: Rows of brightness, 0 black to 255 white.
        to_full: 2 by 3 matrix from these pixels to the pixels of the upright image at full resolution.
        shrunk: Whether the decoder left out detail, so that a full-size reading may show more.
    """

    pixels: Pixels
    to_full: Matrix
    shrunk: bool = False

    @property
    def long_side(self) -> int:
        """Length of the longer side, in pixels."""
        height, width = self.pixels.shape
        return int(max(height, width))


def load_grey(data: bytes, *, full_size: bool = False) -> Grey:
    """Decode an image file into upright grey pixels.

    Args:
        data: A JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP or GIF file; of several frames the first is taken.
        full_size: Decode large JPEG files without leaving out detail.

    Raises:
        DecodeError: ``image.empty``, ``image.bytes``, ``image.pixels``, ``image.format``, ``image.truncated`` or
            ``image.damaged``.
    """
    _check_bytes(data)
    with _quiet_decoders():
        image = _open(data)
        _check_pixels(image)
        width = image.width
        if image.format in {"JPEG", "MPO"}:
            image.draft("L", None if full_size else (SHRINK_TO, SHRINK_TO))
        grey = _decode(image)
        factor = width / image.width
    return Grey(np.ascontiguousarray(grey), _scaling(factor, factor), shrunk=factor > 1)


def resized(grey: Grey, *, long_side: int, times: float = 1.0) -> Grey:
    """Shrink to at most ``long_side`` pixels by averaging areas, then enlarge ``times`` smoothly."""
    image = Image.fromarray(grey.pixels)
    if grey.long_side > long_side:
        image = image.resize(_size(image, long_side / grey.long_side), Image.Resampling.BOX)
    if times > 1:
        image = image.resize(_size(image, times), Image.Resampling.BICUBIC)
    height, width = grey.pixels.shape
    return Grey(np.asarray(image), _after(grey, _scaling(width / image.width, height / image.height)))


def close_ups(grey: Grey, *, side: int, overlap: int) -> list[Grey]:
    """Cut a large image into overlapping squares, those nearest its middle first; of a small image there are none."""
    height, width = grey.pixels.shape
    if max(height, width) <= side:
        return []
    places = [(left, top) for top in _starts(height, side, overlap) for left in _starts(width, side, overlap)]
    places.sort(key=lambda place: math.dist(place, ((width - side) / 2, (height - side) / 2)))
    return [_cut(grey, left, top, side) for left, top in places]


def stretched(grey: Grey, *, degrees: float, times: float) -> Grey:
    """Widen along one direction, as a label seen at a slant is narrowed along it.

    Args:
        grey: What to widen.
        degrees: The direction, clockwise from the right.
        times: How much wider.
    """
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    back = turn @ np.diag([1 / times, 1.0])
    height, width = grey.pixels.shape
    corners = np.linalg.inv(back) @ np.array([[0, width, 0, width], [0, 0, height, height]], dtype=float)
    start = corners.min(axis=1)
    matrix = np.column_stack([back, back @ start])
    columns, rows = np.ceil(np.ptp(corners, axis=1)).astype(int)
    image = Image.fromarray(grey.pixels).transform(
        (int(columns), int(rows)),
        Image.Transform.AFFINE,
        tuple(matrix.ravel()),
        Image.Resampling.BICUBIC,
        fillcolor=255,
    )
    return Grey(np.asarray(image), _after(grey, matrix))


def darkened(grey: Grey, *, gamma: float) -> Grey:
    """Raise brightness to a power, which draws washed-out and glaring prints apart."""
    table = [round(255 * (level / 255) ** gamma) for level in range(256)]
    return _with(grey, np.asarray(Image.fromarray(grey.pixels).point(table)))


def equalised(grey: Grey) -> Grey:
    """Spread brightness evenly over the whole range, for very dark photos."""
    return _with(grey, np.asarray(ImageOps.equalize(Image.fromarray(grey.pixels))))


def sharpened(grey: Grey) -> Grey:
    """Sharpen edges of about three pixels, for blurred photos."""
    return _with(grey, np.asarray(Image.fromarray(grey.pixels).filter(ImageFilter.UnsharpMask(3, 200, 0))))


def filled(grey: Grey) -> Grey:
    """Close bright specks inside dark modules (hatched, outlined, dotted prints) by a 5 by 5 minimum, then maximum."""
    return _with(grey, _extreme(_extreme(grey.pixels, np.minimum), np.maximum))


def specks_removed(grey: Grey) -> Grey:
    """Remove dark specks (dirt, smears, thin lines) by a 5 by 5 maximum, then minimum."""
    return _with(grey, _extreme(_extreme(grey.pixels, np.maximum), np.minimum))


def thresholded(grey: Grey, *, share: int, margin: int) -> Grey:
    """Make every pixel black or white by the mean around it, whatever the light does across the image.

    Args:
        grey: What to threshold.
        share: The window is the shorter side divided by this.
        margin: How far below the mean a pixel must be to count as black.
    """
    radius = max(5, min(grey.pixels.shape) // share // 2)
    mean = np.asarray(Image.fromarray(grey.pixels).filter(ImageFilter.BoxBlur(radius)))
    white = grey.pixels.astype(np.int16) > mean.astype(np.int16) - margin
    return _with(grey, np.where(white, 255, 0).astype(np.uint8))


def _extreme(pixels: Pixels, of: np.ufunc) -> Pixels:
    """Return the least or greatest pixel of the 5 by 5 around each, axis by axis: thirty times faster than Pillow's."""
    for axis in (0, 1):
        padded = np.pad(pixels, [(2, 2) if axis == along else (0, 0) for along in (0, 1)], mode="edge")
        length = pixels.shape[axis]
        pixels = of.reduce([padded.take(range(start, start + length), axis) for start in range(5)])
    return pixels


def _starts(length: int, side: int, overlap: int) -> list[int]:
    """Return evenly spaced starts of the fewest pieces that cover a length and overlap by at least ``overlap``."""
    last = max(0, length - side)
    pieces = 1 + math.ceil(last / (side - overlap))
    return [round(last * piece / max(1, pieces - 1)) for piece in range(pieces)]


def _cut(grey: Grey, left: int, top: int, side: int) -> Grey:
    pixels = np.ascontiguousarray(grey.pixels[top : top + side, left : left + side])
    return Grey(pixels, _after(grey, np.array([[1.0, 0.0, left], [0.0, 1.0, top]])))


def _check_bytes(data: bytes) -> None:
    if not data:
        raise DecodeError("image.empty", "Reading the image failed: Expected an image file, got no bytes.")
    if len(data) > MAX_BYTES:
        raise DecodeError(
            "image.bytes",
            f"Reading the image failed: Expected at most {MAX_BYTES} bytes, got {len(data)}.",
            most=MAX_BYTES,
            got=len(data),
        )


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(f"{image.width} x {image.height}")


def _too_large(got: str) -> DecodeError:
    return DecodeError(
        "image.pixels",
        f"Reading the image failed: Expected at most {MAX_PIXELS} pixels, got {got}.",
        most=MAX_PIXELS,
        got=got,
    )


def _open(data: bytes) -> Image.Image:
    _register_heif()
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        start = data[:8].hex(" ")
        raise DecodeError(
            "image.format",
            f"Reading the image failed: Expected {FORMAT_NAMES}, got a file that starts with {start}.",
            expected=FORMAT_NAMES,
            got=start,
        ) from None
    except Image.DecompressionBombError:
        raise _too_large("more than three times as many") from None
    except Exception as mistake:  # decoders raise anything on hostile bytes
        raise _damaged(mistake) from mistake


def _decode(image: Image.Image) -> Pixels:
    try:
        image.load()
        turn = _TURNS.get(_orientation(image))
        grey = _to_grey(image)
        return np.asarray(grey if turn is None else grey.transpose(turn))
    except Exception as mistake:  # decoders raise anything on hostile bytes
        raise _damaged(mistake) from mistake


def _damaged(mistake: Exception) -> DecodeError:
    found = str(mistake) or type(mistake).__name__
    if any(word in found.lower() for word in _TRUNCATED):
        return DecodeError(
            "image.truncated",
            f"Reading the image failed: Expected a whole file, got one that ends early ({found}).",
            got=found,
        )
    return DecodeError(
        "image.damaged",
        f"Reading the image failed: Expected a sound image file, got a damaged one ({found}).",
        got=found,
    )


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # noqa: BLE001  (a spoilt EXIF block says nothing about the pixels)
        return 1


def _to_grey(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        return _scaled(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image).convert("L")
    if image.mode == "LAB":
        return image.getchannel(0)
    return image.convert("L")


def _scaled(image: Image.Image) -> Image.Image:
    """Scale deep pixels to eight bits by their brightest; Pillow's own conversion would clip them to white."""
    deep = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0.0, neginf=0.0)
    top = float(deep.max()) or 1.0
    return Image.fromarray((np.clip(deep, 0, top) * (255 / top)).astype(np.uint8))


@cache
def _register_heif() -> None:
    pi_heif.register_heif_opener(thumbnails=False)


@contextmanager
def _quiet_decoders() -> Iterator[None]:
    """Silence what Pillow says about spoilt files: either they decode, or `DecodeError` says why not."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        warnings.filterwarnings("ignore", module=r"pi_heif\.")
        yield


def _size(image: Image.Image, times: float) -> tuple[int, int]:
    return max(1, round(image.width * times)), max(1, round(image.height * times))


def _with(grey: Grey, pixels: Any) -> Grey:  # noqa: ANN401  (what numpy makes of Pillow's image)
    return Grey(pixels, grey.to_full)


def _scaling(across: float, down: float) -> Matrix:
    return np.array([[across, 0.0, 0.0], [0.0, down, 0.0]])


def _after(grey: Grey, matrix: Matrix) -> Matrix:
    """Go through ``matrix`` first, then through what leads from ``grey`` to full resolution."""
    whole = grey.to_full @ np.vstack([matrix, [0.0, 0.0, 1.0]])
    return np.asarray(whole)


MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
SHRINK_TO = 2400
"""A JPEG at least twice as large on both sides is decoded at a half (quarter, eighth), never below this many pixels."""

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF")
FORMAT_NAMES = "JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP or GIF"

_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF 2.32, tag Orientation: what makes the image upright."""

_TRUNCATED = ("truncated", "ends early", "end of file", "eof", "not enough", "incomplete", "unexpected end")
