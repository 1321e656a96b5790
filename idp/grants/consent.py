"""Remembered consent: a row per user and client with the scopes allowed (OIDC Core §3.1.2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import bindparam, select, update

from idp import audit, clock, opaque
from idp.audit import catalogue
from idp.extensions import db, insert
from idp.grants import revoke
from idp.models import Grant

_REMEMBERED = select(Grant.scope).where(
    Grant.user_id == bindparam("user"),
    Grant.client_id == bindparam("client"),
    Grant.revoked_at.is_(None),
)


class Client(Protocol):
    """What this package needs to know of a client."""

    @property
    def client_id(self) -> str: ...

    @property
    def application_type(self) -> str: ...

    @property
    def trusted(self) -> bool: ...


def missing(user_id: str, client: Client, scope: Sequence[str]) -> tuple[str, ...]:
    """The scopes that are still to be asked for, in the order requested."""
    if client.trusted:
        return ()
    allowed = remembered(user_id, client.client_id)
    return tuple(name for name in scope if name not in allowed)


def is_asked_every_time(client: Client) -> bool:
    """RFC 8252 §8.6: any program on the device can pass for an installed app, so consent that was
    given to one is no consent to the next that bears its name."""
    return client.application_type == "native" and not client.trusted


def remembered(user_id: str, client_id: str) -> frozenset[str]:
    """The scopes that the user has allowed the client and not withdrawn."""
    # Run on the connection: each single sign-on asks this, and the ORM doubles what it costs.
    found = db.session.connection().execute(_REMEMBERED, {"user": user_id, "client": client_id})
    return frozenset((found.scalar_one_or_none() or "").split())


def remember(user_id: str, client_id: str, scope: Sequence[str]) -> None:
    """Add what was allowed. Of two pages at once the later wins; at worst one is asked again."""
    together = " ".join(sorted(remembered(user_id, client_id) | set(scope)))
    now = clock.now()
    statement = insert(Grant).values(
        id=opaque.identifier(),
        user_id=user_id,
        client_id=client_id,
        scope=together,
        claims=[],
        created_at=now,
        updated_at=now,
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Grant.user_id, Grant.client_id],
            set_={"scope": together, "updated_at": now, "revoked_at": None},
        )
    )


def withdraw(user_id: str, client_id: str) -> bool:
    """Take it back: everything issued ends. Returns whether there was any consent."""
    withdrawn = db.session.execute(
        update(Grant)
        .where(Grant.user_id == user_id, Grant.client_id == client_id, Grant.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    revoke.by_client_and_user(client_id, user_id)
    audit.record(catalogue.ConsentWithdrawn(user_id=user_id, client_id=client_id))
    return bool(withdrawn.rowcount == 1)  # type: ignore[attr-defined]
