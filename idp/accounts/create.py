"""Creating a user with a verified e-mail address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from idp import audit, clock
from idp.accounts import claims as standard_claims
from idp.accounts.invalid import Invalid
from idp.audit import catalogue
from idp.authentication.identifier import address_problem, canonical, stored_form
from idp.extensions import db
from idp.models import EmailAddress, Role, User

LONGEST_NAME = 200
NO_CLAIMS: Mapping[str, Any] = {}


def create_user(
    email: str, name: str, *, role: Role | None = None, claims: Mapping[str, Any] = NO_CLAIMS
) -> User | Invalid:
    """A user who can sign in as soon as there is a password."""
    email, name = email.strip(), " ".join(name.split())
    found = _problems(email, name, claims)
    if found:
        return Invalid(found)
    user = User(
        name=name,
        claims=standard_claims.storable(claims),
        role=role,
        # Whoever administers must have a second factor; the first sign-in asks to set it up.
        second_factor_required=role is not None,
    )
    user.email_addresses.append(
        EmailAddress(
            address=stored_form(email),
            canonical=canonical(email),
            is_primary=True,
            verified_at=clock.now(),
        )
    )
    db.session.add(user)
    db.session.flush()
    audit.record(catalogue.UserCreated(user_id=user.id, role=role))
    return user


def _problems(email: str, name: str, claims: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    if problem := address_problem(email):
        found["email"] = problem
    elif _is_taken(email):
        found["email"] = "There is an account with this address already."
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        found["name"] = f"1 to {LONGEST_NAME} characters, without control characters."
    own = {"name": name, "email": email, "email_verified": True}
    for claim, problem in standard_claims.problems(claims, own).items():
        found[f"claims.{claim}"] = problem
    return found


def _is_taken(email: str) -> bool:
    taken = select(EmailAddress.id).where(EmailAddress.canonical == canonical(email))
    return db.session.scalar(taken) is not None
