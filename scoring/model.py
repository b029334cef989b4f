"""The words of scoring: dated values with their sources."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, PlainValidator, model_validator

from labels.record import Record, Text

RuleValue = bool | Decimal | dt.date | str
"""What a rule value can be; numbers are exact."""


def _rule_value(value: object) -> object:
    if type(value) in {bool, dt.date, str} or (isinstance(value, Decimal) and value.is_finite()):
        return value
    raise ValueError("a number, a text, a day, or true or false")


class Origin(StrEnum):
    """Who set a value."""

    LAW = "law"
    STANDARD = "standard"
    PUBLISHED = "published"
    """Published by somebody without being binding: a study, a platform, an authority's figure."""
    PROJECT = "project"
    """Our own choice, because no source gives one: always shown as such."""


class Known(StrEnum):
    """How well a value is known."""

    PRIMARY = "primary"
    """Read in the primary text."""
    FOUND = "found"
    """Read in a secondary source that is named."""
    COMPUTED = "computed"
    """Worked out from found figures."""
    CHOSEN = "chosen"
    """Our own choice."""
    UNVERIFIED = "unverified"
    """From general knowledge: never stated as law."""


class Kind(StrEnum):
    """What sort of value a rule has."""

    NUMBER = "number"
    TEXT = "text"
    DAY = "day"
    YES_NO = "yes-no"


class Name(Record):
    """A name in both languages."""

    en: Text
    zh: Text


class Reference(Record):
    """Where a value stands."""

    title: Text
    href: Annotated[Text, Field(pattern=r"^https://[^\s<>\"']+$")] | None = None
    """A page that shows it; None for a choice of our own and for a document without an address."""
    article: Text | None = None


class DatedValue(Record):
    """A value from a day on, with its source; in force until the next one, or to ``until`` included."""

    value: Annotated[RuleValue, PlainValidator(_rule_value)]
    since: dt.date
    until: dt.date | None = None
    reference: Reference
    checked_on: dt.date
    origin: Annotated[Origin, Field(strict=False)]
    known: Annotated[Known, Field(strict=False)]

    @model_validator(mode="after")
    def _honest(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"a last day on or after {self.since}")
        if self.origin is Origin.LAW and self.known is Known.UNVERIFIED:
            raise ValueError("a value that was found, as law is never stated from general knowledge")
        if (self.origin is Origin.PROJECT) != (self.known is Known.CHOSEN):
            raise ValueError("known = chosen just where origin = project")
        return self


class RuleHistory(Record):
    """One value of a scheme over time, the oldest first."""

    title: Name
    kind: Annotated[Kind, Field(strict=False)]
    unit: Text | None = None
    history: Annotated[tuple[DatedValue, ...], Field(min_length=1)]
