from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.charset import decoded


@given(st.text())
def test_utf_8_is_always_read_as_such(text: str) -> None:
    assert decoded(text.encode("utf-8", "surrogatepass").decode("utf-8", "ignore").encode(), guess="?")[1] == "utf-8"


@pytest.mark.parametrize("text", ["产品碳足迹标签", "浙江省杭州市 CFP-2025-0001", "正宗铁观音茶叶 乐品乐茶"])
def test_everyday_chinese_is_gb_18030(text: str) -> None:
    assert decoded(text.encode("gb18030"), guess="?") == (text, "gb18030")


@pytest.mark.parametrize(
    ("data", "guess"),
    [
        ("*ﾃﾞｻﾞｲﾝQR*".encode("shift_jis"), "*ﾃﾞｻﾞｲﾝQR*"),
        ("日本".encode("shift_jis"), "日本"),
        ("Café à la crème".encode("latin-1"), "Café à la crème"),
        (b"\xff\xfe\x00", "ÿþ\x00"),
    ],
)
def test_what_could_be_several_things_is_called_uncertain(data: bytes, guess: str) -> None:
    assert decoded(data, guess=guess) == (guess, "uncertain")


def test_a_declared_character_set_is_followed() -> None:
    assert decoded("碁".encode("gb18030"), guess="碁", declared=True) == ("碁", "gb18030")
    assert decoded("ﾃﾞ".encode("shift_jis"), guess="ﾃﾞ", declared=True) == ("ﾃﾞ", "uncertain")


@given(st.binary())
def test_any_bytes_have_some_text(data: bytes) -> None:
    assert decoded(data, guess="?")[1] in {"utf-8", "gb18030", "uncertain"}
