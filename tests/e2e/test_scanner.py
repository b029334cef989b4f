"""The live scanner in a real browser, with a film in place of the camera."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
import qrcode
from PIL import Image
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Launch, OpenPage, Serve

pytestmark = pytest.mark.e2e

TEXT = "https://id.example.com/01/06901234567892/21/A7"


@pytest.fixture(scope="session")
def scanner_site(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Serve a page with nothing but the scanner, behind the routes and middleware of the program."""
    folder = tmp_path_factory.mktemp("scanner")
    (folder / "page.py").write_text(_PAGE, encoding="utf-8")
    (folder / "front.py").write_text(_FRONT, encoding="utf-8")
    return serve(folder / "front.py")


def test_the_camera_of_the_scan_page_leads_to_the_label(
    site: str, launch: Launch, open_page: OpenPage, tmp_path: Path
) -> None:
    browser = launch(*_camera(_film(tmp_path, _frame(_code("TB-DEMO-2026-0014", module=6)))))

    with open_page(browser, permissions=["camera"], **PHONE) as page:
        page.goto(site)
        page.get_by_text("Camera", exact=True).click()
        expect(page.get_by_role("heading", name="Certified", exact=True)).to_be_visible()
        assert page.url == f"{site}/label?l=TB-DEMO-2026-0014"


def test_a_code_before_the_camera_comes_back_once(
    scanner_site: str, launch: Launch, open_page: OpenPage, tmp_path: Path
) -> None:
    browser = launch(*_camera(_film(tmp_path, _frame(_code(TEXT, module=6)))))

    with open_page(browser, permissions=["camera"], **PHONE) as page:
        _watch_cameras(page)
        page.goto(scanner_site)
        expect(page.get_by_text(f"1 × {TEXT}")).to_be_visible()
        page.get_by_role("button", name="run again").click()

        expect(page.get_by_text("runs after: 1")).to_be_visible()
        expect(page.get_by_text(f"1 × {TEXT}")).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="Found")).to_be_visible()
        assert _cameras(page) == ["ended"]


def test_a_small_code_is_read_at_the_pixels_of_the_camera(
    scanner_site: str, launch: Launch, open_page: OpenPage, tmp_path: Path
) -> None:
    browser = launch(*_camera(_film(tmp_path, _frame(_code(TEXT, module=3)))))

    with open_page(browser, permissions=["camera"], **PHONE) as page:
        page.goto(scanner_site)

        expect(page.get_by_text(f"1 × {TEXT}")).to_be_visible()


def test_a_code_that_is_seen_but_not_readable_asks_to_hold_closer(
    scanner_site: str, launch: Launch, open_page: OpenPage, tmp_path: Path
) -> None:
    browser = launch(*_camera(_film(tmp_path, _frame(_spoilt(_code(TEXT, module=8))))))

    with open_page(browser, permissions=["camera"], **PHONE) as page:
        page.goto(scanner_site)

        expect(page.get_by_role("status").filter(has_text="Hold it closer")).to_be_visible()


def test_a_camera_that_is_denied_says_so_and_offers_another_try(
    scanner_site: str, launch: Launch, open_page: OpenPage
) -> None:
    with open_page(launch("--use-fake-device-for-media-stream"), **PHONE) as page:
        page.goto(scanner_site)
        page.get_by_role("button", name="Scan a label").click()

        expect(page.get_by_role("status").filter(has_text="Camera denied")).to_be_visible()
        expect(page.get_by_role("button", name="Try again")).to_be_enabled()


def test_the_camera_waits_for_a_press_until_it_was_allowed(
    scanner_site: str, launch: Launch, open_page: OpenPage, tmp_path: Path
) -> None:
    browser = launch(*_camera(_film(tmp_path, _frame(_code(TEXT, module=6)))))

    with open_page(browser, **PHONE) as page:
        _watch_cameras(page)
        page.goto(scanner_site)
        button = page.get_by_role("button", name="Scan a label")
        expect(button).to_be_visible()
        before = _cameras(page)
        page.context.grant_permissions(["camera"])
        button.click()

        expect(page.get_by_text(f"1 × {TEXT}")).to_be_visible()
        assert before == []


def test_the_camera_ends_when_the_scanner_leaves_the_page(
    scanner_site: str, launch: Launch, open_page: OpenPage, tmp_path: Path
) -> None:
    browser = launch(*_camera(_film(tmp_path, Image.new("RGB", FRAME, "grey"))))

    with open_page(browser, permissions=["camera"], **PHONE) as page:
        _watch_cameras(page)
        page.goto(scanner_site)
        expect(page.get_by_role("status").filter(has_text="Point at the code")).to_be_visible()
        during = _cameras(page)
        page.get_by_text("hide").click()
        expect(page.get_by_text("hidden")).to_be_visible()

        page.wait_for_function("cameras().every((state) => state === 'ended')")
        assert during == ["live"]


def test_a_plain_http_host_is_told_why_there_is_no_camera(
    scanner_site: str, launch: Launch, open_page: OpenPage
) -> None:
    with open_page(launch(), **PHONE) as page:
        page.goto(scanner_site.replace("127.0.0.1", "plain.test"))

        expect(page.get_by_role("status").filter(has_text="Needs HTTPS")).to_be_visible()
        expect(page.get_by_role("button", name="Scan a label")).to_be_hidden()


def _code(text: str, *, module: int) -> Image.Image:
    code = qrcode.QRCode(box_size=module, border=4)
    code.add_data(text)
    buffer = io.BytesIO()
    code.make_image().save(buffer)
    return Image.open(buffer).convert("RGB")


def _spoilt(code: Image.Image) -> Image.Image:
    """Cover more of the data than error correction mends, and leave the finder patterns."""
    width, height = code.size
    code.paste("black", (width // 2, height // 2, width * 7 // 8, height * 7 // 8))
    return code


def _frame(code: Image.Image) -> Image.Image:
    frame = Image.new("RGB", FRAME, "white")
    frame.paste(code, ((FRAME[0] - code.width) // 2, (FRAME[1] - code.height) // 2))
    return frame


def _film(folder: Path, frame: Image.Image) -> Path:
    """Write a few frames of Motion JPEG, which Chromium plays in a loop."""
    buffer = io.BytesIO()
    frame.save(buffer, "JPEG", quality=92)
    film = folder / "film.mjpeg"
    film.write_bytes(buffer.getvalue() * 5)
    return film


def _camera(film: Path) -> tuple[str, ...]:
    return "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"


def _watch_cameras(page: Page) -> None:
    page.add_init_script(_WATCH)


def _cameras(page: Page) -> list[str]:
    states: list[str] = page.evaluate("cameras()")
    return states


FRAME = (1280, 720)
PHONE = {"viewport": {"width": 390, "height": 844}}

_WATCH = """
const streams = []
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
navigator.mediaDevices.getUserMedia = async (wish) => {
  const stream = await open(wish)
  streams.push(stream)
  return stream
}
window.cameras = () => streams.flatMap((stream) => stream.getTracks().map((track) => track.readyState))
"""

_FRONT = """
from pathlib import Path

import streamlit as st

from app.api.answers import EXCEPTION_HANDLERS
from app.api.middleware import MIDDLEWARE
from app.api.routes import ROUTES

app = st.App(
    Path(__file__).parent / "page.py", routes=ROUTES, middleware=MIDDLEWARE, exception_handlers=EXCEPTION_HANDLERS
)
"""

_PAGE = """
import streamlit as st

from app.parts.scanner import ScannerTexts, scanner

TEXTS = ScannerTexts(
    start="Scan a label", starting="Opening", looking="Point at the code", closer="Hold it closer", found="Found",
    paused="Paused", denied="Camera denied", missing="No camera", in_use="Camera in use", failed="Camera failed",
    insecure="Needs HTTPS", offline="Offline", retry="Try again", torch="Light",
)

if st.checkbox("hide"):
    st.text("hidden")
else:
    text = scanner(key="scanner", texts=TEXTS)
    if text:
        st.session_state.hits = [*st.session_state.get("hits", []), text]
hits = st.session_state.get("hits", [])
if hits:
    st.text(f"{len(hits)} × {hits[0]}")
if st.button("run again"):
    st.session_state.runs = st.session_state.get("runs", 0) + 1
st.text(f"runs after: {st.session_state.get('runs', 0)}")
"""
