"""Codes and tokens: issued, refused, used twice, given back."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorizationRefused(Event):
    """An authorization request ended without a code. `error`: the protocol's; `reason`: ours."""

    error: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeIssued(Event):
    """A user's approval became an authorization code. `acr`, `amr`: how they signed in; `proofs`:
    the authentication events that this rests on.
    """

    scope: str
    acr: str | None
    amr: list[str]
    proofs: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeReused(Event):
    """A code was used a second time: everything issued from it was revoked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokensIssued(Event):
    """A code was redeemed. `family_id`: what its tokens hang from."""

    family_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RefreshTokenReused(Event):
    """A rotated refresh token was used again: its family was revoked."""

    family_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRequestRefused(Event):
    """The token endpoint refused. `error`: the protocol's; `reason`: ours."""

    error: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientRequestRefused(Event):
    """A client was refused at another endpoint: `error` is what it heard, `reason` what was wrong.

    `endpoint`: revocation, introspection, device_authorization, pushed_request.
    """

    endpoint: str
    error: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRevoked(Event):
    """A client gave a token back; what belongs to the same family ended with it. `kind`:
    refresh_token, access_token.
    """

    kind: str
    family_id: str | None = None
