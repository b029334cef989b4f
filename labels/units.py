"""Declared units as UN/ECE Recommendation 20 codes, and exact conversion between them.

The table is closed on purpose: a unit that is not in it is refused, and a word that names several units ("ton")
is refused by name, because a guess here is a thousandfold error in a footprint.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from labels.errors import CodeError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Dimension(StrEnum):
    """What a unit measures; only units of one dimension convert into each other."""

    MASS = "mass"
    VOLUME = "volume"
    AREA = "area"
    LENGTH = "length"
    ENERGY = "energy"
    POWER = "power"
    TRANSPORT = "transport"
    TIME = "time"
    COUNT = "count"


@dataclass(frozen=True)
class Unit:
    """A unit: ``factor`` of its dimension's base unit (kg, m³, m², m, J, W, t·km, s, piece), exactly."""

    code: str
    """UN/ECE Recommendation 20, e.g. ``KGM``."""
    dimension: Dimension
    factor: Decimal
    symbol: str
    name_zh: str
    name_en: str


def parse_unit(text: str) -> Unit:
    """Return the unit a code, symbol or name stands for, in Chinese, English or German.

    Full-width characters and spaces around are taken; case counts only where a symbol is a letter or two.

    Raises:
        CodeError: ``unit.unknown``, or ``unit.ambiguous`` with the codes it could mean.

    >>> parse_unit("吨").code, parse_unit("m^2").code, parse_unit("ｋＷｈ").code
    ('TNE', 'MTK', 'KWH')
    """
    plain = _plain(text)
    code = _NAMES.get(plain) or _FOLDED.get(plain.casefold())
    meanings = _AMBIGUOUS.get(plain) or (None if code else _AMBIGUOUS.get(plain.casefold()))
    if meanings:
        raise CodeError(
            "unit.ambiguous",
            f"Reading a unit failed on {text!r}: Expected one unit, got a word for {meanings}.",
            got=text,
            meanings=meanings,
        )
    if code is None:
        raise CodeError(
            "unit.unknown",
            f"Reading a unit failed on {text!r}: Expected a UN/ECE Rec 20 code, symbol or name, e.g. KGM, kg or 千克.",
            got=text,
        )
    return UNITS[code]


def convert(value: Decimal, *, from_unit: str, to_unit: str) -> Decimal:
    """Return a finite ``value`` of ``from_unit`` in ``to_unit``, exactly, with as many digits as that takes.

    Raises:
        CodeError: An unknown unit; ``unit.dimension`` when the two measure different things; ``unit.inexact`` when
            no decimal is the exact result (1 MJ is 0.2777… kWh): take ``ratio`` and round knowingly.

    >>> convert(Decimal("2.5"), from_unit="TNE", to_unit="KGM")
    Decimal('2500')
    """
    exact = Fraction(value) * ratio(from_unit=from_unit, to_unit=to_unit)
    decimal = _decimal(exact)
    if decimal is None:
        raise CodeError(
            "unit.inexact",
            f"Converting {value} {from_unit} to {to_unit} failed on the result: "
            f"Expected a finite decimal, got the fraction {exact}.",
            value=value,
            from_unit=from_unit,
            to_unit=to_unit,
            fraction=exact,
        )
    return decimal


def ratio(*, from_unit: str, to_unit: str) -> Fraction:
    """Return how many ``to_unit`` make one ``from_unit``.

    Raises:
        CodeError: An unknown unit, or ``unit.dimension`` when the two measure different things.

    >>> ratio(from_unit="MJ", to_unit="kWh")
    Fraction(5, 18)
    """
    source, target = parse_unit(from_unit), parse_unit(to_unit)
    if source.dimension is not target.dimension:
        raise CodeError(
            "unit.dimension",
            f"Converting {from_unit} to {to_unit} failed on the dimension: "
            f"Expected a unit of {source.dimension}, got one of {target.dimension}.",
            from_unit=from_unit,
            to_unit=to_unit,
            expected=source.dimension,
            got=target.dimension,
        )
    return Fraction(source.factor) / Fraction(target.factor)


def _plain(text: str) -> str:
    """NFKC (full-width to ASCII, ² to 2), one middle dot, single spaces, no ``^``."""
    normal = unicodedata.normalize("NFKC", text).replace("^", "").replace("⋅", "·").replace("・", "·")
    return " ".join(normal.split())


def _decimal(exact: Fraction) -> Decimal | None:
    """Return the fraction as a decimal of any length; None where its decimals never end."""
    rest, places = exact.denominator, 0
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    while rest % 2 == 0 or rest % 5 == 0:
        rest, places = rest // (2 if rest % 2 == 0 else 5), places + 1
    if rest != 1:
        return None
    digits = abs(exact.numerator) * 10**places // exact.denominator
    return Decimal((int(exact < 0), tuple(int(digit) for digit in str(digits)), -places))


def _names() -> Iterator[tuple[str, str]]:
    """Every spelling with its code."""
    for unit in UNITS.values():
        aliases = _ALIASES.get(unit.code, "").split("|")
        for name in filter(None, (unit.code, unit.symbol, unit.name_zh, unit.name_en, *aliases)):
            yield _plain(name), unit.code


def _case_counts(name: str) -> bool:
    return name.isascii() and len(name) <= _CASE_COUNTS_UP_TO


_CASE_COUNTS_UP_TO = 2
"""Letters: mW is no MW, and Rec 20's KT is a kit."""

_D = Decimal
_TABLE = (
    Unit("KGM", Dimension.MASS, _D(1), "kg", "千克", "kilogram"),
    Unit("GRM", Dimension.MASS, _D("0.001"), "g", "克", "gram"),
    Unit("MGM", Dimension.MASS, _D("0.000001"), "mg", "毫克", "milligram"),
    Unit("TNE", Dimension.MASS, _D(1000), "t", "吨", "tonne"),
    Unit("KTN", Dimension.MASS, _D(1_000_000), "kt", "千吨", "kilotonne"),
    Unit("LBR", Dimension.MASS, _D("0.45359237"), "lb", "磅", "pound"),
    Unit("STN", Dimension.MASS, _D("907.18474"), "short ton", "短吨", "short ton (US)"),
    Unit("LTN", Dimension.MASS, _D("1016.0469088"), "long ton", "长吨", "long ton (UK)"),
    Unit("MTQ", Dimension.VOLUME, _D(1), "m³", "立方米", "cubic metre"),
    Unit("DMQ", Dimension.VOLUME, _D("0.001"), "dm³", "立方分米", "cubic decimetre"),
    Unit("LTR", Dimension.VOLUME, _D("0.001"), "L", "升", "litre"),
    Unit("MLT", Dimension.VOLUME, _D("0.000001"), "mL", "毫升", "millilitre"),
    Unit("MTK", Dimension.AREA, _D(1), "m²", "平方米", "square metre"),
    Unit("CMK", Dimension.AREA, _D("0.0001"), "cm²", "平方厘米", "square centimetre"),
    Unit("FTK", Dimension.AREA, _D("0.09290304"), "ft²", "平方英尺", "square foot"),
    Unit("MTR", Dimension.LENGTH, _D(1), "m", "米", "metre"),
    Unit("KMT", Dimension.LENGTH, _D(1000), "km", "千米", "kilometre"),
    Unit("CMT", Dimension.LENGTH, _D("0.01"), "cm", "厘米", "centimetre"),
    Unit("MMT", Dimension.LENGTH, _D("0.001"), "mm", "毫米", "millimetre"),
    Unit("JOU", Dimension.ENERGY, _D(1), "J", "焦耳", "joule"),
    Unit("KJO", Dimension.ENERGY, _D(1000), "kJ", "千焦", "kilojoule"),
    Unit("3B", Dimension.ENERGY, _D(1_000_000), "MJ", "兆焦", "megajoule"),
    Unit("GV", Dimension.ENERGY, _D(1_000_000_000), "GJ", "吉焦", "gigajoule"),
    Unit("WHR", Dimension.ENERGY, _D(3600), "Wh", "瓦时", "watt hour"),
    Unit("KWH", Dimension.ENERGY, _D(3_600_000), "kWh", "千瓦时", "kilowatt hour"),
    Unit("MWH", Dimension.ENERGY, _D(3_600_000_000), "MWh", "兆瓦时", "megawatt hour"),
    Unit("GWH", Dimension.ENERGY, _D(3_600_000_000_000), "GWh", "吉瓦时", "gigawatt hour"),
    Unit("WTT", Dimension.POWER, _D(1), "W", "瓦", "watt"),
    Unit("KWT", Dimension.POWER, _D(1000), "kW", "千瓦", "kilowatt"),
    Unit("MAW", Dimension.POWER, _D(1_000_000), "MW", "兆瓦", "megawatt"),
    Unit("TKM", Dimension.TRANSPORT, _D(1), "t·km", "吨公里", "tonne kilometre"),
    Unit("SEC", Dimension.TIME, _D(1), "s", "秒", "second"),
    Unit("MIN", Dimension.TIME, _D(60), "min", "分钟", "minute"),
    Unit("HUR", Dimension.TIME, _D(3600), "h", "小时", "hour"),
    Unit("DAY", Dimension.TIME, _D(86_400), "d", "天", "day"),
    Unit("H87", Dimension.COUNT, _D(1), "pcs", "件", "piece"),
    Unit("C62", Dimension.COUNT, _D(1), "1", "一", "one"),
    Unit("EA", Dimension.COUNT, _D(1), "each", "每个", "each"),
    Unit("DZN", Dimension.COUNT, _D(12), "dozen", "打", "dozen"),
)

UNITS: dict[str, Unit] = {unit.code: unit for unit in _TABLE}
"""The units known, by UN/ECE Recommendation 20 code; pounds and feet are the international ones of 1959."""

_ALIASES = {
    "KGM": "KG|Kg|kgs|公斤|kilo|kilograms|kilogramm|kilogramme",
    "GRM": "grams|gramme|gramm",
    "TNE": "公吨|tonnes|metric ton|metric tons|metric tonne|metric tonnes",
    "KTN": "kilotonnes",
    "LBR": "lbs|pounds",
    "STN": "short tons|US ton|US tons|net ton",
    "LTN": "long tons|UK ton|UK tons|imperial ton",
    "MTQ": "立方|m3|cubic meter|cubic metres|cubic meters|cbm|kubikmeter",
    "DMQ": "dm3|cubic decimeter",
    "LTR": "l|公升|liter|litres|liters",
    "MLT": "ml|milliliter|millilitres|milliliters",
    "MTK": "平米|m2|qm|sqm|square meter|square metres|square meters|quadratmeter",
    "CMK": "cm2|square centimeter",
    "FTK": "ft2|sqft|sq ft|square feet",
    "MTR": "公尺|meter|metres|meters",
    "KMT": "公里|kilometer|kilometres|kilometers",
    "CMT": "公分|centimeter",
    "MMT": "millimeter",
    "3B": "megajoules|百万焦耳",
    "GV": "gigajoules|十亿焦耳",
    "KWH": "度|kW·h|kilowatt hours|kilowatt-hour|kilowatt-hours|kilowattstunde",
    "MWH": "MW·h|megawatt hours|megawatt-hour|megawatt-hours",
    "GWH": "GW·h|gigawatt hours|gigawatt-hour|gigawatt-hours",
    "WHR": "W·h|watt hours|watt-hour|watt-hours",
    "WTT": "Wp|watts|瓦特",
    "KWT": "kw|Kw|kWp|kilowatts|千瓦峰",
    "MAW": "MWp|megawatts",
    "TKM": "tkm|t-km|ton kilometer|ton kilometre|tonne-kilometre|tonne kilometer|吨·公里|吨千米",
    "SEC": "seconds",
    "MIN": "minutes",
    "HUR": "hr|hrs|hours|时",
    "DAY": "days|日",
    "H87": "pc|pce|pcs.|pieces|item|items|stück|stk|台|个|只|条|辆|块|部",
    "C62": "unit|units|ones",
    "EA": "ea|Ea",
    "DZN": "dozens",
}
"""Other spellings by code. ``ton kilometer`` is PACT's own word for the tonne kilometre, so it is not ambiguous."""

_TONS = "a tonne (TNE), a US short ton (STN) and a UK long ton (LTN)"
_AMBIGUOUS = {
    "ton": _TONS,
    "tons": _TONS,
    "mt": "a metric ton (TNE) and a megatonne",
    "gal": "a US gallon (GLL) and a UK gallon (GLI)",
    "gallon": "a US gallon (GLL) and a UK gallon (GLI)",
    "GJ": "a gigajoule (GV) and Rec 20's gram per millilitre (GJ)",
    "KW": "a kilowatt (KWT) and Rec 20's kilogram per millimetre (KW)",
    "KGS": "kilograms (KGM) and Rec 20's kilogram per second (KGS)",
    "STK": "pieces (H87) and Rec 20's stick of cigarettes (STK)",
    "mw": "a megawatt (MAW) and a milliwatt",
    "箱": "boxes of any size",
    "包": "packs of any size",
    "套": "sets of any size",
}
"""Words of several meanings; an entry in capitals is meant as written, the others in any case."""

_NAMES = dict(_names())
_FOLDED = {name.casefold(): code for name, code in _names() if not _case_counts(name)}
