"""The demo registry's table of labels, and the state each case is in on the day of the tests."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from labels.formats.credential import CHINA
from labels.model import State

AT = dt.datetime(2026, 11, 20, 12, tzinfo=CHINA)
with (Path(__file__).resolve().parents[1] / "assets/demo/labels.csv").open(encoding="utf-8", newline="") as table:
    ROWS = list(csv.DictReader(table))

STATES = {
    "valid": State.VALID,
    "expiring-soon": State.VALID,
    "other-unit": State.VALID,
    "other-boundary": State.VALID,
    "cloned-serial": State.VALID,
    "changed": State.CHANGED,
    "expired": State.EXPIRED,
    "not-yet-valid": State.NOT_YET_VALID,
    "suspended": State.SUSPENDED,
    "withdrawn": State.WITHDRAWN,
    "cancelled": State.CANCELLED,
    "forged-signature": State.UNPROVEN,
    "altered": State.UNPROVEN,
    "unknown-issuer": State.UNPROVEN,
    "out-of-scope": State.VALID,
    "declared": State.DECLARED,
}
