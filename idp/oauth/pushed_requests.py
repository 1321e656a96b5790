"""Pushed authorization requests as rows (RFC 9126): stored under a name of 256 bits, found by their
client, spent when they are answered.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from idp import clock, opaque
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import redaction
from idp.oauth.asked import Asked
from idp.oauth.errors import ShownError
from idp.oauth.parameters import Received
from idp.oauth.tables import pushed_requests
from idp.prepared import Prepared

PREFIX = redaction.PUSHED

GONE = "The request has expired, was answered already, or was never made: begin again in the app."


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a client has brought beforehand. `name`: by which its answer spends it."""

    name: str
    received: Received
    is_signed: bool
    """It came as a request object."""


_INSERT = Prepared(pushed_requests.insert())
_FIND = Prepared(
    select(
        pushed_requests.c.parameters,
        pushed_requests.c.is_signed,
        pushed_requests.c.expires_at,
        pushed_requests.c.consumed_at,
    ).where(
        pushed_requests.c.digest == bindparam("wanted_digest"),
        pushed_requests.c.client_id == bindparam("owner_id"),
    )
)
_CONSUME = Prepared(
    update(pushed_requests)
    .where(
        pushed_requests.c.digest == bindparam("wanted_digest"),
        pushed_requests.c.consumed_at.is_(None),
    )
    .values(consumed_at=bindparam("now"))
)


def store(asked: Asked) -> str:
    """The `request_uri` of a request that was judged."""
    request_uri, now = PREFIX + opaque.make(), clock.now()
    _INSERT.write(
        {
            "digest": opaque.digest(request_uri),
            "client_id": asked.client.client_id,
            "parameters": [list(pair) for pair in asked.received.parameters],
            "is_signed": asked.is_signed,
            "created_at": now,
            "expires_at": now + settings().tokens.pushed_request_lifetime,
        }
    )
    return request_uri


def named_by(received: Received, client: RegisteredClient) -> Pushed | None:
    """What the browser's request stands for; None: it does not stand for another. Whatever else it
    says is not heard (RFC 9126 §4, RFC 9101 §6.3). Raises `ShownError`: of what is unknown, nobody
    but the user can be told.
    """
    request_uri = received.get("request_uri") or ""
    if not request_uri.startswith(PREFIX):
        return None
    wanted = {"wanted_digest": opaque.digest(request_uri), "owner_id": client.client_id}
    row = None if "request_uri" in received.repeated else _FIND.glance(wanted)
    if row is None:
        raise _gone("pushed request unknown or of another client", client)
    if row.consumed_at is not None:
        raise _gone("pushed request already answered", client)
    if row.expires_at <= clock.now():
        raise _gone("pushed request expired", client)
    return Pushed(
        request_uri, Received([(name, value) for name, value in row.parameters]), row.is_signed
    )


def spend(request_uri: str, client: RegisteredClient) -> None:
    """RFC 9126 §7.3: the answer is given once; of any number of racers one changes the row. Raises
    `ShownError`.
    """
    gate = {"wanted_digest": opaque.digest(request_uri), "now": clock.now()}
    if _CONSUME.write(gate) != 1:
        raise _gone("pushed request already answered", client)


def _gone(detail: str, client: RegisteredClient) -> ShownError:
    return ShownError("invalid_request_uri", GONE, detail=detail, client=client)
