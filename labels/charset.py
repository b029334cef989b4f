"""The bytes of a code to text: UTF-8 when they are, else GB 18030 when that is certain, else a guess that says so.

QR codes rarely name their character set. UTF-8 cannot be met by chance in more than a few bytes; GB 18030 can, since
almost any pair of bytes is some character of it. It is taken for certain only where nearly all its characters are those
of the everyday GB 2312 set and the bytes would make no sense as Japanese half-width katakana (JIS X 0201), which share
that range.
"""

from __future__ import annotations

import re


def decoded(data: bytes, *, guess: str, declared: bool = False) -> tuple[str, str]:
    """Return the text and its character set: ``utf-8``, ``gb18030`` or ``uncertain``.

    Args:
        data: What the code holds.
        guess: The reader's own text, taken where nothing is certain.
        declared: The code names its character set itself, and the reader followed it.

    >>> decoded("碳标签".encode(), guess="")
    ('碳标签', 'utf-8')
    >>> decoded("产品碳足迹标签".encode("gb18030"), guess="")
    ('产品碳足迹标签', 'gb18030')
    >>> decoded("ﾃﾞｻﾞｲﾝ".encode("shift_jis"), guess="ﾃﾞｻﾞｲﾝ")
    ('ﾃﾞｻﾞｲﾝ', 'uncertain')
    """
    text = _strict(data, "utf-8")
    if text is not None:
        return text, "utf-8"
    text = _strict(data, "gb18030")
    if text is not None and (text == guess if declared else _is_everyday_chinese(text) and not _is_katakana(data)):
        return text, "gb18030"
    return guess, "uncertain"


def _strict(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except UnicodeDecodeError:
        return None


def _is_everyday_chinese(text: str) -> bool:
    foreign = [character for character in text if not character.isascii()]
    everyday = sum(_strict_encodes(character, "gb2312") for character in foreign)
    return everyday >= _EVERYDAY_SHARE * len(foreign)


def _strict_encodes(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _is_katakana(data: bytes) -> bool:
    """Whether every byte above ASCII is half-width katakana and every voicing mark follows a letter that takes one."""
    return _KATAKANA.fullmatch(data) is not None


_EVERYDAY_SHARE = 0.8
_KATAKANA = re.compile(
    rb"(?:[\x00-\x7f]|[\xa1-\xdd]|[\xb3\xb6-\xc4\xca-\xce]\xde|[\xca-\xce]\xdf)*",
)
"""JIS X 0201: letters A1-DD; the mark DE after u, ka- to to-, ha-row; DF after the ha-row."""
