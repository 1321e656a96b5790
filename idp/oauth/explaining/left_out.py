"""What a successful request asked for and did not get, and why."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from idp.authentication.assurance import level_of
from idp.clients import redirect_uri_likeness
from idp.clients.registered import RegisteredClient
from idp.oauth import claims, redaction
from idp.oauth.parameters import Received
from idp.oauth.request import AuthorizationRequest
from idp.traces import Difference, Dropped

NOT_REGISTERED = "not among the scopes that the application is registered for"
NO_REFRESH = "the application is not registered for the grant type refresh_token"
NO_CODE = "without a code in the response_type there are no refresh tokens"
NOT_ALLOWED = "the user did not allow it"
NO_VALUE = "nothing is known about the user by this name"

_KNOWN = redaction.SHOWN | {
    "claims", "code_challenge", "id_token_hint", "login_hint", "nonce", "registration", "request",
    "state",
}  # fmt: skip
_PLACES = ("id_token", "userinfo")
_NO_CLAIMS = frozenset({"sub", "acr", "amr", "auth_time"})
"""Asked for among the claims, and answered by the sign-in instead."""


def of_request(received: Received, request: AuthorizationRequest) -> Iterator[Dropped]:
    """Scopes, claims, levels and parameters of an authorization request."""
    asked = (received.get("scope") or "").split()
    yield from _scopes(asked, request.scope, request.client)
    for value in (received.get("acr_values") or "").split():
        if not level_of(value):
            yield Dropped(f"acr_values {redaction.printable(value, 100)}", "no level of this name")
    yield from _claims(received, request)
    for name in dict.fromkeys(name for name, _ in received.parameters):
        if name not in _KNOWN:
            yield Dropped(redaction.printable(name, 60), "no parameter of this name is known here")


def of_token(
    received: Received, body: Mapping[str, Any], client: RegisteredClient
) -> Iterator[Dropped]:
    """Of a token request: scopes, and the refresh token that an app may miss."""
    granted = str(body.get("scope", "")).split()
    asked = (received.get("scope") or "").split()
    if received.get("grant_type") == "client_credentials":
        yield from _scopes(asked, granted, client)
    is_first = received.get("grant_type") == "authorization_code"
    if is_first and "offline_access" in granted and "refresh_token" not in body:
        yield Dropped("refresh_token", NO_REFRESH)


def of_userinfo(told: Collection[str], scope: Collection[str]) -> Iterator[Dropped]:
    """Claims that a granted scope stands for and that were not told."""
    for name in sorted(claims.available(scope)):
        if name not in told:
            yield Dropped(f"claim {redaction.printable(name, 60)}", NO_VALUE)


def by_user(asked: Collection[str], granted: Collection[str]) -> Iterator[Dropped]:
    """Optional scopes that the user did not tick."""
    for name in asked:
        if name not in granted:
            yield Dropped(f"scope {redaction.printable(name, 60)}", NOT_ALLOWED)


def of_logout(
    received: Received, client: RegisteredClient | None, cause: str
) -> tuple[Difference, ...]:
    """The registered address that is most like the one that was not followed."""
    sent = received.get("post_logout_redirect_uri")
    if client is None or sent is None or cause != "post_logout_redirect_uri not registered":
        return ()
    nearest = redirect_uri_likeness.nearest(client.post_logout_redirect_uris, sent)
    shown = redaction.printable(sent, redaction.LONGEST_VALUE)
    if nearest is None:
        return (Difference("post_logout_redirect_uri", "none is registered", shown),)
    kind = redirect_uri_likeness.difference(nearest, sent)
    return (Difference(f"post_logout_redirect_uri: {kind}", nearest, shown),)


def _scopes(
    asked: Collection[str], granted: Collection[str], client: RegisteredClient
) -> Iterator[Dropped]:
    for name in asked:
        if name not in granted:
            yield Dropped(f"scope {redaction.printable(name, 60)}", _why_no_scope(client, name))


def _why_no_scope(client: RegisteredClient, name: str) -> str:
    if name not in client.scopes:
        return NOT_REGISTERED
    return NO_REFRESH if "refresh_token" not in client.grant_types else NO_CODE


def _claims(received: Received, request: AuthorizationRequest) -> Iterator[Dropped]:
    """§5.5: claims that no registered scope could tell. The parameter was judged sound."""
    text = received.get("claims")
    if text is None:
        return
    document = json.loads(text)
    kept: dict[str, Collection[str]] = {
        "id_token": request.claims.id_token,
        "userinfo": request.claims.userinfo,
    }
    for place in _PLACES:
        for name in document.get(place) or {}:
            if name not in kept[place] and name not in _NO_CLAIMS:
                what = f"claim {redaction.printable(name, 60)} in {place}"
                yield Dropped(what, "no registered scope of the application releases it")
