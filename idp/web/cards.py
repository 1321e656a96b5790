"""Clients and people as users see them on a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy import select

from idp.authentication.session import LiveSession
from idp.clients import logo
from idp.clients.registered import RegisteredClient
from idp.extensions import db
from idp.models import User


def client_card(client: RegisteredClient | None) -> dict[str, Any] | None:
    """A client: its name, and the host where its answers go."""
    if client is None:
        return None
    return {
        "name": client.client_name,
        "host": client.host,
        "redirect_host": client.host,
        "logo_url": logo_url(client),
        "policy_uri": client.metadata.get("policy_uri"),
        "tos_uri": client.metadata.get("tos_uri"),
        "is_new": client.is_self_registered,
    }


def logo_url(client: RegisteredClient) -> str | None:
    """Our own copy, once it has been fetched; its address changes with where it came from."""
    logo_uri = client.metadata.get("logo_uri")
    if logo_uri is None or not logo.is_fetched(client.client_id, logo_uri):
        return None
    return url_for("home.client_logo", client_id=client.client_id, v=logo.version(logo_uri))


def account_cards(sessions: Sequence[LiveSession]) -> list[dict[str, str]]:
    """The accounts that are signed in in one browser, as that browser sees them."""
    wanted = select(User).where(User.id.in_([one.user_id for one in sessions]))
    users = {user.id: user for user in db.session.scalars(wanted)}
    return [{"sid": one.sid, **person_card(users[one.user_id])} for one in sessions]


def person_card(user: User) -> dict[str, str]:
    """A person, as their own browser sees them."""
    return {"name": user.name, "email": user.email.address if user.email else ""}
