from __future__ import annotations

import json
import math
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.errors import MissingValueError
from scoring.probability import chance_of_lower, sigma_of_gsd, sigma_of_percent

GOLDEN = Path(__file__).resolve().parents[2].parent / "shared/vectors/golden/golden_tests.json"
footprints = st.floats(0.001, 1e9)
sigmas = st.floats(0.001, 3)


@pytest.mark.skipif(not GOLDEN.is_file(), reason="the golden cases are not beside the project")
def test_the_golden_case_comes_out() -> None:
    case = next(case for case in json.loads(GOLDEN.read_text())["tests"] if case["id"] == "STAT-PSUP")
    a, b = case["in"]["mA"], case["in"]["mB"]
    wide, narrow = sigma_of_gsd(case["in"]["gsdA"]), sigma_of_gsd(1.05)

    found = {
        "rho=0": chance_of_lower(a, b, sigma_a=wide, sigma_b=wide),
        "rho=0.8": chance_of_lower(a, b, sigma_a=wide, sigma_b=wide, rho=0.8),
        "g0=0.9": chance_of_lower(a, b, sigma_a=wide, sigma_b=wide, relevant=0.9),
        "gsd1.05": chance_of_lower(a, b, sigma_a=narrow, sigma_b=narrow),
    }

    assert {name: round(value, 6) for name, value in found.items()} == case["out"]


@given(footprints, footprints, sigmas, sigmas, st.floats(-1, 1))
def test_either_is_lower_with_certainty_together(a: float, b: float, sa: float, sb: float, rho: float) -> None:
    forth = chance_of_lower(a, b, sigma_a=sa, sigma_b=sb, rho=rho)
    back = chance_of_lower(b, a, sigma_a=sb, sigma_b=sa, rho=rho)

    assert forth + back == pytest.approx(1)
    assert 0 <= forth <= 1


@given(footprints, st.floats(1.0001, 10), footprints, sigmas, sigmas)
def test_a_lower_footprint_is_never_less_likely_the_lower_one(
    a: float, factor: float, b: float, sa: float, sb: float
) -> None:
    before = chance_of_lower(a * factor, b, sigma_a=sa, sigma_b=sb)

    assert chance_of_lower(a, b, sigma_a=sa, sigma_b=sb) >= before


def test_without_any_uncertainty_the_lower_is_the_lower() -> None:
    assert [chance_of_lower(a, 2, sigma_a=0, sigma_b=0) for a in (1, 2, 3)] == [1, 0.5, 0]


def test_a_simulation_agrees() -> None:
    import numpy as np  # noqa: PLC0415  (only here)

    draws = np.random.default_rng(7).multivariate_normal([0, 0], [[0.04, 0.018], [0.018, 0.09]], 400_000)
    simulated = float(np.mean(10 * np.exp(draws[:, 0]) < 12 * np.exp(draws[:, 1])))

    assert chance_of_lower(10, 12, sigma_a=0.2, sigma_b=0.3, rho=0.3) == pytest.approx(simulated, abs=0.003)


@pytest.mark.parametrize(("a", "b", "rho"), [(0, 1, 0), (1, -1, 0), (1, 1, 1.5), (1, 1, math.nan)])
def test_what_the_formula_is_not_defined_for_is_refused(a: float, b: float, rho: float) -> None:
    with pytest.raises(MissingValueError):
        chance_of_lower(a, b, sigma_a=0.1, sigma_b=0.1, rho=rho)


def test_a_spread_below_none_is_refused() -> None:
    with pytest.raises(MissingValueError) as refused:
        sigma_of_gsd(0.9)

    assert str(refused.value) == "Reading a geometric standard deviation failed: Expected at least 1, got 0.9."


def test_an_interval_in_percent_reaches_its_upper_end() -> None:
    sigma = sigma_of_percent(Decimal(20))

    assert math.exp(1.959963984540054 * sigma) == pytest.approx(1.2)
