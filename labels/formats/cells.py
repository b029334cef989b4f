"""The text of one table cell, as people and spreadsheets write it, to the one form a record has."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from labels.errors import CodeError
from labels.identifiers import normalise_gtin
from labels.model import Boundary
from labels.units import parse_unit


def read_number(text: str) -> str:
    """Return a plain decimal, digit for digit; commas only where they can be nothing but thousands.

    Raises:
        CodeError: ``table.number-ambiguous`` (``1,5`` and ``1,234`` mean two things), ``table.number``.

    >>> read_number("１，２３４．５０"), read_number("-0.30"), read_number("1.5E-07")
    ('1234.50', '-0.30', '0.00000015')
    """
    plain = _plain(text).replace("−", "-")
    if _SCIENTIFIC.fullmatch(plain):
        return format(Decimal(plain), "f")
    if _NUMBER.fullmatch(plain):
        return plain.removeprefix("+")
    if _THOUSANDS.fullmatch(plain):
        return plain.removeprefix("+").replace(",", "")
    if _SEPARATED.fullmatch(plain):
        raise CodeError(
            "table.number-ambiguous",
            f"Reading a number failed on {text!r}: Expected a decimal point and no other separator, got a number "
            "that can be read in two ways.",
            got=text,
        )
    raise CodeError("table.number", f"Reading a number failed on {text!r}: Expected digits such as 51.575.", got=text)


def read_percent(text: str) -> str:
    """Return the number of percent; a percent sign may follow it.

    >>> read_percent("85%"), read_percent("12.5")
    ('85', '12.5')
    """
    return read_number(_plain(text).removesuffix("%"))


def read_percent_cell(text: str) -> str:
    """Return the number of percent of a spreadsheet's cell, where 85 % is kept as 0.85 when it is shown as percent.

    Raises:
        CodeError: ``table.percent-ambiguous``: 0.85 without a sign is 0.85 % or 85 %.
    """
    percent = read_percent(text)
    if _plain(text).endswith("%") or not 0 < Decimal(percent) <= 1:
        return percent
    raise CodeError(
        "table.percent-ambiguous",
        f"Reading a percentage failed on {text!r}: Expected a number of percent above 1 or the text '{percent}%', "
        "got what a spreadsheet also keeps for a hundred times as much.",
        got=text,
        percent=percent,
    )


def read_date(text: str) -> str:
    """Return an ISO day from ISO text, year-first text or a spreadsheet's date cell.

    Raises:
        CodeError: ``table.date``: no such day, a day-first or month-first date, a time of day.

    >>> read_date("2026/1/5"), read_date("2026年1月5日"), read_date("2026-01-05 00:00:00")
    ('2026-01-05', '2026-01-05', '2026-01-05')
    """
    found = _DATE.fullmatch(_plain(text))
    try:
        if found:
            year, month, day = (int(part) for part in found.groups() if part and part.isdigit())
            return dt.date(year, month, day).isoformat()
    except ValueError:
        pass
    raise CodeError(
        "table.date", f"Reading a date failed on {text!r}: Expected year, month and day such as 2026-01-05.", got=text
    )


def read_dates(text: str) -> list[str]:
    """Return several days, written with ``;`` or ``、`` between them.

    >>> read_dates("2026-01-05；2027/1/5")
    ['2026-01-05', '2027-01-05']
    """
    return [read_date(part) for part in re.split(r"[;、]", _plain(text)) if part.strip()]


def read_gtin(text: str) -> str:
    """Return a GTIN as 14 digits, from text or from a number that lost its leading zeros.

    Zeros are put back only where the check digit then holds.

    Raises:
        CodeError: ``gtin.form``, ``gtin.check-digit``; digits lost to ``6.90123E+12`` cannot be had back.

    >>> read_gtin("6901234567892.0"), read_gtin("690 1234 567892"), read_gtin("36000291452")
    ('06901234567892', '06901234567892', '00036000291452')
    """
    digits = re.sub(r"\.0+$", "", re.sub(r"[\s\-]", "", _plain(text).lstrip("'")))
    if _SHORT.fullmatch(digits):
        return normalise_gtin(digits.zfill(14))
    return normalise_gtin(digits)


def read_uscc(text: str) -> str:
    """Return a USCC as its eighteen characters, without spaces, in upper case; its check is the record's."""
    return re.sub(r"[\s\-]", "", _plain(text).lstrip("'")).upper()


def read_boundary(text: str) -> str:
    """Return the system boundary in Chinese or English words.

    Raises:
        CodeError: ``table.boundary``.

    >>> read_boundary("从摇篮到大门"), read_boundary("Cradle to Grave"), read_boundary("cradle-to-gate（A1-A3）")
    ('cradle-to-gate', 'cradle-to-grave', 'cradle-to-gate')
    """
    folded = re.sub(r"[\s_\-–—·]+|\(a1a3\)", "", _plain(text).casefold().replace("a1-a3", "a1a3"))
    if folded not in _BOUNDARIES:
        raise CodeError(
            "table.boundary",
            f"Reading a system boundary failed on {text!r}: "
            "Expected cradle-to-gate (摇篮到大门) or cradle-to-grave (摇篮到坟墓).",
            got=text,
        )
    return _BOUNDARIES[folded].value


def read_unit(text: str) -> str:
    """Return the UN/ECE code of a unit's code, symbol or name.

    Raises:
        CodeError: ``unit.unknown``, ``unit.ambiguous``.
    """
    return parse_unit(text).code


def read_yes(text: str) -> bool:
    """Return whether a cell says yes or no.

    Raises:
        CodeError: ``table.yes-no``.

    >>> read_yes("是"), read_yes("FALSE")
    (True, False)
    """
    folded = _plain(text).casefold()
    if folded not in _YES | _NO:
        raise CodeError("table.yes-no", f"Reading a yes or no failed on {text!r}: Expected yes or no.", got=text)
    return folded in _YES


def _plain(text: str) -> str:
    """Full-width characters as their ASCII ones, no spaces around; not NFKC, to which 5² is 52."""
    return text.translate(_FULL_WIDTH).strip()


_FULL_WIDTH = {0xFF00 + code: 0x20 + code for code in range(1, 0x5F)} | {0x3000: 0x20}
_NUMBER = re.compile(r"[+-]?[0-9]{1,60}(\.[0-9]{1,60})?")
_SCIENTIFIC = re.compile(r"[+-]?[0-9](\.[0-9]{1,20})?[eE][+-]?[0-9]{1,2}")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}((,[0-9]{3}){1,12}\.[0-9]{1,40}|(,[0-9]{3}){2,12})")
_SEPARATED = re.compile(r"[+-]?[0-9]+([., '’][0-9]+)+")
_SHORT = re.compile(r"[0-9]{7}|[0-9]{9,11}")
_DATE = re.compile(
    r"(?:([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?)"
    r"(?:[ T]00:00(?::00(?:\.0+)?)?)?"
)
_GATE = "cradletogate 摇篮到大门 从摇篮到大门 摇篮至大门 从摇篮至大门 摇篮到厂门 从摇篮到厂门 搖籃到大門 從搖籃到大門"
_GRAVE = "cradletograve 摇篮到坟墓 从摇篮到坟墓 摇篮至坟墓 从摇篮至坟墓 全生命周期 搖籃到墳墓 從搖籃到墳墓"
_BOUNDARIES = dict.fromkeys(_GATE.split(), Boundary.CRADLE_TO_GATE) | dict.fromkeys(
    _GRAVE.split(), Boundary.CRADLE_TO_GRAVE
)
_YES = frozenset({"yes", "true", "1", "y", "是"})
_NO = frozenset({"no", "false", "0", "n", "否"})
