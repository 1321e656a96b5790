"""`idp tokens decode`: what a token says, and whether it is ours and still good."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import click
from flask.cli import AppGroup

from idp import clock
from idp.cli import output
from idp.cli.jwt_text import described
from idp.cli.output import Refused
from idp.clients import initial_access, registration_token
from idp.oauth import codes, devices, refresh_tokens
from idp.signing import foreign_jwt, foreign_key, jwks
from idp.signing.foreign_jwt import InvalidForeignJwt

group = AppGroup("tokens", help="Tokens: what they say.")

OPAQUE = {
    codes.PREFIX: "an authorization code",
    refresh_tokens.PREFIX: "a refresh token",
    devices.PREFIX: "a device code",
    registration_token.PREFIX: "a registration access token",
    initial_access.PREFIX: "an initial access token",
}
"""What says nothing to anybody but us."""
_INSTANTS = ("iat", "nbf", "exp", "auth_time")


@group.command("decode")
@output.json_option
def decode() -> None:
    """Read a token from standard input and print its header and claims.

    It is never an argument: those are seen in the list of processes and kept in histories.
    """
    token = _typed()
    found = described(token)
    if found is None:
        kind = next((text for prefix, text in OPAQUE.items() if token.startswith(prefix)), None)
        if kind is None:
            raise Refused("This is no JWT, and nothing of ours.")
        raise Refused(f"This is {kind}: it holds nothing that could be read.")
    document = found | {"signed_by_us": _is_signed_by_us(token), "expired": _is_over(found)}
    output.show(document, _told(document))


def _typed() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Token", hide_input=True)).strip()
    return sys.stdin.read().strip()


def _is_signed_by_us(token: str) -> bool:
    keys = foreign_key.read_set(json.loads(jwks.document().body))
    try:
        return foreign_jwt.read(token).is_signed_by(keys)
    except InvalidForeignJwt:
        return False


def _is_over(found: dict[str, Any]) -> bool | None:
    try:
        ends = foreign_jwt.instant(found["claims"], "exp")
    except InvalidForeignJwt:
        return None
    return None if ends is None else ends <= clock.now().timestamp()


def _told(document: dict[str, Any]) -> str:
    signature = "by a key that we publish" if document["signed_by_us"] else "NOT by a key of ours"
    lines = [f"Signed {signature}.", "", "Header"]
    lines += [f"  {name}: {value}" for name, value in document["header"].items()]
    lines += ["", "Claims"]
    lines += [f"  {name}: {_read(name, value)}" for name, value in document["claims"].items()]
    if document["expired"]:
        lines += ["", "It has expired."]
    return "\n".join(lines)


def _read(name: str, value: Any) -> str:  # noqa: ANN401  whatever a claim holds
    is_instant = name in _INSTANTS and isinstance(value, int) and 0 <= value < 10**11
    when = f"  ({datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC)" if is_instant else ""
    return f"{value}{when}"
