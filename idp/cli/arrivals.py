"""How people come in: invitations, and the links by which administrators get a second factor."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from idp.accounts import enrolment_ticket, invitation
from idp.accounts.invalid import Invalid
from idp.authentication import enrolled
from idp.cli import output
from idp.cli import reason as reasons
from idp.cli.output import Refused
from idp.cli.users import existing
from idp.extensions import transaction
from idp.models import Role


@click.command("invite")
@with_appcontext
@click.argument("email")
@click.option("--name", default="", help="Filled in on the page; the person may change it.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    help="What the person may administer; such an account has to have a second factor.",
)
@click.option("--by", "invited_by", default="An administrator", help="Who invites, as mailed.")
@reasons.welcome
@output.json_option
def invite(email: str, name: str, role: str | None, invited_by: str) -> None:
    """Mail an invitation to make an account, and print its link, this once."""
    chosen = Role(role) if role else None
    with transaction():
        made = invitation.invite(email, name=name, role=chosen, invited_by=invited_by)
        if isinstance(made, Invalid):
            raise Refused("\n".join(f"{field}: {text}" for field, text in made.problems.items()))
    shown = {
        "email": made.email,
        "role": role,
        "invitation_url": made.url,
        "expires_at": made.expires_at,
    }
    text = "\n\nThe link is good once. It was mailed, too, and is not shown again."
    output.show(shown, output.fields(shown) + text)


@click.command("enrolment-link")
@with_appcontext
@click.argument("email")
@reasons.option
@output.json_option
def enrolment_link(email: str, reason: str | None) -> None:
    """Print a one-time link with which an administrator sets up the first second factor."""
    because = reasons.given(reason)
    with transaction():
        user = existing(email)
        if user.role is None:
            raise Refused(f"{email} administers nothing, and sets up a second factor without this.")
        if enrolled.has_second_factor(user.id):
            raise Refused(f"{email} has a second factor. Lost? See: idp user reset-mfa.")
        url = enrolment_ticket.issue(user, reason=because)
    minutes = enrolment_ticket.LINK_LIFETIME.total_seconds() // 60
    shown = {"email": email, "enrolment_url": url}
    text = f"\n\nThe link is good once, within {minutes:.0f} minutes. The password is asked, too."
    output.show(shown, output.fields(shown) + text)


COMMANDS: tuple[click.Command, ...] = (invite, enrolment_link)
"""Of the group `user`."""
