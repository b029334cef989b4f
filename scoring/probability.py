"""How sure it is that one footprint is lower than another, when both are known with log-normal uncertainty."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scoring.errors import MissingValueError

if TYPE_CHECKING:
    from decimal import Decimal


def sigma_of_gsd(gsd: float) -> float:
    """Return the standard deviation of the logarithm for a geometric standard deviation (at least 1).

    Raises:
        MissingValueError: A value below 1, which no spread has.
    """
    if not gsd >= 1:
        raise MissingValueError(
            "probability.gsd",
            f"Reading a geometric standard deviation failed: Expected at least 1, got {gsd}.",
            got=gsd,
        )
    return math.log(gsd)


def sigma_of_percent(half_width: Decimal) -> float:
    """Return the standard deviation of the logarithm for half the width of a 95 % interval, percent of the value.

    The interval reaches up by the factor 1 + p/100; a log-normal's 95 % interval reaches up by exp(1.96 sigma).

    >>> from decimal import Decimal
    >>> round(sigma_of_percent(Decimal(10)), 5)
    0.04863
    """
    return math.log1p(float(half_width) / 100) / Z_95


def chance_of_lower(
    a: float, b: float, *, sigma_a: float, sigma_b: float, rho: float = 0.0, relevant: float = 1.0
) -> float:
    """Return the probability that A is really lower than B.

    P(A < B) = Phi((ln m_B - ln m_A + ln g0) / sqrt(s_A^2 + s_B^2 - 2 rho s_A s_B)), with medians m and standard
    deviations s of the logarithms; ``rho`` is their correlation (shared background data), ``relevant`` the least
    ratio g0 that counts as a difference.

    Raises:
        MissingValueError: A footprint of zero or less, for which the formula is not defined, or an impossible ``rho``.

    >>> round(chance_of_lower(10, 11, sigma_a=sigma_of_gsd(1.2), sigma_b=sigma_of_gsd(1.2)), 6)
    0.644177
    """
    if a <= 0 or b <= 0:
        raise MissingValueError(
            "probability.positive",
            f"Working out a probability failed on {a} and {b}: Expected footprints above zero.",
            a=a,
            b=b,
        )
    if not -1 <= rho <= 1:
        raise MissingValueError(
            "probability.rho", f"Working out a probability failed on correlation {rho}: Expected -1 to 1.", rho=rho
        )
    distance = math.log(b) - math.log(a) + math.log(relevant)
    spread = math.sqrt(max(0.0, sigma_a**2 + sigma_b**2 - 2 * rho * sigma_a * sigma_b))
    if spread == 0:
        return 0.5 if distance == 0 else float(distance > 0)
    return 0.5 * (1 + math.erf(distance / spread / math.sqrt(2)))


Z_95 = 1.959963984540054
"""The standard normal's 97.5 % quantile."""
