from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from app.home import demo_bundle
from labels.verify import read_record
from scoring.plausibility import Case, Severity, findings, severity
from tests.demo import ROWS
from tests.labels.examples import record

if TYPE_CHECKING:
    from labels.model import LabelRecord

ON = dt.date(2026, 11, 20)
NATIONAL = "产品碳足迹标识认证"


def codes(
    content: LabelRecord, *, typical: str | None = None, in_scope: bool | None = None, on: dt.date = ON
) -> list[str]:
    middle = Decimal(typical) if typical else None
    return [found.code for found in findings(Case(content, on, middle, in_scope))]


@pytest.mark.parametrize(
    ("changes", "options", "expected"),
    [
        ({}, {}, []),
        ({"footprint__stages": [{"stage": "use", "value": "1"}]}, {}, ["stages.differ"]),
        ({"footprint__stages": []}, {}, []),
        ({"footprint__value": "51250", "footprint__stages": []}, {"typical": "512.5"}, []),
        ({"footprint__value": "51250.1", "footprint__stages": []}, {"typical": "512.5"}, ["value.far-off"]),
        ({"footprint__value": "5.124", "footprint__stages": []}, {"typical": "512.5"}, ["value.far-off"]),
        ({"footprint__value": "51250.1", "footprint__stages": []}, {}, []),
        ({"source": {"registry": "r", "note": "电力 0.5306 kg/kWh"}}, {}, ["electricity.mixed"]),
        ({"source": {"registry": "r", "note": "10.5306 and 0.53061"}}, {}, []),
        ({"source": {"registry": "r", "note": "电力 0.5777 kg/kWh"}}, {}, []),
        ({"footprint__unit": "H87"}, {}, ["unit.other-dimension"]),
        ({"footprint__unit": "bogus"}, {}, ["unit.unknown"]),
        ({"footprint__value": "-1", "footprint__stages": []}, {}, ["value.negative"]),
        ({"attestation__scheme": NATIONAL}, {}, []),
        ({"attestation__scheme": NATIONAL, "attestation__valid_until": "2028-01-15"}, {}, ["validity.too-long"]),
        ({"attestation__valid_until": "2029-01-15"}, {}, []),
        ({"footprint__period": {"start": "2025-02-01", "end": "2026-01-31"}}, {}, ["period.after-issue"]),
        ({}, {"in_scope": False}, ["scope.outside"]),
        ({}, {"in_scope": True}, []),
    ],
)
def test_what_looks_wrong_is_found_by_its_code(
    changes: dict[str, object], options: dict[str, object], expected: list[str]
) -> None:
    assert codes(record(**changes), **options) == expected  # type: ignore[arg-type]


def test_a_bio_based_product_may_store_more_than_it_emits() -> None:
    tea = {"product__category": "copy-paper", "footprint__unit": "TNE", "footprint__stages": []}

    assert "value.negative" not in codes(record(**tea, footprint__value="-20"))


def test_errors_come_before_warnings_and_the_worst_counts() -> None:
    found = findings(Case(record(footprint__unit="H87", footprint__value="-5", footprint__stages=[]), ON, None, None))

    assert [finding.severity for finding in found] == [Severity.ERROR, Severity.WARNING]
    assert severity(found) is Severity.ERROR
    assert severity(()) is Severity.OK


def test_before_a_rule_is_in_force_it_finds_nothing() -> None:
    content = record(source={"registry": "r", "note": "电力 0.5306 kg/kWh"})

    assert codes(content, on=dt.date(2024, 1, 1)) == []


def test_the_demo_registry_looks_right_but_for_the_units_it_shows_on_purpose() -> None:
    cases = {row["id"]: row["case"] for row in ROWS}
    found = {label.id: codes(read_record(label)) for label in demo_bundle().labels if cases[label.id] != "altered"}

    assert {(cases[label], *listed) for label, listed in found.items() if listed} <= {
        ("other-unit", "unit.other-dimension"),
        ("other-boundary", "unit.other-dimension"),
    }
