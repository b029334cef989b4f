"""Product categories: their names, their codes elsewhere, and what a footprint must be per to be compared in them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from labels.model import Boundary


@dataclass(frozen=True, kw_only=True)
class Category:
    """A category; footprints are comparable in it per ``amount`` of ``unit`` at ``boundary``."""

    key: str
    name_zh: str
    name_en: str
    unit: str
    """UN/ECE Recommendation 20 code of the declared unit."""
    amount: Decimal = Decimal(1)
    boundary: Boundary
    gpc: str | None = None
    """GS1 Global Product Classification brick, edition of June 2020; None where no brick fits."""
    hs: str | None = None
    """Harmonized System 2022: heading (4 digits) or subheading (6 digits)."""
    cpv: str | None = None
    """EU Common Procurement Vocabulary 2008, with its check digit."""
    product_rule: str | None = None
    """Number of the published product rule, where one is known."""
    national_catalogue: bool = False
    """Whether the kind of product is in the first national catalogue for footprint labels (17 items, 2025-07-09)."""
    bio_based: bool = False
    """Whether the product holds biogenic carbon, so that uptake must be kept apart from fossil emissions."""
    aliases: tuple[str, ...] = ()
    """Other names people use for it."""


def find(text: str) -> Category | None:
    """Return the category of this key, Chinese or English name or alias; None where there is none.

    >>> category = find("光伏组件")
    >>> category.key if category else None
    'pv-module'
    """
    return _BY_NAME.get(_folded(text))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", "-").split())


def _names(category: Category) -> tuple[str, ...]:
    return (category.key, category.name_zh, category.name_en, *category.aliases)


_GATE, _GRAVE = Boundary.CRADLE_TO_GATE, Boundary.CRADLE_TO_GRAVE

_TABLE = (
    Category(
        key="pv-module",
        name_zh="光伏组件",
        name_en="Photovoltaic module",
        unit="KWT",
        boundary=_GATE,
        hs="854143",
        cpv="09331200-0",
        national_catalogue=True,
        aliases=("太阳能组件", "太阳能电池板", "PV module", "solar module", "solar panel"),
    ),
    Category(
        key="lfp-battery-pack",
        name_zh="磷酸铁锂电池包",
        name_en="LFP battery pack",
        unit="KWH",
        boundary=_GATE,
        hs="850760",
        cpv="31434000-7",
        national_catalogue=True,
        aliases=("磷酸铁锂电池", "LFP pack", "lithium iron phosphate battery pack"),
    ),
    Category(
        key="nmc-battery-cell",
        name_zh="三元锂离子电芯",
        name_en="NMC battery cell",
        unit="KWH",
        boundary=_GATE,
        hs="850760",
        cpv="31434000-7",
        national_catalogue=True,
        aliases=("三元电芯", "三元锂电池", "NMC cell", "nickel manganese cobalt battery cell"),
    ),
    Category(
        key="primary-aluminium",
        name_zh="电解铝",
        name_en="Primary aluminium",
        unit="TNE",
        boundary=_GATE,
        hs="7601",
        cpv="14721000-1",
        national_catalogue=True,
        aliases=("原铝", "铝锭", "primary aluminum", "aluminium ingot"),
    ),
    Category(
        key="hot-rolled-steel",
        name_zh="热轧碳钢",
        name_en="Hot-rolled carbon steel",
        unit="TNE",
        boundary=_GATE,
        hs="7208",
        cpv="14622000-7",
        national_catalogue=True,
        aliases=("热轧板", "热轧卷板", "hot-rolled coil", "hot rolled steel"),
    ),
    Category(
        key="cold-rolled-steel",
        name_zh="冷轧碳钢",
        name_en="Cold-rolled carbon steel",
        unit="TNE",
        boundary=_GATE,
        hs="7209",
        cpv="14622000-7",
        national_catalogue=True,
        aliases=("冷轧板", "冷轧卷板", "cold-rolled coil", "cold rolled steel"),
    ),
    Category(
        key="galvanised-steel",
        name_zh="镀锌钢",
        name_en="Galvanised steel",
        unit="TNE",
        boundary=_GATE,
        hs="7210",
        cpv="14622000-7",
        national_catalogue=True,
        aliases=("镀锌板", "galvanized steel"),
    ),
    Category(
        key="rebar",
        name_zh="钢筋",
        name_en="Reinforcing steel bar",
        unit="TNE",
        boundary=_GATE,
        hs="721420",
        national_catalogue=True,
        aliases=("螺纹钢", "reinforcing bar"),
    ),
    Category(
        key="ferro-alloy",
        name_zh="铁合金",
        name_en="Ferro-alloy",
        unit="TNE",
        boundary=_GATE,
        hs="7202",
        cpv="14621000-0",
        national_catalogue=True,
        aliases=("ferroalloy",),
    ),
    Category(
        key="cement",
        name_zh="硅酸盐水泥 42.5 级",
        name_en="Portland cement, class 42.5",
        unit="TNE",
        boundary=_GATE,
        gpc="10002526",
        hs="252329",
        cpv="44111200-3",
        national_catalogue=True,
        aliases=("水泥", "普通硅酸盐水泥", "Portland cement"),
    ),
    Category(
        key="cement-32-5",
        name_zh="水泥 32.5 级",
        name_en="Cement, class 32.5",
        unit="TNE",
        boundary=_GATE,
        gpc="10002526",
        hs="2523",
        cpv="44111200-3",
        national_catalogue=True,
        aliases=("砌筑水泥", "masonry cement"),
    ),
    Category(
        key="clinker",
        name_zh="硅酸盐水泥熟料",
        name_en="Portland cement clinker",
        unit="TNE",
        boundary=_GATE,
        hs="252310",
        aliases=("熟料", "水泥熟料", "cement clinker"),
    ),
    Category(
        key="flat-glass",
        name_zh="平板玻璃",
        name_en="Flat glass",
        unit="TNE",
        boundary=_GATE,
        gpc="10002584",
        hs="7005",
        cpv="14820000-5",
        aliases=("浮法玻璃", "float glass", "sheet glass"),
    ),
    Category(
        key="plywood",
        name_zh="胶合板",
        name_en="Plywood",
        unit="MTQ",
        boundary=_GATE,
        gpc="10002538",
        hs="4412",
        cpv="44191100-6",
        national_catalogue=True,
        bio_based=True,
    ),
    Category(
        key="fibreboard",
        name_zh="纤维板",
        name_en="Fibreboard",
        unit="MTQ",
        boundary=_GATE,
        gpc="10002537",
        hs="4411",
        cpv="44191400-9",
        national_catalogue=True,
        bio_based=True,
        aliases=("密度板", "MDF", "fiberboard"),
    ),
    Category(
        key="particleboard",
        name_zh="刨花板",
        name_en="Particle board",
        unit="MTQ",
        boundary=_GATE,
        gpc="10002537",
        hs="4410",
        cpv="44191300-8",
        national_catalogue=True,
        bio_based=True,
        aliases=("chipboard",),
    ),
    Category(
        key="tyre",
        name_zh="乘用车轮胎",
        name_en="Passenger car tyre",
        unit="H87",
        boundary=_GRAVE,
        gpc="10002924",
        hs="401110",
        cpv="34351100-3",
        product_rule="T/CPCIF 0391-2024",
        national_catalogue=True,
        aliases=("轮胎", "半钢胎", "PCR", "car tyre", "car tire"),
    ),
    Category(
        key="truck-tyre",
        name_zh="载重车轮胎",
        name_en="Truck and bus tyre",
        unit="H87",
        boundary=_GRAVE,
        gpc="10002924",
        hs="401120",
        product_rule="T/CPCIF 0391-2024",
        national_catalogue=True,
        aliases=("全钢胎", "TBR", "truck tyre", "truck tire"),
    ),
    Category(
        key="laptop",
        name_zh="便携式计算机",
        name_en="Laptop computer",
        unit="H87",
        boundary=_GRAVE,
        gpc="10001145",
        hs="847130",
        cpv="30213100-6",
        national_catalogue=True,
        aliases=("笔记本电脑", "笔记本", "notebook", "notebook computer", "portable computer"),
    ),
    Category(
        key="desktop-computer",
        name_zh="台式微型计算机",
        name_en="Desktop computer",
        unit="H87",
        boundary=_GRAVE,
        gpc="10001144",
        hs="847141",
        cpv="30213300-8",
        national_catalogue=True,
        aliases=("台式电脑", "台式机", "desktop"),
    ),
    Category(
        key="tablet",
        name_zh="平板电脑",
        name_en="Tablet computer",
        unit="H87",
        boundary=_GRAVE,
        gpc="10006276",
        hs="847130",
    ),
    Category(
        key="smartphone",
        name_zh="智能手机",
        name_en="Smartphone",
        unit="H87",
        boundary=_GRAVE,
        gpc="10001198",
        hs="851713",
        cpv="32250000-0",
        aliases=("手机", "mobile phone"),
    ),
    Category(
        key="air-conditioner",
        name_zh="房间空调器",
        name_en="Room air conditioner",
        unit="H87",
        boundary=_GRAVE,
        gpc="10003982",
        hs="841510",
        cpv="39717200-3",
        national_catalogue=True,
        aliases=("空调", "分体式空调", "split air conditioner"),
    ),
    Category(
        key="refrigerator",
        name_zh="家用电冰箱",
        name_en="Household refrigerator",
        unit="H87",
        boundary=_GRAVE,
        gpc="10003694",
        hs="8418",
        cpv="39711130-9",
        aliases=("冰箱", "电冰箱", "fridge"),
    ),
    Category(
        key="green-tea",
        name_zh="绿茶",
        name_en="Green tea",
        unit="KGM",
        boundary=_GRAVE,
        gpc="10000116",
        hs="090210",
        cpv="15863100-6",
        bio_based=True,
    ),
    Category(
        key="coffee",
        name_zh="咖啡生豆",
        name_en="Green coffee beans",
        unit="KGM",
        boundary=_GRAVE,
        hs="090111",
        cpv="03131100-9",
        bio_based=True,
        aliases=("咖啡豆", "咖啡", "coffee beans"),
    ),
    Category(
        key="copy-paper",
        name_zh="复印纸",
        name_en="Copy paper",
        unit="TNE",
        boundary=_GRAVE,
        gpc="10001304",
        hs="480256",
        cpv="30197643-5",
        bio_based=True,
        aliases=("办公用纸", "打印纸", "office paper", "printer paper"),
    ),
    Category(
        key="cotton-yarn",
        name_zh="棉纱",
        name_en="Cotton yarn",
        unit="TNE",
        boundary=_GATE,
        hs="5205",
        national_catalogue=True,
        bio_based=True,
    ),
    Category(
        key="urea",
        name_zh="尿素",
        name_en="Urea",
        unit="TNE",
        boundary=_GATE,
        hs="310210",
    ),
)

CATEGORIES: dict[str, Category] = {category.key: category for category in _TABLE}
"""The categories known, by key."""

_BY_NAME = {_folded(name): category for category in _TABLE for name in _names(category)}
