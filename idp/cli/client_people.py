"""`idp client owner`: who looks after an app."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from idp.accounts import app_people
from idp.accounts.app_people import Later, Person, Refusal
from idp.accounts.outcome import Outcome
from idp.authentication import password
from idp.cli import output
from idp.cli.output import Refused
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.extensions import transaction
from idp.models import Standing

group = AppGroup("owner", help="Owners and contacts of an app.")

REFUSALS = {
    Refusal.NOBODY: "No enabled account has confirmed this address.",
    Refusal.TOO_MANY: f"An app has at most {app_people.MOST_OF_ONE_APP} owners and contacts.",
}


@group.command("add")
@click.argument("client_id")
@click.argument("email")
@click.option("--contact", "standing", flag_value=Standing.CONTACT.value, help="May only look.")
@click.option("--owner", "standing", flag_value=Standing.OWNER.value, default=True, hidden=True)
@click.option("--reason", required=True, help="Kept in the audit log.")
@output.json_option
def add(client_id: str, email: str, standing: str, reason: str) -> None:
    """Let somebody with an account look after an app; they are told by mail."""
    client = _existing(client_id)
    with transaction():
        outcome = app_people.add(client, email, Standing(standing), reason=reason)
    match outcome:
        case Refusal():
            raise Refused(REFUSALS[outcome])
        case Later(seconds=seconds):
            raise Refused(f"Too many addresses were tried. Wait {seconds} seconds.")
    _show(client)


@group.command("remove")
@click.argument("client_id")
@click.argument("email")
@click.option("--reason", required=True, help="Kept in the audit log.")
@output.json_option
def remove(client_id: str, email: str, reason: str) -> None:
    """Close the app's pages to somebody. The app stays as it is."""
    client, user = _existing(client_id), password.find_user(email)
    with transaction():
        outcome = app_people.remove(client, user.id, reason=reason) if user else None
    if outcome is not Outcome.DONE:
        raise Refused("This person is neither owner nor contact of the app.")
    _show(client)


@group.command("list")
@click.argument("client_id")
@output.json_option
def list_(client_id: str) -> None:
    """Owners first."""
    _show(_existing(client_id))


def _show(client: RegisteredClient) -> None:
    people = app_people.people_of(client.client_id)
    rows = ((one.standing.value, one.address, one.name) for one in people)
    output.show(
        [_document(one) for one in people], output.table(("standing", "email", "name"), rows)
    )


def _document(person: Person) -> dict[str, Any]:
    return {
        "user_id": person.user_id,
        "standing": person.standing.value,
        "email": person.address,
        "name": person.name,
        "added_at": person.added_at.isoformat(),
    }


def _existing(client_id: str) -> RegisteredClient:
    found = registry.find(client_id)
    if found is None:
        raise Refused(f"There is no client {client_id!a}.")
    return found
