"""The ``tanbiao`` command: everything the pages do, on the same code."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from typer.exceptions import TyperException

from app import certification, exchange, i18n
from app.home import Home, open_home
from app.look import Look, code_json, error_json, look_at_image, look_at_text
from app.reading import reading_json
from app.report import look_report
from labels.code import parse as parse_code
from labels.errors import DecodeError, LabelError, RecordError
from labels.formats.credential import CHINA
from labels.model import State
from labels.trust import EVERYTHING, SigningKey, TrustedIssuer, new_signing_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from labels.record import Record

DONE, NO, BAD = 0, 1, 2
"""Exit status: done; done and the answer is no; bad usage or unreadable input."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per input, one per line.")]
KeyFile = Annotated[Path, typer.Option("--key", help="The certification body's key file, from `tanbiao key new`.")]

cli = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
key_cli = typer.Typer(no_args_is_help=True, help="A certification body's keys.", rich_markup_mode=None)
trust_cli = typer.Typer(no_args_is_help=True, help="Whom this installation believes.", rich_markup_mode=None)
cli.add_typer(key_cli, name="key")
cli.add_typer(trust_cli, name="trust")


def main() -> None:
    """Run the command; every mistake is one line on stderr."""
    i18n.use(i18n.negotiate(os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")))
    try:
        status = cli(standalone_mode=False)
    except TyperException as mistake:
        told = mistake.format_message()
        typer.echo(told if told.startswith("Usage:") else f"tanbiao: {told}", err=True)
        status = BAD
    except LabelError as error:
        typer.echo(f"tanbiao: {error.message}", err=True)
        status = BAD
    except (KeyboardInterrupt, typer.Abort, BrokenPipeError):
        status = BAD
    sys.exit(status)


@cli.command()
def read(files: list[Path], json: Json = False) -> int:
    """Read the codes in images."""
    worst = DONE
    with _progress(files, "reading") as bar:
        for file in bar:
            answer = _reading(file)
            if answer["error"]:
                typer.echo(f"tanbiao: {file}: {answer['error']['message']}", err=True)
            worst = max(worst, BAD if answer["error"] else DONE if answer["codes"] else NO)
            _print(answer, json=json, lines=_reading_lines(answer))
    return worst


@cli.command()
def parse(texts: list[str], json: Json = False) -> int:
    """Tell what texts claim to be; `-` takes a line each from stdin."""
    worst = DONE
    lines = (line.rstrip("\r\n") for line in sys.stdin) if texts == ["-"] else iter(texts)
    for text in lines:
        code = parse_code(text)
        if code.error is not None or code.kind == "unknown":
            worst = NO
        _print(code_json(code), json=json, lines=[f"{code.kind.value}: {code.error or code.canonical or code.text}"])
    return worst


@cli.command()
def look(
    code_or_image: Annotated[str, typer.Argument(metavar="CODE|IMAGE")],
    at: Annotated[str | None, typer.Option(help="A moment (ISO 8601) or day; the default is now.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no registry and leave no trace.")] = False,
    json: Json = False,
) -> int:
    """Read a code, find the record behind it, and say whether to believe it."""
    home, moment = open_home(), _moment(at)
    try:
        found = _look(code_or_image, home, at=moment, offline=offline)
    except DecodeError as error:
        _print({**_NO_LOOK, "error": error_json(error)}, json=json, lines=[])
        raise
    _print(found.to_json(), json=json, lines=look_report(found))
    return DONE if found.verification and found.verification.verified else NO


@key_cli.command("new")
def key_new(
    issuer: Annotated[str, typer.Option(help="The body's identifier, e.g. did:web:body.example.")],
    out: Annotated[Path, typer.Option(help="Where the key file goes; keep it secret.")],
    name: Annotated[str | None, typer.Option(help="The body's name.")] = None,
    category: Annotated[list[str] | None, typer.Option(help="A category it is accredited for; repeat.")] = None,
    alg: Annotated[str, typer.Option(help="EdDSA (also signs links) or ES256.")] = "EdDSA",
    since: Annotated[
        str | None, typer.Option(help="First day on which the key signs; the default is a year ago.")
    ] = None,
    json: Json = False,
) -> int:
    """Make a signing key. Without --category it is for every category."""
    if alg not in {"EdDSA", "ES256"}:
        raise typer.BadParameter(f"Making a key failed on --alg {alg!r}: Expected EdDSA or ES256.")
    if out.exists():
        raise typer.BadParameter(f"Making a key failed on {out}: Expected a new file, got one that exists.")
    day = _moment(since).date() if since else dt.datetime.now(CHINA).date() - dt.timedelta(days=365)
    categories = tuple(category or (EVERYTHING,))
    key = _checked_key(issuer, name=name or issuer, day=day, alg=alg, categories=categories)
    out.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_pretty(key))
    public = out.with_suffix(".issuer.json")
    public.write_bytes(_pretty(key.issuer))
    answer = {"kid": key.kid, "issuer": issuer, "files": [str(out), str(public)], "error": None}
    _print(answer, json=json, lines=[f"{key.kid}", f"secret: {out}", f"to give away: {public}"])
    return DONE


@trust_cli.command("add")
def trust_add(file: Path, json: Json = False) -> int:
    """Trust an issuer from now on, by its document (or the public part of its key file)."""
    data = _bytes(file)
    known = _json_object(data, file)
    issuer = SigningKey.parse_json(data).issuer if "private" in known else TrustedIssuer.parse_json(data)
    trusted = open_home().add_issuer(issuer).issuers[issuer.id]
    _print(_issuer_json(trusted), json=json, lines=_issuer_lines(trusted))
    return DONE


@trust_cli.command("list")
def trust_list(json: Json = False) -> int:
    """List the issuers that are trusted, their keys and scope."""
    for issuer in open_home().trust.issuers.values():
        _print(_issuer_json(issuer), json=json, lines=_issuer_lines(issuer))
    return DONE


@cli.command()
def issue(
    record: Annotated[Path, typer.Argument(metavar="RECORD.json")],
    key: KeyFile,
    out: Annotated[Path, typer.Option(help="Folder for the credential and the label.")],
    serial: Annotated[str | None, typer.Option(help="Serial number of the one item the label is for.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the label: zh-CN or en.")] = "zh-CN",
    json: Json = False,
) -> int:
    """Sign a record, store it, and draw its label."""
    home = open_home()
    body = _signing_key(key)
    content = exchange.read_record_file(_bytes(record), registry=home.domain)
    issued = certification.issue_label(home, content, key=body, at=_now(), serial=serial)
    files = exchange.write_label(issued, content, folder=out, language=i18n.negotiate(lang))
    if body.issuer.id not in home.trust.issuers:
        typer.echo(f"note: {body.issuer.id} is not trusted here yet: tanbiao trust add {key}", err=True)
    answer = {
        "id": content.id,
        "credential": issued.label.credential,
        "link": issued.link,
        "signed_link": issued.signed_link,
        "files": [str(file) for file in files],
        "error": None,
    }
    _print(answer, json=json, lines=[content.id, issued.link, *map(str, files)])
    return DONE


@cli.command()
def status(
    label: Annotated[str, typer.Argument(metavar="ID")],
    state: Annotated[str, typer.Argument(metavar="suspended|withdrawn|cancelled|valid")],
    reason: Annotated[str, typer.Option(help="Why; shown to everyone.")],
    key: KeyFile,
    json: Json = False,
) -> int:
    """Suspend, withdraw, cancel or reinstate a certificate."""
    if state not in {"suspended", "withdrawn", "cancelled", "valid"}:
        raise typer.BadParameter(
            f"Changing a state failed on {state!r}: Expected suspended, withdrawn, cancelled or valid."
        )
    body = _signing_key(key)
    changed = certification.change_label_state(open_home(), label, State(state), reason=reason, key=body, at=_now())
    since = changed.event.since.isoformat()
    answer = {"id": changed.event.label, "state": state, "since": since, "error": None}
    _print(answer, json=json, lines=[f"{changed.event.label}: {state} since {since}"])
    return DONE


@cli.command("import")
def import_records(
    file: Path,
    format: Annotated[str | None, typer.Option(help="csv, xlsx or credential; else by the file's name.")] = None,  # noqa: A002
    strict: Annotated[bool, typer.Option("--strict", help="All rows or none.")] = False,
    json: Json = False,
) -> int:
    """Take records in. Unsigned ones count as declared, never as certified."""
    home = open_home()
    data = _bytes(file)
    kind = format or exchange.kind_of(file)
    rows = exchange.read_rows(data, home.store, kind=kind, at=_now(), registry=file.name)
    if rows.unknown:
        typer.echo(f"note: columns not understood and not read: {', '.join(rows.unknown)}", err=True)
    with _progress(rows, "importing") as bar:
        result = exchange.import_rows(bar, home.store, strict=strict)
    refused = [{"row": row.row, "field": row.field, "code": row.code, "message": row.message} for row in result.refused]
    answer = {"file": str(file), "accepted": result.accepted, "refused": refused, "error": None}
    lines = [f"{result.accepted} accepted, {len(refused)} refused"]
    lines += [f"row {row['row']}, {row['field']}: {row['message']}" for row in refused]
    _print(answer, json=json, lines=lines)
    return NO if refused else DONE


@cli.command("export")
def export_records(
    out: Annotated[Path, typer.Option(help="The file to write.")],
    format: Annotated[str | None, typer.Option(help="csv, xlsx or credential; else by the file's name.")] = None,  # noqa: A002
    json: Json = False,
) -> int:
    """Write all records into one file."""
    store = open_home().store
    with _progress(store, "exporting") as bar:
        records = exchange.write_records(bar, out, kind=format or exchange.kind_of(out))
    answer = {"file": str(out), "records": records, "error": None}
    _print(answer, json=json, lines=[f"{records} records in {out}"])
    return DONE


@cli.command()
def reports(json: Json = False) -> int:
    """List the problems that people reported on label pages."""
    for report in exchange.problem_reports(open_home().store):
        _print(report, json=json, lines=[f"{report['at']}  {report['label']}  {report['problem']}: {report['text']}"])
    return DONE


@cli.command()
def serve(
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in.")] = "127.0.0.1",
) -> int:
    """Serve the pages and the HTTP API."""
    folder = Path(__file__).resolve().parent.parent
    os.chdir(folder)
    arguments = ["--server.port", str(port), "--server.address", address]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *arguments])  # noqa: S606  (ourselves)


def _look(code_or_image: str, home: Home, *, at: dt.datetime, offline: bool) -> Look:
    path = Path(code_or_image)
    if _is_file(path):
        return look_at_image(_bytes(path), home, at=at, offline=offline)
    if path.suffix.lower() in _IMAGE_SUFFIXES and "://" not in code_or_image:
        raise DecodeError("file.missing", f"Opening {path} failed: Expected a file, got none.", file=path)
    return look_at_text(code_or_image, home, at=at, offline=offline)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a code longer than any file name
        return False


def _reading(file: Path) -> dict[str, Any]:
    try:
        return dict(reading_json(str(file), _bytes(file)))
    except DecodeError as error:
        return {"file": str(file), "codes": [], "seen_unreadable": False, "error": error_json(error)}


def _reading_lines(answer: dict[str, Any]) -> list[str]:
    if answer["error"]:
        return []
    told = [f"{answer['file']}: {code['symbology']}: {code['text']}" for code in answer["codes"]]
    seen = "a code is there but cannot be read: hold closer" if answer["seen_unreadable"] else "no code found"
    return told or [f"{answer['file']}: {seen}"]


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise DecodeError(
            "file.unreadable",
            f"Opening {file} failed: Expected a file that can be read, got {error.strerror}.",
            file=file,
        ) from None


def _json_object(data: bytes, file: Path) -> dict[str, Any]:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise RecordError("file.json", f"Reading {file} failed: Expected a JSON object, got something else.", file=file)
    return value


def _signing_key(file: Path) -> SigningKey:
    data = _bytes(file)
    if "private" not in _json_object(data, file):
        raise RecordError("key.file", f"Reading {file} failed: Expected a key file with its private part.", file=file)
    return SigningKey.parse_json(data)


def _checked_key(issuer: str, *, name: str, day: dt.date, alg: str, categories: tuple[str, ...]) -> SigningKey:
    try:
        return new_signing_key(issuer, name=name, day=day, alg=alg, categories=categories)
    except ValueError:
        raise RecordError(
            "key.issuer", f"Making a key failed on --issuer {issuer!r}: Expected a DID such as did:web:body.example."
        ) from None


def _moment(text: str | None) -> dt.datetime:
    """Read a moment; a bare day is its last second, and a time without a zone is China Standard Time."""
    if text is None:
        return _now()
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"Reading a moment failed on {text!r}: Expected ISO 8601, e.g. 2026-11-20.") from None
    if len(text) == len("2026-11-20"):
        moment = dt.datetime.combine(moment.date(), dt.time(23, 59, 59))
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def _now() -> dt.datetime:
    return dt.datetime.now(CHINA)


def _progress(items: Iterable[Any], label: str) -> Any:  # noqa: ANN401  (click's bar has no public generic type)
    return typer.progressbar(items, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())


def _print(answer: dict[str, Any], *, json: bool, lines: Iterable[str]) -> None:
    if json:
        typer.echo(orjson.dumps(answer).decode())
        return
    for line in lines:
        typer.echo(line)


def _pretty(record: Record) -> bytes:
    return orjson.dumps(orjson.loads(record.to_json()), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _issuer_json(issuer: TrustedIssuer) -> dict[str, Any]:
    return {**orjson.loads(issuer.to_json()), "error": None}


def _issuer_lines(issuer: TrustedIssuer) -> list[str]:
    scope = sorted({category for item in issuer.accreditations for category in item.categories})
    return [
        f"{issuer.id}  {issuer.name}{'  DEMO' if issuer.demo else ''}",
        f"  categories: {'every category' if EVERYTHING in scope else ', '.join(scope)}",
        *(f"  key {key.kid} from {key.valid_from}{' REVOKED' if key.revoked else ''}" for key in issuer.keys),
    ]


_IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".tif", ".tiff", ".bmp", ".gif"}
_NO_LOOK: dict[str, Any] = {
    "code": None,
    "record": None,
    "verification": None,
    "grade": None,
    "source": None,
    "alternatives": [],
}
