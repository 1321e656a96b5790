"""How much use clients make of what a user allowed them, from what is written down anyway.

A refresh that rotates leaves a token behind; one that does not moves the token's idle end, at most
once an hour. So the last use is known without a write of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import false, func, select

from idp import clock
from idp.authentication import session
from idp.extensions import db, settings
from idp.models import RefreshToken, Session, TokenFamily


@dataclass(frozen=True, slots=True)
class Family:
    """One completed authorization of a client."""

    client_id: str
    scope: tuple[str, ...]
    began_at: datetime
    last_used_at: datetime
    is_live: bool


def by_client(user_id: str) -> dict[str, list[Family]]:
    """Every family of a user that is still stored, also those that have ended."""
    found: dict[str, list[Family]] = defaultdict(list)
    for family in _families(user_id):
        found[family.client_id].append(family)
    return dict(found)


def _families(user_id: str) -> Iterable[Family]:
    now = clock.now()
    mine = select(TokenFamily.id).where(TokenFamily.user_id == user_id)
    tokens = (
        select(
            RefreshToken.family_id,
            func.max(RefreshToken.issued_at).label("issued_at"),
            func.max(RefreshToken.expires_at).label("idle_end"),
        )
        .where(RefreshToken.family_id.in_(mine))
        .group_by(RefreshToken.family_id)
        .subquery()
    )
    wanted = (
        select(
            TokenFamily,
            func.coalesce(session.is_live(), false()).label("session_lives"),
            tokens.c.issued_at,
            tokens.c.idle_end,
        )
        .outerjoin(tokens, tokens.c.family_id == TokenFamily.id)
        .outerjoin(Session, Session.id == TokenFamily.session_id)
        .where(TokenFamily.user_id == user_id)
        .order_by(TokenFamily.id)
    )
    for family, session_lives, issued_at, idle_end in db.session.execute(
        wanted, session.limits(now)
    ):
        yield Family(
            family.client_id,
            tuple(family.scope.split()),
            family.created_at,
            _last_use(family.created_at, issued_at, idle_end),
            is_live=family.revoked_at is None
            and family.expires_at > now
            and (family.offline or session_lives),
        )


def _last_use(
    created_at: datetime, issued_at: datetime | None, idle_end: datetime | None
) -> datetime:
    idle = settings().tokens.refresh_token_idle_lifetime
    moved_at = idle_end - idle if idle_end else created_at
    return min(clock.now(), max(created_at, issued_at or created_at, moved_at))
