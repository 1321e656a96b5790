"""Who a user is to a client: the `sub` everybody sees, or one of its own sector (Core §8)."""

from __future__ import annotations

from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit

from idp import opaque
from idp.clients.registered import RegisteredClient
from idp.extensions import settings


class Identified(Protocol):
    """A user as far as a subject identifier needs one."""

    @property
    def id(self) -> str: ...

    @property
    def sub(self) -> str: ...


def sub_for(client: RegisteredClient, user: Identified) -> str:
    """OIDC Core §8.1: equal within a sector, unrelated between sectors, stable for ever.

    Derived from the row's id, which no client is ever told, and not from the key ring: a key that
    is replaced one day must not turn everybody into a stranger.
    """
    if client.subject_type != "pairwise":
        return user.sub
    value = "\x1f".join(("pairwise", settings().issuer, sector(client), user.id))
    return opaque.base64url(sha256(value.encode()).digest())


def sector(client: RegisteredClient) -> str:
    """The host that the client's redirect URIs share, or the one of its sector identifier."""
    uris = (client.sector_identifier_uri, *client.redirect_uris, client.jwks_uri)
    first = next(uri for uri in uris if uri)
    return urlsplit(first).hostname or first


def is_same(before: RegisteredClient, after: RegisteredClient) -> bool:
    """Whether a client, before and after a change, knows everybody by the same `sub`."""
    return _space(before) == _space(after)


def _space(client: RegisteredClient) -> str | None:
    return sector(client) if client.subject_type == "pairwise" else None
