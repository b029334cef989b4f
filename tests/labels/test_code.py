from __future__ import annotations

import csv
import string
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels.code import (
    DEFAULT_DOMAIN,
    LONGEST_CODE,
    CodeKind,
    LabelCode,
    canonical_link,
    parse,
    parse_eprel_link,
    signed_link,
    signed_message,
)
from labels.errors import CodeError
from labels.identifiers import CSET_82, mod10

VECTORS = Path(__file__).resolve().parents[2] / ".." / "shared" / "vectors" / "gs1" / "gs1_vectors.csv"
GTIN = "06901234567892"
ITEM = f"https://id.example/01/{GTIN}"
SIGNATURE = bytes(range(64))

gtins = st.text(string.digits, min_size=13, max_size=13).map(lambda body: body + mod10(body))
set_82 = st.text(CSET_82, min_size=1, max_size=20)


def test_published_links_and_element_strings_are_judged_as_the_reference_engine_judges_them() -> None:
    if not VECTORS.exists():
        pytest.skip("the shared GS1 vectors are not beside the repository")
    with VECTORS.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["group"] in {"dl-parse", "ai-to-dl"}]

    codes = {row["id"]: parse(row["input"], zero_suppressed=row["zero_suppressed_gtin_allowed"] == "1") for row in rows}

    assert {name: code.canonical or "" for name, code in codes.items()} == {
        row["id"]: row["expected_canonical_uri"] for row in rows
    }
    assert {name: code.error is None and code.canonical is not None for name, code in codes.items()} == {
        row["id"]: row["valid"] == "1" for row in rows
    }


def test_a_digital_link_claims_product_batch_and_item() -> None:
    text = "HTTPS://ID.EXAMPLE/01/06901234567892/10/LOT7/21/A%2F1?17=271231"

    assert parse(text) == LabelCode(
        text=text,
        kind=CodeKind.GS1_DIGITAL_LINK,
        ai=(("01", GTIN), ("10", "LOT7"), ("21", "A/1"), ("17", "271231")),
        canonical=f"https://id.gs1.org/01/{GTIN}/10/LOT7/21/A%2F1?17=271231",
        gtin=GTIN,
        batch="LOT7",
        serial="A/1",
    )


@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN}(21)A1",
        f"（０１）{GTIN}（２１）A1",
        f"(01) {GTIN} (21) A1\n",
        f"01{GTIN}21A1",
        f"]d201{GTIN}21A1",
        f"\x1d01{GTIN}21A1",
        f"21A1\x1d01{GTIN}",
    ],
)
def test_an_element_string_claims_what_its_link_claims(text: str) -> None:
    code = parse(text)

    assert (code.kind, code.canonical, code.gtin, code.serial, code.error) == (
        CodeKind.GS1_DIGITAL_LINK,
        f"https://id.gs1.org/01/{GTIN}/21/A1",
        GTIN,
        "A1",
        None,
    )


@pytest.mark.parametrize(
    "text", ["6901234567892", "6 901234 567892", "690-1234-567892", "６９０１２３４５６７８９２", GTIN]
)
def test_a_barcode_number_claims_a_product(text: str) -> None:
    assert parse(text) == LabelCode(text=text, kind=CodeKind.GTIN, gtin=GTIN)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("CNCA-PCF-2025-000123", "CNCA-PCF-2025-000123"),
        ("tb-demo-0001", "TB-DEMO-0001"),
        ("ＴＢ－ＤＥＭＯ－０００１", "TB-DEMO-0001"),
        ("2025-0001", "2025-0001"),
    ],
)
def test_a_certificate_number_is_folded_to_capitals(text: str, number: str) -> None:
    assert parse(text) == LabelCode(text=text, kind=CodeKind.CERTIFICATE_NUMBER, certificate_number=number)


@pytest.mark.parametrize(
    "text",
    [
        "https://eprel.ec.europa.eu/qr/1234567",
        "HTTPS://EPREL.EC.EUROPA.EU/QR/1234567",
        " https://eprel.ec.europa.eu/qr/1234567/\n",
    ],
)
def test_an_eprel_link_claims_a_registration(text: str) -> None:
    assert parse(text) == LabelCode(text=text, kind=CodeKind.EPREL, label_id="eprel:1234567")


@pytest.mark.parametrize(
    "text",
    [
        "https://eprel.ec.europa.eu/qr/123",
        "https://eprel.ec.europa.eu/qr/123456789",
        "https://eprel.ec.europa.eu.evil.example/qr/1234567",
        "https://eprel.ec.europa.eu@evil.example/qr/1234567",
    ],
)
def test_what_only_looks_like_an_eprel_link_is_unknown(text: str) -> None:
    assert parse(text) == LabelCode(text=text, kind=CodeKind.UNKNOWN)


def test_an_eprel_link_is_refused_by_its_own_reader() -> None:
    with pytest.raises(CodeError) as refused:
        parse_eprel_link("https://eprel.ec.europa.eu/qr/12")

    assert refused.value.code == "eprel.form"


@pytest.mark.parametrize(
    ("target", "claims"),
    [
        ("label?l=TB-DEMO-0001", {"label_id": "TB-DEMO-0001", "certificate_number": "TB-DEMO-0001"}),
        ("LABEL/?x=1&L=tb-demo-1#top", {"label_id": "tb-demo-1", "certificate_number": "TB-DEMO-1"}),
        ("l/label_7.2", {"label_id": "label_7.2"}),
        ("label?l=6901234567892", {"gtin": GTIN}),
        (
            f"label?l={ITEM}/21/A1",
            {
                "ai": (("01", GTIN), ("21", "A1")),
                "canonical": f"https://id.gs1.org/01/{GTIN}/21/A1",
                "gtin": GTIN,
                "serial": "A1",
            },
        ),
    ],
)
def test_a_link_of_our_registry_claims_what_it_leads_to(target: str, claims: dict[str, Any]) -> None:
    text = f"https://{DEFAULT_DOMAIN}/{target}"

    assert parse(text) == LabelCode(text=text, kind=CodeKind.REGISTRY_LINK, **claims)


def test_a_signed_link_inside_a_registry_link_keeps_its_signature() -> None:
    signed = signed_link(f"{ITEM}/21/A1", SIGNATURE)

    code = parse(f"https://{DEFAULT_DOMAIN}/label?l={quote(signed, safe='')}")

    assert (code.kind, code.serial, code.signature, code.error) == (CodeKind.REGISTRY_LINK, "A1", SIGNATURE, None)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("label", "code.label-id"),
        ("label?l=", "code.label-id"),
        ("l/", "code.label-id"),
        ("l/%3Cscript%3E", "code.label-id"),
        ("label?l=碳标", "code.label-id"),
        ("label?l=https://evil.example/x", "code.label-id"),
        (f"label?l=https://{DEFAULT_DOMAIN}/l/TB-DEMO-0001", "code.label-id"),
        ("label?l=https://eprel.ec.europa.eu/qr/1234567", "code.label-id"),
        ("label?l=6901234567893", "gtin.check-digit"),
        ("label?l=https://id.example/01/06901234567893", "gs1.check-digit"),
        ("label?l=91350100M000100Y43", "code.is-uscc"),
    ],
)
def test_a_registry_link_that_leads_to_no_label_is_refused(target: str, code: str) -> None:
    parsed = parse(f"https://{DEFAULT_DOMAIN}/{target}")

    assert (parsed.kind, parsed.error and parsed.error.code) == (CodeKind.REGISTRY_LINK, code)


@pytest.mark.parametrize(
    "text",
    [
        "https://tanbiao.example.evil.example/l/TB-DEMO-0001",
        "https://tanbiao.example@evil.example/l/TB-DEMO-0001",
        r"https://tanbiao.example\@evil.example/l/TB-DEMO-0001",
        "https://evil.example/label?l=TB-DEMO-0001",
        "https://tanbiao.example/",
        "https://tanbiao.example/labels?l=TB-DEMO-0001",
    ],
)
def test_only_links_of_configured_domains_are_links_of_our_registry(text: str) -> None:
    assert parse(text) == LabelCode(text=text, kind=CodeKind.UNKNOWN)


def test_the_domains_of_the_registry_can_be_configured() -> None:
    code = parse("http://LOCALHOST:8501/l/TB-DEMO-0001", domains=("localhost:8501",))

    assert (code.kind, code.label_id) == (CodeKind.REGISTRY_LINK, "TB-DEMO-0001")


def test_a_digital_link_on_our_own_domain_is_a_digital_link() -> None:
    code = parse(f"https://{DEFAULT_DOMAIN}/01/{GTIN}")

    assert (code.kind, code.gtin) == (CodeKind.GS1_DIGITAL_LINK, GTIN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "hello world",
        "碳足迹",
        "HELLO-WORLD",
        "https://example.com/about",
        "https://example.com/2024/01/15",
        "https://example.com/01/2024/news",
        "https://",
        "http://[",
        "ftp://",
        "1234567",
        "WIFI:T:WPA;S:shop;P:secret;;",
        "mailto:someone@example.com",
        "\ud800",
        "\x00\x01\x02",
    ],
)
def test_other_texts_are_unknown_and_no_mistake(text: str) -> None:
    assert parse(text) == LabelCode(text=text, kind=CodeKind.UNKNOWN)


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("6901234567893", CodeKind.GTIN, "gtin.check-digit"),
        ("690-1234-567893", CodeKind.GTIN, "gtin.check-digit"),
        ("91350100M000100Y43", CodeKind.UNKNOWN, "code.is-uscc"),
        ("91350100m000100y43", CodeKind.UNKNOWN, "code.is-uscc"),
        ("A" * (LONGEST_CODE + 1), CodeKind.UNKNOWN, "code.too-long"),
        ("https://id.example/01/06901234567893", CodeKind.GS1_DIGITAL_LINK, "gs1.check-digit"),
        ("https://id.example/01/123", CodeKind.GS1_DIGITAL_LINK, "gs1.value"),
        ("https://id.example/gtin/06901234567892", CodeKind.GS1_DIGITAL_LINK, "gs1.no-key"),
        (ITEM + "/", CodeKind.GS1_DIGITAL_LINK, "gs1.no-key"),
        (ITEM + "?s=AAAA", CodeKind.GS1_DIGITAL_LINK, "link.signature-form"),
        (f"id.example/01/{GTIN}", CodeKind.GS1_DIGITAL_LINK, "gs1.scheme"),
        (f"ftp://id.example/01/{GTIN}", CodeKind.GS1_DIGITAL_LINK, "gs1.scheme"),
        ("https://servername.com/AQnO2IRCICDKWcnpqQtCQiJABemo", CodeKind.GS1_DIGITAL_LINK, "gs1.compressed"),
        ("(01)06901234567893", CodeKind.GS1_DIGITAL_LINK, "gs1.check-digit"),
        ("(99)XYZ789", CodeKind.GS1_DIGITAL_LINK, "gs1.no-key"),
        ("\x1d99XYZ", CodeKind.GS1_DIGITAL_LINK, "gs1.no-key"),
    ],
)
def test_what_a_text_was_meant_to_be_is_kept_with_the_mistake(text: str, kind: CodeKind, code: str) -> None:
    parsed = parse(text)

    assert (parsed.kind, parsed.error and parsed.error.code) == (kind, code)


def test_a_uscc_is_told_from_a_label() -> None:
    error = parse("91350100M000100Y43").error

    assert str(error) == (
        "Reading a code failed on '91350100M000100Y43': "
        "Expected a label's code, got a firm's social credit code (USCC)."
    )


def test_the_longest_code_a_qr_can_hold_is_read() -> None:
    assert parse("A" * LONGEST_CODE).error is None


@settings(deadline=None)
@given(gtins, st.none() | set_82, st.none() | set_82)
def test_the_canonical_link_of_a_link_is_a_fixed_point(gtin: str, batch: str | None, serial: str | None) -> None:
    code = parse(canonical_link(gtin, domain=DEFAULT_DOMAIN, serial=serial, batch=batch))
    again = parse(code.canonical or "")

    assert (again.canonical, again.ai) == (code.canonical, code.ai)
    assert (code.gtin, code.batch, code.serial, code.error) == (gtin, batch, serial, None)


@settings(deadline=None)
@given(gtins, st.data())
def test_any_single_digit_changed_in_a_gtin_is_refused_wherever_it_stands(gtin: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, 13))
    other = data.draw(st.sampled_from([digit for digit in string.digits if digit != gtin[place]]))
    changed = gtin[:place] + other + gtin[place + 1 :]

    codes = [parse(text) for text in (changed, f"(01){changed}", f"https://id.example/01/{changed}")]

    assert [code.error is None for code in codes] == [False, False, False]
    assert [code.gtin for code in codes] == [None, None, None]


@settings(deadline=None)
@given(gtins, set_82, st.binary(min_size=64, max_size=64))
def test_a_signed_link_says_the_same_and_carries_its_signature(gtin: str, serial: str, signature: bytes) -> None:
    link = canonical_link(gtin, domain=DEFAULT_DOMAIN, serial=serial)
    code = parse(signed_link(link, signature))

    assert (code.canonical, code.signature, code.error) == (parse(link).canonical, signature, None)
    assert signed_message(code.canonical or "") == signed_message(code.text) == signed_message(link)


@settings(deadline=None)
@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert parse(text).text == text


@settings(deadline=None)
@given(
    st.sampled_from(
        ["https://", "HTTPS://tanbiao.example/label?l=", "https://tanbiao.example/l/", ITEM, "(01)", "]d2"]
    ),
    st.text(st.sampled_from("/?#=&%+()0123456789ABCabc-._~:@[]\\\x1d\x00 ０（")),
)
def test_no_text_that_nearly_is_a_code_raises(start: str, rest: str) -> None:
    code = parse(start + rest)

    assert code.error is None or code.error.message.endswith(".")
    assert code.kind in CodeKind
