"""Token families and refresh tokens as rows: begin, find, keep alive, rotate, replace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, select, update

from idp import clock, opaque
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import authorization
from idp.oauth.authorization import Authorization
from idp.oauth.errors import InvalidGrant
from idp.oauth.subject import sub_of
from idp.oauth.tables import (
    FAMILY_IS_LIVE,
    families,
    live_at,
    refresh_tokens,
    sessions,
    users,
)
from idp.prepared import Found, Prepared

PREFIX = "rt_"

TOUCH_INTERVAL = timedelta(hours=1)
"""The idle end of a token that does not rotate moves at most this often: most refreshes write
nothing."""


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A refresh token with what its use needs to know of family, user and session."""

    digest: bytes
    client_id: str
    generation: int
    expires_at: datetime
    is_spent: bool
    family_expires_at: datetime
    dpop_jkt: str | None
    """The key that it is bound to."""
    is_void: bool
    """Its family was revoked, its user disabled, or its session is over and it was not offline."""
    authorization: Authorization

    def check_client(self, client: object) -> bool:
        """Authlib's question; `find` has already asked for the owner's only."""
        return getattr(client, "client_id", None) == self.client_id

    def get_scope(self) -> str:
        """Of the family, whatever a single refresh narrowed it to."""
        return " ".join(self.authorization.scope)


_INSERT_FAMILY = Prepared(families.insert())
_INSERT = Prepared(refresh_tokens.insert())
_END = Prepared(
    select(families.c.expires_at).where(
        families.c.id == bindparam("family_id"), families.c.revoked_at.is_(None)
    )
)

_FIND = Prepared(
    select(
        refresh_tokens.c.digest,
        refresh_tokens.c.generation,
        refresh_tokens.c.expires_at,
        refresh_tokens.c.consumed_at,
        refresh_tokens.c.dpop_jkt,
        families.c.id,
        families.c.client_id,
        families.c.user_id,
        families.c.session_id,
        families.c.scope,
        families.c.approval,
        families.c.expires_at.label("family_expires_at"),
        families.c.revoked_at,
        users.c.sub,
        users.c.disabled_at,
        FAMILY_IS_LIVE,
    )
    .join(families, families.c.id == refresh_tokens.c.family_id)
    .join(users, users.c.id == families.c.user_id)
    .outerjoin(sessions, sessions.c.id == families.c.session_id)
    .where(
        refresh_tokens.c.digest == bindparam("wanted_digest"),
        families.c.client_id == bindparam("owner_id"),
    )
)

_OF_TOKEN = refresh_tokens.c.digest == bindparam("wanted_digest")
_UNSPENT = refresh_tokens.c.consumed_at.is_(None)
_FAMILY_LIVES = exists().where(
    families.c.id == refresh_tokens.c.family_id, families.c.revoked_at.is_(None)
)
_MOVE_IDLE_END = Prepared(
    update(refresh_tokens).where(_OF_TOKEN).values(expires_at=bindparam("idle_end"))
)
_CONSUME = Prepared(
    update(refresh_tokens)
    .where(_OF_TOKEN, _UNSPENT, _FAMILY_LIVES)
    .values(consumed_at=bindparam("now"))
)
_QUEUE = Prepared(
    update(refresh_tokens)
    .where(_OF_TOKEN, refresh_tokens.c.consumed_at >= bindparam("grace_since"))
    .values(generation=refresh_tokens.c.generation)
)
_CONSUME_SUCCESSOR = Prepared(
    update(refresh_tokens)
    .where(refresh_tokens.c.predecessor == bindparam("wanted_digest"), _UNSPENT)
    .values(consumed_at=bindparam("now"))
)


def begin_family(granted: Authorization, client_id: str, code_digest: bytes | None) -> datetime:
    """The row from which everything issued hangs. Returns its absolute end."""
    now = clock.now()
    ends_at = now + settings().tokens.refresh_token_lifetime
    _INSERT_FAMILY.write(
        {
            "id": granted.family_id,
            "code_digest": code_digest,
            "client_id": client_id,
            "user_id": granted.user_id,
            "session_id": granted.session_id,
            "scope": " ".join(granted.scope),
            "approval": granted.document,
            "offline": granted.is_offline,
            "created_at": now,
            "expires_at": ends_at,
        },
    )
    return ends_at


def end_of_family(family_id: str) -> datetime:
    """Of one that tokens of the front channel have begun. Raises `InvalidGrant` when it is dead."""
    row = _END.first({"family_id": family_id})
    if row is None:
        raise InvalidGrant("family revoked")
    ends_at: datetime = row.expires_at
    return ends_at


def add(
    token: str,
    family_id: str,
    client: RegisteredClient,
    jkt: str | None,
    *,
    generation: int,
    predecessor: bytes | None,
    family_ends_at: datetime,
) -> None:
    """Store a new token of a family by its digest. That of a public client, which proves nothing
    else, is bound to its key (RFC 9449 §5): this one, and not those that went before without one.
    """
    now = clock.now()
    _INSERT.write(
        {
            "digest": opaque.digest(token),
            "family_id": family_id,
            "generation": generation,
            "predecessor": predecessor,
            "issued_at": now,
            "expires_at": _idle_end(now, family_ends_at),
            "dpop_jkt": jkt if client.is_public else None,
        },
    )


def find(token: str, client: RegisteredClient) -> StoredToken | None:
    """The client's own token; a foreign one is as unknown as one that never was. For whoever will
    spend it: the unit of work begins here.
    """
    return _stored(_FIND.first(_wanted(token, client)), client)


def glance(token: str, client: RegisteredClient) -> StoredToken | None:
    """The same for whoever only looks, and seldom writes."""
    return _stored(_FIND.glance(_wanted(token, client)), client)


def _wanted(token: str, client: RegisteredClient) -> dict[str, object]:
    named = {"wanted_digest": opaque.digest(token), "owner_id": client.client_id}
    return named | live_at(clock.now())


def _stored(row: Found, client: RegisteredClient) -> StoredToken | None:
    if row is None:
        return None
    return StoredToken(
        digest=row.digest,
        client_id=row.client_id,
        generation=row.generation,
        expires_at=row.expires_at,
        is_spent=row.consumed_at is not None,
        family_expires_at=row.family_expires_at,
        dpop_jkt=row.dpop_jkt,
        is_void=bool(row.revoked_at or row.disabled_at or not row.is_live),
        authorization=authorization.restored(
            row.approval,
            family_id=row.id,
            user_id=row.user_id,
            sub=sub_of(client, user_id=row.user_id, sub=row.sub),
            session_id=row.session_id,
            scope=row.scope,
        ),
    )


def keep_alive(token: StoredToken) -> None:
    """A use moves the idle end of a token that does not rotate."""
    end = _idle_end(clock.now(), token.family_expires_at)
    if end - token.expires_at >= TOUCH_INTERVAL:
        _MOVE_IDLE_END.write({"wanted_digest": token.digest, "idle_end": end})


def consume(token: StoredToken) -> bool:
    """The gate of rotation: of any number of racers one changes the row, none if it is revoked."""
    gate = {"wanted_digest": token.digest, "now": clock.now()}
    return _CONSUME.write(gate) == 1


def replace_unused_successor(token: StoredToken, grace: timedelta) -> bool:
    """The grace: the answer with the successor was lost, so the unused successor gives way to an
    equal one.

    The first statement changes nothing. It makes those who come with the same token queue for its
    row, so that each sees what the one before it has issued.
    """
    now = clock.now()
    queue = {"wanted_digest": token.digest, "grace_since": now - grace}
    if _QUEUE.write(queue) != 1:
        return False
    gate = {"wanted_digest": token.digest, "now": now}
    return _CONSUME_SUCCESSOR.write(gate) == 1


def _idle_end(now: datetime, family_ends_at: datetime) -> datetime:
    return min(now + settings().tokens.refresh_token_idle_lifetime, family_ends_at)
