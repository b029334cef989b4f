"""The things a label is about, and what became of checking one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from labels.identifiers import normalise_gtin, validate_uscc
from labels.record import Quantity, Record, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Gtin = Annotated[str, AfterValidator(normalise_gtin)]
"""A GTIN as 14 digits."""

Uscc = Annotated[str, AfterValidator(validate_uscc)]
"""A Unified Social Credit Code, 18 characters (GB 32100-2015)."""

LabelId = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[0-9A-Za-z][0-9A-Za-z._:/\-]*$")]
"""What a label is filed under: its certificate number where it has one."""


class Boundary(StrEnum):
    """The system boundary (ISO 14067 §3.1.3; GB/T 24067)."""

    CRADLE_TO_GATE = "cradle-to-gate"
    CRADLE_TO_GRAVE = "cradle-to-grave"


class StageName(StrEnum):
    """Life-cycle stages of GB/T 24067-2024."""

    RAW_MATERIALS = "raw-materials"
    PRODUCTION = "production"
    DISTRIBUTION = "distribution"
    USE = "use"
    END_OF_LIFE = "end-of-life"


class ElectricityRule(StrEnum):
    """Which electricity a footprint counts."""

    GRID_AVERAGE = "grid-average"
    RESIDUAL_MIX = "residual-mix"
    CONTRACTUAL = "contractual"
    """By certificates or contracts."""
    DIRECT = "direct"
    """From a plant of one's own or by a line of its own."""


class Product(Record):
    """What was certified."""

    gtin: Gtin | None = None
    name: Text
    name_en: Text | None = None
    model: Text
    category: Text
    """A key of ``labels.categories.CATEGORIES``, or a foreign name that has no benchmark."""


class Stage(Record):
    """One life-cycle stage's part of the footprint, kg CO2e per declared unit."""

    stage: StageName
    value: Quantity


class Period(Record):
    """A span of days, both included."""

    start: dt.date
    end: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start > self.end:
            raise ValueError(f"a period that starts on or before its end {self.end}")
        return self


class ProductFootprint(Record):
    """A partial or full carbon footprint of a product.

    Units: ``value`` and the stages are kg CO2e per ``amount`` of ``unit``.
    """

    value: Quantity
    unit: Text
    """UN/ECE Recommendation 20 code, e.g. ``KGM`` kilogram, ``H87`` piece."""
    amount: Annotated[Quantity, Field(gt=0)]
    boundary: Boundary
    functional_unit: Text | None = None
    period: Period | None = None
    """The reference period the data are from."""
    stages: tuple[Stage, ...] = ()
    standard: Text | None = None
    """Quantification standard with its year, e.g. ``GB/T 24067-2024``."""
    product_rule: Text | None = None
    product_rule_version: Text | None = None
    gwp_set: Annotated[Text, Field(pattern=r"^AR[4-9]$")] | None = None
    uncertainty_percent: Annotated[Quantity, Field(ge=0)] | None = None
    """Half the width of the 95 % interval, percent of ``value``."""
    primary_data_percent: Annotated[Quantity, Field(ge=0, le=100)] | None = None
    data_quality: Annotated[Quantity, Field(ge=1, le=5)] | None = None
    """Data quality rating, 1 best to 5."""
    electricity_rule: ElectricityRule | None = None
    allocation: Text | None = None
    """How burdens are shared among joint products, e.g. ``mass``, ``economic``."""
    offsets_counted: bool | None = None
    """Whether bought compensation was subtracted, which no footprint standard allows."""

    @property
    def stages_total(self) -> Decimal:
        """The sum of the stages, kg CO2e per ``amount`` of ``unit``."""
        return sum((stage.value for stage in self.stages), Decimal(0))

    @property
    def stages_add_up(self) -> bool | None:
        """Whether the stages sum to the total, within half a last digit of each figure; None without stages."""
        if not self.stages:
            return None
        figures = (*(stage.value for stage in self.stages), self.value)
        tolerance = sum((Decimal(5).scaleb(int(figure.as_tuple().exponent) - 1) for figure in figures), Decimal(0))
        return abs(self.stages_total - self.value) <= tolerance

    @model_validator(mode="after")
    def _each_stage_once(self) -> Self:
        if len({stage.stage for stage in self.stages}) < len(self.stages):
            raise ValueError("each life-cycle stage once")
        return self


class Organisation(Record):
    """A firm."""

    name: Text
    name_en: Text | None = None
    uscc: Uscc | None = None


class ConformityAttestation(Record):
    """The certificate: who attests, to whom, from when to when (both days included, China Standard Time)."""

    certificate_number: LabelId
    scheme: Text
    issuer: Annotated[Text, Field(pattern=r"^did:[a-z0-9]+:\S+$")]
    """The certification body's decentralised identifier."""
    issuer_name: Text
    issuer_name_en: Text | None = None
    holder: Organisation
    production_site: Text | None = None
    issued: dt.date
    valid_until: dt.date
    surveillance: tuple[dt.date, ...] = ()
    """Days of surveillance audits done or due."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.issued > self.valid_until:
            raise ValueError(f"a certificate issued on or before its last valid day {self.valid_until}")
        return self


class Source(Record):
    """Where a record comes from."""

    registry: Text
    demo: bool = False
    note: Text | None = None
    """Where the figures come from."""


class LabelRecord(Record):
    """What a registry knows behind one label. A claim until a ``Verification`` of it passed."""

    id: LabelId
    product: Product
    footprint: ProductFootprint
    attestation: ConformityAttestation | None = None
    source: Source


class StoredLabel(Record):
    """One version of a label as the store keeps it: the credential as signed, or an unsigned record, never both."""

    id: LabelId
    version: Annotated[int, Field(ge=1)] = 1
    gtin: str | None = None
    certificate_number: str | None = None
    credential: str | None = None
    """Compact JWS, ``typ`` vc+jwt, byte for byte as received."""
    record: LabelRecord | None = None
    stored_at: AwareDatetime

    @model_validator(mode="after")
    def _one_truth(self) -> Self:
        if (self.credential is None) == (self.record is None):
            raise ValueError("either a credential or an unsigned record")
        return self


class Outcome(StrEnum):
    """Three outcomes, never two: what could not be checked is not passed."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    NOT_CHECKED = "NOT_CHECKED"


class Provenance(StrEnum):
    """How far a figure can be relied on."""

    VERIFIED = "VERIFIED"
    DECLARED = "DECLARED"
    DEFAULT = "DEFAULT"
    MISSING = "MISSING"


class State(StrEnum):
    """The state of a certificate at a moment."""

    VALID = "valid"
    CHANGED = "changed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    DECLARED = "declared"
    """Nobody certified it."""
    UNPROVEN = "unproven"
    """Nothing shows that the certificate is what it says it is."""


@dataclass(frozen=True)
class Check:
    """One numbered check of ``labels.verify``: what was looked at, the outcome and the reason."""

    name: str
    outcome: Outcome
    code: str
    """Stable name of the reason; texts in other languages are keyed by it."""
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StateChange:
    """From ``since`` on, the certificate was in ``state``, by the issuer's signed word or by its term."""

    state: State
    since: dt.datetime
    reason: str
    reason_en: str | None = None


@dataclass(frozen=True)
class Verification:
    """The verdict on one record at one moment, with the evidence it rests on."""

    state: State
    provenance: Provenance
    checks: tuple[Check, ...]
    history: tuple[StateChange, ...]
    at: dt.datetime

    @property
    def verified(self) -> bool:
        """Whether the record may be called verified: every needed check passed and none failed."""
        return self.provenance is Provenance.VERIFIED

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed, in order."""
        return tuple(check for check in self.checks if check.outcome is Outcome.FAILED)
