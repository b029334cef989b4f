"""The columns of a label table, and the words that stand over them in Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from labels.errors import RecordError
from labels.model import StageName

if TYPE_CHECKING:
    from collections.abc import Sequence


def column_of(header: str) -> str | None:
    """Return the column a header stands for; None where it is no column of a label table.

    Full-width characters, case, spaces and a unit or form in brackets that changes nothing are taken.

    >>> column_of("碳足迹（kgCO₂e）"), column_of("Product  Name"), column_of("碳足迹 (tCO2e)")
    ('value', 'name', None)
    """
    folded = _fold(header)
    bracketed = _BRACKETED.fullmatch(folded)
    if bracketed and bracketed["inside"] in _HARMLESS:
        folded = bracketed["before"]
    return _COLUMNS.get(folded)


def columns_of(headers: Sequence[str]) -> tuple[str | None, ...]:
    """Return the column of every header.

    Raises:
        RecordError: ``table.duplicate-header``: two headers stand for one column.
    """
    columns = tuple(column_of(header) for header in headers)
    seen: dict[str, str] = {}
    for header, column in zip(headers, columns, strict=True):
        if column is not None and column in seen:
            raise RecordError(
                "table.duplicate-header",
                f"Reading a table failed on header {header!r}: "
                f"Expected one column {column}, got a second one beside {seen[column]!r}.",
                column=column,
                first=seen[column],
                second=header,
            )
        if column is not None:
            seen[column] = header
    return columns


def heading(column: str, *, lang: str) -> str:
    """Return the word over a column: Chinese for ``zh`` and its variants, else English.

    >>> heading("boundary", lang="zh-CN"), heading("boundary", lang="en")
    ('系统边界', 'System boundary')
    """
    chinese, english, *_ = HEADINGS[column]
    return chinese if lang.startswith("zh") else english


def _fold(header: str) -> str:
    """NFKC, no case, no spaces, no ``_``, ``-`` or ``*`` (the mark of a required column)."""
    return _SKIPPED.sub("", unicodedata.normalize("NFKC", header).casefold())


_SKIPPED = re.compile(r"[\s_*\-]+")
_BRACKETED = re.compile(r"(?P<before>[^(\[]+)[(\[](?P<inside>[^)\]]*)[)\]]")
_HARMLESS = frozenset(
    {"kgco2e", "kgco2eq", "kgco2当量", "千克二氧化碳当量", "公斤二氧化碳当量", "%", "percent"}
    | {"yyyymmdd", "yyyy/mm/dd", "年/月/日", "必填", "选填", "可选", "required", "optional"}
)
"""What in brackets changes no figure; any other unit there (t, g) makes the header an unknown one, never a guess."""

STAGE_COLUMNS = {stage.value.replace("-", "_"): stage for stage in StageName}

HEADINGS = {
    column: tuple(words.split("|"))
    for column, words in {
        "id": "标签编号|Label ID|标识编号|label",
        "gtin": "商品条码|GTIN|条码|条形码|产品条码|商品条形码|EAN|barcode|GTIN-13|GTIN-14",
        "name": "产品名称|Product name|名称|商品名称|品名|产品|product",
        "name_en": "产品英文名称|Product name in English|产品名称(英文)|英文名称|英文品名|English name",
        "model": "型号|Model|产品型号|规格型号|型号规格|规格|型号/规格|规格/型号|model number",
        "category": "产品类别|Category|类别|品类|产品种类|产品分类|product category",
        "value": (
            "碳足迹|Carbon footprint|碳足迹数值|碳足迹值|产品碳足迹|碳足迹量化结果|footprint|footprint value|"
            "product carbon footprint|PCF|GWP|kgCO2e"
        ),
        "unit": "声明单位|Declared unit|计量单位|单位|unit of measure|declared unit of measurement",
        "amount": "声明单位数量|Declared unit amount|数量|声明数量|quantity|declared amount",
        "boundary": "系统边界|System boundary|边界|核算边界|核算范围|life cycle boundary",
        "functional_unit": "功能单位|Functional unit",
        "period_start": "数据期间起|Reference period start|数据开始日期|核算期开始|统计期开始|period from|data from",
        "period_end": "数据期间止|Reference period end|数据结束日期|核算期结束|统计期结束|period to|data to",
        "raw_materials": "原材料获取|Raw materials|原材料|原材料阶段|原材料获取阶段|raw material acquisition",
        "production": "生产制造|Production|生产|制造|生产阶段|生产制造阶段|manufacturing",
        "distribution": "运输分销|Distribution|分销|运输|运输阶段|分销阶段|运输和分销|transport",
        "use": "使用|Use|使用阶段|产品使用|use phase|use stage",
        "end_of_life": "生命末期|End of life|寿命终止|废弃|废弃处置|处置|回收处置|生命末期阶段|废弃阶段|disposal",
        "standard": "核算标准|Standard|量化标准|核算依据|标准|quantification standard",
        "product_rule": "产品种类规则|Product category rule|产品规则|核算规则|PCR|product rule",
        "product_rule_version": (
            "产品种类规则版本|Product category rule version|规则版本|PCR version|产品规则版本|"
            "product rule version|rule version"
        ),
        "gwp_set": "GWP取值|GWP set|GWP版本|全球变暖潜势取值|characterisation factors|IPCC AR",
        "uncertainty_percent": "不确定度|Uncertainty|不确定性|不确定度百分比",
        "primary_data_percent": "初级数据占比|Primary data share|初级数据比例|实测数据占比|primary data",
        "data_quality": "数据质量|Data quality|数据质量评分|数据质量等级|DQR|data quality rating",
        "electricity_rule": "电力核算规则|Electricity rule|电力规则|用电核算规则|electricity accounting",
        "allocation": "分配方法|Allocation|分配规则|共生产品分配|allocation rule",
        "offsets_counted": "是否扣除抵消|Offsets counted|抵消是否计入|是否计入碳抵消|offsets",
        "certificate_number": "证书编号|Certificate number|证书号|认证证书编号|certificate no|certificate",
        "scheme": "认证制度|Scheme|认证项目|认证类型|认证方案|certification scheme",
        "issuer": "认证机构标识|Issuer|认证机构DID|发证机构标识|issuer DID|issuer id",
        "issuer_name": "认证机构|Issuer name|发证机构|认证机构名称|发证机构名称|certification body",
        "issuer_name_en": "认证机构英文名称|Issuer name in English|发证机构英文名称|certification body in English",
        "holder": "持证人|Holder|获证组织|证书持有人|认证委托人|委托人|企业名称|持证人名称|certificate holder|company",
        "holder_en": "持证人英文名称|Holder in English|企业英文名称|获证组织英文名称|holder name in English",
        "holder_uscc": "统一社会信用代码|Unified Social Credit Code|社会信用代码|信用代码|USCC|holder uscc",
        "production_site": "生产地址|Production site|生产场所|生产企业地址|产地|site",
        "issued": "发证日期|Issued|颁证日期|签发日期|date of issue|issue date|valid from",
        "valid_until": "有效期至|Valid until|有效期止|证书有效期至|到期日期|截止日期|expires|expiry date",
        "surveillance": "监督审核日期|Surveillance dates|监督日期|获证后监督日期|surveillance audits",
        "registry": "登记平台|Registry|登记处|登记机构|注册平台",
        "note": "备注|Note|说明|数据来源|来源|notes|remark|remarks|source",
        "demo": "演示|Demo|是否演示",
        "credential": "凭证|Credential|签名凭证|数字凭证|可验证凭证|verifiable credential|JWT",
    }.items()
}
"""Column: its Chinese heading, its English heading, and what else it is called; in the order of an export."""

COLUMNS = tuple(HEADINGS)
_COLUMNS = {_fold(word): column for column, words in HEADINGS.items() for word in (column, *words)}
