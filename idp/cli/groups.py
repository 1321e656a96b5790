"""Groups: make, change, show, list, delete; put people in and take them out."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from idp.accounts.groups import members, store
from idp.accounts.groups.proposed import KnownGroup, ProposedGroup, as_document
from idp.accounts.invalid import Invalid
from idp.cli import output
from idp.cli import reason as reasons
from idp.cli.output import Refused
from idp.cli.users import existing
from idp.extensions import transaction

group = AppGroup("group", help="Groups of people, and their roles in apps.")

MOST_SHOWN = 1000

_details = (
    click.option("--display-name", help="What people read."),
    click.option("--description", help="For administrators."),
    click.option("--role", "roles", multiple=True, help="A role in apps; may be repeated."),
)


def _with_details(command: Any) -> Any:  # noqa: ANN401  a function that click decorates
    for option in reversed(_details):
        command = option(command)
    return command


@group.command("create")
@click.argument("name")
@_with_details
@reasons.welcome
@output.json_option
def create(
    name: str, display_name: str | None, description: str | None, roles: tuple[str, ...]
) -> None:
    """Make a group. Its name is what apps are told; it cannot be changed."""
    proposed = ProposedGroup(
        name=name, display_name=display_name or "", description=description or "", roles=roles
    )
    with transaction():
        made = _accepted(store.create(proposed))
    _show(made)


@group.command("set")
@click.argument("name")
@_with_details
@click.option("--no-roles", is_flag=True, help="Take all roles away.")
@reasons.asked
@output.json_option
def set_(
    *,
    name: str,
    display_name: str | None,
    description: str | None,
    roles: tuple[str, ...],
    no_roles: bool,
) -> None:
    """Change what is given; what is not stays."""
    with transaction():
        now = _group(name)
        wanted = ProposedGroup(
            name=name,
            display_name=now.display_name if display_name is None else display_name,
            description=now.description if description is None else description,
            roles=() if no_roles else roles or now.roles,
        )
        changed = store.change(name, store.version_of(now), wanted)
        if changed is None or isinstance(changed, store.Outdated):
            raise Refused("Somebody else has changed this group meanwhile. Try again.")
        made = _accepted(changed)
    _show(made)


@group.command("list")
@output.json_option
def list_() -> None:
    """Every group, by name."""
    groups = store.everyone()
    sizes = store.sizes(groups)
    rows = ((one.name, one.title, sizes.get(one.id, 0), one.roles) for one in groups)
    output.show(
        [_described(one) | {"members": sizes.get(one.id, 0)} for one in groups],
        output.table(("name", "display_name", "members", "roles"), rows),
    )


@group.command("show")
@click.argument("name")
@output.json_option
def show(name: str) -> None:
    """A group and who is in it, the oldest accounts first."""
    found = _group(name)
    listed = members.listed(found, size=MOST_SHOWN)
    addresses = [one.email or one.user_id for one in listed.members]
    described = _described(found) | {"members": addresses, "is_complete": listed.after is None}
    output.show(described, output.fields(described))


@group.command("add")
@click.argument("name")
@click.argument("emails", nargs=-1, required=True, metavar="EMAIL...")
@reasons.option
@output.json_option
def add(name: str, emails: tuple[str, ...], reason: str | None) -> None:
    """Put people into a group: all of them, or nobody."""
    because = reasons.given(reason)
    with transaction():
        found = _group(name)
        added = [email for email in emails if members.add(found, existing(email), reason=because)]
    text = f"Added to {name}: {', '.join(added) or 'nobody; they were in it'}."
    output.show({"group": name, "added": added}, text)


@group.command("remove")
@click.argument("name")
@click.argument("emails", nargs=-1, required=True, metavar="EMAIL...")
@reasons.option
@output.json_option
def remove(name: str, emails: tuple[str, ...], reason: str | None) -> None:
    """Take people out of a group: all of them, or nobody."""
    because = reasons.given(reason)
    with transaction():
        found = _group(name)
        gone = [one for one in emails if members.remove(found, existing(one), reason=because)]
    text = f"Removed from {name}: {', '.join(gone) or 'nobody; they were not in it'}."
    output.show({"group": name, "removed": gone}, text)


@group.command("delete")
@click.argument("name")
@reasons.asked
@output.json_option
def delete(name: str) -> None:
    """Forget a group and who is in it. Refused while an app admits its members only."""
    with transaction():
        match store.remove(name):
            case False:
                raise _unknown(name)
            case store.InUse(client_names=needing):
                raise Refused(f"These apps admit its members only: {', '.join(needing)}.")
    output.show({"group": name, "state": "deleted"}, f"{name} is deleted.")


def _group(name: str) -> KnownGroup:
    found = store.find(name)
    if found is None:
        raise _unknown(name)
    return found


def _unknown(name: str) -> Refused:
    return Refused(f"There is no group {name!a}.")


def _accepted(made: KnownGroup | Invalid) -> KnownGroup:
    if isinstance(made, Invalid):
        raise Refused("\n".join(f"{member}: {text}" for member, text in made.problems.items()))
    return made


def _described(found: KnownGroup) -> dict[str, Any]:
    empty = {"display_name": "", "description": "", "roles": []}
    return {"name": found.name} | empty | as_document(found)


def _show(found: KnownGroup) -> None:
    output.show(_described(found), output.fields(_described(found)))
