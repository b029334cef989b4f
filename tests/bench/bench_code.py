"""How many texts a second of processor time ``labels.code.parse`` reads: ``python tests/bench/bench_code.py``."""

from __future__ import annotations

import time

from labels.code import parse

TEXTS = {
    "Digital Link": "https://tanbiao.example/01/06901234567892/10/LOT7/21/SN-000123?17=271231",
    "signed Digital Link": f"https://tanbiao.example/01/06901234567892/21/SN000123?s={'A' * 86}",
    "registry link": "https://tanbiao.example/label?l=TB-DEMO-0001",
    "GTIN": "6901234567892",
    "certificate number": "CNCA-PCF-2025-000123",
    "junk text": "the quick brown fox jumps over the lazy dog 12345",
    "junk link": "https://example.com/2024/01/15/some-article?utm_source=qr",
}


def main(rounds: int = 20_000) -> None:
    """Print one line for each kind of text."""
    for name, text in TEXTS.items():
        start = time.process_time()
        for _ in range(rounds):
            parse(text)
        seconds = time.process_time() - start
        print(f"{name:22} {rounds / seconds:>10,.0f} parses/s  {seconds / rounds * 1e6:6.1f} µs each")


if __name__ == "__main__":
    main()
