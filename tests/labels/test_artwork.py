from __future__ import annotations

import base64
import dataclasses
import re
import sys
import zlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
import reportlab
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from labels.artwork import Artwork, draw_pdf, draw_png, draw_svg
from labels.artwork.faces import Face, chinese_face, latin_face
from labels.artwork.layout import MARK, lay_out
from labels.artwork.shapes import Text
from labels.errors import CodeError, LabelError
from tests.labels.artworks import CHINESE, ENGLISH, PLAIN, SIGNED, codes, needs_chinese_font, pixels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labels.artwork.shapes import Drawing

ROOT = Path(__file__).resolve().parents[2]
TEXT_FIELDS = [field.name for field in dataclasses.fields(Artwork) if field.type == "str" and field.name != "link"]


@needs_chinese_font
def test_a_chinese_label_states_its_claim_and_its_certificate() -> None:
    texts = svg_texts(draw_svg(CHINESE))

    assert texts == [
        "产品碳足迹",
        "Product carbon footprint",
        "磷酸铁锂电池包",
        "TB-280",
        "51.575",
        "kg CO₂e / 千瓦时",
        "摇篮到大门",
        "扫码核验",
        "Scan to verify",
        "证书编号",
        "DEMO-PCF-2026-0001",
        "认证机构",
        "甲认证有限公司",
        "有效期至",
        "2028-03-31",
        "标准",
        "GB/T 24067-2024",
    ]


@needs_chinese_font
def test_an_english_label_states_the_same_and_demo_across() -> None:
    texts = svg_texts(draw_svg(dataclasses.replace(ENGLISH, demo=True)))

    assert texts == [
        "DEMO 示范",
        "Product carbon footprint",
        "DEMO 示范",
        "LFP battery pack",
        "TB-280",
        "51.575",
        "kg CO₂e / kWh",
        "Cradle to gate",
        "Scan to verify",
        "Certificate",
        "DEMO-PCF-2026-0001",
        "Certified by",
        "Body A Certification",
        "Valid until",
        "2028-03-31",
        "Standard",
        "GB/T 24067-2024",
    ]


@pytest.mark.parametrize(("link", "characters", "side_mm"), [(PLAIN, 55, 13.53), (SIGNED, 146, 18.81)])
def test_the_code_with_its_quiet_zone_is_as_small_as_its_link_allows(
    link: str, characters: int, side_mm: float
) -> None:
    code = drawn(dataclasses.replace(ENGLISH, link=link)).code

    assert (len(link), round(code.side + 8 * code.module, 2)) == (characters, side_mm)


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("demo", [False, True])
@pytest.mark.parametrize("link", [PLAIN, SIGNED, PLAIN + "?c=" + "x-9_" * 80])
def test_the_code_of_a_png_is_read(link: str, dpi: int, *, demo: bool) -> None:
    png = draw_png(dataclasses.replace(CHINESE, link=link, demo=demo), dpi=dpi)

    assert codes(png) == [link]


def test_a_png_is_60_by_40_millimetres() -> None:
    picture = Image.open(BytesIO(draw_png(CHINESE)))

    assert (picture.size, round(picture.info["dpi"][0])) == ((709, 472), 300)


def test_a_larger_code_makes_a_larger_label() -> None:
    drawing = drawn(dataclasses.replace(ENGLISH, link=PLAIN + "?c=" + "x-9_" * 80))

    assert (round(drawing.width, 2), round(drawing.height, 2)) == (69.05, 49.05)


def test_demo_stands_across_the_label_and_leaves_the_code_alone() -> None:
    plain, demo = (pixels(draw_png(dataclasses.replace(CHINESE, link=SIGNED, demo=demo))) for demo in (False, True))
    code = drawn(dataclasses.replace(CHINESE, link=SIGNED)).code
    left, top = round((code.x - 4 * code.module) / 25.4 * 300), round((code.y - 4 * code.module) / 25.4 * 300)
    side = round((code.side + 8 * code.module) / 25.4 * 300)
    changed = (plain != demo).any(axis=2)

    assert not changed[top : top + side, left : left + side].any()
    assert changed[:, :left].mean() > 0.04


def test_a_pdf_is_one_page_of_vectors_with_its_font_and_always_the_same() -> None:
    pdf = draw_pdf(CHINESE)
    found = {
        name: len(re.findall(name, pdf)) for name in (rb"/MediaBox", rb"/Type /Page\b", rb"/FontFile2", rb"/Image\b")
    }

    assert pdf == draw_pdf(CHINESE)
    assert b"/MediaBox [ 0 0 170.0787 113.3858 ]" in pdf
    assert found[rb"/FontFile2"] >= 1
    assert (found[rb"/MediaBox"], found[rb"/Type /Page\b"], found[rb"/Image\b"]) == (1, 1, 0)


@pytest.mark.parametrize("link", [PLAIN, SIGNED])
def test_the_code_of_a_pdf_is_read(link: str) -> None:
    content = pdf_content(draw_pdf(dataclasses.replace(CHINESE, link=link, demo=True)))
    boxes = [tuple(map(float, box)) for box in re.findall(r"(\S+) (\S+) (\S+) (\S+) re", content)]

    assert codes(painted((x, 114 - y - height, width, height) for x, y, width, height in boxes)) == [link]


@pytest.mark.parametrize("link", [PLAIN, SIGNED])
def test_the_code_of_an_svg_is_read(link: str) -> None:
    path = svg_root(draw_svg(dataclasses.replace(CHINESE, link=link, demo=True))).find("{*}path")
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1", path.attrib["d"]) if path is not None else []

    assert codes(painted((float(x) + 4, float(y) + 4, float(wide), 1) for x, y, wide in runs)) == [link]


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "</text><script href='data:,1'/>",
        '"><img src=x onerror=alert(1)>',
        "]]><svg onload=alert(1)>",
        "<!--",
        "&lt;script&gt;",
        "&#60;a xlink:href='javascript:alert(1)'&#62;",
        "<foreignObject><body onload=a()>",
        "%3Cscript%3E",
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hosts'>]>&e;",
    ],
)
def test_no_text_becomes_markup(field: str, attack: str) -> None:
    label = Artwork(**{**dataclasses.asdict(CHINESE), field: attack})
    for lang in ("zh-CN", "en"):
        root = svg_root(draw_svg(dataclasses.replace(label, lang=lang)))

        assert {element.tag.split("}")[1] for element in root.iter()} == {
            "svg", "title", "rect", "text", "polygon", "path",
        }  # fmt: skip
        assert {name for element in root.iter() for name in element.attrib} <= SVG_ATTRIBUTES


def test_a_link_is_drawn_and_nowhere_written_in_an_svg() -> None:
    link = 'https://id.example.org/"><script>alert(1)</script>'

    assert "alert" not in draw_svg(dataclasses.replace(CHINESE, link=link))


any_text = st.text(st.characters() | st.sampled_from("碳足迹（）， ₂\u202e\x00<&\n"), max_size=200)


@settings(deadline=None)
@given(st.builds(dataclasses.replace, st.sampled_from([CHINESE, ENGLISH]), **dict.fromkeys(TEXT_FIELDS, any_text)))
def test_no_text_leaves_the_label_or_enters_the_code(label: Artwork) -> None:
    drawing = drawn(label)
    quiet = 4 * drawing.code.module
    code = (drawing.code.x - quiet, drawing.code.y - quiet, drawing.code.side + 2 * quiet)

    for text in written(drawing):
        left, right = extent(text)
        assert left >= 2.99
        assert right <= drawing.width - 2.99
        assert text.size >= 1.29
        inside = right > code[0] and code[1] < text.y < code[1] + code[2] + 0.7 * text.size
        assert not inside


@settings(deadline=None)
@given(st.builds(dataclasses.replace, st.sampled_from([CHINESE, ENGLISH]), **dict.fromkeys(TEXT_FIELDS, any_text)))
def test_any_text_gives_a_well_formed_svg(label: Artwork) -> None:
    assert svg_root(draw_svg(label)).tag == "{http://www.w3.org/2000/svg}svg"


def test_a_long_text_shrinks_then_wraps_then_ends_in_an_ellipsis() -> None:
    short, long = (dataclasses.replace(ENGLISH, product_en="Module, " * count) for count in (7, 30))
    shown = [[text for text in written(drawn(label)) if text.text.startswith("Module")] for label in (short, long)]

    assert [len(lines) for lines in shown] == [2, 2]
    assert [lines[-1].text.endswith("…") for lines in shown] == [False, True]
    assert shown[1][0].size < shown[0][0].size


@pytest.fixture
def no_system_fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    if sys.platform != "linux":
        pytest.skip("only Linux lets a test choose the font folders")
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    chinese_face.cache_clear()
    latin_face.cache_clear()
    yield
    chinese_face.cache_clear()
    latin_face.cache_clear()


@pytest.mark.usefixtures("no_system_fonts")
def test_without_a_chinese_font_png_and_pdf_carry_the_english_text() -> None:
    assert CHINESE.missing_font == ("png", "pdf")
    assert draw_png(CHINESE) == draw_png(ENGLISH)
    assert draw_pdf(CHINESE) == draw_pdf(ENGLISH)


@pytest.mark.usefixtures("no_system_fonts")
def test_without_a_chinese_font_an_svg_is_chinese_all_the_same() -> None:
    texts = svg_texts(draw_svg(CHINESE))

    assert [text for text in texts if text.startswith("产品")] == ["产品碳足迹"]


@needs_chinese_font
def test_with_a_chinese_font_nothing_is_missing() -> None:
    assert (CHINESE.missing_font, ENGLISH.missing_font) == ((), ())


def test_a_character_that_the_font_lacks_is_written_plainly_never_as_a_box() -> None:
    face = Face(str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"))

    assert face.writable("CO₂e ① 碳") == "CO2e 1 ?"


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("", "Drawing a QR code failed on '': Expected 1 to 400 characters, got 0."),
        (
            "https://id.example.org/碳",
            "Drawing a QR code failed on 'https://id.example.org/碳': Expected printable ASCII, got '碳'.",
        ),
        ("x" * 401, f"Drawing a QR code failed on '{'x' * 60}': Expected 1 to 400 characters, got 401."),
    ],
)
def test_a_link_that_no_label_can_carry_is_refused(link: str, message: str) -> None:
    with pytest.raises(CodeError) as refusal:
        draw_svg(dataclasses.replace(CHINESE, link=link))

    assert refusal.value.message == message


def test_a_resolution_that_no_code_survives_is_refused() -> None:
    with pytest.raises(LabelError) as refusal:
        draw_png(CHINESE, dpi=72)

    assert refusal.value.message == "Drawing a label failed on 72 dots per inch: Expected 150 to 1200, got 72."


def test_the_brand_files_show_the_mark_of_the_labels() -> None:
    root = svg_root((ROOT / "assets" / "brand" / "mark.svg").read_text(encoding="utf-8"))
    drawn_points = [polygon.attrib["points"] for polygon in root.findall("{*}polygon")]

    assert drawn_points == [" ".join(f"{x},{y}" for x, y in points) for points in MARK]
    with Image.open(ROOT / "assets" / "brand" / "favicon.png") as favicon:
        assert favicon.size == (64, 64)


def drawn(label: Artwork) -> Drawing:
    return lay_out(label, chinese_face() or latin_face(), label.lang)


def written(drawing: Drawing) -> Iterator[Text]:
    return (shape for shape in drawing.shapes if isinstance(shape, Text) and not shape.angle)


def extent(text: Text) -> tuple[float, float]:
    left = text.x - text.width * {"start": 0, "middle": 0.5, "end": 1}[text.anchor]
    bold = text.weight * text.size
    return left - bold, left + text.width + bold


def painted(boxes: Iterator[tuple[float, float, float, float]], scale: int = 8) -> bytes:
    picture = Image.new("L", (180 * scale, 120 * scale), 255)
    pen = ImageDraw.Draw(picture)
    for x, y, width, height in boxes:
        pen.rectangle([round(edge * scale) for edge in (x, y, x + width, y + height)], 0)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def svg_root(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  (our own drawing)


def svg_texts(svg: str) -> list[str]:
    return [element.text or "" for element in svg_root(svg).findall(".//{*}text")]


def pdf_content(pdf: bytes) -> str:
    streams = re.findall(rb"/ASCII85Decode /FlateDecode \].*?stream\r?\n(.*?)~>", pdf, re.DOTALL)
    return next(
        text
        for text in (zlib.decompress(base64.a85decode(stream)).decode("latin-1") for stream in streams)
        if " re\n" in text or " re " in text
    )


SVG_ATTRIBUTES = {
    *("width", "height", "viewBox", "role", "lang", "font-family", "font-size", "text-anchor", "textLength"),
    *("lengthAdjust", "x", "y", "rx", "d", "fill", "points", "transform", "shape-rendering"),
    *("stroke", "stroke-width", "stroke-linejoin"),
}
