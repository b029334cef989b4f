"""One row of a label table as a label record, and a record as the cells of one row."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from labels import jose
from labels.categories import find
from labels.errors import LabelError, RecordError
from labels.formats import cells as read
from labels.formats.credential import TYP, from_credential
from labels.formats.headers import COLUMNS, STAGE_COLUMNS
from labels.formats.sheet import Kind, TableFormat
from labels.issue import stored
from labels.model import LabelRecord, StoredLabel

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    Cell = str | bool | list[str]

REQUIRED = ("name", "model", "category", "value", "unit", "boundary")
"""What a row without a credential must say."""


def read_label(cells: Mapping[str, str], *, at: dt.datetime, registry: str, format: TableFormat) -> StoredLabel:  # noqa: A002
    """Return the label of a row, given its filled cells by column: signed where it has a credential, else declared.

    Raises:
        RecordError: The first mistake; ``values["field"]`` is its column.
    """
    for column, text in cells.items():
        if text.strip() in BROKEN:
            raise _error(
                column, "table.error-cell", f"Expected a value, got the error {text.strip()}", got=text.strip()
            )
    token = cells.get("credential")
    if token is None:
        return stored(_declared(cells, registry=registry, format=format), credential=None, at=at)
    record = _signed(token.strip())
    _check_agreement(cells, to_cells(record), format=format)
    return stored(record, credential=token.strip(), at=at)


def to_cells(record: LabelRecord) -> dict[str, str]:
    """Return a record's cells by column, as plain text; what the record does not say is left out."""
    tree = orjson.loads(record.to_json())
    found = {column: _at(tree, path) for column, path in PATHS.items()}
    found["demo"] = found["demo"] or None
    found |= {stage["stage"].replace("-", "_"): stage["value"] for stage in tree["footprint"]["stages"]}
    shown = {column: _shown(found[column]) for column in COLUMNS if found.get(column) is not None}
    return {column: text for column, text in shown.items() if text}


def _signed(token: str) -> LabelRecord:
    try:
        return from_credential(jose.open_envelope(token, typ=TYP).payload).record
    except LabelError as error:
        raise _error("credential", error.code, error.message, **error.values) from None


def _check_agreement(cells: Mapping[str, str], said: Mapping[str, str], *, format: TableFormat) -> None:  # noqa: A002
    for column, text in cells.items():
        if column != "credential" and not _agrees(column, text, said.get(column, ""), format=format):
            raise _error(
                column,
                "table.contradiction",
                f"Expected what the credential says, {said.get(column, 'nothing')!r}, got {text!r}",
                expected=said.get(column, "-"),
                got=text,
            )


def _agrees(column: str, text: str, said: str, *, format: TableFormat) -> bool:  # noqa: A002
    try:
        shown = _shown(_read(column, text, format=format))
    except RecordError:
        return text == said
    if KINDS[column] in {Kind.NUMBER, Kind.PERCENT} and said:
        return Decimal(shown) == Decimal(said)
    return said in {text, shown, shown.strip()}


def _declared(cells: Mapping[str, str], *, registry: str, format: TableFormat) -> LabelRecord:  # noqa: A002
    certified = any(PATHS.get(column, ("",))[0] == "attestation" for column in cells)
    for column in (*REQUIRED, *(CERTIFIED if certified else ())):
        if column not in cells:
            raise _error(column, "table.missing", "Expected a value, got an empty cell")
    values = {column: _read(column, text, format=format) for column, text in cells.items()}
    values = {"amount": "1", "registry": registry} | values
    values.setdefault("id", values.get("certificate_number") or _stable_id(values))
    try:
        return LabelRecord.parse_json(orjson.dumps(_tree(values)))
    except RecordError as error:
        raise _with_column(error) from None


def _read(column: str, text: str, *, format: TableFormat) -> Cell:  # noqa: A002
    reader = READERS.get(column, str)
    if column in _PERCENT:
        reader = read.read_percent if format == "csv" else read.read_percent_cell
    try:
        return reader(text)
    except LabelError as error:
        raise _error(column, error.code, error.message, **error.values) from None


def _tree(values: Mapping[str, Cell]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for column, value in values.items():
        if column in PATHS:
            *parents, last = PATHS[column]
            branch = tree
            for parent in parents:
                branch = branch.setdefault(parent, {})
            branch[last] = value
    tree["footprint"]["stages"] = [
        {"stage": stage, "value": values[column]} for column, stage in STAGE_COLUMNS.items() if column in values
    ]
    return tree


def _stable_id(values: Mapping[str, Cell]) -> str:
    """The same for the same claim, however its figures are written, so that importing it twice changes nothing."""
    parts = [
        str(values.get(column, "")).strip() for column in ("gtin", "name", "model", "category", "unit", "boundary")
    ]
    figures = [format(Decimal(str(values[column])).normalize(), "f") for column in ("value", "amount")]
    digest = hashlib.sha256("\x1f".join([*parts, *figures]).encode()).hexdigest()
    return f"D-{digest[:16].upper()}"


def _at(tree: Mapping[str, Any], path: tuple[str, ...]) -> Cell | None:
    found: Any = tree
    for name in path:
        found = found.get(name) if found is not None else None
    return found  # type: ignore[no-any-return]


def _shown(value: Cell | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ";".join(value) if isinstance(value, list) else value or ""


def _with_column(error: RecordError) -> RecordError:
    """Say the column where the record's own mistake says a path."""
    field = error.values["field"]
    column = _COLUMN_AT.get(field, field)
    values = error.values | {"field": column}
    return RecordError(error.code, error.message.replace(f"field {field} ", f"column {column} ", 1), **values)


def _error(column: str, code: str, reason: str, **values: str) -> RecordError:
    return RecordError(
        code, f"Reading column {column} failed: {reason.removesuffix('.')}.", **{**values, "field": column}
    )


def _category(text: str) -> str:
    category = find(text)
    return category.key if category else text


PATHS: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    **{column: ("product", column) for column in ("gtin", "name", "name_en", "model", "category")},
    **{column: ("footprint", column) for column in ("value", "unit", "amount", "boundary", "functional_unit")},
    "period_start": ("footprint", "period", "start"),
    "period_end": ("footprint", "period", "end"),
    **{column: ("footprint", column) for column in ("standard", "product_rule", "product_rule_version", "gwp_set")},
    **{column: ("footprint", column) for column in ("uncertainty_percent", "primary_data_percent", "data_quality")},
    **{column: ("footprint", column) for column in ("electricity_rule", "allocation", "offsets_counted")},
    **{column: ("attestation", column) for column in ("certificate_number", "scheme", "issuer", "issuer_name")},
    "issuer_name_en": ("attestation", "issuer_name_en"),
    "holder": ("attestation", "holder", "name"),
    "holder_en": ("attestation", "holder", "name_en"),
    "holder_uscc": ("attestation", "holder", "uscc"),
    **{column: ("attestation", column) for column in ("production_site", "issued", "valid_until", "surveillance")},
    **{column: ("source", column) for column in ("registry", "note", "demo")},
}
"""Where a column stands in a record; the stages and the credential have their own places."""

CERTIFIED = ("certificate_number", "scheme", "issuer", "issuer_name", "holder", "issued", "valid_until")
"""What a row must say once it says anything of a certificate."""

_PERCENT = ("uncertainty_percent", "primary_data_percent")
_NUMBERS = ("value", "amount", *STAGE_COLUMNS, "data_quality")
_DATES = ("period_start", "period_end", "issued", "valid_until")

KINDS = (
    dict.fromkeys(COLUMNS, Kind.TEXT)
    | dict.fromkeys(_NUMBERS, Kind.NUMBER)
    | dict.fromkeys(_PERCENT, Kind.PERCENT)
    | dict.fromkeys(_DATES, Kind.DATE)
)

READERS: dict[str, Callable[[str], Cell]] = {
    **dict.fromkeys(_NUMBERS, read.read_number),
    **dict.fromkeys(_DATES, read.read_date),
    **dict.fromkeys(("id", "certificate_number", "issuer"), str.strip),
    "surveillance": read.read_dates,
    "gtin": read.read_gtin,
    "category": _category,
    "unit": read.read_unit,
    "boundary": read.read_boundary,
    "holder_uscc": read.read_uscc,
    "gwp_set": lambda text: text.strip().upper(),
    "electricity_rule": lambda text: text.strip().lower().replace(" ", "-"),
    "offsets_counted": read.read_yes,
    "demo": read.read_yes,
}

_COLUMN_AT = {".".join(path): column for column, path in PATHS.items()} | {
    "footprint.period": "period_end",
    "attestation": "valid_until",
}
BROKEN = frozenset({"#N/A", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
"""What a spreadsheet shows where a formula failed: never a value."""
