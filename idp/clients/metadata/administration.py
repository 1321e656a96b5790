"""The scopes of the Admin API, the verbs that each stands for, and what a client that may have one
has to be. Pure.

Verbs are those of `idp.accounts.permissions`, by name; a test holds the two tables together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from idp.clients.metadata.proposed import Problem, ProposedClient
from idp.clients.redirect_uri import Deployment

PATH = "/api/admin/v1"
"""Where the API is; behind the issuer, its name as a resource (RFC 8707)."""
PREFIX = "admin:"

_ABOUT_APPS = ("clients.read", "requests.read")
SCOPES: Mapping[str, tuple[str, ...]] = {
    "admin:clients": (*_ABOUT_APPS, "clients.write", "own-client.write", "requests.write"),
    "admin:clients.read": _ABOUT_APPS,
    "admin:users": ("users.read", "users.write"),
    "admin:users.read": ("users.read",),
    "admin:users.bulk": ("users.bulk",),
    "admin:groups": ("groups.read", "groups.write"),
    "admin:groups.read": ("groups.read",),
    "admin:roles": ("users.read", "roles.write"),
    "admin:audit.read": ("audit.read",),
    "admin:keys": ("keys.read", "keys.write"),
    "admin:keys.read": ("keys.read",),
    "admin:mail": ("mail.read", "mail.write"),
    "admin:mail.read": ("mail.read",),
    "admin:settings.read": ("settings.read", "dashboard.read"),
}
"""What each lets its token do, at most: a token that speaks for a user does no more than that
user's role allows."""

_WITHOUT_DETOUR = {"authorization_code", "refresh_token", "client_credentials"}


def scopes_in(names: Collection[str]) -> frozenset[str]:
    """Those of them that let somebody administer."""
    return frozenset(name for name in names if name.startswith(PREFIX))


def administers(proposed: ProposedClient) -> bool:
    """Whether it wants to."""
    return bool(scopes_in(proposed.scope.split()))


def administration_is_known(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    """A misspelt scope would be registered and open nothing."""
    if not scopes_in(proposed.scope.split()) <= SCOPES.keys():
        yield "scope", f"known beginning with {PREFIX}: {', '.join(SCOPES)}"


def administration_is_asked_for_in_person(
    proposed: ProposedClient, _: Deployment
) -> Iterator[Problem]:
    """Not by a code that is read out to a stranger's device, nor by a token in an address."""
    if not administers(proposed):
        return
    if not set(proposed.grant_types) <= _WITHOUT_DETOUR:
        yield "grant_types", f"with {PREFIX} scopes only: {', '.join(sorted(_WITHOUT_DETOUR))}"
    if proposed.pkce_waived:
        yield "pkce_waived", f"not with {PREFIX} scopes"
