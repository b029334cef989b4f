"""Photographs of printed labels, simulated: what a phone's camera does to a flat picture."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, TypedDict

import numpy as np
from PIL import Image, ImageFilter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.float32]


class Shot(TypedDict):
    """One way to hold a phone: the arguments of ``photograph``."""

    seed: int
    width_px: int
    warp: float
    curve: float
    rotation: float
    blur: float
    noise: float
    glare: float
    shadow: float
    jpeg_quality: int


def casual_shot(seed: int) -> Shot:
    """Return how a shopper might photograph a label: within arm's reach, by hand, indoors; each seed another."""
    rng = np.random.default_rng([seed, 1])
    return Shot(
        seed=seed,
        width_px=int(rng.integers(620, 1100)),
        warp=float(rng.uniform(0, 0.14)),
        curve=float(rng.choice([0.0, rng.uniform(0.2, 0.7)])),
        rotation=float(rng.normal(0, 12)),
        blur=float(rng.uniform(0.3, 1.3)),
        noise=float(rng.uniform(1, 9)),
        glare=float(rng.choice([0.0, rng.uniform(0.2, 0.8)])),
        shadow=float(rng.uniform(0, 0.6)),
        jpeg_quality=int(rng.integers(55, 93)),
    )


def careless_shot(seed: int) -> Shot:
    """Return how a label is photographed badly: from afar, shaken, in the dark or into a lamp; many cannot be read."""
    rng = np.random.default_rng([seed, 2])
    return Shot(
        seed=seed,
        width_px=int(rng.integers(330, 800)),
        warp=float(rng.uniform(0.05, 0.2)),
        curve=float(rng.uniform(0, 1)),
        rotation=float(rng.uniform(-180, 180)),
        blur=float(rng.uniform(0.5, 2)),
        noise=float(rng.uniform(5, 20)),
        glare=float(rng.uniform(0, 1.2)),
        shadow=float(rng.uniform(0.2, 0.95)),
        jpeg_quality=int(rng.integers(15, 80)),
    )


def photograph(  # noqa: PLR0913  (a camera has that many ways to go wrong)
    png: bytes,
    *,
    seed: int,
    width_px: int = 900,
    warp: float = 0.05,
    curve: float = 0.0,
    rotation: float = 0.0,
    blur: float = 0.6,
    noise: float = 3.0,
    glare: float = 0.0,
    shadow: float = 0.2,
    jpeg_quality: int = 80,
) -> bytes:
    """Return a JPEG of a label lying on a table; the same arguments give the same photo.

    Args:
        png: The label as drawn.
        seed: Chooses what the other arguments leave open: where the corners go, the table, where the light is.
        width_px: The label's width in the photo. A 60 mm label 600 wide has 3.3 pixels to a module of 0.33 mm.
        warp: How far perspective moves each corner at most, as a part of the label's width: 0.1 is a steep view.
        curve: Radians that the label is bent around an upright cylinder, as on a can, to each side of its middle.
        rotation: Degrees anticlockwise.
        blur: Standard deviation of the blur, pixels of the photo.
        noise: Standard deviation of the sensor's noise in mid-grey, grey levels of 255.
        glare: Light that a reflection adds at its brightest, 1 saturates.
        shadow: Part of the light that is lost where it is darkest.
        jpeg_quality: 1 to 95.
    """
    rng = np.random.default_rng(seed)
    label = _bend(_flat(png, width_px * _FINER), curve)
    corners = _corners(rng, label, warp=warp, rotation=rotation)
    scene = _lay(label, corners, _table(rng, corners))
    sharp = np.asarray(scene.reduce(_FINER).filter(ImageFilter.GaussianBlur(blur)), np.float32)
    lit = _add_glare(rng, _shade(rng, sharp, shadow), glare)
    return _jpeg(_add_noise(rng, lit, noise), jpeg_quality)


def _flat(png: bytes, width: int) -> Image.Image:
    """Return the label as wide as wished, in what a camera makes of ink and paper."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    size = (width, round(picture.height * width / picture.width))
    dull = [round(_BLACK + level * (_WHITE - _BLACK) / 255) for level in range(256)]
    return picture.resize(size, Image.Resampling.LANCZOS).point(dull * 3)


def _bend(label: Image.Image, curve: float) -> Image.Image:
    """Return the label as seen around an upright cylinder: narrower towards both sides."""
    if not curve:
        return label
    seen = np.linspace(-np.sin(curve), np.sin(curve), label.width)
    unrolled = (np.arcsin(seen) / curve / 2 + 0.5) * (label.width - 1)
    return Image.fromarray(np.asarray(label)[:, unrolled.round().astype(int)])


def _corners(rng: np.random.Generator, label: Image.Image, *, warp: float, rotation: float) -> Pixels:
    """Return where the label's corners lie in the scene (x, y), from top left clockwise, all in sight."""
    flat = _outline(label) - (label.width / 2, label.height / 2)
    angle = np.radians(rotation)
    turn = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    moved = flat @ turn + rng.uniform(-warp, warp, (4, 2)) * label.width
    return np.asarray(moved - moved.min(axis=0) + rng.uniform(0.05, 0.3, 2) * label.width, np.float32)


def _table(rng: np.random.Generator, corners: Pixels) -> Image.Image:
    """Return a table top around the label: one colour with streaks and grain."""
    width, height = (corners.max(axis=0) + rng.uniform(0.05, 0.3, 2) * np.ptp(corners[:, 0])).astype(int)
    streaks = rng.uniform(1, 8) * rng.normal(0, 1, (height // 12, 1, 1))
    grain = rng.uniform(1, 6) * rng.normal(0, 1, (height // 12, width // 5, 1))
    relief = rng.uniform(40, 225, 3) + streaks + grain
    size = (int(width - width % _FINER), int(height - height % _FINER))
    return Image.fromarray(relief.clip(0, 255).astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)


def _lay(label: Image.Image, corners: Pixels, table: Image.Image) -> Image.Image:
    """Return the table with the label on it, its corners where they are to lie."""
    back = _homography(corners, _outline(label)).ravel()[:8]
    paper = Image.new("L", label.size, 255)
    perspective = Image.Transform.PERSPECTIVE
    seen = label.transform(table.size, perspective, tuple(back), Image.Resampling.BILINEAR)
    table.paste(seen, (0, 0), paper.transform(table.size, perspective, tuple(back)))
    return table


def _outline(label: Image.Image) -> Pixels:
    width, height = label.size
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)


def _homography(here: Pixels, there: Pixels) -> NDArray[np.float64]:
    """Return the matrix that takes four points to four others."""
    rows = []
    for (u, v), (x, y) in zip(here.astype(float), there.astype(float), strict=True):
        rows += [(u, v, 1, 0, 0, 0, -u * x, -v * x), (0, 0, 0, u, v, 1, -u * y, -v * y)]
    return np.append(np.linalg.solve(np.array(rows), there.astype(float).ravel()), 1).reshape(3, 3)


def _shade(rng: np.random.Generator, scene: Pixels, shadow: float) -> Pixels:
    """Darken away from the light: evenly across, and by the soft edge of a hand or a shelf; tint it as lamps do."""
    rows, columns = _places(scene)
    direction = rng.uniform(0, 2 * np.pi)
    along = columns * np.float32(np.cos(direction)) + rows * np.float32(np.sin(direction))
    ramp = (along - along.min()) / np.ptp(along)
    edge = 1 / (1 + np.exp((rng.uniform(0.25, 0.75) - ramp) / rng.uniform(0.02, 0.15)))
    light = 1 - shadow * (ramp + edge) / 2
    return np.asarray(scene * (light[..., None] * rng.uniform(0.9, 1.0, 3).astype(np.float32)), np.float32)


def _add_glare(rng: np.random.Generator, scene: Pixels, glare: float) -> Pixels:
    rows, columns = _places(scene)
    middle_row, middle_column = rng.uniform(0.2, 0.8, 2)
    tall, wide = rng.uniform(0.06, 0.22, 2)
    spot = np.exp(-(((rows - middle_row) / tall) ** 2 + ((columns - middle_column) / wide) ** 2) / 2)
    return np.asarray(scene + 255 * glare * spot[..., None], np.float32)


def _places(scene: Pixels) -> tuple[Pixels, Pixels]:
    """Return how far down each row and how far across each column is, from 0 to 1."""
    down, across = (np.linspace(0, 1, count, dtype=np.float32) for count in scene.shape[:2])
    return down[:, None], across[None, :]


def _add_noise(rng: np.random.Generator, scene: Pixels, noise: float) -> Pixels:
    """Add noise that grows with the root of the light, as the number of photons does, over a floor."""
    deviation = noise * np.sqrt(0.25 + 0.75 * scene.clip(0, 255) / 128)
    return np.asarray(scene + rng.standard_normal(scene.shape, np.float32) * deviation, np.float32)


def _jpeg(scene: Pixels, quality: int) -> bytes:
    out = BytesIO()
    Image.fromarray(scene.clip(0, 255).round().astype(np.uint8)).save(out, "JPEG", quality=quality)
    return out.getvalue()


_FINER = 2
"""Points of the scene to a pixel of the photo, each way."""
_BLACK, _WHITE = 28, 236
"""Grey levels that a camera makes of ink and paper."""
