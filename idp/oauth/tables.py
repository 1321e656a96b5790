"""The rows of issuing as Core tables. Hot paths load no ORM entity, which costs twenty times more,
and build no statement: each is made once, with parameters, since building costs more than running.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Table, case

from idp.authentication import session
from idp.models import (
    AuthorizationCode,
    EmailAddress,
    PushedRequest,
    RefreshToken,
    Session,
    TokenFamily,
    User,
)

codes = cast("Table", AuthorizationCode.__table__)
pushed_requests = cast("Table", PushedRequest.__table__)
families = cast("Table", TokenFamily.__table__)
refresh_tokens = cast("Table", RefreshToken.__table__)
sessions = cast("Table", Session.__table__)
users = cast("Table", User.__table__)
email_addresses = cast("Table", EmailAddress.__table__)

FAMILY_IS_LIVE: ColumnElement[bool] = case(
    (families.c.offline.is_(True), True), else_=session.is_live()
).label("is_live")
"""Offline use goes on without its session, anything else ends with it. Takes `live_at(now)`."""


def live_at(now: datetime) -> dict[str, object]:
    """The parameters of `FAMILY_IS_LIVE`."""
    return session.limits(now)
