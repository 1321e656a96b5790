"""Claims of the deployment's own: define, change, list, delete; set what they say of people."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from idp import strict_json
from idp.accounts.custom_claims import definitions, values
from idp.accounts.custom_claims.definition import (
    ClaimType,
    Definition,
    ProposedClaim,
    as_document,
)
from idp.accounts.invalid import Invalid
from idp.cli import output
from idp.cli import reason as reasons
from idp.cli.output import Refused
from idp.cli.users import existing
from idp.extensions import transaction

group = AppGroup("claim", help="Claims beside the standard ones, and what they say of people.")


@group.command("define")
@click.argument("name")
@click.option("--scope", help="What releases it. Required for a new claim.")
@click.option("--type", "type_", type=click.Choice([kind.value for kind in ClaimType]))
@click.option("--multiple/--single", default=None, help="A list of values, or one.")
@click.option("--description", help="What the consent page says, for instance: See your room.")
@click.option(
    "--schema",
    "schema_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON Schema (a small part of it) that each value has to match.",
)
@reasons.asked
@output.json_option
def define(
    *,
    name: str,
    scope: str | None,
    type_: str | None,
    multiple: bool | None,
    description: str | None,
    schema_file: Path | None,
) -> None:
    """Define a claim, or change what is given of one that is defined."""
    given: dict[str, Any] = {
        "scope": scope,
        "type": type_,
        "multiple": multiple,
        "description": description,
        "schema": _json(schema_file.read_bytes(), str(schema_file)) if schema_file else None,
    }
    wanted = {member: value for member, value in given.items() if value is not None}
    with transaction():
        now = definitions.find(name)
        made = _accepted(
            definitions.define(ProposedClaim(name=name, **wanted))
            if now is None
            else definitions.change(
                name, definitions.version_of(now), replace(_proposed(now), **wanted)
            )
        )
    output.show(_described(made), output.fields(_described(made)))


@group.command("list")
@output.json_option
def list_() -> None:
    """Every claim that is defined, by name."""
    found = definitions.everyone()
    rows = ((one.name, _kind(one), one.scope, one.description) for one in found)
    output.show(
        [_described(one) for one in found],
        output.table(("name", "type", "scope", "description"), rows),
    )


@group.command("delete")
@click.argument("name")
@reasons.asked
@output.json_option
def delete(name: str) -> None:
    """Forget a claim; what it says of people is out of reach for good."""
    with transaction():
        if not definitions.remove(name):
            raise Refused(f"There is no claim {name!a}.")
    output.show({"claim": name, "state": "deleted"}, f"{name} is deleted.")


@group.command("show")
@click.argument("email")
@output.json_option
def show(email: str) -> None:
    """What the claims say of somebody."""
    said = values.of(existing(email))
    output.show(said, output.fields({name: json.dumps(value) for name, value in said.items()}))


@group.command("set")
@click.argument("email")
@click.argument("name")
@click.argument("value")
@reasons.option
@output.json_option
def set_(email: str, name: str, value: str, reason: str | None) -> None:
    """What a claim says of somebody: VALUE as JSON, or a text as it stands."""
    claim = definitions.find(name)
    is_text = claim is not None and claim.type == ClaimType.STRING and not claim.multiple
    chosen = value if is_text else _json(value.encode(), "VALUE")
    _put(email, name, chosen, reason)


@group.command("unset")
@click.argument("email")
@click.argument("name")
@reasons.option
@output.json_option
def unset(email: str, name: str, reason: str | None) -> None:
    """Say nothing more of somebody by this claim."""
    _put(email, name, None, reason)


def _put(email: str, name: str, value: object, reason: str | None) -> None:
    because = reasons.given(reason)
    with transaction():
        user = existing(email)
        changed = values.put_one(user, name, value, reason=because)
        if isinstance(changed, Invalid):
            raise _refusal(changed)
        said = values.of(user)
    output.show({"email": email, "claims": said, "changed": changed}, "Saved.")


def _json(content: bytes, where: str) -> Any:  # noqa: ANN401  whatever JSON can hold
    try:
        return strict_json.parse(content)
    except ValueError as error:
        raise Refused(f"{where} is not JSON: {error}") from error


def _accepted(made: definitions.Changed) -> Definition:
    match made:
        case Definition():
            return made
        case Invalid():
            raise _refusal(made)
        case _:
            raise Refused("Somebody else has changed this claim meanwhile. Try again.")


def _refusal(invalid: Invalid) -> Refused:
    return Refused("\n".join(f"{member}: {text}" for member, text in invalid.problems.items()))


def _proposed(claim: Definition) -> ProposedClaim:
    return ProposedClaim(
        name=claim.name,
        type=claim.type,
        multiple=claim.multiple,
        scope=claim.scope,
        description=claim.description,
        schema=claim.schema,
    )


def _described(claim: Definition) -> dict[str, Any]:
    return {"name": claim.name, "multiple": False, "description": ""} | as_document(claim)


def _kind(claim: Definition) -> str:
    return f"list of {claim.type}s" if claim.multiple else claim.type
