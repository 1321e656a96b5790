"""The subject identifier (OpenID Connect Core §8): one function for every token and answer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from idp.clients.registered import RegisteredClient
from idp.clients.subject import sub_for
from idp.oauth.tables import users
from idp.prepared import Prepared

METADATA = {"subject_types_supported": ["public", "pairwise"]}


@dataclass(frozen=True, slots=True)
class _User:
    id: str
    sub: str


_FIND = Prepared(select(users.c.sub).where(users.c.id == bindparam("user_id")))


def known_sub(client: RegisteredClient, user_id: str) -> str:
    """The same, for a user of whom only the row's id is at hand."""
    found = _FIND.first({"user_id": user_id})
    return sub_of(client, user_id=user_id, sub=found.sub)


def sub_of(client: RegisteredClient, *, user_id: str, sub: str) -> str:
    """OIDC Core §8: the user as this client knows him, from a row that is no entity."""
    return sub if client.subject_type == "public" else sub_for(client, _User(user_id, sub))
