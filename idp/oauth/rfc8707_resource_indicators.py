"""RFC 8707, resource indicators: which resource servers a token is for. Only registered ones."""

from __future__ import annotations

from authlib.oauth2.rfc6749.errors import OAuth2Error

from idp.authentication.assurance import Assurance
from idp.clients import administration
from idp.clients.registered import RegisteredClient
from idp.oauth.asked import Asked
from idp.oauth.errors import InvalidTarget


def resource(asked: Asked) -> tuple[str, ...]:
    """§2.1: of the authorization request."""
    return available(asked.client, asked.received.every("resource"))


def available(client: RegisteredClient, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """§2: known to this client byte for byte, which keeps out fragments and relative references.
    Our own API is known to those that may administer.
    """
    if not wanted:
        return ()
    known = set(client.metadata.get("resources", ()))
    if administration.administers(client):
        known.add(administration.resource())
    if not set(wanted) <= known:
        raise InvalidTarget
    return tuple(dict.fromkeys(wanted))


def floor(wanted: tuple[str, ...]) -> Assurance:
    """The level that our own API asks of its users: who comes for it with less would be sent back
    for more (RFC 9470 §5).
    """
    is_ours = bool(wanted) and administration.resource() in wanted
    return Assurance.TWO_FACTOR if is_ours else Assurance.NONE


def granted(wanted: tuple[str, ...], approved: tuple[str, ...]) -> tuple[str, ...]:
    """§2.2: a token request may pick among what was approved."""
    if not wanted:
        return approved
    if not set(wanted) <= set(approved):
        error: OAuth2Error = InvalidTarget()
        raise error
    return tuple(dict.fromkeys(wanted))
