"""The ``tanbiao`` command: everything the pages do, on the same code."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from app import i18n
from app.cli_common import (
    BAD,
    DONE,
    NO,
    Json,
    complain,
    now,
    read_file,
    read_moment,
    readable,
    signing_key,
    speak_utf8,
    tell,
)
from app.cli_keys import key_cli, trust_cli
from app.cli_rules import rules
from labels.code import parse as parse_code
from labels.errors import CodedError, DecodeError
from labels.model import State

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from app.home import Home
    from app.look import Look

KeyFile = Annotated[Path, typer.Option("--key", help="The certification body's key file, from `tanbiao key new`.")]

cli = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
cli.add_typer(key_cli, name="key")
cli.add_typer(trust_cli, name="trust")
cli.command()(rules)


def main() -> None:
    """Run the command; every mistake is one line on stderr, and with ``--json`` in an object on stdout as well."""
    sys.unraisablehook = lambda _: None  # what a destructor adds to a failure that was told is a second line
    try:
        speak_utf8()
        i18n.use(i18n.negotiate(os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")))
        status = _run()
        print(end="", flush=True)  # noqa: T201  (unlike stdout itself, it is there when stdout is closed)
    except (KeyboardInterrupt, typer.Abort):
        complain("Interrupted.")
        status = BAD
    except OSError as error:  # stdout is closed or full: nobody reads on
        if not isinstance(error, BrokenPipeError):
            complain(f"Writing the answer failed: Expected a place to write to, got {error.strerror}.")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = BAD
    sys.exit(status)


def _run() -> int:
    try:
        return int(cli(standalone_mode=False))
    except TyperException as mistake:
        told = mistake.format_message()
        if not told.startswith("Usage:"):
            return _failed("usage", told)
        typer.echo(told)
        return _failed("usage", "Reading the command line failed: Expected a command, got none.")
    except CodedError as error:
        return _failed(error.code, error.message)
    except OSError as error:
        if error.filename is None:
            raise
        place = readable(os.fsdecode(error.filename))
        message = f"Reading or writing {place} failed: Expected a file that can be used, got {error.strerror}."
        return _failed("file.unusable", message)


def _failed(code: str, message: str) -> int:
    complain(message)
    if "--json" in sys.argv:
        empty = next((_EMPTY[word] for word in sys.argv[1:] if word in _EMPTY), {})
        tell({**empty, "error": {"code": code, "message": message}}, json=True, lines=[])
    return BAD


@cli.command()
def read(files: list[Path], json: Json = False) -> int:
    """Read the codes in images."""
    worst = DONE
    with _progress(files, "reading") as bar:
        for file in bar:
            said = _reading(file)
            if said["error"]:
                complain(f"{file}: {said['error']['message']}")
            worst = max(worst, BAD if said["error"] else DONE if said["codes"] else NO)
            tell(said, json=json, lines=_reading_lines(said))
    return worst


@cli.command()
def parse(texts: list[str], json: Json = False) -> int:
    """Tell what texts claim to be; `-` takes a line each from stdin."""
    from app.look import code_json

    worst = DONE
    lines = (line.rstrip("\r\n") for line in sys.stdin or ()) if texts == ["-"] else iter(texts)
    for text in map(readable, lines):
        code = parse_code(text)
        if code.error is not None or code.kind == "unknown":
            worst = NO
        tell(code_json(code), json=json, lines=[f"{code.kind.value}: {code.error or code.canonical or code.text}"])
    return worst


@cli.command()
def look(
    code_or_image: Annotated[str, typer.Argument(metavar="CODE|IMAGE")],
    at: Annotated[str | None, typer.Option(help="A moment (ISO 8601) or day; the default is now.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no registry and leave no trace.")] = False,
    json: Json = False,
) -> int:
    """Read a code, find the record behind it, and say whether to believe it."""
    from app.home import open_home
    from app.look import NOTHING_READ, error_json
    from app.report import look_report

    home, at_moment = open_home(), read_moment(at)
    try:
        found = _look(code_or_image, home, at=at_moment, offline=offline)
    except DecodeError as error:
        if error.code not in NOTHING_READ:
            raise
        complain(error.message)
        tell({**_EMPTY["look"], "error": error_json(error)}, json=json, lines=[])
        return NO
    tell(found.to_json(), json=json, lines=look_report(found))
    return DONE if found.verification and found.verification.verified else NO


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
    from app import certification, exchange
    from app.home import open_home

    home = open_home()
    body = signing_key(key)
    content = exchange.read_record_file(read_file(record), key=body, registry=home.domain)
    out.mkdir(parents=True, exist_ok=True)  # before the label is stored, which cannot be taken back
    issued = certification.issue_label(home, content, key=body, at=now(), serial=serial)
    files = exchange.write_label(issued, content, folder=out, language=i18n.negotiate(lang))
    if body.issuer.id not in home.trust.issuers:
        typer.echo(f"note: {body.issuer.id} is not trusted here yet: tanbiao trust add {key}", err=True)
    said = {
        "id": content.id,
        "credential": issued.label.credential,
        "link": issued.link,
        "signed_link": issued.signed_link,
        "files": [str(file) for file in files],
        "error": None,
    }
    tell(said, json=json, lines=[content.id, issued.link, *map(str, files)])
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
    from app import certification
    from app.home import open_home

    if state not in {"suspended", "withdrawn", "cancelled", "valid"}:
        raise typer.BadParameter(
            f"Changing a state failed on {state!r}: Expected suspended, withdrawn, cancelled or valid."
        )
    body = signing_key(key)
    changed = certification.change_label_state(open_home(), label, State(state), reason=reason, key=body, at=now())
    since = changed.event.since.isoformat()
    said = {"id": changed.event.label, "state": state, "since": since, "error": None}
    tell(said, json=json, lines=[f"{changed.event.label}: {state} since {since}"])
    return DONE


@cli.command("import")
def import_records(
    file: Path,
    format: Annotated[str | None, typer.Option(help="csv, xlsx or credential; else by the file's name.")] = None,  # noqa: A002
    strict: Annotated[bool, typer.Option("--strict", help="All rows or none.")] = False,
    json: Json = False,
) -> int:
    """Take records in. Unsigned ones count as declared, never as certified."""
    from app import exchange
    from app.home import open_home

    home = open_home()
    data = read_file(file)
    kind = format or exchange.kind_of(file)
    rows = exchange.read_rows(data, home, kind=kind, at=now(), registry=file.name)
    if rows.unknown:
        typer.echo(f"note: columns not understood and not read: {', '.join(rows.unknown)}", err=True)
    with _progress(rows, "importing") as bar:
        result = exchange.import_rows(bar, home.store, strict=strict)
    refused = [{"row": row.row, "field": row.field, "code": row.code, "message": row.message} for row in result.refused]
    said = {"file": str(file), "accepted": result.accepted, "refused": refused, "error": None}
    lines = [f"{result.accepted} accepted, {len(refused)} refused"]
    lines += [f"row {row['row']}, {row['field']}: {row['message']}" for row in refused]
    tell(said, json=json, lines=lines)
    return NO if refused else DONE


@cli.command("export")
def export_records(
    out: Annotated[Path, typer.Option(help="The file to write.")],
    format: Annotated[str | None, typer.Option(help="csv, xlsx or credential; else by the file's name.")] = None,  # noqa: A002
    json: Json = False,
) -> int:
    """Write all records into one file."""
    from app import exchange
    from app.home import open_home

    store = open_home().store
    with _progress(store, "exporting") as bar:
        records = exchange.write_records(bar, out, kind=format or exchange.kind_of(out))
    said = {"file": str(out), "records": records, "error": None}
    tell(said, json=json, lines=[f"{records} records in {out}"])
    return DONE


@cli.command()
def reports(json: Json = False) -> int:
    """List the problems that people reported on label pages."""
    from app import exchange
    from app.home import open_home

    for report in exchange.problem_reports(open_home().store):
        tell(report, json=json, lines=[f"{report['at']}  {report['label']}  {report['problem']}: {report['text']}"])
    return DONE


@cli.command()
def salvage(
    damaged: Annotated[Path, typer.Argument(help="A journal that the program refuses to open.")],
    out: Annotated[Path, typer.Option(help="The new journal; the damaged one is left as it is.")],
    json: Json = False,
) -> int:
    """Save what can be saved of a damaged journal into a new one."""
    from labels.store.salvage import salvage as save

    saved = save(damaged, out)
    said = {"file": str(out), "frames": saved.frames, "documents": saved.documents, "damages": len(saved.damages)}
    lines = [f"{saved.documents} documents saved into {out}", *(str(damage) for damage in saved.damages)]
    tell({**said, "error": None}, json=json, lines=lines)
    return NO if saved.damages else DONE


@cli.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in.")] = "127.0.0.1",
) -> int:
    """Serve the pages and the HTTP API."""
    folder = Path(__file__).resolve().parent.parent
    if home := os.environ.get("TANBIAO_HOME"):
        os.environ["TANBIAO_HOME"] = str(Path(home).absolute())
    os.chdir(folder)
    shown = "localhost" if address in {"127.0.0.1", "0.0.0.0"} else address  # noqa: S104  (compared, not bound)
    typer.echo(f"Tanbiao: http://{shown}:{port}  (Ctrl+C ends it)")
    sys.stdout.flush()
    arguments = ["--server.port", str(port), "--server.address", address]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *arguments])  # noqa: S606  (ourselves)


def _look(code_or_image: str, home: Home, *, at: dt.datetime, offline: bool) -> Look:
    from app.look import look_at_image, look_at_text

    path = Path(code_or_image)
    if _is_file(path):
        return look_at_image(read_file(path), home, at=at, offline=offline)
    if path.suffix.lower() in _IMAGE_SUFFIXES and "://" not in code_or_image:
        raise DecodeError("file.missing", f"Opening {path} failed: Expected a file, got none.", file=path)
    return look_at_text(readable(code_or_image), home, at=at, offline=offline)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a code longer than any file name, or with characters that none has
        return False


def _reading(file: Path) -> dict[str, Any]:
    from app.look import error_json
    from app.reading import reading_json

    try:
        return dict(reading_json(str(file), read_file(file)))
    except DecodeError as error:
        return {"file": str(file), "codes": [], "seen_unreadable": False, "error": error_json(error)}


def _reading_lines(answer: dict[str, Any]) -> list[str]:
    if answer["error"]:
        return []
    told = [f"{answer['file']}: {code['symbology']}: {code['text']}" for code in answer["codes"]]
    seen = "a code is there but cannot be read: hold closer" if answer["seen_unreadable"] else "no code found"
    return told or [f"{answer['file']}: {seen}"]


def _progress(items: Iterable[Any], label: str) -> Any:  # noqa: ANN401  (click's bar has no public generic type)
    return typer.progressbar(items, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())


_IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".tif", ".tiff", ".bmp", ".gif"}
_EMPTY: dict[str, dict[str, Any]] = {
    "look": {
        "code": None,
        "record": None,
        "verification": None,
        "grade": None,
        "source": None,
        "link": None,
        "alternatives": [],
    },
    "issue": {"id": None, "credential": None, "link": None, "signed_link": None, "files": []},
    "status": {"id": None, "state": None, "since": None},
    "import": {"file": None, "accepted": 0, "refused": []},
    "export": {"file": None, "records": 0},
    "salvage": {"file": None, "frames": 0, "documents": 0, "damages": 0},
}
"""The keys of an answer, for a command that failed."""
