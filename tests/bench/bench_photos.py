"""How many simulated photos of drawn labels are read, and how many wrongly: ``python -m tests.bench.bench_photos 100``.

Reads with ``labels.qr.read_codes`` and beside it with zxing-cpp alone.
"""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from io import BytesIO
from typing import TYPE_CHECKING

import zxingcpp
from PIL import Image

from labels.artwork import draw_png
from tests.labels.artworks import CHINESE, PLAIN, SIGNED, codes
from tests.labels.photo import careless_shot, casual_shot, photograph

if TYPE_CHECKING:
    from collections.abc import Callable


def main(seeds: int) -> None:
    """Print a line for each kind of photo, link and reader."""
    for name, shot in (("casual", casual_shot), ("careless", careless_shot)):
        for link in (PLAIN, SIGNED):
            png = draw_png(dataclasses.replace(CHINESE, link=link, demo=True))
            photos = [photograph(png, **shot(seed)) for seed in range(seeds)]
            for reader, read in READERS.items():
                print(name, f"{len(link)} characters", reader, dict(counted(photos, link, read)))


def counted(photos: list[bytes], link: str, read: Callable[[bytes], list[str]]) -> Counter[str]:
    """Return how many photos were read right, wrongly and not at all."""
    texts = [read(photo) for photo in photos]
    return Counter("right" if found == [link] else "wrong" if found else "unread" for found in texts)


def plain(image: bytes) -> list[str]:
    """Return the texts that zxing-cpp reads by itself."""
    qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in zxingcpp.read_barcodes(Image.open(BytesIO(image)).convert("L"), formats=qr)]


READERS = {"zxing-cpp": plain, "labels.qr": codes}

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
