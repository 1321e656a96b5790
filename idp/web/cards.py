"""Clients and people as users see them on a page."""

from __future__ import annotations

from typing import Any

from idp.clients.registered import RegisteredClient
from idp.models import User


def client_card(client: RegisteredClient | None) -> dict[str, Any] | None:
    """A client: its name, and the host where its answers go."""
    if client is None:
        return None
    return {
        "name": client.client_name,
        "host": client.host,
        "redirect_host": client.host,
        "logo_url": None,
        "policy_uri": client.metadata.get("policy_uri"),
        "tos_uri": client.metadata.get("tos_uri"),
        "is_new": client.is_self_registered,
    }


def person_card(user: User) -> dict[str, str]:
    """A person, as their own browser sees them."""
    return {"name": user.name, "email": user.email.address if user.email else ""}
