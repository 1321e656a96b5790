"""The rows of issuing as Core tables: hot paths load no ORM entity, each twenty times the cost."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Table, and_
from sqlalchemy.engine import Connection

from idp.extensions import db, settings
from idp.models import AuthorizationCode, EmailAddress, RefreshToken, Session, TokenFamily, User

codes = cast("Table", AuthorizationCode.__table__)
families = cast("Table", TokenFamily.__table__)
refresh_tokens = cast("Table", RefreshToken.__table__)
sessions = cast("Table", Session.__table__)
users = cast("Table", User.__table__)
email_addresses = cast("Table", EmailAddress.__table__)


def connection() -> Connection:
    """The connection of the unit of work in hand."""
    return db.session.connection()


def session_is_live(now: datetime) -> ColumnElement[bool]:
    """Not ended, not over, not idle too long; as `authentication.session.recognise` sees it."""
    return and_(
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > now,
        sessions.c.last_seen_at > now - settings().sessions.idle_lifetime,
    )
