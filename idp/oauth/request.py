"""The authorization request: judged once, frozen, stored with the interaction; its Authlib view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from idp.authentication.assurance import level_of
from idp.authentication.requirement import Requirement
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.oauth import claims as users_claims
from idp.oauth import (
    oidc_core_claims_parameter,
    rfc6749_redirect_uri,
    rfc8707_resource_indicators,
    trial,
)
from idp.oauth.errors import ShownError
from idp.oauth.oidc_core_claims_parameter import RequestedClaims
from idp.oauth.response import ResponseMode
from idp.oauth.rows import AuthlibClient, UnaddressedRequest


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A sound request of an enabled client; only its user is missing."""

    client: RegisteredClient
    redirect_uri: str
    response_type: str
    response_mode: ResponseMode
    scope: tuple[str, ...]
    state: str | None
    nonce: str | None
    code_challenge: str | None
    prompt: frozenset[str]
    max_age: int | None
    acr_values: tuple[str, ...]
    claims: RequestedClaims
    login_hint: str | None
    hinted_sub: str | None
    """The user that a verified `id_token_hint` names."""
    ui_locales: tuple[str, ...]
    resource: tuple[str, ...]
    dpop_jkt: str | None
    """The key that whoever redeems the code has to prove (RFC 9449 §10)."""
    is_trial: bool = False
    """It is answered at our own address, to the administrator who tries it (`oauth.trial`)."""
    pushed_as: str | None = None
    """The name under which the client has brought it (RFC 9126); the answer spends it."""

    @property
    def essential_acr(self) -> tuple[str, ...]:
        """One of these or no answer (OIDC Core §5.5.1.1)."""
        return self.claims.essential_acr

    @property
    def expected_subs(self) -> tuple[str, ...] | None:
        """Nobody but one of these may be answered for (OIDC Core §3.1.2.2); None: anybody."""
        subs = self.claims.subs
        if self.hinted_sub is None:
            return subs
        return (self.hinted_sub,) if subs is None or self.hinted_sub in subs else ()

    @property
    def claims_beyond_scope(self) -> tuple[str, ...]:
        """What the user is asked about beside the scopes; without `openid` nothing is told."""
        if "openid" not in self.scope:
            return ()
        own = users_claims.of_deployment(self.scope)
        return tuple(dict.fromkeys((*self.claims.beyond(self.scope), *own)))

    @property
    def voluntary_acr(self) -> tuple[str, ...]:
        """In order of preference; registered ones when nothing is asked for (Registration §2)."""
        asked = self.claims.voluntary_acr + self.acr_values
        if asked or self.essential_acr:
            return asked
        return self.client.default_acr_values

    def requirement(self, opened_at: datetime) -> Requirement:
        """How young and how strong the proofs must be, measured from the opening of the request."""
        return Requirement(
            proven_since=self._proven_since(opened_at),
            floor=max(
                level_of(self.client.min_acr), rfc8707_resource_indicators.floor(self.resource)
            ),
            essential=self.essential_acr,
            voluntary=self.voluntary_acr,
        )

    def _proven_since(self, opened_at: datetime) -> datetime | None:
        if "login" in self.prompt:
            return opened_at
        age = self.client.default_max_age if self.max_age is None else self.max_age
        return None if age is None else opened_at - timedelta(seconds=age)

    def as_document(self) -> dict[str, Any]:
        """For the interaction's row."""
        return {
            "client_id": self.client.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": self.response_type,
            "response_mode": self.response_mode.value,
            "scope": list(self.scope),
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": self.code_challenge,
            "prompt": sorted(self.prompt),
            "max_age": self.max_age,
            "acr_values": list(self.acr_values),
            "claims": self.claims.as_document(),
            "login_hint": self.login_hint,
            "hinted_sub": self.hinted_sub,
            "ui_locales": list(self.ui_locales),
            "resource": list(self.resource),
            "dpop_jkt": self.dpop_jkt,
            **({"is_trial": True} if self.is_trial else {}),
            **({"pushed_as": self.pushed_as} if self.pushed_as else {}),
        }


def restore(document: dict[str, Any]) -> AuthorizationRequest:
    """The inverse of `as_document`. The client is read again: it may have changed meanwhile."""
    client = registry.find(document["client_id"])
    if client is None or not client.is_enabled:
        raise ShownError(
            "invalid_client",
            "The application is not registered here, or it is disabled.",
            detail="client removed or disabled during an interaction",
            client=client,
        )
    scope = tuple(name for name in document["scope"] if name in client.scopes)
    is_trial = document.get("is_trial", False) and document["redirect_uri"] == trial.redirect_uri()
    is_ours = is_trial or rfc6749_redirect_uri.is_registered(client, document["redirect_uri"])
    if not is_ours or not scope:
        raise ShownError(
            "invalid_request",
            "The application's registration changed during the sign-in.",
            detail="redirect_uri or scope withdrawn during an interaction",
            client=client,
        )
    return AuthorizationRequest(
        client=client,
        redirect_uri=document["redirect_uri"],
        response_type=document["response_type"],
        response_mode=ResponseMode(document["response_mode"]),
        scope=scope,
        state=document["state"],
        nonce=document["nonce"],
        code_challenge=document["code_challenge"],
        prompt=frozenset(document["prompt"]),
        max_age=document["max_age"],
        acr_values=tuple(document["acr_values"]),
        claims=oidc_core_claims_parameter.restored(document["claims"], client.scopes),
        login_hint=document["login_hint"],
        hinted_sub=document["hinted_sub"],
        ui_locales=tuple(document["ui_locales"]),
        resource=tuple(document["resource"]),
        dpop_jkt=document.get("dpop_jkt"),
        is_trial=is_trial,
        pushed_as=document.get("pushed_as"),
    )


class StoredAuthorizationRequest(UnaddressedRequest):
    """A judged request in Authlib's clothes: its answers come from here, never from HTTP."""

    def __init__(self, judged: AuthorizationRequest) -> None:
        self.judged = judged
        self.client = AuthlibClient(judged.client)
        self.payload = BasicOAuth2Payload(
            {
                "response_type": judged.response_type,
                "client_id": judged.client.client_id,
                "redirect_uri": judged.redirect_uri,
                "scope": " ".join(judged.scope),
                "state": judged.state,
            }
        )
