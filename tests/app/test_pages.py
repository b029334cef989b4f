"""Every page under Streamlit's own test runner, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from markupsafe import escape
from streamlit.testing.v1 import AppTest

from scoring.rules import load, schemes
from tests.demo import ROWS

ROOT = Path(__file__).resolve().parents[2]
FIRST_OF_CASE = {row["case"]: row["id"] for row in reversed(ROWS)}


def open_page(path: str = "", **query: str) -> AppTest:
    """Run the program as a visitor who follows a link."""
    app = AppTest.from_file(str(ROOT / "app/main.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    if path:
        app.switch_page(f"views/{path}.py")
    return app.run()


def html(app: AppTest) -> str:
    """Return the page's own HTML, without the style sheet."""
    bodies = [element.proto.body for element in app.get("html")]
    return "".join(body for body in bodies if not body.startswith("<style>"))


@pytest.mark.parametrize(("language", "title"), [("en", "Scan a carbon label"), ("zh-CN", "扫描碳标签")])
def test_the_first_page_is_scan_in_the_language_of_the_link(language: str, title: str) -> None:
    app = open_page(lang=language)

    assert not app.exception
    assert app.title[0].value == title
    assert "DEMO" in html(app)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("case", sorted(FIRST_OF_CASE))
def test_a_label_of_every_case_opens_without_a_traceback(case: str, language: str) -> None:
    app = open_page("label", l=FIRST_OF_CASE[case], lang=language)

    assert not app.exception
    assert "tb-verdict" in html(app)
    assert "DEMO" in html(app)


def test_a_forged_label_shows_no_figure_and_no_other_tick() -> None:
    app = open_page("label", l=FIRST_OF_CASE["forged-signature"], lang="en")

    assert "Do not trust this label" in html(app)
    assert "tb-number" not in html(app)
    assert html(app).count("tb-check tb-passed") == 0


def test_an_unknown_link_is_shown_as_text_with_a_warning() -> None:
    app = open_page("label", l="https://evil.example/<script>alert(1)</script>", lang="en")

    assert not app.exception
    assert "&lt;script&gt;" in html(app)
    assert "<script>" not in html(app)
    assert any("This link was not opened" in caption.value for caption in app.caption)


@pytest.mark.parametrize(
    "text",
    [
        "690123456789x",
        "6901234567893",
        "https://a/01/12312312312333/10/",
        "(01)123",
        "91350100M000100Y43",
        "x" * 5000,
        "\x00\x01",
        "https://tanbiao.example/label?l=",
        "🧾" * 100,
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_text_that_is_no_code_gets_a_sentence_and_no_traceback(text: str, language: str) -> None:
    app = open_page("label", l=text, lang=language)

    assert not app.exception
    assert "tb-verdict tb-caution" in html(app)


def test_the_label_page_without_a_code_leads_to_scan() -> None:
    app = open_page("label", lang="en")

    assert not app.exception
    assert app.info[0].value == "Scan a label or type its number first."


def test_a_typed_number_opens_its_label() -> None:
    app = open_page(lang="en")
    app.segmented_control(key="way").set_value("text").run()

    app.text_input[0].set_value(f" {FIRST_OF_CASE['valid']} ")
    app.button[0].click().run()

    assert not app.exception
    assert "Certified" in html(app)


def test_a_photo_of_nothing_is_told() -> None:
    app = open_page(lang="en")

    app.file_uploader[0].upload("photo.jpg", b"no picture at all", "image/jpeg").run()

    assert not app.exception
    assert app.error[0].value.startswith("This is no picture we can read.")


def test_a_problem_can_be_reported() -> None:
    app = open_page("label", l=FIRST_OF_CASE["valid"], lang="en")

    app.text_area[0].set_value("**it** is <b>false</b>")
    app.button[0].click().run()

    assert not app.exception
    assert app.success[0].value == "Thank you. The report was kept for the operator of this registry."


def test_nothing_typed_is_told() -> None:
    app = open_page(lang="en")
    app.segmented_control(key="way").set_value("text").run()

    app.button[0].click().run()

    assert not app.exception
    assert app.warning[0].value == "Type a number or a link first."


def test_a_mistyped_number_is_told_as_such_and_not_as_unknown() -> None:
    app = open_page("label", l="6901234567893", lang="en")

    assert "This code cannot be looked up" in html(app)
    assert "should be 2" in html(app)


@pytest.mark.parametrize("code", [FIRST_OF_CASE["valid"], FIRST_OF_CASE["forged-signature"], "hello"])
def test_the_verdict_is_the_one_heading_of_first_rank(code: str) -> None:
    app = open_page("label", l=code, lang="en")

    assert html(app).count("<h1>") + len(app.title) == 1


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_methods_shows_every_rule_with_its_source(language: str) -> None:
    app = open_page("methods", lang=language)

    assert not app.exception
    shown = html(app)
    for name in schemes():
        for rule in load(name).values.values():
            assert escape(rule.title.en if language == "en" else rule.title.zh) in shown
            assert shown.count("tb-source") >= sum(len(rule.history) for rule in load(name).values.values())


def test_a_label_says_what_looks_odd() -> None:
    app = open_page("label", l=FIRST_OF_CASE["other-unit"], lang="en")

    assert "per another kind of unit" in html(app)
