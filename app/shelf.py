"""The demo shelf: every demo label with the verdict on it, so that each kind of verdict can be tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.look import Look, look_at_text
from app.texts import category_name, product_name
from app.verdict import Tone, Verdict, verdict
from labels.checks import SerialReport
from labels.code import canonical_link
from labels.lookup import SERIALS
from labels.model import State

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
    return [item for _place, item in sorted(shelf, key=lambda entry: (entry[0], entry[1].kind, entry[1].name))]


def _item(look: Look) -> tuple[Place, Item]:
    told = verdict(look.record, look.verification)
    if look.record is None:
        return _place(look, told), Item(told.word, "", look.code.text, look.code.text)
    name, kind = product_name(look.record.product), category_name(look.record.product.category)
    return _place(look, told), Item(told.word, kind, name, look.code.text)


def _place(look: Look, told: Verdict) -> Place:
    """Return where a verdict stands on the shelf, the same in every language."""
    if look.verification is None:
        return list(Tone).index(told.tone), len(State), ()
    failed = tuple(check.name for check in look.verification.failed)
    return list(Tone).index(told.tone), list(State).index(look.verification.state), failed


def _link_of_serial(key: str, domain: str) -> str:
    gtin, _slash, serial = key.partition("/")
    return canonical_link(gtin, domain=domain, serial=serial)


Place = tuple[int, int, tuple[str, ...]]
"""Tone, state, failed checks."""
