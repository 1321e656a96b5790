"""The token with which a client that registered itself manages its registration (RFC 7592 §1.2).

A digest on the client's own row, so it opens no other. It stays the same for the client's life:
a lost answer to an update would otherwise lock its owner out.
"""

from __future__ import annotations

from sqlalchemy import update

from idp import cache, opaque
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.extensions import rows_changed
from idp.models import Client

PREFIX = "rat_"


def issue(client_id: str) -> str:
    """Give a client its token. It cannot be read again."""
    token = opaque.make(PREFIX)
    digest = {"registration_token_digest": opaque.digest(token)}
    rows_changed(update(Client).where(Client.client_id == client_id).values(**digest))
    cache.changed(registry.CACHE_NAME)
    return token


def opens(client: RegisteredClient, token: str) -> bool:
    """Whether this is the client's own token."""
    digest = client.registration_token_digest
    return digest is not None and opaque.same(digest, opaque.digest(token))
