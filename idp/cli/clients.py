"""Relying parties: create, import, show, list, rotate a secret, disable, enable, delete."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import click
from flask.cli import AppGroup

from idp.cli import client_people, initial_tokens, output
from idp.cli import env_file as environment
from idp.cli import reason as reasons
from idp.cli.client_keys import with_keys
from idp.cli.output import Refused
from idp.clients import document, register, registry, secret_use, templates
from idp.clients.metadata import Invalid
from idp.clients.register import Given, Registered
from idp.clients.registered import RegisteredClient
from idp.clients.secret_use import SecretUse
from idp.extensions import transaction

group = AppGroup("client", help="Relying parties.")
group.add_command(initial_tokens.group)
group.add_command(client_people.group)

_SHOWN_ONCE = "client_secret"


@group.command("create")
@click.option(
    "--template", required=True, type=click.Choice([kind.value for kind in templates.Template])
)
@click.option("--name", required=True, help="What users read.")
@click.option("--redirect-uri", multiple=True, help="Exactly as the app will send it.")
@click.option("--post-logout-redirect-uri", multiple=True)
@click.option("--scope", help="What it may ask for, separated by spaces.")
@click.option("--min-acr", help="The least its users must prove, for instance urn:idp:loa:2fa.")
@click.option("--profile", type=click.Choice(["standard", "fapi2"]), default="standard")
@click.option("--trusted", is_flag=True, help="One of ours: its users are not asked for consent.")
@click.option(
    "--jwks",
    type=click.File(encoding="utf-8"),
    help="Its public keys (RFC 7517), with which it proves itself.",
)
@click.option("--jwks-uri", help="Where it publishes them.")
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write ISSUER, CLIENT_ID and CLIENT_SECRET to this new file (mode 0600).",
)
@reasons.welcome
@output.json_option
def create(
    *,
    template: str,
    name: str,
    redirect_uri: tuple[str, ...],
    post_logout_redirect_uri: tuple[str, ...],
    scope: str | None,
    min_acr: str | None,
    profile: str,
    trusted: bool,
    jwks: IO[str] | None,
    jwks_uri: str | None,
    env_file: Path | None,
) -> None:
    """Register a client. Its secret is printed once; so is a key, where the profile wants one and
    none was given.
    """
    kind = templates.propose(templates.Template(template), name)
    proposed = replace(
        kind,
        redirect_uris=redirect_uri,
        post_logout_redirect_uris=post_logout_redirect_uri,
        scope=kind.scope if scope is None else scope,
        min_acr=min_acr,
        profile=profile,
        trusted=trusted,
    )
    proposed, key = with_keys(proposed, _parsed(jwks) if jwks else None, jwks_uri)
    with transaction():
        registered = _accepted(register.register(proposed))
        # Written before the commit: who cannot be told the secret does not get the client.
        if env_file is not None:
            client_id = registered.client.client_id
            environment.write(env_file, client_id, registered.client_secret)
    shown = _shown(registered) | ({"private_jwk": key} if key else {})
    output.show(shown, output.fields(shown))


@group.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@reasons.welcome
@output.json_option
def import_(file: IO[str]) -> None:
    """Create or replace clients from RFC 7591 metadata: one document, or a list of them."""
    content = _parsed(file)
    documents = content if isinstance(content, list) else [content]
    with transaction():
        imported = [_import(number, one) for number, one in enumerate(documents, start=1)]
    shown = [_shown(registered) for registered in imported]
    text = "\n\n".join(output.fields(one) for one in shown)
    output.show(shown if isinstance(content, list) else shown[0], text)


@group.command("show")
@click.argument("client_id")
@output.json_option
def show(client_id: str) -> None:
    """The registered metadata; without secrets, it can be imported again."""
    client = _existing(client_id)
    described = _described(client)
    uses = [_use(one) for one in secret_use.of_client(client_id)] if client.uses_secret else []
    about = (
        f"\n\n{output.table(tuple(uses[0]), [list(one.values()) for one in uses])}" if uses else ""
    )
    output.show(described | ({"secrets": uses} if uses else {}), output.fields(described) + about)


@group.command("list")
@output.json_option
def list_() -> None:
    """Every client, the oldest first."""
    clients = registry.everyone()
    rows = (
        (client.client_id, client.client_name, _kind(client), client.host) for client in clients
    )
    output.show(
        [_described(client) for client in clients],
        output.table(("client_id", "name", "kind", "host"), rows),
    )


@group.command("rotate-secret")
@click.argument("client_id")
@click.option(
    "--overlap",
    type=click.IntRange(0, 24 * 90),
    default=24,
    show_default=True,
    help="Hours in which the old secret is still good.",
)
@reasons.asked
@output.json_option
def rotate_secret(client_id: str, overlap: int) -> None:
    """Give a client a new secret, printed once."""
    _existing(client_id)
    with transaction():
        new = register.rotate_secret(client_id, timedelta(hours=overlap))
    if new is None:
        raise Refused("This client proves itself without a secret.")
    result = {"client_id": client_id, _SHOWN_ONCE: new}
    output.show(result, output.fields(result))


@group.command("revoke-old-secret")
@click.argument("client_id")
@reasons.asked
@output.json_option
def revoke_old_secret(client_id: str) -> None:
    """End now the secret that a rotation has left good for a while."""
    _existing(client_id)
    with transaction():
        ended = register.revoke_old_secret(client_id)
    if not ended:
        raise Refused("There is no old secret that is still good.")
    result = {"client_id": client_id, "old_secret": "ended"}
    output.show(result, f"The old secret of {client_id} has ended.")


@group.command("disable")
@click.argument("client_id")
@reasons.asked
@output.json_option
def disable(client_id: str) -> None:
    """Refuse a client until it is enabled; everything it was given ends."""
    _existing(client_id)
    with transaction():
        register.disable(client_id)
    _show_state(client_id, "disabled")


@group.command("enable")
@click.argument("client_id")
@reasons.asked
@output.json_option
def enable(client_id: str) -> None:
    """Let a disabled client in again."""
    _existing(client_id)
    with transaction():
        register.enable(client_id)
    _show_state(client_id, "enabled")


@group.command("delete")
@click.argument("client_id")
@reasons.asked
@output.json_option
def delete(client_id: str) -> None:
    """Forget a client, its secrets and its users' consent; everything it was given ends."""
    with transaction():
        gone = register.remove(client_id)
    if not gone:
        raise Refused(f"There is no client {client_id!a}.")
    _show_state(client_id, "deleted")


def _parsed(file: IO[str]) -> object:
    try:
        return json.load(file)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{file.name} is not JSON: {error}") from error


def _import(number: int, one: object) -> Registered:
    proposed = document.from_document(one)
    if isinstance(proposed, Invalid):
        raise _refusal(proposed, f"document {number}: ")
    assert isinstance(one, dict)  # noqa: S101  or it would have been invalid
    for member in document.ignored_members(one):
        click.echo(f"document {number}: {member!a} is unknown and was ignored", err=True)
    match one.get("client_id"), one.get("client_secret"):
        case None, None:
            result = register.register(proposed)
        case str(client_id), (str() | None) as client_secret:
            result = register.put(Given(client_id, client_secret), proposed)
        case _:
            raise Refused(f"document {number}: client_id, and with it client_secret, are strings")
    return _accepted(result, f"document {number}: ")


def _accepted(result: Registered | Invalid, where: str = "") -> Registered:
    if isinstance(result, Invalid):
        raise _refusal(result, where)
    return result


def _refusal(invalid: Invalid, where: str) -> Refused:
    lines = (f"{where}{member}: {problem}" for member, problem in invalid.problems.items())
    return Refused("\n".join(lines))


def _existing(client_id: str) -> RegisteredClient:
    found = registry.find(client_id)
    if found is None:
        raise Refused(f"There is no client {client_id!a}.")
    return found


def _described(client: RegisteredClient) -> dict[str, Any]:
    return document.as_document(client) | {"disabled": not client.is_enabled}


def _use(one: SecretUse) -> dict[str, Any]:
    return {
        "secret": "new" if one.is_newest else "old",
        "good_until": one.expires_at,
        "last_used_at": one.last_used_at,
        "last_used_from": one.last_used_from,
    }


def _shown(registered: Registered) -> dict[str, Any]:
    described = _described(registered.client)
    if registered.client_secret is None:
        return described
    first = {"client_id": registered.client.client_id, _SHOWN_ONCE: registered.client_secret}
    return first | described


def _kind(client: RegisteredClient) -> str:
    kind = "public" if client.is_public else "confidential"
    return f"{client.application_type}, {kind}{'' if client.is_enabled else ', disabled'}"


def _show_state(client_id: str, state: str) -> None:
    output.show({"client_id": client_id, "state": state}, f"{client_id} is {state}.")
