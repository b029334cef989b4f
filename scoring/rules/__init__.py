"""Rules as dated, sourced data: one TOML file per scheme, read strictly.

A file holds ``title`` and ``values``; each value its ``title``, ``kind``, ``unit`` and ``history``, in which every
entry has ``value``, ``since``, ``reference``, ``checked_on``, ``origin`` and ``known``. An entry that is in force is
never edited: a later one is added.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from labels.record import Record, told
from scoring.errors import MissingValueError, RuleFileError, RuleNotInForceError
from scoring.model import DatedValue, Kind, Name, RuleHistory

if TYPE_CHECKING:
    from collections.abc import Mapping


class _SchemeFile(Record):
    title: Name
    values: dict[str, RuleHistory]


@dataclass(frozen=True)
class Scheme:
    """A set of rules that belong together."""

    name: str
    title: Name
    values: Mapping[str, RuleHistory]

    def in_force(self, name: str, *, on: dt.date) -> DatedValue:
        """Return a value with its source, as it stood on a day.

        Raises:
            MissingValueError: The scheme has no such value.
            RuleNotInForceError: The day is before its first entry, or in a gap between two.
        """
        if name not in self.values:
            expected = ", ".join(sorted(self.values))
            raise MissingValueError(
                "rules.no-value",
                f"Looking up a rule failed on {self.name}.{name}: Expected one of {expected}.",
                name=name,
            )
        held = [entry for entry in self.values[name].history if entry.since <= on]
        if not held or (held[-1].until is not None and held[-1].until < on):
            first = self.values[name].history[0].since
            raise RuleNotInForceError(
                "rules.not-in-force",
                f"Looking up a rule failed on {self.name}.{name} on {on}: Expected a day on which it is in force "
                f"(first {first}).",
                name=name,
                on=on,
                first=first,
            )
        return held[-1]

    def number(self, name: str, *, on: dt.date) -> Decimal:
        """Return a number as it stood on a day.

        Raises:
            MissingValueError, RuleNotInForceError: As ``in_force``; also for a value that is no number.
        """
        value = self.in_force(name, on=on).value
        if not isinstance(value, Decimal):
            raise MissingValueError(
                "rules.no-number", f"Looking up a rule failed on {self.name}.{name}: Expected a number, got {value!r}."
            )
        return value


@cache
def load(scheme: str) -> Scheme:
    """Return a scheme by its name.

    Raises:
        RuleFileError: There is no such scheme, or its file breaks the rules.
    """
    if scheme not in schemes():
        raise RuleFileError(
            "rules.no-scheme",
            f"Loading rules failed on {scheme!r}: Expected one of {', '.join(schemes())}.",
            scheme=scheme,
        )
    return parse(files(__name__).joinpath(f"{scheme}.toml").read_text("utf-8"), name=scheme)


@cache
def schemes() -> tuple[str, ...]:
    """Return the names of all schemes."""
    found = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def parse(text: str, *, name: str) -> Scheme:
    """Read the text of a rule file.

    Raises:
        RuleFileError: The first mistake, by file and key.
    """
    try:
        content = _SchemeFile.model_validate(_exact(tomllib.loads(text, parse_float=Decimal)))
    except tomllib.TOMLDecodeError as error:
        raise RuleFileError("rules.toml", f"Reading {name}.toml failed: Expected TOML, got: {error}.") from None
    except ValidationError as mistakes:
        key, expected, got = told(mistakes)
        raise _mistake(name, key, expected, got) from None
    for key, rule in content.values.items():
        _check_kind(name, key, rule)
        _check_order(name, key, rule)
    return Scheme(name=name, title=content.title, values=content.values)


def _exact(value: Any) -> Any:  # noqa: ANN401  (TOML)
    """Make whole numbers decimals, and lists tuples, as strict records want them."""
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return tuple(_exact(inner) for inner in value)
    return Decimal(value) if type(value) is int else value


def _check_kind(name: str, key: str, rule: RuleHistory) -> None:
    for place, entry in enumerate(rule.history):
        if type(entry.value) is not _TYPES[rule.kind]:
            raise _mistake(name, f"values.{key}.history.{place}.value", f"a {rule.kind.value}", repr(entry.value))


def _check_order(name: str, key: str, rule: RuleHistory) -> None:
    for place, (earlier, later) in enumerate(pairwise(rule.history), start=1):
        free = earlier.until or earlier.since
        if later.since <= free:
            raise _mistake(name, f"values.{key}.history.{place}.since", f"a day after {free}", later.since.isoformat())


def _mistake(name: str, key: str, expected: str, got: str) -> RuleFileError:
    message = f"Reading {name}.toml failed on {key}: Expected {expected}, got {got}."
    return RuleFileError("rules.file", message, file=f"{name}.toml", key=key)


_TYPES = {Kind.NUMBER: Decimal, Kind.TEXT: str, Kind.DAY: dt.date, Kind.YES_NO: bool}
