"""Requests of the last day, judged once more by a registration that nobody has saved: which of them
would have failed, would have asked their user for more, or would have got less.

The judgements are those of the real endpoints. What a trace does not keep (challenges, nonces,
secrets) is stood in for by something well-formed, so nothing fails for want of it. Who a user was
is not known, so what is said about users is what *may* be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from idp.authentication.assurance import Assurance, level_of
from idp.clients.metadata import DEVICE_CODE
from idp.clients.registered import RegisteredClient
from idp.oauth import (
    response_types,
    rfc6749_client_authentication,
    rfc6749_redirect_uri,
    rfc6749_scope,
    rfc7636_pkce,
    rfc8707_resource_indicators,
    rfc9101_request_object,
    rules,
)
from idp.oauth.asked import Asked
from idp.oauth.errors import OAuth2Error
from idp.oauth.parameters import Received
from idp.traces import Trace

PUSHED = "pushed_request"
MACHINE_ENDPOINTS = frozenset(
    {"token", "introspection", "revocation", "device_authorization", PUSHED}
)
AUTHORIZATION_ENDPOINTS = frozenset({"authorize", PUSHED})
_STAND_INS = {"code_challenge": "A" * 43, "nonce": "n", "state": "s"}
_REDACTED = ("claims", "id_token_hint", "login_hint", "registration", "request")


class Outcome(StrEnum):
    """What would have been different."""

    REDIRECT_URI = "redirect-uri"
    RESPONSE_TYPE = "response-type"
    PKCE = "pkce"
    NOT_PUSHED = "not-pushed"
    NOT_SIGNED = "not-signed"
    NO_SCOPE = "no-scope"
    RESOURCE = "resource"
    GRANT = "grant"
    AUTH_METHOD = "auth-method"
    LESS_SCOPE = "less-scope"
    TWO_FACTORS = "two-factors"
    PASSKEY = "passkey"
    PERMISSION = "permission"
    YOUNGER = "younger"
    WORKS_NOW = "works-now"


FAILS = frozenset(
    {
        Outcome.REDIRECT_URI,
        Outcome.RESPONSE_TYPE,
        Outcome.PKCE,
        Outcome.NOT_PUSHED,
        Outcome.NOT_SIGNED,
        Outcome.NO_SCOPE,
        Outcome.RESOURCE,
        Outcome.GRANT,
        Outcome.AUTH_METHOD,
    }
)
ASKS_MORE = frozenset({Outcome.TWO_FACTORS, Outcome.PASSKEY, Outcome.PERMISSION, Outcome.YOUNGER})

_JUDGEMENTS = (
    (Outcome.NOT_PUSHED, rules.require_pushed),
    (Outcome.NOT_SIGNED, rfc9101_request_object.require_signed),
    (Outcome.RESPONSE_TYPE, response_types.response_type),
    (Outcome.PKCE, rfc7636_pkce.code_challenge),
    (Outcome.NO_SCOPE, rfc6749_scope.scope),
    (Outcome.RESOURCE, rfc8707_resource_indicators.resource),
)
"""Of the table of rules those that look at the registration."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One request and what would have become of it. `detail`: the value it turns on."""

    trace: Trace
    outcome: Outcome
    detail: str = ""


def rehearse(
    traces: Iterable[Trace], before: RegisteredClient, after: RegisteredClient
) -> list[Foreseen]:
    """Only what differs: a request that failed before and still fails is not told."""
    return [foreseen for trace in traces for foreseen in _foresee(trace, before, after)]


def _foresee(trace: Trace, before: RegisteredClient, after: RegisteredClient) -> Iterator[Foreseen]:
    if trace.endpoint in AUTHORIZATION_ENDPOINTS and trace.received:
        yield from _authorization(trace, before, after)
    if trace.endpoint in MACHINE_ENDPOINTS and not trace.is_failure:
        yield from _machine(trace, before, after)


def _authorization(
    trace: Trace, before: RegisteredClient, after: RegisteredClient
) -> Iterator[Foreseen]:
    received = _stood_in(trace)
    was, now = (_fault(_asked(trace, received, one)) for one in (before, after))
    if was and not now and trace.is_failure:
        yield Foreseen(trace, Outcome.WORKS_NOW, was[1])
    elif now and not was and not trace.is_failure:
        yield Foreseen(trace, *now)
    elif not now and not trace.is_failure:
        yield from _less(trace, received, before, after)
        yield from _more(trace, received, before, after)


def _asked(trace: Trace, received: Received, client: RegisteredClient) -> Asked:
    uri, is_pushed = received.get("redirect_uri") or "", trace.endpoint == PUSHED
    is_signed = rfc9101_request_object.is_one(Received(trace.received))
    return Asked(received, client, uri, None, is_signed=is_signed, is_pushed=is_pushed)


def _fault(asked: Asked) -> tuple[Outcome, str] | None:
    if not rfc6749_redirect_uri.is_registered(asked.client, asked.redirect_uri):
        return Outcome.REDIRECT_URI, asked.redirect_uri
    for outcome, read in _JUDGEMENTS:
        try:
            read(asked)
        except OAuth2Error as error:
            return outcome, error.error
    return None


def _less(
    trace: Trace, received: Received, before: RegisteredClient, after: RegisteredClient
) -> Iterator[Foreseen]:
    wanted = received.get("scope")
    lost = set(rfc6749_scope.available(before, wanted)) - set(
        rfc6749_scope.available(after, wanted)
    )
    if lost:
        yield Foreseen(trace, Outcome.LESS_SCOPE, " ".join(sorted(lost)))


def _more(
    trace: Trace, received: Received, before: RegisteredClient, after: RegisteredClient
) -> Iterator[Foreseen]:
    asked = max(map(level_of, (received.get("acr_values") or "").split()), default=Assurance.NONE)
    floor = floor_of(after)
    if floor > max(floor_of(before), asked, Assurance.ONE_FACTOR):
        is_passkey = floor is Assurance.PHISHING_RESISTANT
        yield Foreseen(trace, Outcome.PASSKEY if is_passkey else Outcome.TWO_FACTORS)
    if before.trusted and not after.trusted:
        yield Foreseen(trace, Outcome.PERMISSION)
    if received.get("max_age") is None and _is_younger(before, after):
        yield Foreseen(trace, Outcome.YOUNGER, f"{after.default_max_age} s")


def floor_of(client: RegisteredClient) -> Assurance:
    """The least that its users must prove, whatever the request says."""
    if client.second_factor_policy == "required":
        return max(level_of(client.min_acr), Assurance.TWO_FACTOR)
    return level_of(client.min_acr)


def _is_younger(before: RegisteredClient, after: RegisteredClient) -> bool:
    if after.default_max_age is None:
        return False
    return before.default_max_age is None or after.default_max_age < before.default_max_age


def _machine(trace: Trace, before: RegisteredClient, after: RegisteredClient) -> Iterator[Foreseen]:
    received = Received(trace.received)
    grant = DEVICE_CODE if trace.endpoint == "device_authorization" else received.get("grant_type")
    if grant in before.grant_types and grant not in after.grant_types:
        yield Foreseen(trace, Outcome.GRANT, grant or "")
        return
    method = _method_of(received, before)
    if not rfc6749_client_authentication.is_registered(after, method):
        yield Foreseen(trace, Outcome.AUTH_METHOD, method)


def _method_of(received: Received, before: RegisteredClient) -> str:
    """A header leaves no trace: what came without a credential in the body, came by Basic."""
    if received.get("client_assertion_type"):
        return "private_key_jwt"
    if received.get("client_secret"):
        return "client_secret_post"
    return "none" if before.is_public else "client_secret_basic"


def _stood_in(trace: Trace) -> Received:
    kept = [(name, value) for name, value in trace.received if name not in _REDACTED]
    return Received([(name, _STAND_INS.get(name, value)) for name, value in kept])
