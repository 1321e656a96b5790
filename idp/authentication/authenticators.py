"""The authenticator apps of a user as rows with names: find one, rename it."""

from __future__ import annotations

from sqlalchemy import select, update

from idp import audit
from idp.audit import catalogue
from idp.extensions import db, rows_changed
from idp.models import TotpCredential, User


def find(user: User, credential_id: str) -> TotpCredential | None:
    """One of the user's own that counts."""
    return db.session.scalar(
        select(TotpCredential).where(
            TotpCredential.id == credential_id,
            TotpCredential.user_id == user.id,
            TotpCredential.confirmed_at.is_not(None),
        )
    )


def rename(user: User, credential_id: str, name: str) -> bool:
    """False: this user has no such app."""
    renaming = update(TotpCredential).where(
        TotpCredential.id == credential_id,
        TotpCredential.user_id == user.id,
        TotpCredential.confirmed_at.is_not(None),
    )
    if rows_changed(renaming.values(name=name)) != 1:
        return False
    audit.record(catalogue.TotpRenamed(user_id=user.id, credential_id=credential_id))
    return True
