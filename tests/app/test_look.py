from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from app import i18n
from app.look import look_at_text
from app.verdict import Figure, Tone, verdict
from labels.model import State
from tests.demo import AT, ROWS, STATES

if TYPE_CHECKING:
    from app.home import Home

GOOD = {"valid", "expiring-soon", "other-unit", "other-boundary", "cloned-serial", "changed"}
"""Verified when opened by certificate number; a copied serial shows only in a code that carries it."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['case']}-{row['id']}")
def test_every_demo_label_comes_out_as_its_row_says(row: dict[str, str], demo_home: Home) -> None:
    look = look_at_text(row["id"], demo_home, at=AT)

    assert look.verification is not None
    assert (look.verification.verified, look.verification.state) == (row["case"] in GOOD, STATES[row["case"]])
    if look.verification.state is State.UNPROVEN:
        assert look.record is None
    else:
        assert look.record is not None
        assert look.record.footprint.value == look.record.footprint.value.__class__(row["value"])


@pytest.mark.parametrize("row", [row for row in ROWS if row["case"] == "cloned-serial"], ids=lambda row: row["id"])
def test_a_copied_serial_is_told_from_its_code(row: dict[str, str], demo_home: Home) -> None:
    look = look_at_text(f"https://{demo_home.domain}/01/0{row['gtin']}/21/{row['serial']}", demo_home, at=AT)

    assert look.verification is not None
    assert [check.code for check in look.verification.failed] == ["serial.copied"]
    assert verdict(look.record, look.verification).tone is Tone.BAD


def test_a_renewed_product_shows_its_newest_valid_certificate(demo_home: Home) -> None:
    renewed = next(row for row in ROWS if row["previous"] and row["case"] == "valid")

    look = look_at_text(renewed["gtin"], demo_home, at=AT)

    assert look.record is not None
    assert look.record.id == renewed["id"]


def test_an_unproven_label_gives_no_figure_at_all(demo_home: Home) -> None:
    row = next(row for row in ROWS if row["case"] == "altered")

    answer = orjson.dumps(look_at_text(row["id"], demo_home, at=AT).to_json()).decode()

    assert row["altered_value"] not in answer
    assert row["value"] not in answer


def test_an_unknown_code_is_told_and_nothing_is_verified(demo_home: Home) -> None:
    look = look_at_text("6901234567892", demo_home, at=AT)

    assert look.to_json() == {
        "code": {"text": "6901234567892", "kind": "gtin", "error": None},
        "record": None,
        "verification": None,
        "grade": {
            "grade": None,
            "scheme": None,
            "reason": "No grading scheme is installed.",
            "benchmark": {},
        },
        "findings": [],
        "source": None,
        "link": None,
        "alternatives": [],
        "error": {
            "code": "lookup.not-found",
            "message": "Looking up '6901234567892' failed: Expected a record behind it, got none.",
        },
    }


def test_an_offline_look_leaves_no_trace(demo_home: Home) -> None:
    row = next(row for row in ROWS if row["serial"] and row["case"] == "valid")
    link = f"https://{demo_home.domain}/01/0{row['gtin']}/21/{row['serial']}"

    look_at_text(link, demo_home, at=AT, offline=True)
    untouched = demo_home.store.counts("looks", f"0{row['gtin']}/{row['serial']}")
    look_at_text(link, demo_home, at=AT)

    assert untouched == ()
    assert demo_home.store.counts("looks", f"0{row['gtin']}/{row['serial']}") == ((AT.date(), 1),)


@pytest.mark.parametrize("language", list(i18n.LANGUAGES))
def test_only_a_verified_label_is_called_certified(language: str, demo_home: Home) -> None:
    i18n.use(language)
    word = {"en": "Certified", "zh-CN": "已认证"}[language]

    told = {}
    for row in ROWS:
        look = look_at_text(row["id"], demo_home, at=AT)
        told[row["id"]] = (look.verification is not None and look.verification.verified) == (
            verdict(look.record, look.verification).word == word
        )

    i18n.use("en")
    assert [label for label, right in told.items() if not right] == []


@pytest.mark.parametrize("case", ["forged-signature", "altered", "unknown-issuer"])
def test_what_nobody_proved_hides_the_figure(case: str, demo_home: Home) -> None:
    row = next(row for row in ROWS if row["case"] == case)
    look = look_at_text(row["id"], demo_home, at=AT)

    told = verdict(look.record, look.verification)

    assert (told.tone, told.word, told.figure) == (Tone.BAD, "Do not trust this label", Figure.HIDDEN)
