"""What may be changed of a registration so that a request which failed, or lost something, gets
what it asked for. Only what a developer would have registered anyway, and never a guard that is
lowered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from idp.clients import document, redirect_uri, register
from idp.clients.metadata import DEVICE_CODE, GRANT_TYPES, Invalid, ProposedClient
from idp.clients.register import Changed
from idp.clients.registered import RegisteredClient
from idp.oauth import claims
from idp.oauth.explaining import left_out
from idp.oauth.explaining.address_causes import NOT_REGISTERED
from idp.traces import Trace

_SECRET_METHODS = ("client_secret_basic", "client_secret_post")


@dataclass(frozen=True, slots=True)
class Remedy:
    """A value that a member of the metadata is to have, or to have as well."""

    member: str
    value: str

    def applied(self, client: RegisteredClient) -> ProposedClient | Invalid:
        """The registration with it."""
        described = document.as_document(client)
        described[self.member] = _with(described.get(self.member), self.value, self.member)
        if self.member == "grant_types":
            # It follows from the grants (RFC 7591 §2.1).
            described.pop("response_types", None)
        return document.from_document(described)


def of(trace: Trace, client: RegisteredClient) -> list[Remedy]:
    """Those that are not in force yet; the first is the one that the failure is about."""
    found = dict.fromkeys((*_for_addresses(trace, client), *_for_rights(trace, client)))
    return [one for one in found if not _is_in_force(one, client)]


def register_it(client: RegisteredClient, remedy: Remedy, *, reason: str) -> Changed:
    """In force at once, through the same judgement as every other change."""
    proposed = remedy.applied(client)
    if isinstance(proposed, Invalid):
        return proposed
    return register.change(client.client_id, register.version_of(client), proposed, reason=reason)


def _for_addresses(trace: Trace, client: RegisteredClient) -> Iterator[Remedy]:
    cause, received = trace.cause or "", dict(trace.received)
    if cause.startswith(NOT_REGISTERED):
        yield from _address("redirect_uris", received.get("redirect_uri"), client)
    if cause == "post_logout_redirect_uri not registered":
        sent = received.get("post_logout_redirect_uri")
        yield from _address("post_logout_redirect_uris", sent, client)


def _address(member: str, sent: str | None, client: RegisteredClient) -> Iterator[Remedy]:
    kind = client.application_type
    if sent and redirect_uri.problem(sent, kind, register.deployment()) is None:
        yield Remedy(member, sent)


def _for_rights(trace: Trace, client: RegisteredClient) -> Iterator[Remedy]:
    cause, received = trace.cause or "", dict(trace.received)
    if cause == "grant_type not registered":
        grant = received.get("grant_type", DEVICE_CODE)
        if grant in GRANT_TYPES:
            yield Remedy("grant_types", grant)
    used = cause.removeprefix("method ").partition(" ")[0]
    if cause.startswith("method ") and used in _SECRET_METHODS and client.uses_secret:
        yield Remedy("token_endpoint_auth_method", used)
    if cause == "scope":
        yield from map(_scope, _known_scopes(received.get("scope", "").split()))
    for gone in trace.dropped:
        if gone.why == left_out.NOT_REGISTERED:
            yield from map(_scope, _known_scopes([gone.what.removeprefix("scope ")]))
        if gone.why == left_out.NO_REFRESH:
            yield Remedy("grant_types", "refresh_token")


def _scope(name: str) -> Remedy:
    return Remedy("scope", name)


def _known_scopes(names: list[str]) -> list[str]:
    """A scope that stands for nothing here would be registered in vain."""
    known = {*claims.table(), "offline_access"}
    return [name for name in names if name in known]


def _is_in_force(remedy: Remedy, client: RegisteredClient) -> bool:
    now = document.as_document(client).get(remedy.member)
    if remedy.member == "scope":
        return remedy.value in client.scopes
    return remedy.value in now if isinstance(now, list) else now == remedy.value


def _with(now: Any, value: str, member: str) -> Any:  # noqa: ANN401  of a JSON document
    if member == "scope":
        return f"{now} {value}".strip() if now else value
    return [*now, value] if isinstance(now, list) else ([value] if member.endswith("s") else value)
