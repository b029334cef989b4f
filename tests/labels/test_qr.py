from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from labels.errors import DecodeError
from labels.qr import Code, Reading, read_codes
from labels.unwrap import Sight, flattened

LINK = "https://id.example.cn/01/06901234567892/21/A1"
PHOTOS = Path(__file__).resolve().parents[2] / ".." / "shared" / "vectors" / "qr"

Pixels = npt.NDArray[np.uint8]


def code_pixels(content: str | bytes = LINK, *, size: int = 6, quiet: int = 4) -> Pixels:
    code = qrcode.QRCode(version=4, box_size=size, border=quiet)
    code.add_data(content, optimize=0)
    code.make()
    return np.where(np.kron(np.array(code.get_matrix()), np.ones((size, size))), 0, 255).astype(np.uint8)


def png(pixels: Pixels, **options: object) -> bytes:
    return saved(Image.fromarray(pixels), "PNG", **options)


def saved(picture: Image.Image, file_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()


def texts(data: bytes) -> list[str]:
    return [code.text for code in read_codes(data).codes]


def barcode_pixels(content: str, symbology: zxingcpp.BarcodeFormat) -> Pixels:
    drawn = zxingcpp.create_barcode(content, symbology).to_image(4)
    return np.pad(np.array(drawn, dtype=np.uint8, copy=True), 40, constant_values=255)


def creased(pixels: Pixels, depth: float, wave: float) -> Pixels:
    """Pull the rows and columns of a picture to and fro like cloth, by ``depth`` pixels over ``wave`` pixels."""
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(float)
    from_row = rows + depth * np.sin(2 * np.pi * columns / wave)
    from_column = columns + depth * np.sin(2 * np.pi * rows / wave + 1)
    inside = [np.clip(np.rint(place), 0, pixels.shape[0] - 1).astype(int) for place in (from_row, from_column)]
    return np.asarray(pixels[inside[0], inside[1]])


def test_a_code_is_read_with_its_bytes_and_place() -> None:
    reading = read_codes(png(code_pixels(size=10)))

    assert reading == Reading(
        (Code(LINK, LINK.encode(), "QRCode", ((40, 40), (370, 40), (370, 370), (40, 370)), "utf-8"),),
        seen_unreadable=False,
    )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_places_are_those_of_the_upright_picture(orientation: int) -> None:
    page = np.full((500, 700), 255, dtype=np.uint8)
    page[100:298, 300:498] = code_pixels(quiet=0)
    turned = {
        1: page,
        2: page[:, ::-1],
        3: page[::-1, ::-1],
        4: page[::-1],
        5: page.T,
        6: np.rot90(page, 1),
        7: page[::-1, ::-1].T,
        8: np.rot90(page, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation

    (code,) = read_codes(png(np.ascontiguousarray(turned), exif=exif)).codes

    assert code.text == LINK
    assert np.abs(np.array(code.position) - [(300, 100), (498, 100), (498, 298), (300, 298)]).max() <= 1


def test_places_in_a_shrunken_jpeg_are_those_of_the_full_picture() -> None:
    page = Image.new("L", (4900, 4800), "white")
    page.paste(Image.fromarray(code_pixels(size=20, quiet=0)), (3000, 2000))

    (code,) = read_codes(saved(page, "JPEG")).codes

    assert np.abs(np.array(code.position) - [(3000, 2000), (3660, 2000), (3660, 2660), (3000, 2660)]).max() <= 4


def test_several_codes_are_read_each_once() -> None:
    page = np.hstack([code_pixels("first"), code_pixels("second"), code_pixels("first")])

    assert sorted(texts(png(page))) == ["first", "first", "second"]


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF"])
def test_every_format_is_read(file_format: str) -> None:
    assert texts(saved(Image.fromarray(code_pixels()).convert("RGB"), file_format)) == [LINK]


def test_a_phone_s_heic_photo_is_read() -> None:
    """Made with libheif's own encoder; the project only decodes."""
    assert texts((Path(__file__).parent / "code.heic").read_bytes()) == ["heic"]


def test_a_cut_heic_photo_is_refused() -> None:
    data = (Path(__file__).parent / "code.heic").read_bytes()

    for end in range(1, len(data), 40):
        with pytest.raises(DecodeError, match="Reading the image failed: Expected"):
            read_codes(data[:end])


def test_a_small_blurred_code_in_a_large_photo_is_read_where_it_is() -> None:
    page = Image.new("L", (2600, 2000), 190)
    page.paste(Image.fromarray(code_pixels(size=3)), (1900, 300))

    (code,) = read_codes(saved(page.filter(ImageFilter.GaussianBlur(1.5)), "PNG")).codes

    assert code.text == LINK
    assert np.abs(np.array(code.position) - [(1912, 312), (2011, 312), (2011, 411), (1912, 411)]).max() <= 4


@pytest.mark.parametrize("degrees", [17, 45, 90, 133, 180, 270])
def test_a_turned_code_is_read(degrees: int) -> None:
    assert texts(saved(Image.fromarray(code_pixels()).rotate(degrees, expand=True, fillcolor=255), "PNG")) == [LINK]


def test_a_code_on_transparent_ground_is_read() -> None:
    ink = 255 - code_pixels()
    picture = Image.fromarray(np.dstack([np.zeros_like(ink), ink]), "LA")

    assert texts(saved(picture, "PNG")) == [LINK]


def test_a_code_in_four_inks_is_read() -> None:
    assert texts(saved(Image.fromarray(code_pixels()).convert("RGB").convert("CMYK"), "JPEG")) == [LINK]


def test_a_faint_code_of_sixteen_bits_is_read() -> None:
    assert texts(png((code_pixels() // 16).astype(np.uint16))) == [LINK]


def test_a_bright_on_dark_code_is_read() -> None:
    assert texts(png(255 - code_pixels())) == [LINK]


def test_chinese_in_utf_8_is_read_as_such() -> None:
    (code,) = read_codes(png(code_pixels("碳标签 浙江".encode()))).codes

    assert (code.text, code.charset) == ("碳标签 浙江", "utf-8")


def test_chinese_in_gb_18030_is_read_as_such() -> None:
    (code,) = read_codes(png(code_pixels("产品碳足迹标签".encode("gb18030")))).codes

    assert (code.text, code.data, code.charset) == ("产品碳足迹标签", "产品碳足迹标签".encode("gb18030"), "gb18030")


def test_bytes_that_may_be_japanese_or_chinese_are_called_uncertain() -> None:
    (code,) = read_codes(png(code_pixels("ﾃﾞｻﾞｲﾝ".encode("shift_jis")))).codes

    assert (code.text, code.charset) == ("ﾃﾞｻﾞｲﾝ", "uncertain")


def test_a_retail_barcode_is_read_where_there_is_no_qr_code() -> None:
    (code,) = read_codes(png(barcode_pixels("6901234567892", zxingcpp.BarcodeFormat.EAN13))).codes

    assert (code.text, code.symbology) == ("6901234567892", "EAN13")


def test_a_data_matrix_code_is_read_where_there_is_no_qr_code() -> None:
    (code,) = read_codes(png(barcode_pixels("hello", zxingcpp.BarcodeFormat.DataMatrix))).codes

    assert (code.text, code.symbology) == ("hello", "DataMatrix")


def test_beside_a_qr_code_a_retail_barcode_is_left_out() -> None:
    bars, code = barcode_pixels("6901234567892", zxingcpp.BarcodeFormat.EAN13), code_pixels()
    page = np.full((bars.shape[0] + code.shape[0], max(bars.shape[1], code.shape[1])), 255, dtype=np.uint8)
    page[: bars.shape[0], : bars.shape[1]] = bars
    page[bars.shape[0] :, : code.shape[1]] = code

    assert texts(png(page)) == [LINK]


def test_micro_qr_without_error_correction_is_left_out() -> None:
    page = png(barcode_pixels("95607", zxingcpp.BarcodeFormat.MicroQRCode))

    assert zxingcpp.read_barcodes(Image.open(io.BytesIO(page)))[0].extra["Version"] == "M1"  # type: ignore[index]
    assert texts(page) == []


def test_a_picture_without_codes_gives_none() -> None:
    assert read_codes(png(np.full((300, 400), 128, dtype=np.uint8))) == Reading((), seen_unreadable=False)


def test_a_code_too_damaged_to_read_is_reported_as_seen() -> None:
    page = code_pixels()
    page[80:160, 60:200] = np.random.default_rng(1).choice([0, 255], (80, 140))

    assert read_codes(png(page)) == Reading((), seen_unreadable=True)


def test_after_the_deadline_only_plain_pixels_are_searched() -> None:
    plain, hidden = png(code_pixels()), png(creased(code_pixels(size=8), 3, 130))
    bars = png(barcode_pixels("6901234567892", zxingcpp.BarcodeFormat.EAN13))

    assert (texts(plain), texts(hidden)) == ([LINK], [LINK])
    assert read_codes(plain, deadline_s=0).codes == read_codes(plain).codes
    assert read_codes(hidden, deadline_s=0).codes == ()
    assert read_codes(bars, deadline_s=0) == read_codes(bars)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda page: creased(page, 4, 200), id="creased"),
        pytest.param(lambda page: creased(page, 3, 80), id="finely creased"),
        pytest.param(lambda page: np.where(page == 0, 236, 255).astype(np.uint8), id="washed out"),
        pytest.param(lambda page: (page // 40).astype(np.uint8), id="very dark"),
        pytest.param(
            lambda page: (page / 4 + np.linspace(0, 190, page.shape[1])[None, :]).astype(np.uint8), id="shadow"
        ),
        pytest.param(lambda page: np.asarray(Image.fromarray(page).filter(ImageFilter.GaussianBlur(4))), id="blurred"),
        pytest.param(
            lambda page: np.asarray(Image.fromarray(page).resize((page.shape[1] // 4, page.shape[0]))), id="slanted"
        ),
        pytest.param(
            lambda page: np.where((page == 0) & (np.indices(page.shape).sum(axis=0) % 4 == 0), 255, page), id="hatched"
        ),
    ],
)
def test_a_spoilt_print_is_still_read(spoil: object) -> None:
    assert callable(spoil)

    assert texts(png(spoil(code_pixels(size=8)))) == [LINK]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.02, 0.5))
def test_damage_never_changes_the_text(seed: int, share: float) -> None:
    chance = np.random.default_rng(seed)
    modules = np.kron(chance.random((41, 41)) < share / 2, np.ones((6, 6)))[:246, :246] > 0
    page = np.where(modules, chance.choice([0, 255]), code_pixels())

    assert set(texts(png(page.astype(np.uint8)))) <= {LINK}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_image_are_refused(noise: bytes) -> None:
    with pytest.raises(DecodeError):
        read_codes(noise)


def test_of_a_flat_code_the_very_modules_are_given_back() -> None:
    page = code_pixels(size=7, quiet=0)
    corners = ((0.0, 0.0), (231.0, 0.0), (231.0, 231.0), (0.0, 231.0))

    found = list(flattened(page, Sight(corners, 4)))

    assert [np.array_equal(modules, page[3::7, 3::7] == 0) for modules in found] == [True, True]


def test_a_place_without_a_code_is_not_flattened() -> None:
    noise = np.random.default_rng(2).integers(0, 255, (300, 300), dtype=np.uint8)

    found = list(flattened(noise, Sight(((20.0, 20.0), (250.0, 30.0), (240.0, 260.0), (10.0, 250.0)), 3)))

    assert found == []


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the photo collection lies beside the repository, not in it")
@pytest.mark.parametrize(
    ("photo", "text"),
    [
        ("zxing-qrcode-4__31.png", "http://code.google.com"),
        ("boofcv-damaged__image010.jpg", "amzn.to/socialqr"),
        ("boofcv-perspective__image014.jpg", "TEST 10 CM"),
    ],
)
def test_real_photos_that_plain_reading_misses_are_read(photo: str, text: str) -> None:
    """Photos of ZXing's black-box tests (Apache-2.0) and of BoofCV's QR code benchmark (P. Abeles)."""
    data = (PHOTOS / "images" / photo).read_bytes()

    assert zxingcpp.read_barcodes(Image.open(io.BytesIO(data)).convert("L"), formats=zxingcpp.QRCode) == []  # type: ignore[arg-type]
    assert [found.strip() for found in texts(data)] == [text]


def test_corners_go_round_the_code() -> None:
    (code,) = read_codes(png(code_pixels())).codes

    around = [*code.position, code.position[0]]
    assert all((one[0] == two[0]) != (one[1] == two[1]) for one, two in pairwise(around))
