"""The JSON of ``tanbiao read``."""

from __future__ import annotations

import base64
import io

import qrcode

from app.reading import CodeJson, reading_json

TEXT = "https://id.example.com/01/06901234567892?name=茶"


def test_a_readable_image_gives_its_text_and_bytes() -> None:
    reading = reading_json("tea.png", _picture())

    code: CodeJson = {
        "text": TEXT,
        "bytes_b64": base64.b64encode(TEXT.encode()).decode(),
        "symbology": "QRCode",
        "charset": "utf-8",
        "position": reading["codes"][0]["position"],
    }
    assert reading == {"file": "tea.png", "codes": [code], "seen_unreadable": False, "error": None}


def test_the_position_holds_the_corners_clockwise_from_the_top_left() -> None:
    side = 10 * (4 * 4 + 17)  # version 4: 33 modules of 10 pixels behind a border of 4

    corners = reading_json(None, _picture())["codes"][0]["position"]

    expected = [[40, 40], [40 + side, 40], [40 + side, 40 + side], [40, 40 + side]]
    assert all(abs(x - a) <= 10 and abs(y - b) <= 10 for (x, y), (a, b) in zip(corners, expected, strict=True))


def test_bytes_that_are_no_image_give_an_error_and_no_exception() -> None:
    reading = reading_json("notes.txt", b"no image")

    error = reading.pop("error")  # type: ignore[misc]
    assert reading == {"file": "notes.txt", "codes": [], "seen_unreadable": False}
    assert set(error or {}) == {"code", "message"}


def _picture() -> bytes:
    buffer = io.BytesIO()
    code = qrcode.QRCode(version=4, box_size=10, border=4)
    code.add_data(TEXT.encode())
    code.make_image().save(buffer)
    return buffer.getvalue()
