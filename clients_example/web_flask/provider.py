"""Everything that is OpenID Connect: begin a sign-in, finish it, renew it, judge it, and end it."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any, cast

from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, redirect, request, session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from werkzeug.datastructures import WWWAuthenticate

SCOPE = "openid profile email address phone"
CLOCK_SKEW = 60  # seconds by which two machines may differ
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Refusal(Exception):
    """The answer cannot be trusted, or does not suffice. Shown to the user."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class Demand:
    """What a page wants of a sign-in, and where to go afterwards. `max_age` in seconds."""

    next_path: str = "/"
    acr: str | None = None
    max_age: int | None = None

    def parameters(self) -> dict[str, Any]:
        """How the authorization request says it (OIDC Core §3.1.2.1, §5.5)."""
        asked: dict[str, Any] = {}
        if self.acr is not None:
            essential = {"essential": True, "values": [self.acr]}
            asked = {"acr_values": self.acr, "claims": json.dumps({"id_token": {"acr": essential}})}
        if self.max_age is not None:
            asked["max_age"] = self.max_age
        return asked

    @classmethod
    def of_challenge(cls, header: str | None, next_path: str) -> Demand | None:
        """RFC 9470 §3: what an API's `WWW-Authenticate` asks for. None: it asks for no sign-in."""
        challenge = WWWAuthenticate.from_header(header)
        asked = challenge.parameters if challenge else {}
        if asked.get("error") != "insufficient_user_authentication":
            return None
        acr, age = asked.get("acr_values"), asked.get("max_age")
        return cls(next_path, acr.split()[0] if acr else None, int(age) if age else None)

    def problem(self, claims: dict[str, Any]) -> Refusal | None:
        """Asking is not getting: a user can edit the request, so the answer is what counts."""
        if self.acr is not None and claims.get("acr") != self.acr:
            found = claims.get("acr", "none")
            return Refusal(
                "acr_missing", f"This page wants acr {self.acr}; the answer had {found}."
            )
        if self.max_age is not None:
            age = time.time() - claims.get("auth_time", 0)
            if age > self.max_age + CLOCK_SKEW:
                return Refusal("auth_time_too_old", "This page wants a more recent sign-in.")
        return None


@dataclass(frozen=True, slots=True)
class Ended:
    """What a logout token speaks of: one session, or without `sid` all of that user's."""

    sub: str | None
    sid: str | None


class Provider:
    """The identity provider as this app sees it. Everything but the issuer is discovered."""

    def __init__(
        self,
        app: Flask,
        issuer: str,
        client_id: str,
        client_secret: str,
        base_url: str,
        *,
        scope: str = SCOPE,
        resource: str | None = None,
    ) -> None:
        self.issuer = issuer
        self.client_id = client_id
        # Both are compared byte for byte with what is registered, so no Host header has a say.
        self.redirect_uri = f"{base_url}/callback"
        self.signed_out_uri = f"{base_url}/"
        # RFC 8707: the API that access tokens are to be for.
        self.target = {"resource": resource} if resource else {}
        self.client = OAuth(app).register(
            "provider",
            client_id=client_id,
            client_secret=client_secret,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": scope, "code_challenge_method": "S256", "default_timeout": 10},
        )

    def begin(self, demand: Demand, **parameters: str) -> Response:
        """Send the browser to the provider. Authlib adds PKCE and nonce and remembers them."""
        self._metadata()
        state = secrets.token_urlsafe(24)
        session[f"demand-{state}"] = asdict(demand)
        answer: Response = self.client.authorize_redirect(
            self.redirect_uri, state=state, **demand.parameters(), **self.target, **parameters
        )
        return answer

    def finish(self) -> tuple[dict[str, Any], Demand]:
        """The browser came back: check who answers and what, exchange the code, check the token."""
        self._require_the_right_issuer()
        state = request.args.get("state", "")
        remembered = session.pop(f"demand-{state}", None)
        if remembered is None:
            raise Refusal(
                "unknown_state", "This answer belongs to no sign-in begun in this browser."
            )
        demand = Demand(**remembered)
        if error := request.args.get("error"):
            self.client.framework.clear_state_data(session, state)
            raise Refusal(error, request.args.get("error_description", ""))

        token = self.client.authorize_access_token(claims_options=self._claims_options())
        if "userinfo" not in token:
            raise Refusal("id_token_missing", "The provider sent no ID token.")
        claims = dict(token["userinfo"])
        if problem := demand.problem(claims):
            raise problem
        return self._signed_in(token, claims), demand

    def renew(self, signed_in: dict[str, Any]) -> dict[str, Any]:
        """A new access token and fresh claims for the refresh token (OIDC Core §12)."""
        if not signed_in["refresh_token"]:
            raise Refusal("refresh_token_missing", "The provider issued no refresh token.")
        token = self.client.fetch_access_token(
            grant_type="refresh_token", refresh_token=signed_in["refresh_token"]
        )
        claims = signed_in["claims"]
        if "id_token" in token:
            options = self._claims_options()
            renewed = self.client.parse_id_token(token, nonce=None, claims_options=options)
            if renewed["sub"] != claims["sub"]:
                raise Refusal("sub_changed", "The new ID token belongs to somebody else.")
            claims = dict(renewed)
        # A provider that does not rotate refresh tokens sends none: the old one stays good.
        kept = {name: signed_in[name] for name in ("refresh_token", "id_token")}
        return self._signed_in(kept | dict(token), claims)

    def sign_out(self, signed_in: dict[str, Any]) -> Response | None:
        """RP-Initiated Logout §2: the ID token says whose session ends, so nobody is asked.

        None from a provider that has no such endpoint.
        """
        if "end_session_endpoint" not in self._metadata():
            return None
        leaving = self.client.create_logout_url(self.signed_out_uri, signed_in["id_token"])
        session["signing-out"] = leaving["state"]
        return cast(Response, redirect(leaving["url"], code=303))

    def came_back_from_sign_out(self) -> bool:
        """RP-Initiated Logout §2: with the `state` that went there."""
        state = request.args.get("state")
        return state is not None and session.pop("signing-out", None) == state

    def ended(self, logout_token: str) -> Ended:
        """Back-Channel Logout §2.6. The caller may be anybody: only the token counts."""
        try:
            token = self._decoded(logout_token)
            claims = token.claims
            jwt.JWTClaimsRegistry(
                leeway=CLOCK_SKEW,
                **self._claims_options(),
                iat={"essential": True},
                exp={"essential": True},
                jti={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError) as problem:
            raise Refusal("logout_token_refused", str(problem)) from problem
        # An ID token is signed by the same keys for the same audience: these tell them apart.
        events, typ = claims.get("events"), token.header.get("typ", "logout+jwt")
        if not isinstance(events, dict) or LOGOUT_EVENT not in events or typ != "logout+jwt":
            raise Refusal("logout_token_refused", "It is a token for something else.")
        ended = Ended(claims.get("sub"), claims.get("sid"))
        if "nonce" in claims or ended == Ended(None, None):
            raise Refusal("logout_token_refused", "It has a nonce, or names nobody.")
        return ended

    def _decoded(self, token: str) -> jwt.Token:
        """The signature is good. A key that is not known may be new, and is looked for once."""
        algorithms = self._metadata()["id_token_signing_alg_values_supported"]
        registry = JWSRegistry(
            algorithms=[name for name in algorithms if name != "none"], strict_check_header=False
        )
        try:
            keys = KeySet.import_key_set(self.client.fetch_jwk_set())
            return jwt.decode(token, keys, registry=registry)
        except InvalidKeyIdError:
            keys = KeySet.import_key_set(self.client.fetch_jwk_set(force=True))
            return jwt.decode(token, keys, registry=registry)

    def _signed_in(self, token: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        now = int(time.time())
        return {
            "claims": claims,
            "userinfo": self._userinfo(token["access_token"], claims["sub"]),
            "id_token": token["id_token"],
            "access_token": token["access_token"],
            "refresh_token": token.get("refresh_token"),
            "obtained_at": now,
            "expires_at": now + int(token.get("expires_in", 0)),
        }

    def _userinfo(self, access_token: str, sub: str) -> dict[str, Any]:
        bearer = {"access_token": access_token, "token_type": "Bearer"}
        userinfo = dict(self.client.userinfo(token=bearer))
        if userinfo.get("sub") != sub:
            raise Refusal("sub_differs", "UserInfo and ID token speak of two people.")
        return userinfo

    def _metadata(self) -> dict[str, Any]:
        """OIDC Discovery §4.3: metadata of another issuer than the one asked are not believed."""
        metadata: dict[str, Any] = self.client.load_server_metadata()
        if metadata.get("issuer") != self.issuer:
            raise Refusal("issuer_differs", f"ISSUER is {self.issuer}; the metadata name another.")
        return metadata

    def _require_the_right_issuer(self) -> None:
        """RFC 9207 §2.4: an answer from another provider is refused before its code is used."""
        promised = self._metadata().get("authorization_response_iss_parameter_supported", False)
        named = request.args.get("iss")
        if named != self.issuer and (promised or named is not None):
            raise Refusal("issuer_differs", "The answer came from another provider.")

    def _claims_options(self) -> dict[str, Any]:
        """OIDC Core §3.1.3.7; Authlib checks signature, nonce, times and `at_hash` by itself."""
        return {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
        }
