"""People: create, hand over an authenticator, disable, enable, free from limits, reset factors."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import click
from flask.cli import AppGroup

from config import SecondFactorPolicy
from idp import origin
from idp.accounts import (
    administered,
    enrolment_ticket,
    factor_reset,
    password_link,
    second_factor_duty,
)
from idp.accounts.create import create_user
from idp.accounts.invalid import Invalid
from idp.accounts.outcome import Outcome
from idp.authentication import password, totp
from idp.authentication.password_hash import StoredHash
from idp.authentication.password_rules import is_too_long
from idp.authentication.verdict import Busy
from idp.cli import output
from idp.cli import reason as reasons
from idp.cli.output import Refused
from idp.extensions import settings, transaction
from idp.mail import messages
from idp.models import Role, User

group = AppGroup("user", help="People and how they sign in.")

SITE = "site"
"""Instead of a policy of the user's own."""


@group.command("create")
@click.argument("email")
@click.option("--name", required=True, help="As it is shown, and given to apps as `name`.")
@click.option("--admin", "role", flag_value=Role.OWNER, help="May administer everything.")
@click.option(
    "--password-stdin",
    "read_password",
    flag_value="stdin",
    help="Read the password from standard input instead of printing a link to choose one.",
)
@click.option(
    "--claims",
    "claims_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON object of OpenID Connect standard claims.",
)
@reasons.welcome
@output.json_option
def create(
    email: str, name: str, role: Role | None, read_password: str | None, claims_file: Path | None
) -> None:
    """Create a user with a verified e-mail address."""
    claims = _claims(claims_file) if claims_file else {}
    chosen = _typed_password() if read_password else None
    # Hashed before the first write, so that no lock is held meanwhile.
    prepared = _prepared(chosen) if chosen is not None else None
    with transaction():
        user = _accepted(create_user(email, name, role=Role(role) if role else None, claims=claims))
        if chosen is not None and prepared is not None:
            _store(user, chosen, prepared)
            link = _enrolment_link(user)
        else:
            link = {"set_password_url": password_link.url(password_link.issue(user))}
    output.show(_described(user) | link, output.fields(_described(user) | link) + _notice(link))


@group.command("totp")
@click.argument("email")
@reasons.option
@output.json_option
def enrol_totp(email: str, reason: str | None) -> None:
    """Enrol an authenticator for a user and print its secret, this once."""
    because = reasons.given(reason)
    with transaction():
        user = existing(email)
        pending = totp.enrol_directly(user, reason=because)
        messages.totp_added_for(user)
    shown = {"email": email, "secret": pending.secret, "otpauth_uri": pending.otpauth_uri}
    output.show(shown, output.fields(shown) + "\n\nIt counts already, and is not shown again.")


@group.command("reset-mfa")
@click.argument("email")
@click.option(
    "--wait",
    "start",
    flag_value="wait",
    help="As administrators do on their pages: after a delay, or when one of them approves.",
)
@reasons.option
@output.json_option
def reset_mfa(email: str, start: str | None, reason: str | None) -> None:
    """Let somebody who has lost their second factors set up a new one; they are told by mail.

    The old ones end when the new one works. Sessions and tokens end at once, unless it waits.
    """
    because = reasons.given(reason)
    with transaction():
        shown = (_wait_for_reset if start else _reset_at_once)(existing(email), because)
    output.show({"email": email, **shown}, output.fields({"email": email, **shown}))


def _reset_at_once(user: User, because: str) -> dict[str, Any]:
    url = factor_reset.start_at_machine(user, by=origin.current().actor, reason=because)
    if url is None:
        return {"state": "unchanged", "changed": False}
    minutes = factor_reset.MACHINE_LINK_LIFETIME.total_seconds() // 60
    return {
        "state": "in effect",
        "changed": True,
        "enrolment_url": url,
        "link_good_for_minutes": int(minutes),
        "password_alone_leads_there": user.role is None,
    }


def _wait_for_reset(user: User, because: str) -> dict[str, Any]:
    outcome = factor_reset.start(user, by=origin.current().actor, reason=because)
    reset = factor_reset.under_way(user.id)
    if outcome is not Outcome.DONE or reset is None:
        return {"state": "unchanged", "changed": False}
    return {"state": "waiting", "changed": True, "effective_at": reset.effective_at.isoformat()}


@group.command("require-second-factor")
@click.argument("email")
@click.option(
    "--policy",
    type=click.Choice([*(policy.value for policy in SecondFactorPolicy), SITE]),
    default=SecondFactorPolicy.REQUIRED.value,
    show_default=True,
    help=f"The stricter one of this and the site's wins; `{SITE}` takes it back.",
)
@click.option(
    "--grace-days",
    type=click.IntRange(0, 90),
    help="Days in which it may still be missing; without it IDP_SECOND_FACTOR__GRACE.",
)
@reasons.option
@output.json_option
def require_second_factor(
    email: str, policy: str, grace_days: int | None, reason: str | None
) -> None:
    """Choose whether a user has to have a second factor, and from when."""
    because = reasons.given(reason)
    chosen = None if policy == SITE else SecondFactorPolicy(policy)
    grace = settings().second_factor.grace if grace_days is None else timedelta(days=grace_days)
    with transaction():
        user = existing(email)
        changed = second_factor_duty.choose(user, chosen, grace=grace, reason=because)
        due_at = user.second_factor_due_at
    shown = {
        "email": email,
        "second_factor_policy": chosen,
        "second_factor_due_at": due_at.isoformat() if due_at else None,
        "changed": changed,
    }
    output.show(shown, output.fields(shown))


class _Act(Protocol):
    def __call__(self, user: User, *, reason: str) -> Outcome: ...


def _add(name: str, explanation: str, act: _Act, unchanged: str) -> None:
    """One of the three that only need to know whom."""
    state = f"{name}d" if name.endswith("e") else f"{name}ed"

    @group.command(name, help=explanation)
    @click.argument("email")
    @reasons.option
    @output.json_option
    def command(email: str, reason: str | None) -> None:
        because = reasons.given(reason)
        with transaction():
            outcome = act(existing(email), reason=because)
        if outcome is Outcome.LAST_OWNER:
            raise Refused(
                f"{email} is the only owner: make another one first (idp user create --admin)."
            )
        changed = outcome is Outcome.DONE
        text = f"{email} is {state}." if changed else f"{email} {unchanged}."
        output.show({"email": email, "state": state, "changed": changed}, text)


_add(
    "disable",
    "Refuse a user; ends all sessions, tokens and links at once.",
    administered.disable_user,
    "was disabled before",
)
_add(
    "enable",
    "Let a disabled user sign in again. Nothing that ended comes back.",
    administered.enable_user,
    "was not disabled",
)
_add(
    "unlock",
    "Lift every wait after wrong passwords or codes, and free frozen one-time codes.",
    administered.unlock_user,
    "was not locked",
)


def existing(email: str) -> User:
    """The user with this address. Raises `Refused`."""
    user = password.find_user(email)
    if user is None:
        raise Refused(f"There is no user {email!a}.")
    return user


def _accepted(made: User | Invalid) -> User:
    if isinstance(made, Invalid):
        raise Refused("\n".join(f"{field}: {text}" for field, text in made.problems.items()))
    return made


def _described(user: User) -> dict[str, Any]:
    address = user.email.address if user.email else None
    return {"sub": user.sub, "email": address, "name": user.name, "role": user.role}


def _enrolment_link(user: User) -> dict[str, str]:
    """A password alone does not set up an administrator's second factor (R20)."""
    if user.role is None:
        return {}
    return {"enrolment_url": enrolment_ticket.issue(user, reason="created by command")}


def _notice(link: dict[str, str]) -> str:
    if not link:
        return ""
    lifetime = password_link.FIRST_PASSWORD_LIFETIME
    return f"\n\nThe link is good once, within {lifetime.total_seconds() // 60:.0f} minutes."


def _claims(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except ValueError as error:
        raise Refused(f"{file} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise Refused(f"{file} must hold a JSON object of claims.")
    return content


def _typed_password() -> str:
    """The first line. The bytes are read, since a terminal's locale may not be UTF-8."""
    line = sys.stdin.buffer.readline().rstrip(b"\r\n")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("The password on standard input is not UTF-8.") from error


def _prepared(chosen: str) -> StoredHash:
    if is_too_long(chosen):
        raise Refused("password: This password is too long.")
    prepared = password.prepare(chosen)
    if isinstance(prepared, Busy):
        raise Refused("The machine is too busy to hash a password. Try again.")
    return prepared


def _store(user: User, chosen: str, prepared: StoredHash) -> None:
    if problems := password.problems(chosen, user):
        raise Refused("\n".join(f"password: {problem}" for problem in problems))
    password.store(user, prepared)
