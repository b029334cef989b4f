"""Read every photo of the QR collection, and beside it zxing-cpp alone.

    python -m tests.bench.bench_qr [MANIFEST.csv]

Prints how many photos are read right and wrong, and what reading costs against zxing-cpp alone: where its first pass
hits, and over the whole collection. Times are ratios within one run, the two readers taking turns at going first.
"""

from __future__ import annotations

import csv
import io
import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import zxingcpp
from PIL import Image

from labels.qr import read_codes

if TYPE_CHECKING:
    from collections.abc import Callable

MANIFEST = Path(__file__).resolve().parents[2] / ".." / "shared" / "vectors" / "qr" / "dev.csv"
FAMILIES = {"QRCode": "QR codes", "MicroQRCode": "Micro QR and rMQR", "RMQRCode": "Micro QR and rMQR"}


@dataclass(frozen=True)
class Outcome:
    """What one reader made of one photo: its texts, and the seconds it took."""

    texts: frozenset[str]
    seconds: float


@dataclass(frozen=True)
class Photo:
    """One photo of the collection, and what both readers made of it."""

    file: str
    kind: str
    expected: frozenset[str]
    allowed: frozenset[str]
    unlabelled_codes: bool
    own: Outcome
    plain: Outcome

    def right(self, outcome: Outcome) -> bool:
        """Whether an expected text was read."""
        return bool(outcome.texts & self.expected)

    def wrong(self, outcome: Outcome) -> bool:
        """Whether a text was read that is not in the photo."""
        return self.kind != "any" and not self.unlabelled_codes and not outcome.texts <= self.allowed


def read_texts(data: bytes) -> list[str]:
    """Return the texts of an image's codes."""
    return [code.text for code in read_codes(data).codes]


def read_plainly(data: bytes) -> list[str]:
    """Return what zxing-cpp reads of the grey image with nothing else done."""
    grey = Image.open(io.BytesIO(data)).convert("L")
    found = zxingcpp.read_barcodes(
        grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode), text_mode=zxingcpp.TextMode.Plain
    )
    return [barcode.text for barcode in found]


def outcome(reader: Callable[[bytes], list[str]], data: bytes) -> Outcome:
    """Time one reader on one photo."""
    start = time.perf_counter()
    texts = frozenset(text for text in reader(data) if text)
    return Outcome(texts, time.perf_counter() - start)


def photo(row: dict[str, str], folder: Path, *, own_first: bool) -> Photo:
    """Read one photo both ways."""
    data = (folder / row["file"]).read_bytes()
    readers = (read_texts, read_plainly) if own_first else (read_plainly, read_texts)
    outcomes = {reader: outcome(reader, data) for reader in readers}
    expected = frozenset(json.loads(row["expected"] or "[]"))
    return Photo(
        file=row["file"],
        kind=FAMILIES[row["symbology"]] if row["label"] == "exact" else row["label"],
        expected=expected,
        allowed=expected | frozenset(json.loads(row["also_ok"] or "[]")),
        unlabelled_codes=int(row["n_codes"] or 0) > len(expected) > 0,
        own=outcomes[read_texts],
        plain=outcomes[read_plainly],
    )


def report(photos: list[Photo]) -> None:
    """Print the figures."""
    for family in sorted(set(FAMILIES.values()), reverse=True):
        labelled = [one for one in photos if one.kind == family]
        own, plain = sum(one.right(one.own) for one in labelled), sum(one.right(one.plain) for one in labelled)
        share = f"{own / len(labelled):.1%} against {plain / len(labelled):.1%}"
        print(f"{family}: {own} of {len(labelled)} read, zxing-cpp alone {plain}: {share}")
    wrong = [one.file for one in photos if one.wrong(one.own)]
    print(f"wrong texts: {len(wrong)}", *wrong)
    hits = [one for one in photos if one.plain.texts]
    print(f"cost where zxing-cpp alone hits ({len(hits)} photos): {ratio(hits)}")
    print(f"cost over all ({len(photos)} photos): {ratio(photos)}")
    print(f"slowest photo: {max(one.own.seconds for one in photos):.2f} s")


def ratio(photos: list[Photo]) -> str:
    """Return own time over plain time: of the sums, and the median over photos."""
    total = sum(one.own.seconds for one in photos) / sum(one.plain.seconds for one in photos)
    median = statistics.median(one.own.seconds / one.plain.seconds for one in photos)
    return f"{total:.2f} of the sum, {median:.2f} median"


def main(manifest: Path) -> None:
    """Read the collection."""
    with manifest.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    photo(rows[0], manifest.parent, own_first=True)
    report([photo(row, manifest.parent, own_first=turn % 2 == 0) for turn, row in enumerate(rows)])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else MANIFEST)
