"""The base of everything that is read from outside."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    ValidationError,
)

from labels.errors import LabelError, RecordError


class Record(BaseModel):
    """A frozen record; unknown fields are refused, and text is never guessed into numbers or dates."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def parse_json(cls, data: bytes | str) -> Self:
        """Read one record from JSON.

        Raises:
            RecordError: The first mistake, with the field's path, what was expected and what was found.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as mistakes:
            raise _record_error(mistakes) from None

    @classmethod
    def checked(cls, **fields: object) -> Self:
        """Make a record of values that were typed in.

        Raises:
            RecordError: As ``parse_json``.
        """
        try:
            return cls.model_validate(fields)
        except ValidationError as mistakes:
            raise _record_error(mistakes) from None

    def to_json(self) -> bytes:
        """Return the record as JSON, decimals as strings, fields that are unknown left out."""
        return self.model_dump_json(exclude_none=True).encode()


def told(mistakes: ValidationError) -> tuple[str, str, str]:
    """Return the first mistake of a record: the field's path, what was expected, what was found."""
    first = mistakes.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "record"
    found = "nothing" if first["type"] == "missing" else _shown(first["input"])
    context = {name: value for name, value in first.get("ctx", {}).items() if name != "error"}
    expected = _EXPECTED.get(first["type"], first["msg"].removeprefix("Value error, ")).format_map(context)
    return field, expected, found


def _record_error(mistakes: ValidationError) -> RecordError:
    field, expected, found = told(mistakes)
    first = mistakes.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, LabelError):
        return RecordError(cause.code, f"Reading field {field} failed: {cause.message}", field=field, **cause.values)
    return RecordError(
        f"record.{first['type'].replace('_', '-')}",
        f"Reading field {field} failed: Expected {expected}, got {found}.",
        field=field,
        expected=expected,
        got=found,
    )


def _shown(value: object, longest: int = 60) -> str:
    """Return a value as a message quotes it; of an object the names only, for it may be a private key."""
    text = f"an object with {', '.join(map(repr, value))}" if isinstance(value, dict) else repr(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _decimal(value: Any) -> Any:  # noqa: ANN401  (whatever JSON held)
    """Take plain decimal text and numbers; a JSON float by its shortest text, so that 51.575 stays 51.575."""
    if isinstance(value, Decimal):
        return value
    text = value if isinstance(value, str) else repr(value) if type(value) in {int, float} else ""
    if not _DECIMAL.fullmatch(text):
        raise ValueError("a decimal number such as 51.575")
    return Decimal(text)


def _one_line(text: str) -> str:
    if _NO_TEXT.search(text):
        raise ValueError("one line of text without control characters")
    return text


def _plain(value: Decimal) -> str:
    return format(value, "f")


_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters, line ends, and what turns the direction of text around, so that it reads as another."""
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_EXPECTED = {
    "missing": "a value",
    "extra_forbidden": "no such field",
    "string_type": "text",
    "string_too_short": "some text",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "text of the form {pattern}",
    "enum": "{expected}",
    "literal_error": "{expected}",
    "too_short": "at least {min_length} entry",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "model_type": "an object with named fields",
    "json_invalid": "JSON",
    "date_type": "a day such as 2026-11-20",
    "date_parsing": "a day such as 2026-11-20",
    "date_from_datetime_parsing": "a day such as 2026-11-20",
    "datetime_parsing": "a moment such as 2026-11-20T12:00:00+08:00",
    "timezone_aware": "a moment with its offset from UTC",
}
"""What was expected, by pydantic's name of the mistake and with its values; else pydantic's own words."""

Quantity = Annotated[Decimal, BeforeValidator(_decimal), PlainSerializer(_plain, return_type=str, when_used="json")]
"""An exact decimal; a string in JSON."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_one_line)]
"""One line of text for people: never markup."""
