"""Whoever proves something for an account, and whoever ends what was proven (a new password, a
factor that goes, signing out everywhere, disabling), takes the account's turn: one after the other,
until the transaction ends. The second one sees what the first has done, so no session begins on a
password that is not in force any more.

Taken before any other row that both could wait for: links, credentials, interactions, sessions.
"""

from __future__ import annotations

from sqlalchemy import update

from idp.extensions import rows_changed
from idp.models import User


def take(user_id: str) -> None:
    """Locks the user's row and changes nothing. Slow things are done before."""
    rows_changed(update(User).where(User.id == user_id).values(name=User.name))
