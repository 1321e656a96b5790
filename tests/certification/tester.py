"""The tester: a relying party and a person at a browser in one, who believe nothing unchecked."""

from __future__ import annotations

import base64
import hashlib
import secrets
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from bs4 import BeautifulSoup, Tag
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.certification.provider import EMAIL, PASSWORD, Provider
from tests.certification.suite import Suite

ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA", "Ed25519"]
CALLBACK = "/test/a/idp/callback"


@dataclass
class Tester:
    """`client`: the registered document in use. `page`: what the browser shows last."""

    provider: Provider
    suite: Suite
    trust: ssl.SSLContext
    client: dict[str, Any] = field(default_factory=dict)
    page: httpx.Response | None = None
    seen: list[str] = field(default_factory=list)
    """The names of the provider's pages that the person had to answer."""

    def __post_init__(self) -> None:
        self.http = httpx.Client(verify=self.trust, timeout=30)
        self.browser = httpx.Client(verify=self.trust, timeout=30, follow_redirects=True)
        self.metadata: dict[str, Any] = self.http.get(
            f"{self.provider.issuer}/.well-known/openid-configuration"
        ).json()

    def close(self) -> None:
        self.http.close()
        self.browser.close()

    @property
    def redirect_uri(self) -> str:
        return self.suite.url(CALLBACK)

    # --- registering ------------------------------------------------------------------------

    def use_client(self, **document: Any) -> dict[str, Any]:
        """A new static client, from now on the one that asks."""
        uris = {"redirect_uris": [self.redirect_uri]}
        self.client = self.provider.import_client(**(uris | document))
        return self.client

    def register(self, **document: Any) -> httpx.Response:
        """A dynamic one; on success it is used from now on."""
        given = {
            "client_name": f"Suite {secrets.token_hex(4)}",
            "redirect_uris": [self.redirect_uri],
            "contacts": ["certification@suite.example"],
        }
        response = self.http.post(self.metadata["registration_endpoint"], json=given | document)
        if response.status_code == 201:
            self.client = response.json()
        return response

    # --- asking -----------------------------------------------------------------------------

    def parameters(self, **changes: Any) -> dict[str, Any]:
        """Of a request; None leaves one out."""
        values = {
            "client_id": self.client["client_id"],
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid",
            "state": secrets.token_urlsafe(10),
            "nonce": secrets.token_urlsafe(10),
        } | changes
        return {name: value for name, value in values.items() if value is not None}

    def authorize(self, **changes: Any) -> dict[str, str]:
        """The whole way to the callback; the response's parameters."""
        return self.sent(self.parameters(**changes))

    def sent(self, parameters: dict[str, Any], method: str = "GET") -> dict[str, str]:
        """The same with these parameters exactly."""
        self.visit(parameters, method)
        self.go_through()
        return self.answer()

    def visit(self, parameters: dict[str, Any], method: str = "GET") -> httpx.Response:
        """Send the browser there."""
        endpoint, name = self.metadata["authorization_endpoint"], "params"
        if method == "POST":
            name = "data"
        sent: dict[str, Any] = {name: parameters}
        self.page = self.browser.request(method, endpoint, **sent)
        return self.page

    def go_through(self) -> None:
        """Answer the provider's pages as a willing person would."""
        self.seen = []
        while (name := self.page_name) in {"sign-in", "consent"}:
            assert len(self.seen) < 6, f"going in circles: {self.seen}"
            self.seen.append(name)
            if name == "sign-in":
                self.press(username=EMAIL, password=PASSWORD)
            else:
                self.press(decision="allow")
        if self.soup.select_one("form[data-autosubmit]"):
            self.press()

    def answer(self) -> dict[str, str]:
        """What came back at the callback, wherever the response mode has put it."""
        assert self.page is not None
        where = urlsplit(str(self.page.url))
        assert f"{where.scheme}://{where.netloc}" == self.suite.url(""), self.describe()
        if self.page.request.method == "POST":
            assert not where.fragment
            return self.suite.visits[-1].form
        given = where.fragment or where.query
        return {name: values[0] for name, values in parse_qs(given, keep_blank_values=True).items()}

    # --- the browser ------------------------------------------------------------------------

    @property
    def soup(self) -> BeautifulSoup:
        assert self.page is not None
        return BeautifulSoup(self.page.text, "html.parser")

    @property
    def page_name(self) -> str | None:
        main = self.soup.find("main")
        return str(main.get("data-page")) if isinstance(main, Tag) else None

    def press(self, **fields: str) -> None:
        """Fill in and send the form that has these fields, or the page's only one."""
        assert self.page is not None
        wanted = next(iter(fields), None)
        mark = f'main form:has([name="{wanted}"])' if wanted else "main form"
        form = self.soup.select_one(mark)
        assert isinstance(form, Tag), f"no form with {wanted!r}: {self.describe()}"
        hidden = {
            str(one["name"]): str(one.get("value", ""))
            for one in form.select('input[type="hidden"][name]')
        }
        where = self.page.url.join(str(form.get("action") or ""))
        headers = {"Origin": f"{self.page.url.scheme}://{self.page.url.netloc.decode()}"}
        self.page = self.browser.post(where, data=hidden | fields, headers=headers)

    def describe(self) -> str:
        assert self.page is not None
        text = " ".join(self.soup.get_text(" ").split())
        return f"{self.page.status_code} {self.page.url} {self.page_name}: {text[:500]}"

    # --- the back channel -------------------------------------------------------------------

    def token(self, **fields: Any) -> httpx.Response:
        """By the method the client is registered with."""
        method = self.client.get("token_endpoint_auth_method", "client_secret_basic")
        secret, name = self.client.get("client_secret", ""), self.client["client_id"]
        if method == "client_secret_basic":
            return self.http.post(self.metadata["token_endpoint"], data=fields, auth=(name, secret))
        if method == "client_secret_post":
            fields |= {"client_id": name, "client_secret": secret}
        return self.http.post(self.metadata["token_endpoint"], data=fields)

    def exchange(self, code: str, **more: Any) -> dict[str, Any]:
        """The tokens, which the specification says must look like this."""
        response = self.redeem(code, **more)
        assert response.status_code == 200, response.text
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Cache-Control"] == "no-store"
        tokens: dict[str, Any] = response.json()
        assert tokens["token_type"] == "Bearer"
        assert isinstance(tokens["expires_in"], int)
        return tokens

    def redeem(self, code: str, **more: Any) -> httpx.Response:
        """One try."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
        }
        return self.token(**(fields | more))

    def userinfo(self, access_token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.http.get(self.metadata["userinfo_endpoint"], headers=headers)

    def claims(self, id_token: str, nonce: str | None = None) -> dict[str, Any]:
        """Of an ID token whose signature, header and protocol claims are right."""
        claims = self.claims_of(id_token)
        assert claims["exp"] > claims["iat"]
        assert 1 <= len(claims["sub"]) <= 255
        assert claims.get("nonce") == nonce
        return claims

    def claims_of(self, token: str) -> dict[str, Any]:
        """Of anything that the provider has signed for this client."""
        keys = self.http.get(self.metadata["jwks_uri"]).json()
        decoded = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        assert decoded.header["alg"] == self.client.get("id_token_signed_response_alg", "RS256")
        assert decoded.header["kid"] in {key["kid"] for key in keys["keys"]}
        claims: dict[str, Any] = decoded.claims
        assert claims["iss"] == self.provider.issuer
        assert claims["aud"] == self.client["client_id"]
        return claims

    def sign_in(self, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Code flow to the end: the tokens, and the claims of the ID token."""
        nonce = changes.setdefault("nonce", secrets.token_urlsafe(10))
        tokens = self.exchange(self.authorize(**changes)["code"])
        return tokens, self.claims(tokens["id_token"], nonce)


def half_hash(value: str) -> str:
    """`at_hash` and `c_hash` of the algorithms that hash by SHA-256 (OIDC Core §3.1.3.6)."""
    digest = hashlib.sha256(value.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def grant_types(response_type: str) -> list[str]:
    """Those that belong to it (Dynamic Registration §2)."""
    kinds = set(response_type.split())
    belonging = {"authorization_code": {"code"}, "implicit": {"id_token", "token"}}
    return [name for name, its_own in belonging.items() if kinds & its_own]
