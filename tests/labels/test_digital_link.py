from __future__ import annotations

import csv
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels.application_identifiers import find, starting
from labels.compressed_link import is_compressed
from labels.digital_link import (
    DigitalLink,
    canonical_link,
    parse_bracketed,
    parse_element_string,
    parse_link,
    signed_link,
    signed_message,
)
from labels.errors import CodeError
from labels.identifiers import CSET_82, mod10

VECTORS = Path(__file__).resolve().parents[2] / ".." / "shared" / "vectors" / "gs1" / "gs1_vectors.csv"
ITEM = "https://id.example/01/06901234567892"

set_82 = st.text(CSET_82, min_size=1, max_size=20)
gtins = st.text(string.digits, min_size=13, max_size=13).map(lambda body: body + mod10(body))


def test_published_links_and_element_strings_come_out_as_from_the_reference_engine() -> None:
    """gs1/gs1-syntax-engine, src/c-lib/dl.c (Apache-2.0): valid or not, elements in order, canonical link."""
    if not VECTORS.exists():
        pytest.skip("the shared GS1 vectors are not beside the repository")
    with VECTORS.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["group"] in {"dl-parse", "ai-to-dl"}]

    answers = {row["id"]: _answer(row) for row in rows}

    assert len(rows) == 127
    assert answers == {
        row["id"]: (row["valid"] == "1", row["expected_ai_elements"], row["expected_canonical_uri"]) for row in rows
    }


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("id.example/01/06901234567892", "gs1.scheme"),
        ("Https://id.example/01/06901234567892", "gs1.scheme"),
        ("https://id.example", "gs1.path"),
        ("https:///01/06901234567892", "gs1.path"),
        ("https://id_example/01/06901234567892", "gs1.domain"),
        ("https://me@id.example/01/06901234567892", "gs1.domain"),
        (ITEM + "/10/碳", "gs1.character"),
        (ITEM + "/", "gs1.no-key"),
        (ITEM + "/gtin/1", "gs1.no-key"),
        ("https://id.example/01/06901234567893", "gs1.check-digit"),
        ("https://id.example/01/6901234567892", "gs1.value"),
        ("https://id.example/01/0690123456789X", "gs1.value"),
        (ITEM + "/21/", "gs1.empty"),
        (ITEM + "/21/A%00", "gs1.null"),
        (ITEM + "/21/A%20B", "gs1.value"),
        (ITEM + "/21/123456789012345678901", "gs1.value"),
        (ITEM + "/21/1/10/2", "gs1.sequence"),
        (ITEM + "/21/1/21/1", "gs1.duplicate"),
        (ITEM + "/235/1/10/2", "gs1.sequence"),
        (ITEM + "/235/1?235=1", "gs1.duplicate"),
        (ITEM + "?21=1", "gs1.qualifier-in-query"),
        (ITEM + "/10/A?235=1", "gs1.not-attribute"),
        (ITEM + "?8200=x", "gs1.not-attribute"),
        (ITEM + "?17=271301", "gs1.date"),
        (ITEM + "?17=260229", "gs1.date"),
        (ITEM + "?7003=2702282460", "gs1.date"),
        (ITEM + "?12345=1", "gs1.unknown-ai"),
        ("https://id.example/415/9520123456788", "gs1.required"),
        ("https://id.example/8003/19520123456788", "gs1.value"),
        ("https://id.example/8003/09520123456789", "gs1.check-digit"),
        ("https://id.example/8004/ABC", "gs1.company-prefix"),
        ("https://id.example/8006/069012345678920302", "gs1.piece-of-total"),
        ("https://id.example/8010/0200a", "gs1.value"),
        ("https://id.example/8013/1987654Ad4X4bL5ttr2310c2X", "gs1.check-pair"),
        ("https://servername.com/AQnO2IRCICDKWcnpqQtCQiJABemo", "gs1.compressed"),
    ],
)
def test_a_broken_rule_is_named(link: str, code: str) -> None:
    with pytest.raises(CodeError) as refused:
        parse_link(link)

    assert refused.value.code == code


def test_a_refusal_says_what_failed_on_which_value() -> None:
    with pytest.raises(CodeError) as refused:
        parse_link("https://id.example/01/06901234567893")

    assert str(refused.value) == (
        "Checking the value of (01) failed on '06901234567893': Expected check digit 2 at place 14."
    )


@pytest.mark.parametrize(
    "link",
    [
        ITEM + "?17=270200",
        ITEM + "?17=280229",
        ITEM + "?17=000229",
        ITEM + "?7003=2702282359",
        ITEM + "?7007=270101270131",
        ITEM + "?8008=27013123",
        ITEM + "?4324=2701009999",
        ITEM + "?21",
        "https://id.example/8003/09520123456788ABC",
        "https://id.example/8006/069012345678920203/10/A",
        "https://id.example/8013/1987654Ad4X4bL5ttr2310c2K",
        "https://id.example/8018/123456789012345675/8019/1?7250=20000229",
        "https://id.example/415/9520123456788/8020/REF",
        "https://id.example/414/9520123456788/7040/1ABC",
    ],
)
def test_links_by_the_rules_are_read(link: str) -> None:
    assert parse_link(link).canonical.startswith("https://id.gs1.org/")


@pytest.mark.parametrize(
    ("value", "got"),
    [("6901234567892", "13 characters"), ("0690123456789X", "the character 'X'"), ("碳", "the character '碳'")],
)
def test_a_value_of_another_form_is_told_by_its_length_or_its_first_wrong_character(value: str, got: str) -> None:
    with pytest.raises(CodeError) as refused:
        parse_bracketed(f"(01){value}")

    assert refused.value.message == f"Reading the value of (01) failed on '{value}': Expected N14, got {got}."


def test_a_link_in_capitals_says_the_same() -> None:
    assert parse_link("HTTPS://ID.EXAMPLE/01/06901234567892/21/A1") == DigitalLink(
        elements=(("01", "06901234567892"), ("21", "A1")), canonical="https://id.gs1.org/01/06901234567892/21/A1"
    )


def test_parameters_that_are_no_application_identifiers_are_kept_apart() -> None:
    link = parse_link(ITEM + "?linkType=gs1%3Apip&17=271231&q=a+b#top")

    assert link == DigitalLink(
        elements=(("01", "06901234567892"), ("17", "271231")),
        canonical="https://id.gs1.org/01/06901234567892?17=271231",
        parameters=(("linkType", "gs1:pip"), ("q", "a b")),
    )


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("(01)06901234567892", "https://id.gs1.org/01/06901234567892"),
        ("(01) 06901234567892 (21) A1", "https://id.gs1.org/01/06901234567892/21/A1"),
        (r"(01)06901234567892(10)A\(1)", "https://id.gs1.org/01/06901234567892/10/A%281%29"),
        ("(01)06901234567892(235)T", "https://id.gs1.org/01/06901234567892/235/T"),
    ],
)
def test_a_bracketed_element_string_becomes_a_link(text: str, canonical: str) -> None:
    assert parse_bracketed(text).canonical == canonical


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "gs1.brackets"),
        ("(01)", "gs1.brackets"),
        ("(01)06901234567892(", "gs1.brackets"),
        ("(01)06901234567892(10)A\\B", "gs1.brackets"),
        ("(01)06901234567892(10)A(10)B", "gs1.duplicate"),
        ("(04)1", "gs1.unknown-ai"),
        ("(10)A", "gs1.no-key"),
        ("(415)9520123456788", "gs1.required"),
    ],
)
def test_a_broken_bracketed_element_string_is_refused(text: str, code: str) -> None:
    with pytest.raises(CodeError) as refused:
        parse_bracketed(text)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("]C10106901234567892", (("01", "06901234567892"),)),
        ("\x1d0106901234567892", (("01", "06901234567892"),)),
        (
            "01069012345678921727123110LOT\x1d21S",
            (("01", "06901234567892"), ("17", "271231"), ("10", "LOT"), ("21", "S")),
        ),
        ("0106901234567892\x1d10LOT\x1d", (("01", "06901234567892"), ("10", "LOT"))),
        ("10LOT\x1d0106901234567892", (("10", "LOT"), ("01", "06901234567892"))),
    ],
)
def test_an_element_string_is_cut_at_predefined_lengths_and_separators(
    text: str, elements: tuple[tuple[str, str], ...]
) -> None:
    assert parse_element_string(text).elements == elements


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "gs1.no-key"),
        ("\x1d", "gs1.no-key"),
        ("]d2", "gs1.no-key"),
        ("0106901234567893", "gs1.check-digit"),
        ("010690123456", "gs1.value"),
        ("010690123456789210" + 21 * "A", "gs1.value"),
        ("010690123456789210", "gs1.empty"),
        ("0106901234567892ABC", "gs1.unknown-ai"),
    ],
)
def test_a_broken_element_string_is_refused(text: str, code: str) -> None:
    with pytest.raises(CodeError) as refused:
        parse_element_string(text)

    assert refused.value.code == code


@settings(deadline=None)
@given(gtins, st.none() | set_82, st.none() | set_82)
def test_a_written_link_reads_back(gtin: str, batch: str | None, serial: str | None) -> None:
    link = parse_link(canonical_link(gtin, domain="tanbiao.example", serial=serial, batch=batch))

    expected = [("01", gtin), ("10", batch), ("21", serial)]
    assert link.elements == tuple((ai, value) for ai, value in expected if value is not None)


@settings(deadline=None)
@given(gtins, st.none() | set_82, st.none() | set_82, st.none() | set_82)
def test_the_canonical_link_is_its_own_canonical_link(
    gtin: str, batch: str | None, serial: str | None, internal: str | None
) -> None:
    pairs = [("99", internal), ("21", serial), ("01", gtin), ("10", batch)]
    text = "".join(f"({ai})" + value.replace("(", r"\(") for ai, value in pairs if value is not None)
    canonical = parse_bracketed(text).canonical

    assert parse_link(canonical).canonical == canonical


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"gtin": "6901234567893", "domain": "tanbiao.example"}, "gtin.check-digit"),
        ({"gtin": "6901234567892", "domain": "tanbiao.example/x"}, "gs1.domain"),
        ({"gtin": "6901234567892", "domain": ""}, "gs1.domain"),
        ({"gtin": "6901234567892", "domain": "tanbiao.example", "serial": ""}, "gs1.empty"),
        ({"gtin": "6901234567892", "domain": "tanbiao.example", "serial": "碳"}, "gs1.value"),
        ({"gtin": "6901234567892", "domain": "tanbiao.example", "batch": 21 * "1"}, "gs1.value"),
    ],
)
def test_no_link_is_written_for_what_gs1_forbids(values: dict[str, str], code: str) -> None:
    with pytest.raises(CodeError) as refused:
        canonical_link(**values)

    assert refused.value.code == code


@settings(deadline=None)
@given(st.binary(min_size=64, max_size=64), st.sampled_from(["", "?17=271231", "?", "#top", "?linkType=all#top"]))
def test_a_signature_reads_back_from_a_signed_link(signature: bytes, rest: str) -> None:
    link = ITEM + "/21/A" + rest
    signed = signed_link(link, signature)

    assert parse_link(signed).signature == signature
    assert signed_message(signed) == signed_message(link)


def test_what_is_signed_is_a_fixed_context_and_the_canonical_link() -> None:
    assert signed_message("HTTPS://ID.EXAMPLE/01/06901234567892/21/A?q=1&17=271231") == (
        b"tanbiao label link v1\nhttps://id.gs1.org/01/06901234567892/21/A?17=271231"
    )


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "A" * 85,
        "A" * 85 + "B",
        "A" * 87,
        "A" * 86 + "%3D%3D",
        "A" * 85 + "%2B",
        "A" * 85 + "%0A",
        "A" * 86 + "&s=" + "A" * 86,
    ],
)
def test_a_signature_of_another_form_is_refused(signature: str) -> None:
    link = parse_link(f"{ITEM}?s={signature}")

    with pytest.raises(CodeError) as refused:
        _ = link.signature

    assert refused.value.code == "link.signature-form"


def test_a_link_is_signed_once_and_with_64_bytes() -> None:
    signed = signed_link(ITEM, bytes(64))

    with pytest.raises(CodeError) as twice:
        signed_link(signed, bytes(64))
    with pytest.raises(CodeError) as short:
        signed_link(ITEM, bytes(63))

    assert (twice.value.code, short.value.code) == ("link.signed", "link.signature-form")


def test_application_identifiers_are_found_by_their_whole_number() -> None:
    numbers = ["01", "3103", "310", "0", "", "89", "碳", "٠١", "00000"]

    assert [number for number in numbers if find(number)] == ["01", "3103"]


def test_the_application_identifier_a_text_starts_with_is_found() -> None:
    found = [starting(text) for text in ["0106901234567892", "3103000195", "8", "", "x01"]]

    assert [known.ai if known else None for known in found] == ["01", "3103", None, None, None]


@pytest.mark.parametrize("segment", ["", "about", "Carbon_Neutral_Steel", "product-carbon-footprint-2025", "AQnO2IRCI"])
def test_words_in_a_path_are_not_taken_for_compression(segment: str) -> None:
    assert not is_compressed(segment)


@settings(deadline=None)
@given(st.text(max_size=100))
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (parse_link, parse_bracketed, parse_element_string):
        for candidate in (text, "https://a/01/" + text, ITEM + "?" + text, "(01)" + text, "\x1d01" + text):
            _try(read, candidate)


def _answer(row: dict[str, str]) -> tuple[bool, str, str]:
    try:
        if row["group"] == "dl-parse":
            link = parse_link(row["input"], zero_suppressed=row["zero_suppressed_gtin_allowed"] == "1")
        else:
            link = parse_bracketed(row["input"])
    except CodeError:
        return False, "", ""
    return True, "".join(f"({ai}){value}" for ai, value in link.elements), link.canonical


def _try(read: object, text: str) -> None:
    assert callable(read)
    try:
        read(text)
    except CodeError as refused:
        assert refused.message.endswith(".")  # noqa: PT017  (most texts are refused, some are read)
