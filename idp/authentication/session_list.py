"""Where a user is signed in: every live session with the proofs that stand behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from idp import clock
from idp.authentication import session
from idp.authentication.evidence import Evidence, Method
from idp.extensions import db
from idp.models import AuthenticationEvent, Session


@dataclass(frozen=True, slots=True)
class SignedInBrowser:
    """One browser, as its owner sees it."""

    id: str
    user_agent: str
    address: str
    started_at: datetime
    last_seen_at: datetime
    proofs: tuple[Evidence, ...]


def of(user_id: str) -> list[SignedInBrowser]:
    """Those that a cookie would still open, the one seen last first."""
    live = (
        select(Session)
        .where(Session.user_id == user_id, session.is_live())
        .order_by(Session.last_seen_at.desc(), Session.id.desc())
    )
    rows = list(db.session.scalars(live, session.limits(clock.now())))
    proofs = _proofs([row.id for row in rows])
    return [
        SignedInBrowser(
            row.id,
            row.user_agent,
            row.address,
            row.started_at,
            row.last_seen_at,
            tuple(proofs.get(row.id, ())),
        )
        for row in rows
    ]


def _proofs(session_ids: list[str]) -> dict[str, list[Evidence]]:
    counted = (
        select(AuthenticationEvent)
        .where(
            AuthenticationEvent.session_id.in_(session_ids),
            AuthenticationEvent.revoked_at.is_(None),
        )
        .order_by(AuthenticationEvent.proven_at)
    )
    found: dict[str, list[Evidence]] = {}
    for row in db.session.scalars(counted):
        proof = Evidence(Method(row.method), row.user_id, row.credential_id, row.proven_at, row.id)
        found.setdefault(row.session_id or "", []).append(proof)
    return found
