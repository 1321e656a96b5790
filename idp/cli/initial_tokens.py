"""Initial access tokens, with which others register clients: create, list, revoke."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click
from flask.cli import AppGroup

from idp import clock
from idp.cli import output
from idp.cli import reason as reasons
from idp.cli.output import Refused
from idp.clients import initial_access, metadata, register
from idp.clients.initial_access import InitialAccess
from idp.clients.metadata import STANDARD_SCOPE, ProposedClient
from idp.clients.registration_policy import Policy
from idp.extensions import settings, transaction

group = AppGroup("initial-token", help="Tokens to register clients with.")

_EXAMPLE = ("https://app.example/callback",)


@group.command("create")
@click.option("--note", default="", help="Whom it is for.")
@click.option("--uses", type=click.IntRange(1, 100_000), default=1, show_default=True)
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True)
@click.option("--scope", default=STANDARD_SCOPE, help="The most that its clients may ask for.")
@click.option("--min-acr", help="The least that users of its clients must prove.")
@click.option("--profile", default="standard", show_default=True)
@click.option("--trusted", is_flag=True, help="Its clients are ours: users are not asked.")
@click.option("--waive-pkce", is_flag=True, help="Its confidential clients may do without PKCE.")
@reasons.welcome
@output.json_option
def create(
    *,
    note: str,
    uses: int,
    days: int,
    scope: str,
    min_acr: str | None,
    profile: str,
    trusted: bool,
    waive_pkce: bool,
) -> None:
    """Make a token, printed once, that gives its clients this policy whatever they ask for."""
    policy = Policy(
        scope=scope, min_acr=min_acr, profile=profile, trusted=trusted, pkce_waived=waive_pkce
    )
    _require_sound(policy)
    expires_at = clock.now() + timedelta(days=days)
    with transaction():
        token = initial_access.issue(note, asdict(policy), uses=uses, expires_at=expires_at)
    made = initial_access.find(token)
    assert made is not None  # noqa: S101  it was written a line ago
    shown = {"initial_access_token": token} | _described(made)
    output.show(shown, output.fields(shown | {"policy": _policy_text(made)}))
    if settings().dynamic_registration == "off":
        click.echo("Registration is off: set IDP_DYNAMIC_REGISTRATION=token.", err=True)


@group.command("list")
@output.json_option
def list_() -> None:
    """Every token, the oldest first; spent and expired ones until they are purged."""
    kept = initial_access.everyone()
    rows = ((one.name, one.note, one.uses_left, one.expires_at, _policy_text(one)) for one in kept)
    output.show(
        [_described(one) for one in kept],
        output.table(("name", "note", "uses left", "expires", "policy"), rows),
    )


@group.command("revoke")
@click.argument("name")
@reasons.asked
@output.json_option
def revoke(name: str) -> None:
    """Forget a token, by the name that `list` shows. Clients registered with it stay."""
    with transaction():
        gone = initial_access.revoke(name)
    if not gone:
        raise Refused(f"There is no initial access token {name!a}.")
    output.show({"name": name, "state": "revoked"}, f"{name} is revoked.")


def _require_sound(policy: Policy) -> None:
    """The rules on clients, applied to one that asks for nothing else."""
    example = ProposedClient(client_name="Example", redirect_uris=_EXAMPLE, scope=policy.scope)
    wrong = metadata.problems(policy.applied(example), register.deployment())
    if wrong:
        raise Refused("\n".join(f"{member}: {problem}" for member, problem in wrong.items()))


def _described(access: InitialAccess) -> dict[str, Any]:
    return {
        "name": access.name,
        "note": access.note,
        "uses_left": access.uses_left,
        "created_at": access.created_at,
        "expires_at": access.expires_at,
        "policy": dict(access.policy),
    }


def _policy_text(access: InitialAccess) -> str:
    said = {member: value for member, value in access.policy.items() if value}
    return ", ".join(f"{member}={value}" for member, value in said.items())
