"""Creations that can be repeated: the first request under a key is carried out, and whoever sends
it again is given the same answer.

A key is taken before anything is done, by one conditional statement in a transaction of its own, so
that of two requests at once only one acts and nobody waits behind the other's work. What it came to
is kept, sealed, in the transaction of the work: there is never one without the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import and_, delete, or_, select, update

from idp import clock, opaque
from idp.extensions import db, insert, keyring, let_go, rows_changed
from idp.models import IdempotentRequest
from idp.sealing import Place

KEPT = timedelta(hours=24)
"""How long an answer can be asked for again."""
_UNDER_WAY = timedelta(minutes=1)
"""Longer than any request may take: after this the process that took the key is dead."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The key is ours: do it."""

    digest: bytes
    holder: str


@dataclass(frozen=True, slots=True)
class Done:
    """It was done before, and this was the answer."""

    answer: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Somebody is at it. `wait`: after this it can be tried again."""

    wait: timedelta


class Other:
    """The key was used for something else."""


class Lost(Exception):
    """It took so long that somebody else was let in: nothing of it may stay."""


def take(actor: str, key: str, request: str) -> Taken | Done | UnderWay | Other:
    """`request`: everything that makes two requests the same one."""
    let_go()
    digest, now = opaque.digest(f"{actor}\x1f{key}"), clock.now()
    values = {
        "digest": digest,
        "request_digest": opaque.digest(request),
        "holder": opaque.identifier(),
        "response": None,
        "held_until": now + _UNDER_WAY,
        "expires_at": now + KEPT,
    }
    row = IdempotentRequest
    given_up = and_(row.response.is_(None), row.held_until <= now)
    taking = insert(row).values(**values)
    taking = taking.on_conflict_do_update(
        index_elements=["digest"], set_=values, where=or_(given_up, row.expires_at <= now)
    ).execution_options(preserve_rowcount=True)
    with db.engine.connect() as connection:
        if connection.execute(taking).rowcount == 1:
            connection.commit()
            return Taken(digest, str(values["holder"]))
        connection.rollback()
    return _found(digest, opaque.digest(request))


def keep(taken: Taken, answer: bytes) -> None:
    """With the work itself. Raises `Lost`."""
    row = IdempotentRequest
    sealed = keyring().seal(answer, _place(taken.digest))
    keeping = update(row).where(
        row.digest == taken.digest, row.holder == taken.holder, row.response.is_(None)
    )
    if rows_changed(keeping.values(response=sealed)) != 1:
        raise Lost


def give_back(taken: Taken) -> None:
    """It was refused, so nothing was made: the key can be used for a better try."""
    row = IdempotentRequest
    ours = (row.digest == taken.digest, row.holder == taken.holder, row.response.is_(None))
    rows_changed(delete(row).where(*ours))


def _found(digest: bytes, request_digest: bytes) -> Done | UnderWay | Other:
    row = IdempotentRequest
    columns = (row.request_digest, row.response, row.held_until)
    found = db.session.execute(select(*columns).where(row.digest == digest)).one_or_none()
    if found is None:
        # Given back a moment ago.
        return UnderWay(timedelta(seconds=1))
    if not opaque.same(found.request_digest, request_digest):
        return Other()
    if found.response is None:
        return UnderWay(max(found.held_until - clock.now(), timedelta(seconds=1)))
    return Done(keyring().unseal(found.response, _place(digest)))


def _place(digest: bytes) -> Place:
    return Place("idempotent_requests", "response", digest.hex())
