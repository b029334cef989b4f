from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from labels.code import LabelCode, parse
from labels.errors import RegistryError
from labels.lookup import Found, look_up
from labels.store.journal import JournalStore
from tests.labels.examples import AT, DOMAIN, issued, record, signing_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LABEL = issued(record(), signing_key())[0].label
ELSEWHERE = Found(candidates=(LABEL,), registry="elsewhere", fetched_at=AT)


class Elsewhere:
    """A registry that knows one product."""

    name = "elsewhere"

    def find(self, code: LabelCode) -> Found | None:
        """Know the product of the example."""
        return ELSEWHERE if code.gtin == LABEL.gtin else None


class Down:
    """A registry that does not answer."""

    name = "down"

    def find(self, code: LabelCode) -> Found | None:
        """Fail."""
        raise RegistryError("registry.down", f"Asking failed on {code.text}: Expected an answer, got none.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JournalStore]:
    with JournalStore(tmp_path / "labels.journal", sync=False) as opened:
        yield opened


@pytest.mark.parametrize(
    "text",
    [
        "6901234567892",
        f"https://{DOMAIN}/01/06901234567892/21/A1",
        "https://any.example/01/06901234567892",
        "TB-2026-0001",
        "tb-2026-0001",
        f"https://{DOMAIN}/label?l=TB-2026-0001",
        f"https://{DOMAIN}/l/TB-2026-0001",
    ],
)
def test_every_way_to_name_a_label_leads_to_it(text: str, store: JournalStore) -> None:
    store.put(LABEL)

    found = look_up(parse(text), store)

    assert found == Found(candidates=(LABEL,), registry="store", fetched_at=AT)


@pytest.mark.parametrize("text", ["6900000000007", "TB-2026-0002", "https://any.example/x", "", "nothing"])
def test_what_nobody_knows_is_not_found(text: str, store: JournalStore) -> None:
    store.put(LABEL)

    assert look_up(parse(text), store, registries=[Elsewhere()]) is None


def test_registries_are_asked_in_order_and_one_that_is_down_is_passed_over(store: JournalStore) -> None:
    assert look_up(parse("6901234567892"), store, registries=[Down(), Elsewhere()]) == ELSEWHERE
    assert look_up(parse("6901234567892"), store, registries=[Down()]) is None


def test_the_store_is_asked_before_any_registry(store: JournalStore) -> None:
    store.put(LABEL)

    found = look_up(parse("6901234567892"), store, registries=[Elsewhere()])

    assert found is not None
    assert found.registry == "store"
