from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from labels import image
from labels.errors import DecodeError

LEFT_TO_RIGHT = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (48, 1))
FILES = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF")


def saved(picture: Image.Image, file_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()


def refusal(data: bytes) -> tuple[str, str]:
    with pytest.raises(DecodeError) as refused:
        image.load_grey(data)
    return refused.value.code, refused.value.message


def png_header(width: int, height: int) -> bytes:
    """A PNG of one colour bit that claims to be this large."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 100) + b"IDAT"


@pytest.mark.parametrize("file_format", FILES)
def test_every_format_gives_the_same_brightness(file_format: str) -> None:
    grey = image.load_grey(saved(Image.fromarray(LEFT_TO_RIGHT), file_format))

    assert grey.pixels.shape == (48, 64)
    assert np.abs(grey.pixels.astype(int) - LEFT_TO_RIGHT).max() <= 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(orientation: int) -> None:
    """EXIF 2.32: orientation n says how the stored picture was turned; the undoing is its inverse."""
    turned = {
        1: LEFT_TO_RIGHT,
        2: LEFT_TO_RIGHT[:, ::-1],
        3: LEFT_TO_RIGHT[::-1, ::-1],
        4: LEFT_TO_RIGHT[::-1],
        5: LEFT_TO_RIGHT.T,
        6: np.rot90(LEFT_TO_RIGHT, 1),
        7: LEFT_TO_RIGHT[::-1, ::-1].T,
        8: np.rot90(LEFT_TO_RIGHT, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation

    grey = image.load_grey(saved(Image.fromarray(np.ascontiguousarray(turned)), "PNG", exif=exif))

    assert np.array_equal(grey.pixels, LEFT_TO_RIGHT)


def test_a_spoilt_exif_block_leaves_the_picture_as_stored() -> None:
    grey = image.load_grey(saved(Image.fromarray(LEFT_TO_RIGHT), "PNG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff"))

    assert np.array_equal(grey.pixels, LEFT_TO_RIGHT)


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    deep = np.tile(np.linspace(0, 4095, 64).astype(np.uint16), (48, 1))

    grey = image.load_grey(saved(Image.fromarray(deep), "PNG"))

    assert np.abs(grey.pixels.astype(int) - LEFT_TO_RIGHT).max() <= 1


def test_floating_point_is_scaled_and_holes_are_black() -> None:
    deep = LEFT_TO_RIGHT.astype(np.float32) / 255
    deep[0, 0] = np.nan

    grey = image.load_grey(saved(Image.fromarray(deep), "TIFF"))

    assert np.abs(grey.pixels.astype(int) - LEFT_TO_RIGHT).max() <= 1


def test_four_inks_become_brightness() -> None:
    inks = Image.fromarray(LEFT_TO_RIGHT).convert("RGB").convert("CMYK")

    grey = image.load_grey(saved(inks, "JPEG", quality=95))

    assert np.abs(grey.pixels.astype(int) - LEFT_TO_RIGHT).max() <= 8


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_is_white(mode: str) -> None:
    grey = image.load_grey(saved(Image.new(mode, (8, 8), 0), "PNG"))

    assert (grey.pixels == 255).all()


def test_a_palette_with_a_transparent_colour_is_white_there() -> None:
    picture = Image.new("P", (8, 8), 1)
    picture.putpalette([0, 0, 0, 10, 20, 30])
    picture.paste(0, (0, 0, 4, 8))

    grey = image.load_grey(saved(picture, "PNG", transparency=1))

    assert (grey.pixels[:, :4] == 0).all()
    assert (grey.pixels[:, 4:] == 255).all()


def test_of_an_animation_the_first_frame_counts() -> None:
    frames = [Image.new("L", (8, 8), 200), Image.new("L", (8, 8), 20)]

    grey = image.load_grey(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))

    assert (grey.pixels == 200).all()


def test_a_large_jpeg_is_shrunk_and_says_by_how_much() -> None:
    data = saved(Image.new("L", (4900, 4800), 200), "JPEG")

    small, whole = image.load_grey(data), image.load_grey(data, full_size=True)

    assert (small.pixels.shape, small.shrunk, small.to_full[0, 0]) == ((2400, 2450), True, 2.0)
    assert (whole.pixels.shape, whole.shrunk, whole.to_full[0, 0]) == ((4800, 4900), False, 1.0)


@pytest.mark.parametrize(("degrees", "times"), [(0, 3), (90, 2), (45, 3), (-45, 2)])
def test_a_stretched_picture_knows_where_its_pixels_came_from(degrees: float, times: float) -> None:
    pixels = np.full((60, 80), 255, dtype=np.uint8)
    pixels[40:44, 20:24] = 0

    grey = image.stretched(image.load_grey(saved(Image.fromarray(pixels), "PNG")), degrees=degrees, times=times)

    row, column = np.argwhere(grey.pixels < 128).mean(axis=0) + 0.5
    assert grey.to_full @ [column, row, 1] == pytest.approx([22, 42], abs=0.6)


def test_no_bytes_are_refused() -> None:
    assert refusal(b"") == ("image.empty", "Reading the image failed: Expected an image file, got no bytes.")


def test_too_many_bytes_are_refused() -> None:
    assert refusal(bytes(20_000_001)) == (
        "image.bytes",
        "Reading the image failed: Expected at most 20000000 bytes, got 20000001.",
    )


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    assert refusal(png_header(10_000, 5_001)) == (
        "image.pixels",
        "Reading the image failed: Expected at most 50000000 pixels, got 10000 x 5001.",
    )


def test_a_decompression_bomb_is_refused() -> None:
    assert refusal(png_header(2**31 - 1, 2**31 - 1))[0] == "image.pixels"


@pytest.mark.parametrize("start", [b"%!PS-Adobe-3.0 EPSF-3.0\n", b"%PDF-1.7\n", b"8BPS\x00\x01", b"SIMPLE  ="])
def test_other_formats_are_never_opened(start: bytes) -> None:
    code, message = refusal(start + bytes(100))

    assert code == "image.format"
    assert message == (
        "Reading the image failed: Expected JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP or GIF, "
        f"got a file that starts with {start[:8].hex(' ') if len(start) >= 8 else (start + bytes(2))[:8].hex(' ')}."
    )


@pytest.mark.parametrize("file_format", FILES)
def test_a_file_cut_anywhere_is_an_image_or_one_clear_refusal(file_format: str) -> None:
    data = saved(Image.effect_noise((64, 48), 80), file_format)

    for end in range(1, len(data), max(1, len(data) // 60)):
        try:
            grey = image.load_grey(data[:end])
        except DecodeError as refused:
            assert refused.code in {"image.format", "image.truncated", "image.damaged"}  # noqa: PT017
        else:
            assert grey.pixels.dtype == np.uint8


def test_half_a_jpeg_is_called_truncated() -> None:
    data = saved(Image.effect_noise((64, 48), 80), "JPEG")

    assert refusal(data[: len(data) // 2])[0] == "image.truncated"


@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=1, max_size=300), st.sampled_from(FILES), st.integers(0, 200))
def test_noise_in_a_file_is_an_image_or_one_clear_refusal(noise: bytes, file_format: str, at: int) -> None:
    data = bytearray(saved(Image.fromarray(LEFT_TO_RIGHT), file_format))
    data[at : at + len(noise)] = noise

    try:
        grey = image.load_grey(bytes(data))
    except DecodeError as refused:
        assert refused.code.startswith("image.")  # noqa: PT017
    else:
        assert grey.pixels.dtype == np.uint8


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=1, max_size=100))
def test_random_bytes_are_refused(noise: bytes) -> None:
    assert refusal(noise)[0] in {"image.format", "image.truncated", "image.damaged"}
