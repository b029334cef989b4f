"""The HTTP side of the real program, over Starlette's test client."""

from __future__ import annotations

import io
import re
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import pytest
import qrcode
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.web.server.app_discovery import discover_asgi_app

from app.api.answers import EXCEPTION_HANDLERS, SECURITY_HEADERS, Refusal
from app.api.bundles import STREAMLIT_STATIC
from app.api.health import Health, health, health_answer
from app.api.middleware import MIDDLEWARE
from app.api.scan import DECODING, MAX_BYTES, UPLOADS, scan
from app.pages import PAGES
from app.reading import reading_json
from labels.errors import StoreError

if TYPE_CHECKING:
    import threading

    from starlette.responses import Response
    from starlette.types import Message, Receive

ROOT = Path(__file__).resolve().parents[2]
INDEX = (STREAMLIT_STATIC / "index.html").read_text(encoding="utf-8")
BUNDLES = re.findall(r'(?:href|src)="\.(/static/[^"]+\.(?:js|css))"', INDEX)
SCAN = "/api/v1/scan"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="session")
def photo() -> bytes:
    buffer = io.BytesIO()
    qrcode.make("https://id.example.com/01/06901234567892").save(buffer)
    return buffer.getvalue()


def test_streamlit_sees_that_the_front_door_is_an_asgi_app() -> None:
    assert discover_asgi_app(ROOT / "streamlit_app.py").import_string == "streamlit_app:app"


class TestHealth:
    def test_a_process_that_can_serve_says_so(self, client: TestClient) -> None:
        answer = client.get("/healthz")

        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": "0.1.0"})
        assert answer.headers["cache-control"] == "no-store"

    def test_a_store_that_cannot_be_read_is_the_reason(self) -> None:
        def torn() -> None:
            raise StoreError("store.damaged", "Opening the store failed on frame 7: Expected checksum 1, got 2.")

        verdict = health([torn])

        assert verdict == Health(version="0.1.0", reason="store.damaged")

    def test_a_missing_disk_is_told_by_code_and_not_by_path(self) -> None:
        verdict = health([(ROOT / "no such folder").iterdir().__next__])

        assert verdict.reason == "store.unreadable"

    def test_what_cannot_serve_answers_503(self) -> None:
        answer = health_answer(Health(version="0.1.0", reason="store.damaged"))

        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert bytes(answer.body) == b'{"status":"unavailable","version":"0.1.0","reason":"store.damaged"}'


class TestScan:
    @pytest.mark.parametrize("kind", ["image/png", "image/heic", "IMAGE/JPEG", "application/octet-stream"])
    def test_an_image_gives_what_the_command_gives(self, client: TestClient, photo: bytes, kind: str) -> None:
        answer = client.post(SCAN, content=photo, headers={"Content-Type": kind})

        assert (answer.status_code, answer.json()) == (200, reading_json(None, photo))
        assert answer.json()["codes"][0]["text"] == "https://id.example.com/01/06901234567892"

    def test_a_frame_of_a_film_may_ask_for_a_short_look(self, client: TestClient, photo: bytes) -> None:
        answer = client.post(f"{SCAN}?seconds=0.25", content=photo)

        assert (answer.status_code, answer.json()) == (200, reading_json(None, photo))

    @pytest.mark.parametrize("asked", ["3.1", "-1", "nan", "1e9", "soon", "٣", ""])
    def test_a_look_of_another_length_answers_400(self, client: TestClient, photo: bytes, asked: str) -> None:
        answer = _mistake(client, "POST", f"{SCAN}?seconds={asked}", content=photo)

        message = f"Reading the parameter seconds failed on {asked!r}: Expected a number from 0 to 3."
        assert answer == (400, "scan.seconds", message)

    def test_a_body_without_a_type_is_taken_as_bytes(self, client: TestClient, photo: bytes) -> None:
        answer = client.post(SCAN, content=photo)

        assert answer.status_code == HTTPStatus.OK

    def test_an_image_without_a_code_is_no_error(self, client: TestClient) -> None:
        answer = client.post(SCAN, content=_blank_png(), headers={"Content-Type": "image/png"})

        assert (answer.status_code, answer.json()) == (200, reading_json(None, _blank_png()))
        assert answer.json()["codes"] == []

    def test_bytes_that_are_no_image_answer_422_with_the_reason(self, client: TestClient) -> None:
        answer = client.post(SCAN, content=b"no image", headers={"Content-Type": "image/png"})

        assert (answer.status_code, answer.json()) == (422, reading_json(None, b"no image"))
        assert set(answer.json()["error"]) == {"code", "message"}

    @pytest.mark.parametrize(
        "kind", ["text/plain", "application/json", "multipart/form-data; boundary=x", "imagine/png"]
    )
    def test_another_type_answers_415(self, client: TestClient, photo: bytes, kind: str) -> None:
        answer = _mistake(client, "POST", SCAN, content=photo, headers={"Content-Type": kind})

        named = kind.partition(";")[0]
        assert answer == (
            415,
            "scan.type",
            f"Reading an image failed on its content type: Expected image/* or application/octet-stream, got {named}.",
        )

    def test_a_length_over_the_limit_answers_413(self, client: TestClient) -> None:
        answer = _mistake(client, "POST", SCAN, content=b"", headers={"Content-Length": str(MAX_BYTES + 1)})

        message = f"Receiving an image failed on its size: Expected at most {MAX_BYTES} bytes, got {MAX_BYTES + 1}."
        assert answer == (413, "scan.too-large", message)

    @pytest.mark.parametrize(
        ("headers", "got", "parts"),
        [([(b"content-length", b"20000001")], "20000001", 0), ([], "more than 20000000", 21)],
        ids=["length known", "length unknown"],
    )
    def test_no_more_of_a_large_body_is_read_than_is_taken(
        self, headers: list[tuple[bytes, bytes]], got: str, parts: int
    ) -> None:
        taken: list[int] = []

        async def receive() -> Message:
            taken.append(1_000_000)
            return {"type": "http.request", "body": b"x" * taken[-1], "more_body": True}

        with pytest.raises(Refusal) as caught:
            anyio.run(scan, _upload(headers, receive))

        message = f"Receiving an image failed on its size: Expected at most 20000000 bytes, got {got}."
        assert (caught.value.status_code, caught.value.code, caught.value.detail) == (413, "scan.too-large", message)
        assert len(taken) == parts

    def test_an_upload_that_breaks_off_is_refused_and_frees_its_place(self) -> None:
        async def receive() -> Message:
            return {"type": "http.disconnect"}

        before = UPLOADS._value  # noqa: SLF001  (semaphores do not tell otherwise)
        with pytest.raises(Refusal) as caught:
            anyio.run(scan, _upload([], receive))

        assert (caught.value.status_code, caught.value.code) == (400, "scan.cut")
        assert UPLOADS._value == before  # noqa: SLF001

    @pytest.mark.parametrize("places", [DECODING, UPLOADS], ids=["decoding", "uploads"])
    def test_when_every_place_is_taken_it_answers_503_and_when_to_come_back(
        self, client: TestClient, photo: bytes, places: threading.Semaphore
    ) -> None:
        with ExitStack() as held:
            while places.acquire(blocking=False):
                held.callback(places.release)
            answer = client.post(SCAN, content=photo)
        after = client.post(SCAN, content=photo)

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json()["error"]["code"] == "scan.busy"
        assert after.status_code == HTTPStatus.OK

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
    def test_another_method_answers_405_and_names_the_right_one(self, client: TestClient, method: str) -> None:
        answer = client.request(method, SCAN)

        message = f"Calling '/api/v1/scan' failed: Expected POST, got {method}."
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert answer.json() == {"error": {"code": "http.method", "message": message}}


class TestOtherSites:
    @pytest.mark.parametrize(
        ("headers", "site"),
        [
            ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, "https://evil.example"),
            ({"Sec-Fetch-Site": "cross-site"}, "another site"),
            ({"Origin": "https://evil.example"}, "https://evil.example"),
            ({"Origin": "http://testserver:8080"}, "http://testserver:8080"),
            ({"Origin": "http://testserver.evil.example"}, "http://testserver.evil.example"),
            ({"Origin": "null"}, "null"),
        ],
    )
    def test_a_call_from_another_sites_page_is_refused(
        self, client: TestClient, photo: bytes, headers: dict[str, str], site: str
    ) -> None:
        answer = _mistake(client, "POST", SCAN, content=photo, headers=headers)

        message = f"Calling '/api/v1/scan' failed on its origin: Expected this site, got {site}."
        assert answer == (403, "http.cross-site", message)

    @pytest.mark.parametrize(
        "headers",
        [{}, {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}, {"Origin": "https://testserver"}],
        ids=["a program", "our page", "our page behind TLS"],
    )
    def test_our_own_page_and_programs_may_call(
        self, client: TestClient, photo: bytes, headers: dict[str, str]
    ) -> None:
        answer = client.post(SCAN, content=photo, headers=headers)

        assert answer.status_code == HTTPStatus.OK


class TestUnknownPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "/nope",
            "/label/x",
            "/scan/x/y",
            "/api",
            "/api/",
            "/api/v1/nope",
            "/api/v1/scan/",
            "/01/06901234567892",
            "/01/06901234567892/21/A7",
            "/.well-known/gs1resolver",
            "/index.html",
            "/static/js/gone.js",
            "/_stcore/metrics",
        ],
    )
    def test_they_answer_404_as_json(self, client: TestClient, path: str) -> None:
        answer = _mistake(client, "GET", path)

        message = f"Finding {path!r} failed: Expected a path of this site, got an unknown one."
        assert answer == (404, "http.not-found", message)

    @given(path=st.from_regex(r"[a-z0-9-]{1,9}(/[A-Za-z0-9.-]{1,9}){0,3}", fullmatch=True))
    @settings(max_examples=50, deadline=None)
    def test_nothing_unknown_ever_answers_the_start_page(self, client: TestClient, path: str) -> None:
        assume(path not in {*PAGES, "healthz"} and ".." not in path)

        answer = client.get(f"/{path}")

        assert answer.status_code == HTTPStatus.NOT_FOUND

    def test_a_post_to_them_is_404_too(self, client: TestClient) -> None:
        assert client.post("/api/v1/nope", content=b"").status_code == HTTPStatus.NOT_FOUND

    def test_people_get_a_page_in_both_languages(self, client: TestClient) -> None:
        answer = client.get("/nope", headers=BROWSER)

        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "没有这个页面" in answer.text
        assert "There is no such page" in answer.text


class TestSecurityHeaders:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/"),
            ("GET", "/healthz"),
            ("GET", "/nope"),
            ("GET", SCAN),
            ("POST", SCAN),
            ("GET", "/_stcore/health"),
            ("GET", "/_stcore/host-config"),
            ("GET", "/favicon.png"),
            ("GET", BUNDLES[0]),
            ("GET", "/media/gone"),
            ("GET", "/%5C%5Cserver/share"),
        ],
    )
    def test_every_answer_has_them(self, client: TestClient, method: str, path: str) -> None:
        answer = client.request(method, path)

        assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS

    def test_so_has_the_answer_to_a_mistake_of_ours_and_it_gives_nothing_away(self) -> None:
        def boom(_request: Request) -> Response:
            raise ZeroDivisionError("secret")

        broken = Starlette(routes=[Route("/boom", boom)], middleware=MIDDLEWARE, exception_handlers=EXCEPTION_HANDLERS)

        answer = TestClient(broken, raise_server_exceptions=False).get("/boom")

        assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert (answer.status_code, answer.json()) == (
            500,
            {
                "error": {
                    "code": "http.internal",
                    "message": "Answering failed: Expected a result, got a program error.",
                }
            },
        )

    def test_no_other_host_is_named(self) -> None:
        assert "://" not in "".join(SECURITY_HEADERS.values())


def _upload(headers: list[tuple[bytes, bytes]], receive: Receive) -> Request:
    scope = {"type": "http", "method": "POST", "path": SCAN, "query_string": b"", "headers": headers}
    return Request(scope, receive)


def _mistake(client: TestClient, method: str, path: str, **options: object) -> tuple[int, str, str]:
    answer = client.request(method, path, **options)  # type: ignore[arg-type]
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"]


def _blank_png() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (64, 64), "white").save(buffer, "PNG")
    return buffer.getvalue()
