"""GS1 Application Identifiers: which exist, and which values they take (GS1 General Specifications §3)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from biip import ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

from labels.errors import CodeError
from labels.identifiers import CSET_82, check_pair, mod10, shown

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class ApplicationIdentifier:
    """One Application Identifier (AI) and the form of its values."""

    ai: str
    form: str
    """The values' format as GS1 writes it, e.g. ``N14`` or ``X..20``."""
    pattern: re.Pattern[str]
    predefined: bool
    """Whether the length is known without a separator (GS1 General Specifications §7.8.5)."""
    rules: tuple[Rule, ...]

    def check(self, value: str) -> None:
        """Check a value.

        Raises:
            CodeError: Wrong length or characters, check digit, date …
        """
        if not self.pattern.fullmatch(value) or not value:
            raise CodeError(
                "gs1.value",
                f"Reading the value of ({self.ai}) failed on {shown(value)}: "
                f"Expected {self.form}, got {_found(value, self.form)}.",
                ai=self.ai,
                got=value,
                expected=self.form,
            )
        for rule in self.rules:
            expected = rule.expects(value)
            if expected is not None:
                message = f"Checking the value of ({self.ai}) failed on {shown(value)}: Expected {expected}."
                raise CodeError(rule.code, message, ai=self.ai, got=value, expected=expected)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value must hold beyond its characters: ``expects`` returns None, or what it should have been."""

    code: str
    expects: Callable[[str], str | None]


def find(ai: str) -> ApplicationIdentifier | None:
    """Return the Application Identifier of that number, or None.

    >>> find("21").form
    'X..20'
    """
    return _find(ai) if _NUMBER.fullmatch(ai) else None


def starting(text: str) -> ApplicationIdentifier | None:
    """Return the Application Identifier that text starts with, or None; no identifier is the start of another."""
    return next((known for size in (2, 3, 4) if (known := find(text[:size]))), None)


def _found(value: str, form: str) -> str:
    allowed = CSET_82 if form.strip("N0123456789.+[]") else "0123456789"
    foreign = next((char for char in value if char not in allowed), None)
    return f"{len(value)} characters" if foreign is None else f"the character {foreign!r}"


@lru_cache(maxsize=16_384)
def _find(ai: str) -> ApplicationIdentifier | None:
    try:
        known = GS1ApplicationIdentifier.extract(ai)
    except ParseError:
        return None
    if known.ai != ai:
        return None
    pattern = _PATTERNS.get(ai) or known.pattern.removeprefix(f"^{ai}").removesuffix("$")
    return ApplicationIdentifier(
        ai=ai,
        form=known.format.partition("+")[2],
        pattern=re.compile(pattern, re.ASCII),
        predefined=not known.separator_required,
        rules=_RULES.get(ai, ()),
    )


def _check_digit(length: int) -> Rule:
    def expects(value: str) -> str | None:
        digit = mod10(value[: length - 1])
        return None if value[length - 1] == digit else f"check digit {digit} at place {length}"

    return Rule("gs1.check-digit", expects)


def _company_prefix(value: str) -> str | None:
    """A company prefix has at least four digits (GS1 General Specifications §1.4.4)."""
    start = value[:4]
    return None if len(start) == 4 and start.isdigit() else "four digits of a GS1 company prefix at its start"  # noqa: PLR2004


def _check_pair(value: str) -> str | None:
    pair = check_pair(value[:-2])
    return None if value[-2:] == pair else f"check characters {pair} at the end"


def _piece_of_total(value: str) -> str | None:
    piece, total = value[-4:-2], value[-2:]
    return None if "01" <= piece <= total else "a piece number from 01 to the total"


def _place_in_sequence(value: str) -> str | None:
    return None if "1" <= value[0] <= value[2] else "a place from 1 to the number of births"


def _coordinates(value: str) -> str | None:
    latitude, longitude = int(value[:10]), int(value[10:])
    return None if latitude <= 1_800_000_000 and longitude <= 3_600_000_000 else "a latitude and a longitude"  # noqa: PLR2004


def _iban(value: str) -> str | None:
    """ISO 13616: the first four characters moved to the end, letters as 10 to 35, leave 1 modulo 97."""
    if not (value.isalnum() and value.upper() == value and len(value) > 4):  # noqa: PLR2004
        return "capitals and digits"
    number = int("".join(str(int(char, 36)) for char in value[4:] + value[:4]))
    return None if number % 97 == 1 else "an IBAN whose check digits hold"


def _calendar(*, year_digits: int = 2, may_lack_day: bool = False, may_lack_time: bool = False) -> Rule:
    """Year, month, day, then as much of hour, minute and second as the pattern lets through; day 00: none named."""

    def expects(value: str) -> str | None:
        year, day, time = value[:year_digits], value[year_digits:][:4], value[year_digits + 4 :]
        dated = _is_day(year, day) or (may_lack_day and day[2:] == "00" and _is_day(year, day[:2] + "01"))
        timed = _TIME.fullmatch(time) or (may_lack_time and time == "9999")
        return None if dated and timed else "a day of the calendar and a time of the clock"

    return Rule("gs1.date", expects)


def _is_day(year: str, day: str) -> bool:
    # Two digits stand for 1951 to 2099: 00 is 2000, a leap year, and so is every fourth year around it.
    return day in _DAYS or (day == "0229" and calendar.isleap(int(year) if len(year) > 2 else 2000 + int(year)))  # noqa: PLR2004


def _two_dates() -> Rule:
    single = _calendar()

    def expects(value: str) -> str | None:
        return single.expects(value[:6]) or (single.expects(value[6:]) if value[6:] else None)

    return Rule("gs1.date", expects)


_DAYS = frozenset(
    f"{month:02}{day:02}" for month in range(1, 13) for day in range(1, calendar.monthrange(2001, month)[1] + 1)
)
_TIME = re.compile("(?:(?:[01][0-9]|2[0-3])(?:[0-5][0-9]){0,2})?")
_NUMBER = re.compile(r"[0-9]{2,4}")
_82 = f"[{re.escape(CSET_82)}]"
_PATTERNS = {
    **dict.fromkeys(("11", "12", "13", "15", "16", "17"), "[0-9]{6}"),
    "30": "[0-9]{1,8}",
    "4307": "[A-Z]{2}",
    "4317": "[A-Z]{2}",
    "7004": "[0-9]{1,4}",
    "7040": f"[0-9]{_82}{{2}}[0-9A-Za-z_-]",
    "7250": "[0-9]{8}",
    "7251": "[0-9]{12}",
    "7252": "[0129]",
    "8001": "(?!0000)[0-9]{4}(?!00000)[0-9]{5}(?!000)[0-9]{3}[019][0-9]",
    "8008": "[0-9]{8}(?:[0-9]{2}){0,2}",
    "8010": "[0-9A-Z#/-]{1,30}",
    "8011": "0|[1-9][0-9]{0,11}",
}
"""Where the table of biip 5.2 is wider or narrower than the GS1 Barcode Syntax Dictionary of 2026-01-27, and dates:
biip refuses month 13 as a form, here a rule says that it is no day."""

_PREFIX = Rule("gs1.company-prefix", _company_prefix)
_PAIR = Rule("gs1.check-pair", _check_pair)
_PIECE = Rule("gs1.piece-of-total", _piece_of_total)
_DAY_OR_MONTH = _calendar(may_lack_day=True)
_DAY = _calendar()
_DAY_OF_CENTURY = _calendar(year_digits=4)
_RULES: dict[str, tuple[Rule, ...]] = {
    "00": (_check_digit(18),),
    "01": (_check_digit(14),),
    "02": (_check_digit(14),),
    "03": (_check_digit(14),),
    **dict.fromkeys(("11", "12", "13", "15", "16", "17"), (_DAY_OR_MONTH,)),
    "253": (_check_digit(13),),
    "255": (_check_digit(13),),
    "401": (_PREFIX,),
    "402": (_check_digit(17),),
    **dict.fromkeys(("410", "411", "412", "413", "414", "415", "416", "417"), (_check_digit(13),)),
    "4309": (Rule("gs1.coordinates", _coordinates),),
    **dict.fromkeys(("4324", "4325"), (_calendar(may_lack_day=True, may_lack_time=True),)),
    "4326": (_DAY,),
    "7003": (_DAY,),
    "7006": (_DAY,),
    "7007": (_two_dates(),),
    "7011": (_DAY,),
    "7023": (_PREFIX,),
    "7250": (_DAY_OF_CENTURY,),
    "7251": (_DAY_OF_CENTURY,),
    "7258": (Rule("gs1.sequence-place", _place_in_sequence),),
    "8003": (_check_digit(14),),
    "8004": (_PREFIX,),
    "8006": (_check_digit(14), _PIECE),
    "8007": (Rule("gs1.iban", _iban),),
    "8008": (_DAY,),
    "8010": (_PREFIX,),
    "8013": (_PREFIX, _PAIR),
    "8014": (_PREFIX, _PAIR),
    "8017": (_check_digit(18),),
    "8018": (_check_digit(18),),
    "8026": (_check_digit(14), _PIECE),
}
