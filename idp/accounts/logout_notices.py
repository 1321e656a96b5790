"""Telling the clients of a session that it has ended, and what became of the telling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select

from idp import outbox
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.clients.subject import sub_for
from idp.extensions import db, settings
from idp.models import Session, TokenFamily, User
from idp.outbox import State

KIND = "backchannel_logout"
LIFETIME = timedelta(hours=12)
"""As long as a session can live: afterwards the client's own has ended as well."""


class Telling(StrEnum):
    """How it stands with one client."""

    TOLD = "told"
    WAITING = "waiting"
    UNANSWERED = "unanswered"
    ASKED = "asked"
    """In a frame of this browser; nobody can tell whether it heard."""
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class Told:
    """A client of the ended session, and whether it knows."""

    client: RegisteredClient
    telling: Telling


def announce(session_id: str) -> None:
    """A notice for every client that wants one, in the transaction that ends the session."""
    for client in clients_of(session_id):
        announce_end(client, session_id)


def announce_end(client: RegisteredClient, session_id: str) -> None:
    """To one of them: as far as it is concerned, this session is over."""
    session = db.session.get(Session, session_id)
    user = db.session.get(User, session.user_id) if session else None
    if session is not None and user is not None:
        _put(client, user, session.sid)


def announce_to(client: RegisteredClient, user_id: str) -> None:
    """To one client only, for each session that it knows: the sessions themselves go on."""
    user = db.session.get(User, user_id)
    if user is None:
        return
    known = (
        select(Session.sid)
        .join(TokenFamily, TokenFamily.session_id == Session.id)
        .where(
            TokenFamily.client_id == client.client_id,
            TokenFamily.user_id == user_id,
            Session.ended_at.is_(None),
        )
        .distinct()
    )
    for sid in db.session.scalars(known):
        _put(client, user, sid)


def _put(client: RegisteredClient, user: User, sid: str) -> None:
    if client.backchannel_logout_uri is not None:
        payload = {"sub": sub_for(client, user), "sid": sid}
        outbox.put(KIND, client.client_id, payload, about=sid, lifetime=LIFETIME)


def clients_of(session_id: str) -> list[RegisteredClient]:
    """The clients that redeemed a code of this session, by name."""
    client_ids = db.session.scalars(
        select(TokenFamily.client_id).where(TokenFamily.session_id == session_id).distinct()
    )
    found = [registry.find(client_id) for client_id in client_ids]
    return sorted((client for client in found if client), key=lambda client: client.client_name)


def receipt(sid: str) -> list[Told]:
    """An honest account, for whoever has just signed out."""
    session_id = db.session.scalar(select(Session.id).where(Session.sid == sid))
    if session_id is None:
        return []
    notices = {notice.recipient: notice for notice in outbox.progress(sid) if notice.kind == KIND}
    return [
        Told(client, _telling(client, notices.get(client.client_id)))
        for client in clients_of(session_id)
    ]


def _telling(client: RegisteredClient, notice: outbox.Progress | None) -> Telling:
    if notice is None:
        has_frame = client.frontchannel_logout_uri and settings().protocol.front_channel_logout
        return Telling.ASKED if has_frame else Telling.CANNOT
    if notice.state is State.DELIVERED:
        return Telling.TOLD
    if notice.state is State.DEAD or notice.attempts > 0:
        return Telling.UNANSWERED
    return Telling.WAITING
