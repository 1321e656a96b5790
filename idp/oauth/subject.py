"""The subject identifier (OpenID Connect Core §8): one function for every token and answer."""

from __future__ import annotations

from dataclasses import dataclass

from idp.clients.registered import RegisteredClient
from idp.clients.subject import sub_for

METADATA = {"subject_types_supported": ["public", "pairwise"]}


@dataclass(frozen=True, slots=True)
class _User:
    id: str
    sub: str


def sub_of(client: RegisteredClient, *, user_id: str, sub: str) -> str:
    """OIDC Core §8: the user as this client knows him, from a row that is no entity."""
    return sub if client.subject_type == "public" else sub_for(client, _User(user_id, sub))
