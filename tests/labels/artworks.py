"""Labels to draw, and what is read off a picture of one."""

from __future__ import annotations

import dataclasses
import datetime as dt
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from labels.artwork import Artwork
from labels.artwork.faces import chinese_face
from labels.qr import read_codes

if TYPE_CHECKING:
    from numpy.typing import NDArray


def codes(image: bytes) -> list[str]:
    return [code.text for code in read_codes(image).codes]


def pixels(image: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(BytesIO(image)).convert("RGB"))


PLAIN = "https://id.example.org/01/06901234567892/21/A1B2C3D4E5F"
SIGNED = PLAIN + "?s=" + "aB3-dE6_g" * 9 + "hI8jK9l"
CHINESE = Artwork(
    link=PLAIN,
    value="51.575",
    unit_line_zh="kg CO₂e / 千瓦时",
    unit_line_en="kg CO₂e / kWh",
    boundary_zh="摇篮到大门",
    boundary_en="Cradle to gate",
    product_zh="磷酸铁锂电池包",
    product_en="LFP battery pack",
    model="TB-280",
    certificate_number="DEMO-PCF-2026-0001",
    issuer_name_zh="甲认证有限公司",
    issuer_name_en="Body A Certification",
    valid_until=dt.date(2028, 3, 31),
    standard="GB/T 24067-2024",
    demo=False,
    lang="zh-CN",
)
ENGLISH = dataclasses.replace(CHINESE, lang="en")
needs_chinese_font = pytest.mark.skipif(chinese_face(embeddable=True) is None, reason="needs fonts-wqy-microhei")
