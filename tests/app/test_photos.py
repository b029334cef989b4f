"""The whole main job on simulated phone photos: print a demo label, photograph it, look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.exchange import artwork
from app.look import look_at_image
from labels.artwork import draw_png
from labels.code import canonical_link
from labels.issue import label_link
from labels.verify import read_record
from tests.demo import AT, ROWS, STATES
from tests.labels.photo import casual_shot, photograph

if TYPE_CHECKING:
    from app.home import Home
    from app.look import Look

CERTIFIED = [row for row in ROWS if row["body"]]
RENEWED = {row["previous"] for row in CERTIFIED}
"""Their GTIN leads to the newer certificate."""
SHELF = {row["case"]: row for row in reversed(CERTIFIED) if row["id"] not in RENEWED}
BAD = (
    *("expired", "not-yet-valid", "suspended", "withdrawn", "cancelled", "forged-signature", "altered"),
    *("unknown-issuer", "out-of-scope", "cloned-serial"),
)


def look_at_photo(row: dict[str, str], home: Home, *, seed: int) -> Look:
    """Draw the label of a demo row, photograph it and look at the photo."""
    label = home.store.get(row["id"])
    assert label is not None
    record = read_record(label)
    link = label_link(record, domain=home.domain)
    if row["serial"]:
        link = canonical_link(row["gtin"], domain=home.domain, serial=row["serial"])
    png = draw_png(artwork(record, link=link, language="zh-CN"))
    return look_at_image(photograph(png, **casual_shot(seed)), home, at=AT, offline=True)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("case", ["valid", "changed", "expiring-soon"])
def test_a_photo_of_a_good_label_is_verified_with_its_number(case: str, seed: int, demo_home: Home) -> None:
    rows = [row for row in CERTIFIED if row["case"] == case]
    row = rows[seed % len(rows)]

    look = look_at_photo(row, demo_home, seed=seed)

    assert look.verification is not None
    assert look.verification.verified
    assert look.record is not None
    assert (look.record.id, format(look.record.footprint.value, "f")) == (row["id"], row["value"])


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize("case", sorted(BAD))
def test_a_photo_of_a_bad_label_is_refused_for_its_reason(case: str, seed: int, demo_home: Home) -> None:
    look = look_at_photo(SHELF[case], demo_home, seed=seed)

    assert look.verification is not None
    assert (look.verification.verified, look.verification.state) == (False, STATES[case])
    assert [check.code for check in look.verification.failed] == {
        "expired": ["validity.expired"],
        "not-yet-valid": ["validity.not-yet"],
        "suspended": ["status.suspended"],
        "withdrawn": ["status.withdrawn"],
        "cancelled": ["status.cancelled"],
        "forged-signature": ["signature.bad"],
        "altered": ["signature.bad"],
        "unknown-issuer": ["issuer.unknown"],
        "out-of-scope": ["scope.outside"],
        "cloned-serial": ["serial.copied"],
    }[case]
