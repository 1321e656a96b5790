"""Initial access tokens (RFC 7591 §3): who may register clients, how many, and what they may be.

Only digests are kept. An administrator hands a token out, and with it a policy: what its clients
get whatever they ask for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from idp import audit, clock, opaque
from idp.audit import catalogue
from idp.extensions import db, insert, rows_changed
from idp.models import InitialAccessToken

PREFIX = "iat_"


@dataclass(frozen=True, slots=True)
class InitialAccess:
    """A token as it may be shown: it is named by the beginning of its digest."""

    digest: bytes
    note: str
    policy: Mapping[str, Any]
    uses_left: int
    created_at: datetime
    expires_at: datetime

    @property
    def name(self) -> str:
        return name_of(self.digest)


def name_of(digest: bytes) -> str:
    """Short enough to type, long enough to be the only one."""
    return digest[:6].hex()


def issue(note: str, policy: Mapping[str, Any], *, uses: int, expires_at: datetime) -> str:
    """A new token. It cannot be read again."""
    token = opaque.make(PREFIX)
    digest = opaque.digest(token)
    row = {"digest": digest, "note": note, "policy": dict(policy), "uses_left": uses}
    rows_changed(insert(InitialAccessToken).values(**row, expires_at=expires_at))
    audit.record(catalogue.InitialAccessTokenIssued(token=name_of(digest), note=note))
    return token


def find(token: str) -> InitialAccess | None:
    """A token that can still register somebody."""
    usable = (
        InitialAccessToken.digest == opaque.digest(token),
        InitialAccessToken.uses_left > 0,
        InitialAccessToken.expires_at > clock.now(),
    )
    row = db.session.scalar(select(InitialAccessToken).where(*usable))
    return None if row is None else _shown(row)


def spend(access: InitialAccess) -> bool:
    """Take one use. False: others were faster, or it has ended meanwhile."""
    usable = (
        InitialAccessToken.digest == access.digest,
        InitialAccessToken.uses_left > 0,
        InitialAccessToken.expires_at > clock.now(),
    )
    fewer = {"uses_left": InitialAccessToken.uses_left - 1}
    return rows_changed(update(InitialAccessToken).where(*usable).values(fewer)) == 1


def everyone() -> list[InitialAccess]:
    """Every token that is kept, the oldest first."""
    oldest_first = select(InitialAccessToken).order_by(InitialAccessToken.created_at)
    fresh = {"populate_existing": True}
    return [_shown(row) for row in db.session.scalars(oldest_first, execution_options=fresh)]


def revoke(name: str) -> bool:
    """Forget a token; what was registered with it stays. False: there is none of this name."""
    digests = [access.digest for access in everyone() if access.name == name]
    if not rows_changed(delete(InitialAccessToken).where(InitialAccessToken.digest.in_(digests))):
        return False
    audit.record(catalogue.InitialAccessTokenRevoked(token=name))
    return True


def _shown(row: InitialAccessToken) -> InitialAccess:
    return InitialAccess(
        digest=row.digest,
        note=row.note,
        policy=row.policy,
        uses_left=row.uses_left,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
