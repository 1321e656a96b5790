"""Messages to others: put here in the transaction of their cause, delivered by a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from idp import clock, opaque
from idp.extensions import db, insert, rows_changed
from idp.models import OutboundMessage
from idp.outbox.secret import seal

LIFETIME = timedelta(hours=24)


class State(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a message has come. One that waits after an attempt got no good answer yet."""

    kind: str
    recipient: str
    state: State
    attempts: int


def put(
    kind: str,
    recipient: str,
    payload: Mapping[str, Any],
    *,
    about: str | None = None,
    secret: bytes | None = None,
    lifetime: timedelta = LIFETIME,
) -> str:
    """Have something sent once the current unit of work is committed. Returns the message's id."""
    message_id = opaque.identifier()
    sealed = None if secret is None else seal(secret, message_id)
    db.session.add(
        OutboundMessage(
            id=message_id,
            kind=kind,
            recipient=recipient,
            about=about,
            payload=dict(payload),
            secret_sealed=sealed,
            expires_at=clock.now() + lifetime,
        )
    )
    return message_id


def put_seldom(
    kind: str,
    recipient: str,
    payload: Mapping[str, Any],
    *,
    key: str,
    period: timedelta,
) -> bool:
    """The same for what is only said once in a while. False: it was said already.

    One conditional write decides, also between nodes: the row's id is that of the key, and the
    next one takes the place of one that is old enough.
    """
    now = clock.now()
    values = {
        "kind": kind,
        "recipient": recipient,
        "payload": dict(payload),
        "created_at": now,
        "expires_at": now + LIFETIME,
        "next_try_at": now,
        "attempts": 0,
        "delivered_at": None,
        "dead_at": None,
        "last_error": None,
    }
    message_id = opaque.base64url(opaque.digest(key))[:26]
    putting = insert(OutboundMessage).values(id=message_id, **values)
    return (
        rows_changed(
            putting.on_conflict_do_update(
                index_elements=[OutboundMessage.id],
                set_=values,
                where=OutboundMessage.created_at <= now - period,
            )
        )
        == 1
    )


def progress(about: str) -> list[Progress]:
    """What has become of all messages about something, the earliest first."""
    rows = db.session.execute(
        select(
            OutboundMessage.kind,
            OutboundMessage.recipient,
            OutboundMessage.attempts,
            OutboundMessage.delivered_at,
            OutboundMessage.dead_at,
        )
        .where(OutboundMessage.about == about)
        .order_by(OutboundMessage.created_at, OutboundMessage.id)
    )
    return [
        Progress(row.kind, row.recipient, _state(row.delivered_at, row.dead_at), row.attempts)
        for row in rows
    ]


def _state(delivered_at: object, dead_at: object) -> State:
    if delivered_at is not None:
        return State.DELIVERED
    return State.WAITING if dead_at is None else State.DEAD
