"""``tanbiao key`` and ``tanbiao trust``: a certification body's keys, and whom this installation believes."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from app.cli_common import DONE, Json, json_object, read_file, read_moment, tell
from labels.categories import find
from labels.errors import RecordError
from labels.formats.credential import CHINA
from labels.trust import EVERYTHING, SigningKey, TrustedIssuer, new_signing_key

if TYPE_CHECKING:
    from labels.record import Record

key_cli = typer.Typer(no_args_is_help=True, help="A certification body's keys.", rich_markup_mode=None)
trust_cli = typer.Typer(no_args_is_help=True, help="Whom this installation believes.", rich_markup_mode=None)


@key_cli.command("new")
def key_new(
    issuer: Annotated[str, typer.Option(help="The body's identifier: body.example stands for did:web:body.example.")],
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
    public = out.with_suffix(".issuer.json") if out.name else out
    taken = next((file for file in (out, public) if file.exists()), None)
    if taken is not None:
        raise typer.BadParameter(f"Making a key failed on {taken}: Expected a new file, got one that exists.")
    day = read_moment(since).date() if since else dt.datetime.now(CHINA).date() - dt.timedelta(days=365)
    categories = tuple(category or (EVERYTHING,))
    key = _checked_key(_did(issuer), name=name or issuer, day=day, alg=alg, categories=categories)
    out.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_pretty(key))
    public.write_bytes(_pretty(key.issuer))
    made = {"kid": key.kid, "issuer": key.issuer.id, "files": [str(out), str(public)], "error": None}
    tell(made, json=json, lines=[f"{key.kid}", f"secret: {out}", f"to give away: {public}"])
    return DONE


@trust_cli.command("add")
def trust_add(file: Path, json: Json = False) -> int:
    """Trust an issuer from now on, by its document (or the public part of its key file)."""
    from app.home import open_home

    data = read_file(file)
    known = json_object(data, file)
    issuer = SigningKey.parse_json(data).issuer if "private" in known else TrustedIssuer.parse_json(data)
    trusted = open_home().add_issuer(issuer).issuers[issuer.id]
    tell(_issuer_json(trusted), json=json, lines=_issuer_lines(trusted))
    return DONE


@trust_cli.command("list")
def trust_list(json: Json = False) -> int:
    """List the issuers that are trusted, their keys and scope."""
    from app.home import open_home

    for issuer in open_home().trust.issuers.values():
        tell(_issuer_json(issuer), json=json, lines=_issuer_lines(issuer))
    return DONE


def _checked_key(issuer: str, *, name: str, day: dt.date, alg: str, categories: tuple[str, ...]) -> SigningKey:
    known = tuple(category.key if (category := find(text)) else text for text in categories)
    try:
        return new_signing_key(issuer, name=name, day=day, alg=alg, categories=known)
    except RecordError as mistake:
        if mistake.values["field"] not in {"id", "kid"}:
            raise
        raise RecordError(
            "key.issuer",
            f"Making a key failed on --issuer {issuer!r}: Expected a host such as body.example, or a DID.",
            got=issuer,
        ) from None


def _did(issuer: str) -> str:
    """Return the identifier; a bare name stands for ``did:web``."""
    return issuer if issuer.startswith("did:") else f"did:web:{issuer}"


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
