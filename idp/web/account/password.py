"""The password of the signed-in user."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from idp.extensions import db
from idp.models import Password, User


def panel(user: User) -> dict[str, Any]:
    """How old it is."""
    changed_at = db.session.scalar(select(Password.changed_at).where(Password.user_id == user.id))
    return {"changed_at": changed_at}
