"""The demo shelf: every demo label with the verdict on it, so that each kind of verdict can be tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.look import Look, look_at_text
from app.texts import category_name, product_name
from app.verdict import Tone, verdict
from labels.checks import SerialReport
from labels.code import canonical_link
from labels.lookup import SERIALS

if TYPE_CHECKING:
    import datetime as dt

    from app.home import Home


@dataclass(frozen=True)
class Item:
    """One label on the shelf, in the language in use; ``code`` is what its QR code says."""

    verdict: str
    kind: str
    name: str
    code: str


def demo_shelf(home: Home, *, at: dt.datetime) -> list[Item]:
    """Return the labels of the store, and the serial numbers known from copied labels; the good before the bad."""
    codes = [label.id for label in home.store]
    codes += [_link_of_serial(key, home.domain) for key, _report in home.store.documents(SERIALS, SerialReport)]
    shelf = [_item(look_at_text(code, home, at=at, offline=True)) for code in codes]
    return [item for _tone, item in sorted(shelf, key=lambda entry: (entry[0], entry[1].kind, entry[1].name))]


def _item(look: Look) -> tuple[int, Item]:
    told = verdict(look.record, look.verification)
    tone = list(Tone).index(told.tone)
    if look.record is None:
        return tone, Item(told.word, "", look.code.text, look.code.text)
    name, kind = product_name(look.record.product), category_name(look.record.product.category)
    return tone, Item(told.word, kind, f"{name} · {kind}", look.code.text)


def _link_of_serial(key: str, domain: str) -> str:
    gtin, _slash, serial = key.partition("/")
    return canonical_link(gtin, domain=domain, serial=serial)
