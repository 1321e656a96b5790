"""What clients that register themselves are given whatever they ask for (RFC 7591 §3). Pure.

It comes from the initial access token or from the deployment; a client that changes its
registration keeps what it has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from idp.clients.document import OURS
from idp.clients.metadata import STANDARD_SCOPE, ProposedClient, fapi2
from idp.clients.registered import RegisteredClient

_ABOUT_RESOURCES = ("resources", "resource")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Names and meanings are those of our own metadata members; `scope` is the most there is."""

    scope: str = STANDARD_SCOPE
    profile: str = "standard"
    min_acr: str | None = None
    second_factor_policy: str | None = None
    trusted: bool = False
    allowed_groups: tuple[str, ...] = ()
    id_token_claims: tuple[str, ...] = ()
    pkce_waived: bool = False
    rotate_refresh_tokens: bool = False
    refresh_grace: int = 0
    access_token_lifetime: int | None = None

    def applied(self, asked: ProposedClient) -> ProposedClient:
        """The client as it may be."""
        held = replace(
            asked,
            scope=" ".join(name for name in asked.scope.split() if name in self.scope.split()),
            profile=self.profile,
            min_acr=self.min_acr,
            second_factor_policy=self.second_factor_policy,
            trusted=self.trusted,
            allowed_groups=tuple(self.allowed_groups),
            id_token_claims=tuple(self.id_token_claims),
            pkce_waived=self.pkce_waived and not asked.is_public,
            # False would forbid public clients; without a word they rotate and others do not.
            rotate_refresh_tokens=True if self.rotate_refresh_tokens else None,
            refresh_grace=self.refresh_grace,
            access_token_lifetime=self.access_token_lifetime,
        )
        return fapi2.with_defaults(held)


def of_client(client: RegisteredClient) -> Policy:
    """What a client has: an update can narrow its scope, and widens nothing."""
    return Policy(
        scope=" ".join(sorted(client.scopes)),
        profile=client.profile,
        min_acr=client.min_acr,
        second_factor_policy=client.second_factor_policy,
        trusted=client.trusted,
        allowed_groups=client.allowed_groups,
        id_token_claims=client.id_token_claims,
        pkce_waived=client.pkce_waived,
        rotate_refresh_tokens=client.rotate_refresh_tokens,
        refresh_grace=client.refresh_grace,
        access_token_lifetime=client.access_token_lifetime,
    )


def without_policy(document: dict[str, Any]) -> dict[str, Any]:
    """A document but for what is an administrator's to say; the client is not told of it either."""
    ours = {*OURS, *_ABOUT_RESOURCES}
    return {member: value for member, value in document.items() if member not in ours}


def resources_of(client: RegisteredClient) -> dict[str, Any]:
    """What an administrator has said of the client beside the policy."""
    return {
        member: value for member, value in client.metadata.items() if member in _ABOUT_RESOURCES
    }
