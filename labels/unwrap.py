"""Flatten a QR code that was found but not read: creased cloth, crumpled film, curved bottles.

A QR code is a grid, so its edges between dark and bright lie on whole modules. Where the print is bent, the edges are
off by the same amount all around a place; that amount is the phase of the edges' positions, averaged around the place.
Starting at the three finder patterns, where the position is known, the phase is followed module by module across the
code, and the pixels are fetched from where the grid really is.

Phases are known only up to a whole module: hence the growing from the known places, instead of one look at everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    Array = npt.NDArray[np.float64]
    Pixels = npt.NDArray[np.uint8]
    Modules = npt.NDArray[np.bool_]

Corners = tuple[tuple[float, float], ...]
"""Places (x, y): top left, top right, bottom right, bottom left."""


@dataclass(frozen=True)
class Sight:
    """A code that was seen at a place of an image.

    Attributes:
        corners: Its outer corners (x, y) in pixels: top left, top right, bottom right, bottom left of the symbol.
        version: Of QR Model 2, 1 to 40: a symbol of version v is 17 + 4 v modules wide (ISO/IEC 18004, 6.3).
    """

    corners: Corners
    version: int

    @property
    def width(self) -> int:
        """Modules along one side."""
        return 17 + 4 * self.version


def flattened(pixels: Pixels, sight: Sight) -> Iterator[Modules]:
    """Yield the code's modules (true is dark), followed along its bends, by a narrow and by a wide local threshold.

    Only what has the fixed patterns of a QR code is yielded: finders, their margins and the timing lines.
    """
    brightness = _sample(pixels, sight, *_bends(pixels, sight))
    means = _module_means(brightness)
    for window in _WINDOWS:
        modules = means < _local_middle(means, window)
        if pattern_share(modules) >= _LEAST_SHARE:
            yield modules


def pattern_share(modules: Modules) -> float:
    """Return the share of a QR code's fixed modules that are as the standard has them, 0 to 1."""
    known, dark = _fixed_patterns(len(modules))
    return float((modules[known] == dark[known]).mean())


def drawn(modules: Modules) -> Pixels:
    """Draw modules as black and white pixels with the quiet zone a reader expects."""
    bright = np.pad(~modules, 4, constant_values=True)
    return np.kron(bright, np.ones((3, 3), dtype=np.bool_)).astype(np.uint8) * np.uint8(255)


def _bends(pixels: Pixels, sight: Sight) -> tuple[Array, Array]:
    """Return how far, in modules, the grid is off to the right and down, per module of the code and its margin."""
    cells = sight.width + 2 * _MARGIN
    right, down = np.zeros((cells, cells)), np.zeros((cells, cells))
    far = _distance_from_finders(sight.width)
    inside = np.isfinite(far)
    reach = [*np.arange(_KNOWN, far[inside].max() + _STRIDE, _STRIDE), *[np.inf] * _POLISHES]
    for radius in reach:
        brightness = _even_contrast(_sample(pixels, sight, right, down))
        trusted = inside & (far <= radius)
        right = _followed(right, _phase(brightness, trusted))
        down = _followed(down.T, _phase(brightness.T, trusted.T)).T
    return right, down


def _phase(brightness: Array, trusted: npt.NDArray[np.bool_]) -> npt.NDArray[np.complex128]:
    """Sum the steps of brightness along rows, each turned by its place within a module, over the cells around."""
    steps = np.zeros_like(brightness)
    steps[:, 1:] = np.diff(brightness, axis=1) ** 2
    cells = len(trusted)
    blocks = steps.reshape(cells, _FINE, cells, _FINE).sum(axis=1)
    turned = (blocks * np.exp(2j * np.pi * np.arange(_FINE) / _FINE)).sum(axis=2)
    return np.asarray(_around(turned * trusted, _SPREAD) * trusted)


def _followed(bend: Array, phase: npt.NDArray[np.complex128]) -> Array:
    """Move ``bend`` by the phase where there is one, and carry it on from there to where there is none yet."""
    weight = np.abs(phase)
    wanted = (bend + np.angle(phase) / (2 * np.pi)) * weight
    carried = _around(wanted, _CARRY) / (_around(weight, _CARRY) + _TINY)
    faint = _FAINT * weight.max() + _TINY
    return np.asarray((_around(wanted, _SPREAD) + faint * carried) / (_around(weight, _SPREAD) + faint))


def _sample(pixels: Pixels, sight: Sight, right: Array, down: Array) -> Array:
    """Fetch the code's pixels, `_FINE` per module and side, with its margin, from where the bent grid lies."""
    place = _fine_places(sight.width)
    across = place + _grown(right)
    along = place[:, None] + _grown(down)
    m = _perspective(sight)
    depth = m[2, 0] * across + m[2, 1] * along + 1
    x = (m[0, 0] * across + m[0, 1] * along + m[0, 2]) / depth
    y = (m[1, 0] * across + m[1, 1] * along + m[1, 2]) / depth
    return _between(pixels, x - 0.5, y - 0.5)


def _between(pixels: Pixels, x: Array, y: Array) -> Array:
    """Interpolate linearly between the four pixels around each place; places outside take the border."""
    x = np.clip(x, 0, pixels.shape[1] - 1.001)
    y = np.clip(y, 0, pixels.shape[0] - 1.001)
    column, row = x.astype(np.intp), y.astype(np.intp)
    right, below = x - column, y - row
    flat, start = pixels.ravel(), row * pixels.shape[1] + column
    upper = flat[start] * (1 - right) + flat[start + 1] * right
    start += pixels.shape[1]
    lower = flat[start] * (1 - right) + flat[start + 1] * right
    return np.asarray(upper * (1 - below) + lower * below)


def _perspective(sight: Sight) -> Array:
    """Return the matrix that takes places in modules to places in pixels, from the four corners."""
    n = sight.width
    rows: list[list[float]] = []
    for (u, v), (x, y) in zip(((0, 0), (n, 0), (n, n), (0, n)), sight.corners, strict=True):
        rows += [[u, v, 1, 0, 0, 0, -u * x, -v * x], [0, 0, 0, u, v, 1, -u * y, -v * y]]
    known = np.array(sight.corners, dtype=float).ravel()
    return np.append(np.linalg.solve(np.array(rows), known), 1.0).reshape(3, 3)


def _even_contrast(brightness: Array) -> Array:
    """Bring every neighbourhood to the same mean and contrast, between -1 and 1."""
    off = brightness - _grown(_around(_cell_means(brightness), _LIGHT))
    power = _grown(_around(_cell_means(off**2), _LIGHT))
    return np.asarray(np.clip(off / (np.sqrt(power) + _NOISE), -1.0, 1.0))


def _cell_means(samples: Array) -> Array:
    cells = len(samples) // _FINE
    return np.asarray(samples.reshape(cells, _FINE, cells, _FINE).mean(axis=(1, 3)))


def _around(cells: Any, spread: float) -> Any:  # noqa: ANN401  (real or complex, out as it came in)
    """Average every cell with those around it, near ones most.

    By `einsum`: for small matrices many times cheaper than a product that wakes a linear algebra library's threads.
    """
    blur = _blur(len(cells), spread)
    return np.einsum("lk,ik->il", blur, np.einsum("ij,jk->ik", blur, cells))


def _grown(cells: Array) -> Array:
    """Interpolate linearly from cells to samples."""
    before, share = _between_cells(len(cells))
    rows = cells[before] * (1 - share)[:, None] + cells[before + 1] * share[:, None]
    return np.asarray(rows[:, before] * (1 - share) + rows[:, before + 1] * share)


def _module_means(brightness: Array) -> Array:
    """Average the middle of every module; the rim belongs partly to its neighbours."""
    cells = len(brightness) // _FINE
    middle = brightness.reshape(cells, _FINE, cells, _FINE)[:, 1:-1, :, 1:-1].mean(axis=(1, 3))
    return np.asarray(middle[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN])


def _local_middle(means: Array, window: int) -> Array:
    """Return halfway between the darkest and the brightest module of the window around each module."""
    padded = np.pad(means, window // 2, mode="reflect")
    views = np.lib.stride_tricks.sliding_window_view(padded, (window, window))
    return np.asarray((views.min(axis=(2, 3)) + views.max(axis=(2, 3))) / 2)


@cache
def _fine_places(width: int) -> Array:
    """Return the places of the samples along a side, in modules from the code's edge."""
    return (np.arange((width + 2 * _MARGIN) * _FINE) + 0.5) / _FINE - _MARGIN


@cache
def _distance_from_finders(width: int) -> Array:
    """Return each cell's distance, in modules, from a finder or the last alignment pattern; in the margin infinity."""
    place = np.arange(width + 2 * _MARGIN) + 0.5 - _MARGIN
    u, v = place[None, :], place[:, None]
    anchors = [(3.5, 3.5, 0), (width - 3.5, 3.5, 0), (3.5, width - 3.5, 0), (width - 6.5, width - 6.5, 2)]
    far = np.min([np.maximum(abs(u - x), abs(v - y)) + more for x, y, more in anchors], axis=0)
    outside = (abs(u - width / 2) > width / 2) | (abs(v - width / 2) > width / 2)
    return np.asarray(np.where(outside, np.inf, far))


@cache
def _blur(cells: int, spread: float) -> Array:
    """Return the matrix that averages along one axis by a Gauss curve of ``spread`` modules, cut off at three."""
    apart = np.arange(cells)[:, None] - np.arange(cells)[None, :]
    curve = np.exp(-0.5 * (apart / spread) ** 2) * (abs(apart) <= 3 * spread)
    return np.asarray(curve / curve.sum(axis=1, keepdims=True))


@cache
def _between_cells(cells: int) -> tuple[npt.NDArray[np.intp], Array]:
    """Return for every sample the cell before it and its share of the way to the next."""
    place = np.clip((np.arange(cells * _FINE) + 0.5) / _FINE - 0.5, 0, cells - 1.001)
    before = place.astype(np.intp)
    return before, place - before


@cache
def _fixed_patterns(width: int) -> tuple[Modules, Modules]:
    """Return which modules every symbol of this width shares, and which are dark (ISO/IEC 18004, 6.3.3 to 6.3.5)."""
    known, dark = np.zeros((width, width), dtype=np.bool_), np.zeros((width, width), dtype=np.bool_)
    finder = np.zeros((8, 8), dtype=np.bool_)
    finder[:7, :7] = True
    finder[1:6, 1:6] = False
    finder[2:5, 2:5] = True
    corners: Sequence[tuple[slice, slice, Modules]] = (
        (slice(8), slice(8), finder),
        (slice(8), slice(-8, None), finder[:, ::-1]),
        (slice(-8, None), slice(8), finder[::-1]),
    )
    for rows, columns, pattern in corners:
        known[rows, columns], dark[rows, columns] = True, pattern
    known[6, 8:-8] = known[8:-8, 6] = True
    dark[6, 8:-8:2] = dark[8:-8:2, 6] = True
    return known, dark


_FINE = 5
"""Samples per module and side."""

_MARGIN = 3
"""Modules of quiet zone fetched around the code."""

_KNOWN, _STRIDE, _POLISHES = 3.5, 1.5, 3
"""Modules around a finder's middle that are known from the start; modules gained per round; rounds over everything."""

_SPREAD, _CARRY, _LIGHT = 1.6, 3.0, 1.6
"""Standard deviations, in modules: of one place's neighbourhood, of carrying on, of the even contrast."""

_FAINT, _NOISE, _TINY = 0.03, 8.0, 1e-12
"""Share of the strongest phase below which a place is carried, and contrast (of 255) that is noise."""

_WINDOWS = (5, 9)
_LEAST_SHARE = 0.9
