"""Whoever administers: there is somebody, and a stolen password alone is not enough."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, exists, or_, select

from idp.doctor.finding import Finding
from idp.extensions import db
from idp.models import Passkey, Role, TotpCredential, User


def look() -> Iterator[Finding]:
    """Owners, and administrators without a second factor."""
    enabled = select(User).where(User.role.is_not(None), User.disabled_at.is_(None))
    administrators = list(db.session.scalars(enabled))
    if not any(user.role == Role.OWNER for user in administrators):
        yield Finding.warning(
            "nobody administers this deployment",
            "run: flask --app wsgi idp user create EMAIL --name NAME --admin",
        )
        return
    bare = list(db.session.scalars(enabled.where(~_has_second_factor())))
    for user in bare:
        yield Finding.warning(
            f"{user.email.address if user.email else user.name} administers "
            "and has no second factor yet",
            "ask for a sign-in: the first one sets it up; or take the role away",
        )
    yield Finding.ok(f"{len(administrators)} administrators")


def _has_second_factor() -> ColumnElement[bool]:
    totp = exists().where(
        TotpCredential.user_id == User.id, TotpCredential.confirmed_at.is_not(None)
    )
    return or_(totp, exists().where(Passkey.user_id == User.id))
