"""Whoever proves something for an account, and whoever ends what was proven (a new password, a
factor that goes, signing out everywhere, disabling), takes the account's turn: one after the other,
until the transaction ends. The second one sees what the first has done, so no session begins on a
password that is not in force any more.

Taken before any other row that both could wait for: links, credentials, interactions, sessions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlalchemy import bindparam, update

from idp.models import User
from idp.prepared import Prepared

if TYPE_CHECKING:
    from sqlalchemy import Table

_USERS = cast("Table", User.__table__)
_TAKE = Prepared(
    update(_USERS).where(_USERS.c.id == bindparam("wanted")).values(name=_USERS.c.name)
)


def take(user_id: str) -> None:
    """Locks the user's row and changes nothing. Slow things are done before."""
    _TAKE.write({"wanted": user_id})
