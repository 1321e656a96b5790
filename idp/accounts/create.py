"""Creating a user with a verified e-mail address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from config import SecondFactorPolicy
from idp import audit, clock
from idp.accounts import claims as standard_claims
from idp.accounts.invalid import Invalid
from idp.audit import catalogue
from idp.authentication.identifier import address_problem, canonical, stored_form
from idp.extensions import db
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.models import EmailAddress, Role, User

LONGEST_NAME = 200
NAME_RULE = gettext_noop("1 to %(most)s characters, without control characters.")
NO_CLAIMS: Mapping[str, Any] = {}


def create_user(
    email: str, name: str, *, role: Role | None = None, claims: Mapping[str, Any] = NO_CLAIMS
) -> User | Invalid:
    """A user who can sign in as soon as there is a password."""
    email, name = email.strip(), tidy_name(name)
    found = _problems(email, name, claims)
    if found:
        return Invalid(found)
    user = propose(email, name, role=role)
    user.claims = standard_claims.storable(claims)
    user.email_addresses[0].verified_at = clock.now()
    try:
        # Of two at once, the unique address lets one through; the other's transaction goes on.
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:
        return Invalid({"email": _taken()})
    audit.record(catalogue.UserCreated(user_id=user.id, role=role))
    return user


def propose(email: str, name: str, *, role: Role | None = None) -> User:
    """The user as it would be, in no session yet: what a password is judged for."""
    address = EmailAddress(
        address=stored_form(email), canonical=canonical(email), is_primary=True, verified_at=None
    )
    return User(
        name=name,
        claims={},
        role=role,
        # Whoever administers must have a second factor; the first sign-in asks to set it up.
        second_factor_policy=SecondFactorPolicy.REQUIRED if role else None,
        email_addresses=[address],
    )


def tidy_name(typed: str) -> str:
    """In one line, without surrounding spaces."""
    return " ".join(typed.split())


def name_problem(name: str) -> str | None:
    """Why nobody can be called so, in a sentence; None is fine."""
    if name and len(name) <= LONGEST_NAME and name.isprintable():
        return None
    return _(NAME_RULE, most=LONGEST_NAME)


def is_taken(email: str, *, but_of: str = "") -> bool:
    """Whether an account has this address, however it is written. `but_of`: a user's own."""
    taken = select(EmailAddress.id).where(
        EmailAddress.canonical == canonical(email), EmailAddress.user_id != but_of
    )
    return db.session.scalar(taken) is not None


def _taken() -> str:
    return _("There is an account with this address already.")


def _problems(email: str, name: str, claims: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    if problem := address_problem(email):
        found["email"] = _(problem)
    elif is_taken(email):
        found["email"] = _taken()
    if problem := name_problem(name):
        found["name"] = problem
    own = {"name": name, "email": email, "email_verified": True}
    for claim, disagreement in standard_claims.problems(claims, own).items():
        found[f"claims.{claim}"] = disagreement
    return found
