"""An app that signs somebody in from the command line, and believes nothing that it has not checked
(OIDC Core §3.1.3.7, RFC 9207, RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from idp import clock, opaque, strict_json
from idp.outbound import OutboundError
from idp.outbound.door import Door
from idp.signing import foreign_jwt, foreign_key
from idp.signing.foreign_jwt import ForeignJwt, InvalidForeignJwt

DISCOVERY = "/.well-known/openid-configuration"
SKEW = 60
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}

Document = dict[str, Any]


class Failed(Exception):
    """The sign-in ended here; the message says at which check."""


@dataclass(frozen=True, slots=True)
class App:
    """Who signs somebody in."""

    client_id: str
    redirect_uri: str
    secret: str | None = field(default=None, repr=False)
    sends_secret_in_body: str | None = None
    """As registered; None: by HTTP Basic."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of the way, without secrets."""

    what: str
    where: str
    status: int | None = None


@dataclass
class SignIn:
    """One authorization request and what came of it."""

    issuer: str
    app: App
    door: Door
    provider: Document = field(default_factory=dict)
    verifier: str = field(default_factory=opaque.make, repr=False)
    state: str = field(default_factory=opaque.make)
    nonce: str = field(default_factory=opaque.make)
    hops: list[Hop] = field(default_factory=list)

    # --- before the browser ---

    def discover(self) -> None:
        """OIDC Discovery §4.3."""
        self.provider = self._json("discovery", self.issuer + DISCOVERY)
        if self.provider.get("issuer") != self.issuer:
            raise Failed(f"discovery names another issuer: {self.provider.get('issuer')!a}")

    def url(self, scope: str, more: Mapping[str, str]) -> str:
        """OIDC Core §3.1.2.1; `more` stands beside and never in place of our own."""
        challenge = opaque.base64url(hashlib.sha256(self.verifier.encode()).digest())
        parameters = {
            **more,
            "response_type": "code",
            "client_id": self.app.client_id,
            "redirect_uri": self.app.redirect_uri,
            "scope": scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = self._endpoint("authorization_endpoint")
        self.hops.append(Hop("authorization request", endpoint))
        separator = "&" if urlsplit(endpoint).query else "?"
        return endpoint + separator + urlencode(parameters)

    # --- after it ---

    def code(self, answer: Mapping[str, str]) -> str:
        """RFC 6749 §4.1.2, with `iss` as RFC 9207 §2.4 wants it."""
        self.hops.append(Hop("authorization response", self.app.redirect_uri))
        announced = self.provider.get("authorization_response_iss_parameter_supported")
        if answer.get("iss", None if announced else self.issuer) != self.issuer:
            raise Failed(f"iss of the answer is {answer.get('iss')!a}, not {self.issuer!a}")
        if "error" in answer:
            description = answer.get("error_description", "")
            raise Failed(f"the provider answered {answer['error']}: {description}".rstrip(": "))
        if not answer.get("code"):
            raise Failed("the answer has neither a code nor an error")
        return answer["code"]

    def tokens(self, code: str) -> Document:
        """RFC 6749 §4.1.3."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.app.redirect_uri,
            "code_verifier": self.verifier,
        }
        authorization = None
        if self.app.secret is None or self.app.sends_secret_in_body:
            fields["client_id"] = self.app.client_id
        if self.app.secret is not None and self.app.sends_secret_in_body:
            fields["client_secret"] = self.app.secret
        elif self.app.secret is not None:
            pair = f"{quote_plus(self.app.client_id)}:{quote_plus(self.app.secret)}"
            authorization = "Basic " + base64.b64encode(pair.encode()).decode()
        endpoint = self._endpoint("token_endpoint")
        return self._json("token request", endpoint, authorization, fields)

    def verified(self, id_token: str, access_token: str) -> ForeignJwt:
        """OIDC Core §3.1.3.7."""
        keys = foreign_key.read_set(self._json("keys", self._endpoint("jwks_uri")))
        try:
            token = foreign_jwt.read(id_token)
            audience = foreign_jwt.audience(token.unverified)
            expires_at = foreign_jwt.instant(token.unverified, "exp")
        except InvalidForeignJwt as error:
            raise Failed(f"the ID token: {error}") from error
        claims, now = token.unverified, clock.now().timestamp()
        checks = {
            "its signature is by none of the published keys": token.is_signed_by(keys),
            "iss is not the issuer": claims.get("iss") == self.issuer,
            "aud does not name this app": self.app.client_id in audience,
            "azp names another app": claims.get("azp", self.app.client_id) == self.app.client_id,
            "it has expired": expires_at is not None and expires_at > now - SKEW,
            "nonce is not ours": claims.get("nonce") == self.nonce,
            "at_hash is not of this access token": _fits(token, access_token),
        }
        wrong = [what for what, holds in checks.items() if not holds]
        if wrong:
            raise Failed(f"the ID token: {'; '.join(wrong)}")
        return token

    def userinfo(self, access_token: str, sub: str) -> Document:
        """OIDC Core §5.3: of the same subject, or it is nobody's."""
        endpoint = self._endpoint("userinfo_endpoint")
        told = self._json("userinfo", endpoint, f"Bearer {access_token}")
        if told.get("sub") != sub:
            raise Failed("sub of UserInfo is not that of the ID token")
        return told

    def _endpoint(self, name: str) -> str:
        value = self.provider.get(name)
        if not isinstance(value, str):
            raise Failed(f"discovery has no {name}")
        return value

    def _json(
        self,
        what: str,
        url: str,
        authorization: str | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> Document:
        try:
            answer = self.door.ask(url, authorization, fields)
        except OutboundError as error:
            raise Failed(f"{what}: {url} cannot be read ({error.reason.value})") from error
        self.hops.append(Hop(what, url, answer.status))
        document = _read(answer.body)
        if answer.status != 200:
            said = {name: document.get(name) for name in ("error", "error_description")}
            raise Failed(f"{what}: status {answer.status} {json.dumps(said)}")
        if not document:
            raise Failed(f"{what}: the answer is no JSON object")
        return document


def _read(body: bytes) -> Document:
    """A JSON object, or the claims of a signed one; empty for anything else."""
    try:
        document = strict_json.parse(body)
    except ValueError:
        return foreign_jwt.peek(body.decode("ascii", "replace"))
    return document if isinstance(document, dict) else {}


def _fits(token: ForeignJwt, access_token: str) -> bool:
    """OIDC Core §3.1.3.6, where the token says it."""
    said = token.unverified.get("at_hash")
    if said is None:
        return True
    digest = _HASHES.get(token.alg[-3:], hashlib.sha512)(access_token.encode()).digest()
    return bool(said == opaque.base64url(digest[: len(digest) // 2]))
