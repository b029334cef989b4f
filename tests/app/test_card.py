from __future__ import annotations

import dataclasses
import datetime as dt
from html.parser import HTMLParser

import pytest

from app.parts import card
from app.verdict import Figure, Tone, Verdict
from labels.model import Check, Outcome, Provenance, State, StateChange, Verification
from tests.labels.examples import AT, record

ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</style><script>alert(1)</script>",
    "javascript:alert(1)",
    "&lt;b&gt;{0}{verdict}%s",
    "<a href='https://evil.example'>x</a>",
]


class Tags(HTMLParser):
    """Collects the tags of a page, and the attributes that could do something."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.found: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.found += [name for name, _value in attrs if name.startswith("on") or name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(text: str) -> str:
    content = record(
        product__name=text,
        product__name_en=text,
        product__model=text,
        product__category=text,
        footprint__unit=text,
        footprint__standard=text,
        footprint__functional_unit=text,
        attestation__issuer_name=text,
        attestation__scheme=text,
        attestation__production_site=text,
        attestation__holder={"name": text},
        source={"registry": text, "note": text},
    )
    verification = Verification(
        state=State.SUSPENDED,
        provenance=Provenance.MISSING,
        checks=(Check(text, Outcome.FAILED, text, text, {"reason": text}),),
        history=(StateChange(State.SUSPENDED, AT, text),),
        at=AT,
    )
    told = Verdict(Tone.BAD, text, text, text, Figure.SHOWN)
    return "".join(
        (
            card.verdict_card(told),
            card.figure_card(content, Figure.FADED),
            card.stages_card(content),
            card.likeness_card(content, on=dt.date(2026, 11, 20)),
            card.certificate_card(content),
            card.details_card(content),
            card.history_card(verification),
            card.checks_card(verification),
        )
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_field_of_a_record_becomes_markup(attack: str) -> None:
    tags = Tags(hostile(attack))

    assert set(tags.found) == set(Tags(hostile("harmless")).found)
    assert tags.text.count(attack) >= 15


def test_a_hidden_figure_is_not_on_the_page() -> None:
    assert card.figure_card(record(), Figure.HIDDEN) == ""


def test_a_faded_figure_says_that_it_does_not_count() -> None:
    assert "This figure does not count as certified." in card.figure_card(record(), Figure.FADED)


def test_the_bars_sum_to_the_number_above_them() -> None:
    text = card.stages_card(record())

    assert [figure in text for figure in ("400.25", "112.25", "78%", "22%")] == [True] * 4


def test_a_negative_stage_is_drawn_as_such() -> None:
    stages = [{"stage": "raw-materials", "value": "-20"}, {"stage": "production", "value": "532.50"}]

    text = card.stages_card(record(footprint__stages=stages))

    assert text.count("tb-negative") == 1


def test_a_footprint_of_nothing_is_like_nothing() -> None:
    assert card.likeness_card(record(footprint__value="0", footprint__stages=[]), on=dt.date(2026, 11, 20)) == ""
    assert card.likeness_card(record(), on=dt.date(2020, 1, 1)) == ""


def test_every_check_is_listed_with_its_outcome() -> None:
    verification = Verification(
        state=State.VALID,
        provenance=Provenance.VERIFIED,
        checks=(
            Check("signature", Outcome.PASSED, "signature.good", "good"),
            Check("stages", Outcome.NOT_CHECKED, "stages.none", "none"),
        ),
        history=(),
        at=AT,
    )

    text = Tags(card.checks_card(verification)).text
    changed = Tags(card.checks_card(dataclasses.replace(verification, checks=()))).text

    assert "Signature passed" in text
    assert "Stages add up not checked" in text
    assert "passed" not in changed
