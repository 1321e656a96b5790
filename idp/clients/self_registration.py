"""A client registers itself, and later changes its registration (RFC 7591, RFC 7592).

What it asks for passes the rules of every other door. What loosens policy it cannot ask for, and
it cannot take the name of an application that an administrator has registered (A65).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from idp.clients import document, register, registration_policy, registration_token
from idp.clients.metadata import Invalid, ProposedClient
from idp.clients.metadata.proposed import IMPLICIT
from idp.clients.register import Registered
from idp.clients.registered import RegisteredClient
from idp.clients.registration_policy import Policy
from idp.extensions import db, settings
from idp.models import Client

AUTH_METHOD, DEFAULT_AUTH_METHOD = "token_endpoint_auth_method", "client_secret_basic"
"""RFC 7591 §2: what is told to whoever said nothing, and may send its secret either way."""

_REDIRECTED = frozenset({"authorization_code", IMPLICIT})


@dataclass(frozen=True, slots=True)
class SelfRegistered:
    """A new client with everything that is told only once."""

    client: RegisteredClient
    client_secret: str | None = field(repr=False)
    registration_access_token: str = field(repr=False)


class NotPermitted(Exception):
    """The permission to register ended while the document was judged."""


def add(
    asked: dict[str, Any], policy: Policy, is_permitted: Callable[[], bool]
) -> SelfRegistered | Invalid:
    """Register a client. Permission is taken last, when nothing else can go wrong: a document with
    a mistake costs none. Raises `NotPermitted`.
    """
    proposed = _proposed(asked, policy)
    if isinstance(proposed, Invalid):
        return proposed
    if invalid := register.judge(proposed):
        return invalid
    if not is_permitted():
        raise NotPermitted
    registered = register.enter(proposed)
    client_id = registered.client.client_id
    token = registration_token.issue(client_id)
    return SelfRegistered(registered.client, registered.client_secret, token)


def change(client: RegisteredClient, asked: dict[str, Any]) -> Registered | Invalid | None:
    """Put new metadata in the place of the old. None: the client has gone meanwhile."""
    if client.token_endpoint_auth_method is None and asked.get(AUTH_METHOD) == DEFAULT_AUTH_METHOD:
        asked = asked | {AUTH_METHOD: None}  # what we told it, sent back
    proposed = _proposed(asked, registration_policy.of_client(client))
    if isinstance(proposed, Invalid):
        return proposed
    kept = proposed.metadata | registration_policy.resources_of(client)
    return register.replace(client.client_id, replace(proposed, metadata=kept))


def described(client: RegisteredClient) -> dict[str, Any]:
    """What a client is told of its registration."""
    told = registration_policy.without_policy(document.as_document(client))
    return {AUTH_METHOD: DEFAULT_AUTH_METHOD} | told


def _proposed(asked: dict[str, Any], policy: Policy) -> ProposedClient | Invalid:
    own = registration_policy.without_policy(asked)
    wanted = document.from_document(own)
    if isinstance(wanted, Invalid):
        return wanted
    if wanted.scope and own.get("scope") is None:
        wanted = replace(wanted, scope=policy.scope)
    if _REDIRECTED.isdisjoint(wanted.grant_types):
        # Libraries name theirs whatever the grant is; nothing will ever be sent there (§3.2.1).
        wanted = replace(wanted, redirect_uris=())
    proposed = policy.applied(wanted)
    if wanted.scope and not proposed.scope:
        return Invalid({"scope": f"offered: {policy.scope}"})
    taken = _taken_names(proposed)
    return Invalid(dict.fromkeys(taken, "belongs to another application")) if taken else proposed


def _taken_names(proposed: ProposedClient) -> list[str]:
    """The members with a name that an administrator has given to somebody else, or to us."""
    names = {"client_name": proposed.client_name} | {
        member: name
        for member, name in proposed.metadata.items()
        if member.startswith("client_name#")
    }
    ours = db.session.scalars(
        select(Client.client_name).where(Client.registration_token_digest.is_(None))
    )
    taken = {_folded(name) for name in (settings().brand.name, *ours)} - {""}
    return [member for member, name in names.items() if _folded(name) in taken]


def _folded(name: str) -> str:
    """What is left of a name when spelling plays no role."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if letter.isalnum())
