"""What a first visit loads: the page shell and Streamlit's scripts."""

from __future__ import annotations

import gzip
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from app.api.bundles import STREAMLIT_STATIC, bundle_files
from app.api.first_paint import SHELL_TEXTS, dressed
from app.api.representation import accepts_gzip
from app.pages import PAGES

if TYPE_CHECKING:
    from starlette.testclient import TestClient

INDEX = (STREAMLIT_STATIC / "index.html").read_text(encoding="utf-8")
BUNDLES = re.findall(r'(?:href|src)="\.(/static/[^"]+\.(?:js|css))"', INDEX)


class TestShell:
    @pytest.mark.parametrize("page", PAGES)
    @pytest.mark.parametrize(("wanted", "language"), [("zh-CN,zh;q=0.9", "zh-CN"), ("fr, en;q=0.5", "en")])
    def test_every_page_opens_in_the_visitors_language(
        self, client: TestClient, page: str, wanted: str, language: str
    ) -> None:
        answer = client.get(f"/{page}", headers={"Accept-Language": wanted})

        assert answer.status_code == HTTPStatus.OK
        assert answer.text == dressed(INDEX, language)
        assert answer.headers["content-length"] == str(len(answer.content))

    @pytest.mark.parametrize("language", SHELL_TEXTS)
    def test_it_says_who_we_are_before_any_script_and_keeps_streamlits_own(self, language: str) -> None:
        texts = SHELL_TEXTS[language]

        page = dressed(INDEX, language)

        assert f'<html lang="{language}">' in page
        assert f"<title>{texts.title}</title>" in page
        assert f'<meta name="description" content="{texts.description.replace(chr(39), "&#x27;")}" />' in page
        assert texts.opening in page
        assert "prefers-color-scheme: dark" in page
        assert page.count("<script") == INDEX.count("<script")
        assert re.findall(r"\./static/(?:js|css)/[^\"]+", page) == re.findall(r"\./static/(?:js|css)/[^\"]+", INDEX)

    def test_an_index_page_we_do_not_know_is_refused_loudly(self) -> None:
        with pytest.raises(RuntimeError) as caught:
            dressed(INDEX.replace('<div id="root">', '<div id="app">'), "en")

        assert str(caught.value) == (
            "Dressing Streamlit's index.html failed on '<div id=\"root\"></div>': Expected it once, got it 0 times."
        )

    def test_its_gzip_holds_the_same_page(self, client: TestClient) -> None:
        answer = client.get("/", headers={"Accept-Encoding": "gzip", "Accept-Language": "zh"})

        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "Accept-Encoding, Accept-Language"
        assert answer.text == dressed(INDEX, "zh-CN")

    def test_who_has_it_gets_304_and_each_form_has_its_own_tag(self, client: TestClient) -> None:
        forms = [{"Accept-Encoding": coding} for coding in ("gzip", "identity")]
        tags = [client.get("/", headers=form).headers["etag"] for form in forms]

        answers = [client.get("/", headers={**form, "If-None-Match": tags[0]}) for form in forms]

        assert [(answer.status_code, len(answer.content) > 0) for answer in answers] == [(304, False), (200, True)]
        assert "content-length" not in answers[0].headers

    def test_head_answers_what_get_would_without_the_body(self, client: TestClient) -> None:
        head, get = client.head("/label"), client.get("/label")

        assert (head.status_code, head.content, dict(head.headers)) == (200, b"", dict(get.headers))

    def test_a_slash_too_much_leads_to_the_page(self, client: TestClient) -> None:
        answer = client.get("/label/")

        assert (answer.status_code, answer.headers["location"]) == (301, "/label")


class TestBundles:
    def test_the_scripts_of_the_first_page_are_sent_as_gzip_of_the_same_bytes(self, client: TestClient) -> None:
        for path in BUNDLES:
            with client.stream("GET", path, headers={"Accept-Encoding": "gzip, deflate, br"}) as answer:
                body = b"".join(answer.iter_raw())

            assert answer.headers["content-encoding"] == "gzip"
            assert answer.headers["content-length"] == str(len(body))
            assert gzip.decompress(body) == bundle_files()[path].read_bytes()

    def test_they_are_kept_for_a_year_per_encoding(self, client: TestClient) -> None:
        answer = client.get(BUNDLES[0], headers={"Accept-Encoding": "gzip"})

        kept = {name: answer.headers[name] for name in ("cache-control", "vary", "content-type")}
        assert kept == {
            "cache-control": "public, immutable, max-age=31536000",
            "vary": "Accept-Encoding",
            "content-type": "text/javascript; charset=utf-8",
        }

    def test_a_client_without_gzip_and_one_that_wants_a_part_get_plain_bytes(self, client: TestClient) -> None:
        raw = bundle_files()[BUNDLES[0]].read_bytes()

        whole = client.get(BUNDLES[0])
        part = client.get(BUNDLES[0], headers={"Accept-Encoding": "gzip", "Range": "bytes=0-99"})

        assert (whole.content, part.status_code, part.content) == (raw, 206, raw[:100])
        assert "content-encoding" not in whole.headers

    def test_who_has_one_gets_304(self, client: TestClient) -> None:
        tag = client.get(BUNDLES[0], headers={"Accept-Encoding": "gzip"}).headers["etag"]

        answer = client.get(BUNDLES[0], headers={"Accept-Encoding": "gzip", "If-None-Match": f'"x", W/{tag}'})

        assert (answer.status_code, answer.content) == (304, b"")

    @pytest.mark.parametrize(
        ("header", "taken"),
        [
            ("gzip", True),
            ("br, GZIP;q=0.5", True),
            ("*", True),
            ("", False),
            ("br", False),
            ("gzip;q=0", False),
            ("gzip; q=0.000, *", False),
            ("gzip;q=1.0", True),
        ],
    )
    def test_a_client_takes_gzip_when_it_says_so(self, header: str, taken: bool) -> None:  # noqa: FBT001
        request = Request({"type": "http", "headers": [(b"accept-encoding", header.encode())]})

        assert accepts_gzip(request) is taken
