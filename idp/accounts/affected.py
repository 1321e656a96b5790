"""Whom a change of an app concerns: the people who use it, and how many of them lack something."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, union

from idp.extensions import db
from idp.models import Grant, Passkey, TokenFamily, TotpCredential, User


@dataclass(frozen=True, slots=True)
class Affected:
    """Enabled accounts."""

    people: int
    without_second_factor: int
    without_passkey: int


def by_client(client_id: str) -> Affected:
    """Who has allowed this app something, or was signed in to it as long as tokens remember."""
    users = union(
        select(Grant.user_id).where(Grant.client_id == client_id, Grant.revoked_at.is_(None)),
        select(TokenFamily.user_id).where(TokenFamily.client_id == client_id),
    ).subquery()
    passkey = select(Passkey.id).where(Passkey.user_id == users.c.user_id).exists()
    totp = (
        select(TotpCredential.id)
        .where(TotpCredential.user_id == users.c.user_id, TotpCredential.confirmed_at.is_not(None))
        .exists()
    )

    def count(*conditions: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(users).join(User, User.id == users.c.user_id)
        return db.session.scalar(counted.where(User.disabled_at.is_(None), *conditions)) or 0

    return Affected(count(), count(~totp, ~passkey), count(~passkey))
