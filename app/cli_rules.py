"""``tanbiao rules``: the rules in force, with their sources."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from app.cli_common import DONE, Json, read_moment, tell
from scoring.errors import RuleNotInForceError
from scoring.model import DatedValue
from scoring.rules import Scheme, load, schemes


def rules(
    scheme: Annotated[str | None, typer.Argument(help="A scheme; without one all are printed.")] = None,
    on: Annotated[str | None, typer.Option(help="The day; the default is today.")] = None,
    json: Json = False,
) -> int:
    """Print the rules in force on a day, with their sources."""
    day = read_moment(on).date()
    for name in [scheme] if scheme else schemes():
        said = _scheme_json(load(name), day)
        lines = [f"{name} on {day}", *(_line(value) for value in said["values"])]
        tell(said, json=json, lines=lines)
    return DONE


def _scheme_json(scheme: Scheme, day: dt.date) -> dict[str, Any]:
    values = []
    for name in scheme.values:
        try:
            values.append(_value_json(name, scheme.in_force(name, on=day), unit=scheme.values[name].unit))
        except RuleNotInForceError:
            continue
    return {"scheme": scheme.name, "on": day.isoformat(), "values": values, "error": None}


def _value_json(name: str, entry: DatedValue, *, unit: str | None) -> dict[str, Any]:
    return {
        "name": name,
        "value": entry.value if isinstance(entry.value, bool) else str(entry.value),
        "unit": unit,
        "since": entry.since.isoformat(),
        "reference": entry.reference.model_dump(exclude_none=True),
        "origin": entry.origin.value,
        "known": entry.known.value,
        "checked_on": entry.checked_on.isoformat(),
    }


def _line(value: dict[str, Any]) -> str:
    unit = f" {value['unit']}" if value["unit"] else ""
    source = f"{value['origin']}, since {value['since']}; {value['reference']['title']}"
    return f"  {value['name']} = {value['value']}{unit}  ({source})"
