from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app import i18n
from app.texts import BOUNDARIES, CHECKS, OUTCOMES, REASONS, STAGES, STATES, one_language, plain_text, reason
from labels.errors import CodeError
from labels.model import Boundary, Check, Outcome, StageName, State
from labels.verify import CHECKS as CHECK_NAMES

if TYPE_CHECKING:
    from babel.messages.catalog import Message

ROOT = Path(__file__).resolve().parents[2]


SPEAKING = (
    "labels/checks.py",
    "labels/verify.py",
    "labels/digital_link.py",
    "labels/code.py",
    "labels/qr.py",
    "labels/image.py",
    "labels/jose.py",
    "labels/status.py",
    "labels/formats/credential.py",
    "app/look.py",
)
"""Modules whose errors and reasons a page shows."""


def texts_of_the_app() -> set[str]:
    found = extract_from_dir(ROOT / "app", keywords={"_": None, "mark": None})
    return {message for _file, _line, message, _comments, _context in found if isinstance(message, str)}


def translations(language: str) -> list[Message]:
    path = ROOT / "app/locale" / language.replace("-", "_") / "LC_MESSAGES/tanbiao.po"
    with path.open("rb") as file:
        return [entry for entry in read_po(file) if entry.id]


@pytest.mark.parametrize("language", [tag for tag in i18n.LANGUAGES if tag != "en"])
def test_every_text_is_translated(language: str) -> None:
    catalogue = {entry.id: entry for entry in translations(language)}

    assert {text for text in texts_of_the_app() if text not in catalogue} == set()
    assert {entry.id for entry in catalogue.values() if not entry.string or entry.fuzzy} == set()
    assert set(catalogue) - texts_of_the_app() == set()


@pytest.mark.parametrize("language", [tag for tag in i18n.LANGUAGES if tag != "en"])
def test_a_translation_keeps_the_places_for_values(language: str) -> None:
    places = re.compile(r"\{\w+\}")

    differing = [
        entry.id
        for entry in translations(language)
        if sorted(places.findall(str(entry.id))) != sorted(places.findall(str(entry.string)))
    ]

    assert differing == []


def test_every_reason_a_check_can_give_has_a_text() -> None:
    constants = {
        node.value
        for module in SPEAKING
        for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    codes = {text for text in constants if re.fullmatch(r"[a-z0-9]+\.[a-z0-9-]+", text)}
    kinds = {
        "check",
        "code",
        "credential",
        "gs1",
        "image",
        "issuer",
        "link",
        "lookup",
        "record",
        "scope",
        "serial",
        "signature",
        "stages",
        "status",
        "validity",
    }
    spoken = {code for code in codes if code.partition(".")[0] in kinds}
    without = {code for code in spoken if code not in REASONS and f"{code.partition('.')[0]}.*" not in REASONS}

    assert len(spoken) > 60
    assert without == {"signature.key-kind"}


def test_every_check_state_stage_boundary_and_outcome_has_a_name() -> None:
    assert set(CHECK_NAMES) <= set(CHECKS)
    assert (set(STATES), set(STAGES), set(BOUNDARIES), set(OUTCOMES)) == (
        set(State),
        set(StageName),
        set(Boundary),
        set(Outcome),
    )


def test_a_reason_is_told_with_its_values_in_the_language_in_use() -> None:
    error = CodeError("gtin.check-digit", "English", expected="2")

    i18n.use("zh-CN")
    told = reason(error)
    i18n.use("en")

    assert told == "该商品条码的最后一位应为 2：有一位数字输错或误读。"


def test_values_in_a_reason_are_never_read_as_places() -> None:
    check = Check("status", Outcome.FAILED, "status.suspended", "plain", {"since": "2026-01-01", "reason": "{since!r}"})

    assert reason(check) == "The certificate has been suspended since Jan 1, 2026: {since!r}."


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "The certificate has been suspended since an unknown day: audit overdue."),
        ("zh-CN", "证书自不明日期起被暂停：监督逾期。"),
    ],
)
def test_a_reason_somebody_gave_ends_with_one_full_stop(language: str, told: str) -> None:
    values = {"since": "an unknown day", "reason": "监督逾期。", "reason_en": "audit overdue."}
    check = Check("status", Outcome.FAILED, "status.suspended", "plain", values)

    i18n.use(language)
    shown = reason(check)
    i18n.use("en")

    assert shown == told


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("湖北武汉 / Wuhan, Hubei", "Wuhan, Hubei", "湖北武汉"),
        ("kg CO2e / t", "kg CO2e / t", "kg CO2e / t"),
        ("湖北 / 湖南", "湖北 / 湖南", "湖北 / 湖南"),
        ("一 / two / three", "一 / two / three", "一 / two / three"),
        (None, None, None),
    ],
)
def test_of_a_text_in_both_languages_the_readers_half_is_shown(
    text: str | None, en: str | None, zh: str | None
) -> None:
    in_english = one_language(text)
    i18n.use("zh-CN")
    in_chinese = one_language(text)
    i18n.use("en")

    assert (in_english, in_chinese) == (en, zh)


def test_a_code_without_a_text_is_told_in_english() -> None:
    assert reason(CodeError("strange.code", "The English sentence.")) == "The English sentence."


@pytest.mark.parametrize(
    "text", ["![x](http://evil.example/x.png)", "**bold**", ":red[x]", "<b>x</b>", "$x$", "# x", "`x`", "- x", "~~x~~"]
)
def test_markup_in_untrusted_text_is_made_harmless(text: str) -> None:
    shown = plain_text(text)

    assert re.sub(r"\\(.)", r"\1", shown) == text
    assert not re.search(r"(?<!\\)[\[\]*_`<>$#~:]", shown)
