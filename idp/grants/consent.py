"""Remembered consent: a row per user and client with the scopes and claims allowed (OIDC Core
§3.1.2.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import bindparam, select, update

from idp import audit, clock, opaque
from idp.audit import catalogue
from idp.extensions import db, insert
from idp.grants import revoke
from idp.models import Grant
from idp.prepared import Prepared

_REMEMBERED = Prepared(
    select(Grant.scope, Grant.claims).where(
        Grant.user_id == bindparam("user"),
        Grant.client_id == bindparam("client"),
        Grant.revoked_at.is_(None),
    )
)


class Client(Protocol):
    """What this package needs to know of a client."""

    @property
    def client_id(self) -> str: ...

    @property
    def application_type(self) -> str: ...

    @property
    def trusted(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a user has allowed a client and not withdrawn."""

    scope: frozenset[str] = frozenset()
    claims: frozenset[str] = frozenset()
    """Beyond those that the scopes stand for."""


def missing(
    user_id: str, client: Client, scope: Sequence[str], claims: Sequence[str] = ()
) -> tuple[str, ...]:
    """The scopes, then the claims that are still to be asked for, in the order requested."""
    if client.trusted:
        return ()
    allowed = remembered(user_id, client.client_id)
    return (
        *(name for name in scope if name not in allowed.scope),
        *(name for name in claims if name not in allowed.claims),
    )


def is_asked_every_time(client: Client) -> bool:
    """RFC 8252 §8.6: any program on the device can pass for an installed app, so consent that was
    given to one is no consent to the next that bears its name."""
    return client.application_type == "native" and not client.trusted


def remembered(user_id: str, client_id: str) -> Allowed:
    """What was allowed before; nothing, when it never was or was withdrawn."""
    row = _REMEMBERED.first({"user": user_id, "client": client_id})
    return Allowed(frozenset(row.scope.split()), frozenset(row.claims)) if row else Allowed()


def remember(
    user_id: str, client_id: str, scope: Sequence[str], claims: Sequence[str] = ()
) -> bool:
    """Add what was allowed. Of two pages at once the later wins; at worst one is asked again.

    Returns whether nothing had been allowed before.
    """
    before = remembered(user_id, client_id)
    together = {
        "scope": " ".join(sorted(before.scope | set(scope))),
        "claims": sorted(before.claims | set(claims)),
    }
    now = clock.now()
    statement = insert(Grant).values(
        id=opaque.identifier(),
        user_id=user_id,
        client_id=client_id,
        **together,
        created_at=now,
        updated_at=now,
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Grant.user_id, Grant.client_id],
            set_=together | {"updated_at": now, "revoked_at": None},
        )
    )
    return before == Allowed()


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
