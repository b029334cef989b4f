"""Texts in the reader's language: English in the source, other languages in ``app/locale`` (gettext, by Babel)."""

from __future__ import annotations

import gettext as gettext_module
import io
from contextvars import ContextVar
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

if TYPE_CHECKING:
    import datetime as dt

LANGUAGES = {"zh-CN": "简体中文", "en": "English"}
"""Language tags and what their speakers call them; the first is the default."""
DEFAULT = "en"


def use(language: str) -> None:
    """Make ``language`` the one of this thread of work (one run of a page, one request, one command)."""
    _current.set(language if language in LANGUAGES else DEFAULT)


def language() -> str:
    """Return the language in use."""
    return _current.get()


def negotiate(wanted: str | None) -> str:
    """Return the best of our languages for what a browser or system asks for.

    >>> negotiate("zh-TW"), negotiate("de-DE"), negotiate(None)
    ('zh-CN', 'en', 'en')
    """
    if not wanted:
        return DEFAULT
    tag = wanted.split(",")[0].split(".")[0].replace("_", "-")
    if tag.lower().startswith("zh"):
        return "zh-CN"
    return negotiate_locale([tag], list(LANGUAGES), sep="-") or DEFAULT


def _(message: str) -> str:
    """Return ``message`` in the language in use."""
    return _catalogue(language()).gettext(message)


def mark(message: str) -> str:
    """Mark a text for translation where it stands in a table; it is translated where it is shown."""
    return message


def number(value: Decimal | int) -> str:
    """Return a number in the reader's notation, with every digit it was given.

    >>> from decimal import Decimal
    >>> number(Decimal("2448.50"))
    '2,448.50'
    """
    digits = max(0, -int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0
    return format_decimal(value, format="#,##0" + ("." + "0" * digits if digits else ""), locale=_locale(language()))


def day(value: dt.date) -> str:
    """Return a date as the reader writes it."""
    return format_date(value, format="long" if language() == "zh-CN" else "medium", locale=_locale(language()))


def moment(value: dt.datetime) -> str:
    """Return a date and time with its offset from UTC."""
    return format_datetime(value, format="yyyy-MM-dd HH:mm 'UTC'xxx", locale=_locale(language()))


@cache
def _catalogue(tag: str) -> gettext_module.NullTranslations:
    """Compile the catalogue in memory: a text catalogue is the one file to keep."""
    source = files("app").joinpath("locale", tag.replace("-", "_"), "LC_MESSAGES", "tanbiao.po")
    if not source.is_file():
        return gettext_module.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes())))
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)


@cache
def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


_current: ContextVar[str] = ContextVar("language", default=DEFAULT)
