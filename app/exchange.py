"""Records and labels in and out as files, and what people report about labels."""

from __future__ import annotations

import base64
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

import orjson
from markupsafe import Markup

from app import i18n
from app.texts import BOUNDARIES_SHORT
from labels.artwork import Artwork, draw_pdf, draw_png, draw_svg
from labels.errors import LabelError, RecordError, StoreError
from labels.formats import table
from labels.formats.credential import TYP, from_credential
from labels.formats.table import Refusal, check_single
from labels.issue import label_link, stored
from labels.jose import open_envelope
from labels.model import LabelRecord, StoredLabel
from labels.units import UNITS
from labels.verify import is_proven, read_record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from app.home import Home
    from labels.formats.sheet import TableFormat
    from labels.issue import Issued
    from labels.model import ConformityAttestation
    from labels.store import LabelStore
    from labels.trust import SigningKey, TrustStore

KINDS = ("csv", "xlsx", "credential")
REPORTS = "reports"


def kind_of(file: Path) -> str:
    """Return the format a file's name stands for; ``credential`` for ``.jwt`` and ``.txt``."""
    suffix = file.suffix.lower().removeprefix(".")
    return {"jwt": "credential", "txt": "credential"}.get(suffix, suffix)


def read_record_file(data: bytes, *, key: SigningKey, registry: str) -> LabelRecord:
    """Read a record to issue.

    What it leaves out is filled in: its id is the certificate number, its source this registry, its issuer the key's.

    Raises:
        RecordError: It is no such record.
    """
    try:
        fields = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise RecordError("file.json", f"Reading a record failed: Expected JSON, got {error}.") from None
    if isinstance(fields, dict) and isinstance(attestation := fields.get("attestation"), dict):
        attestation.setdefault("issuer", key.issuer.id)
        attestation.setdefault("issuer_name", key.issuer.name)
        fields.setdefault("id", attestation.get("certificate_number"))
        fields.setdefault("source", {"registry": registry})
    return LabelRecord.parse_json(orjson.dumps(fields))


def artwork(record: LabelRecord, *, link: str, language: str) -> Artwork:
    """Return what stands on a record's label."""
    footprint, attestation = record.footprint, record.attestation
    if attestation is None:
        raise RecordError("record.no-attestation", f"Drawing {record.id} failed: Expected an attestation, got none.")
    unit = UNITS.get(footprint.unit)
    amount = "" if footprint.amount == 1 else f"{footprint.amount.normalize():f} "
    return Artwork(
        link=link,
        value=format(footprint.value, "f"),
        unit_line_zh=f"kg CO₂e / {amount}{unit.name_zh if unit else footprint.unit}",
        unit_line_en=f"kg CO₂e / {amount}{unit.name_en if unit else footprint.unit}",
        boundary_zh=BOUNDARIES_SHORT[footprint.boundary][0],
        boundary_en=BOUNDARIES_SHORT[footprint.boundary][1],
        product_zh=record.product.name,
        product_en=record.product.name_en or record.product.name,
        model=record.product.model,
        certificate_number=attestation.certificate_number,
        issuer_name_zh=attestation.issuer_name,
        issuer_name_en=attestation.issuer_name_en or attestation.issuer_name,
        valid_until=attestation.valid_until,
        standard=footprint.standard or "",
        demo=record.source.demo,
        lang="zh-CN" if language == "zh-CN" else "en",
    )


def write_label(issued: Issued, record: LabelRecord, *, folder: Path, language: str) -> list[Path]:
    """Write the credential and the label, plain and with the signed link, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    name = record.id.replace("/", "-").replace(":", "-")
    files = {f"{name}.vc.jwt": (issued.label.credential or "").encode()}
    for suffix, link in (("", issued.link), ("-signed", issued.signed_link)):
        if link is not None:
            label = artwork(record, link=link, language=language)
            files[f"{name}{suffix}.svg"] = draw_svg(label).encode()
            files[f"{name}{suffix}.png"] = draw_png(label)
            files[f"{name}{suffix}.pdf"] = draw_pdf(label)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return [folder / file for file in files]


def label_picture(record: LabelRecord, *, domain: str, language: str) -> Markup:
    """Return the drawn label as an image for a page."""
    svg = draw_svg(artwork(record, link=label_link(record, domain=domain), language=language))
    data = base64.b64encode(svg.encode()).decode()
    return Markup("<img class='tb-label' alt='{}' src='data:image/svg+xml;base64,{}'>").format(
        i18n._("The label of {id}").format(id=record.id), data
    )


@dataclass
class Import:
    """What became of the rows of an import."""

    accepted: int = 0
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class Rows:
    """The rows of a file, read one by one as labels or refusals; how many there are is known before."""

    total: int
    read: Iterator[StoredLabel | Refusal]
    unknown: tuple[str, ...] = ()
    """Headers that were not understood."""

    def __len__(self) -> int:
        """Count the rows."""
        return self.total

    def __iter__(self) -> Iterator[StoredLabel | Refusal]:
        """Read the rows, once."""
        return self.read


def read_rows(data: bytes, home: Home, *, kind: str, at: dt.datetime, registry: str) -> Rows:
    """Open a file of records for an installation: what is proven there never gives way to less, or to what is older.

    Raises:
        RecordError: An unknown format, or a file that is not of it.
    """
    trust = home.trust

    def check(label: StoredLabel) -> None:
        known = home.store.get(label.id)
        if known is not None and known.credential is not None and known.credential != label.credential:
            _check_may_replace(label, known, store=home.store, trust=trust)

    if kind == "credential":
        lines = [line.strip() for line in data.decode("ascii", "replace").splitlines()]
        if not any(lines):
            raise RecordError("table.empty", "Reading credentials failed: Expected a signed record a line, got none.")
        return Rows(len(lines), _credential_rows(lines, at=at, check=check))
    opened = table.open_table(data, format=_table_format(kind, "Importing"))
    rows = table.read_rows(opened, at=at, registry=registry, check=check)
    return Rows(opened.total, rows, opened.unknown)


def import_rows(rows: Iterable[StoredLabel | Refusal], store: LabelStore, *, strict: bool) -> Import:
    """Store the rows that can be read; with ``strict`` all or none. What is stored already is left as it is."""
    result = Import()
    labels: list[StoredLabel] = []
    for row in rows:
        if isinstance(row, Refusal):
            result.refused.append(row)
            continue
        labels.append(row)
        if len(labels) >= BATCH and not strict:
            result.accepted += _store_new(labels, store)
            labels.clear()
    if not (strict and result.refused):
        result.accepted += _store_new(labels, store)
    return result


def write_records(labels: Iterable[StoredLabel], out: Path, *, kind: str) -> int:
    """Write records into a file; return how many. ``credential`` writes the signed ones only, a line each.

    Raises:
        RecordError: An unknown format.
        StoreError: The file cannot be written; one that was there is as it was.
    """
    if kind == "credential":
        tokens = [label.credential for label in labels if label.credential]
        with _replacing(out) as file:
            file.writelines(f"{token}\n".encode() for token in tokens)
        return len(tokens)
    write = {"csv": table.write_csv, "xlsx": table.write_xlsx}[_table_format(kind, "Exporting")]
    with _replacing(out) as file:
        return write(((label, read_record(label)) for label in labels), file)


def save_report(store: LabelStore, *, label: str, problem: str, text: str, at: dt.datetime) -> None:
    """Keep what someone reported about a label; at most ``MOST_REPORTS`` a day, so that nobody can fill the disk."""
    if store.count("report-count", REPORTS, at.date()) > MOST_REPORTS:
        raise RecordError("report.too-many", "Keeping a report failed: Expected fewer reports today, got too many.")
    report = {"at": at.isoformat(), "label": label[:500], "problem": problem, "text": text[:1000]}
    store.append_event(REPORTS, REPORTS, orjson.dumps(report).decode())


def problem_reports(store: LabelStore) -> list[dict[str, Any]]:
    """Return what people reported, the oldest first."""
    return [orjson.loads(payload) for payload in store.events(REPORTS, REPORTS)]


@contextmanager
def _replacing(out: Path) -> Iterator[IO[bytes]]:
    """Write a file whole or not at all; what is no file, a pipe for one, is written to as it is."""
    whole = out.is_file() or not out.exists()
    new = out.with_name(f"{out.name}.new") if whole else out
    try:
        with new.open("wb") as file:
            yield file
        if whole:
            new.replace(out)
    except OSError as error:
        if whole:
            with suppress(OSError):
                new.unlink()
        message = f"Writing {out} failed: Expected a file that can be written, got {error.strerror}."
        raise StoreError("export.file", message, file=out) from None


def _table_format(kind: str, doing: str) -> TableFormat:
    known: dict[str, TableFormat] = {"csv": "csv", "xlsx": "xlsx"}
    if kind in known:
        return known[kind]
    expected = " or ".join(KINDS)
    raise RecordError("format.unknown", f"{doing} failed on format {kind!r}: Expected {expected}.", got=kind)


def _credential_rows(
    lines: list[str], *, at: dt.datetime, check: Callable[[StoredLabel], None]
) -> Iterator[StoredLabel | Refusal]:
    seen: dict[str, int] = {}
    for row, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            label = stored(from_credential(open_envelope(line, typ=TYP).payload).record, credential=line, at=at)
            check_single(label.id, seen.setdefault(label.id, row), row)
            check(label)
        except LabelError as error:
            yield Refusal(row, "credential", error.code, error.message, error.values)
        else:
            yield label


def _check_may_replace(label: StoredLabel, known: StoredLabel, *, store: LabelStore, trust: TrustStore) -> None:
    """Refuse to put a label in the place of the certificate that is known by its id."""
    if label.credential is None:
        raise _not_taken(label, "import.certified", "an id that no certificate has, got one that has a certificate")
    proven, known_proven = is_proven(label, trust=trust), is_proven(known, trust=trust)
    if proven and not known_proven:
        return
    if known_proven and not proven:
        raise _not_taken(label, "import.not-proven", "a certificate as proven as the one here, got an unproven one")
    theirs, ours = _attestation(label), _attestation(known)
    if theirs and ours and theirs.issuer != ours.issuer:
        expected = f"a certificate of {ours.issuer}, got one of {theirs.issuer}"
        raise _not_taken(label, "import.other-issuer", expected)
    earlier = (version.credential for version in store.history(label.id))
    if label.credential in earlier or (theirs and ours and theirs.issued < ours.issued):
        raise _not_taken(label, "import.older", "a certificate newer than the one here, got an older one")


def _not_taken(label: StoredLabel, code: str, expected: str) -> RecordError:
    field = "id" if label.credential is None else "credential"
    return RecordError(code, f"Importing {label.id} failed: Expected {expected}.", field=field, id=label.id)


def _attestation(label: StoredLabel) -> ConformityAttestation | None:
    try:
        return read_record(label).attestation
    except LabelError:
        return None


def _store_new(labels: list[StoredLabel], store: LabelStore) -> int:
    """Store what is not there in just this form: importing twice changes nothing."""
    new = [label for label in labels if _differs(label, store.get(label.id))]
    store.put_many(new)
    return len(labels)


def _differs(label: StoredLabel, known: StoredLabel | None) -> bool:
    return known is None or (label.credential, label.record) != (known.credential, known.record)


BATCH = 500
MOST_REPORTS = 1000
