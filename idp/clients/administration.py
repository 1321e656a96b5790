"""Clients that may administer the provider: who may make one, and who may touch it.

Only whoever hands out roles does. A client manager could otherwise give a program more than their
own role allows, or take such a program over by giving it a new secret or another redirect URI.
"""

from __future__ import annotations

from idp import origin
from idp.clients import owner_limits
from idp.clients.metadata import ProposedClient, administration
from idp.clients.registered import RegisteredClient
from idp.extensions import settings

SELF_REGISTERED = "a client that registered itself administers nothing"
ONLY_OWNERS = "only an owner lets a client administer"


def resource() -> str:
    """The API as the audience of tokens (RFC 8707 §2)."""
    return settings().issuer + administration.PATH


def administers(client: RegisteredClient) -> bool:
    """Whether its tokens can be for the API."""
    return bool(administration.scopes_in(client.scopes))


def is_out_of_reach(client: RegisteredClient) -> bool:
    """Whether who asks may not change it. Anybody who manages clients may disable it."""
    return administers(client) and not origin.current().hands_out_roles


def problems(proposed: ProposedClient, now: RegisteredClient | None = None) -> dict[str, str]:
    """Why it may not be so; `now`: what it shall take the place of."""
    if now is not None and is_out_of_reach(now):
        return {"scope": ONLY_OWNERS}
    if now is not None and origin.current().owns_the_app_only:
        return owner_limits.problems(now, proposed)
    if not administration.administers(proposed):
        return {}
    if now is not None and now.is_self_registered:
        return {"scope": SELF_REGISTERED}
    return {} if origin.current().hands_out_roles else {"scope": ONLY_OWNERS}
