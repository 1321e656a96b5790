"""Whoever administers: there is somebody, and a stolen password alone is not enough."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, exists, func, or_, select

from idp.doctor.finding import Finding
from idp.extensions import db, settings
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
    yield Finding.ok(f"people who administer: {len(administrators)}")


def look_at_passkeys() -> Iterator[Finding]:
    """Whoever set up nothing else cannot prove a second factor while they are switched off."""
    if settings().passkeys.enabled:
        yield Finding.ok("passkeys are on")
        return
    only = select(User.id).where(User.disabled_at.is_(None), _has_passkey(), ~_has_app())
    stranded = db.session.scalar(select(func.count()).select_from(only.subquery())) or 0
    if stranded:
        yield Finding.warning(
            f"passkeys are off; accounts that have no other second factor: {stranded}. "
            "They need a recovery code to sign in",
            "set IDP_PASSKEYS__ENABLED=true, or reset their second factor: idp user reset-mfa",
        )
    else:
        yield Finding.ok("passkeys are off, and nobody has nothing but them")


def _has_second_factor() -> ColumnElement[bool]:
    return or_(_has_app(), _has_passkey())


def _has_app() -> ColumnElement[bool]:
    return exists().where(
        TotpCredential.user_id == User.id, TotpCredential.confirmed_at.is_not(None)
    )


def _has_passkey() -> ColumnElement[bool]:
    return exists().where(Passkey.user_id == User.id)
