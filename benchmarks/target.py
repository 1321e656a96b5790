"""The provider as the driver sees it: found by discovery, spoken to as an app and as a person."""

from __future__ import annotations

import base64
import hashlib
import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from benchmarks.browser import Browser, Page
from benchmarks.http import Connection, Response, Wrong, message
from benchmarks.provider import SCOPE, Client, Person, Provider

DISCOVERY = "/.well-known/openid-configuration"
MOST_PAGES = 6


class Code(NamedTuple):
    """An authorization code, and what redeems it."""

    code: str
    verifier: str


@dataclass(slots=True)
class Target:
    """One running server of one provider."""

    provider: Provider
    people: tuple[Person, ...]
    port: int
    connect: type[Connection] = Connection
    metadata: dict[str, Any] = field(default_factory=dict)
    _people: Iterator[Person] = field(init=False)
    _addresses: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._people = itertools.cycle(self.people)

    def connection(self) -> Connection:
        return self.connect(self.port)

    async def discover(self) -> None:
        connection = self.connection()
        response = await connection.send(self.discovery_request())
        connection.close()
        self.metadata = response.json() | dict(self.provider.metadata)

    def discovery_request(self) -> bytes:
        """Below the issuer's own path, if it has one (OpenID Connect Discovery §4)."""
        path = urlsplit(self.provider.issuer).path.rstrip("/") + DISCOVERY
        return message("GET", path, self.headers())

    def headers(self, **more: str) -> dict[str, str]:
        """Of every request: the issuer's host, and what a proxy would say."""
        return {"Host": self.provider.host, **self.provider.headers, **more}

    def path(self, endpoint: str) -> str:
        """Where an endpoint is; the origin is the issuer's."""
        return urlsplit(str(self.metadata[endpoint])).path

    # --- as a relying party ------------------------------------------------------------------

    def token_request(self, client: Client, **fields: str) -> bytes:
        return self.client_request("token_endpoint", client, **fields)

    def client_request(self, endpoint: str, client: Client, **fields: str) -> bytes:
        """A form by an authenticated client (client_secret_basic)."""
        pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
        basic = base64.b64encode(pair.encode()).decode()
        headers = self.headers(Authorization=f"Basic {basic}")
        return message("POST", self.path(endpoint), headers, fields)

    def authorization_request(self, client: Client) -> tuple[str, str]:
        """Path with query, and the PKCE verifier."""
        verifier = secrets.token_urlsafe(32)
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": self.provider.redirect_uri,
            "scope": SCOPE,
            "state": secrets.token_urlsafe(8),
            "nonce": secrets.token_urlsafe(8),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self.path('authorization_endpoint')}?{urlencode(query)}", verifier

    async def exchange(self, connection: Connection, client: Client, code: Code) -> dict[str, Any]:
        request = self.token_request(
            client,
            grant_type="authorization_code",
            code=code.code,
            redirect_uri=self.provider.redirect_uri,
            code_verifier=code.verifier,
        )
        return issued(await connection.send(request), "access_token", "id_token", "refresh_token")

    # --- as a person -------------------------------------------------------------------------

    def browser(self, connection: Connection) -> Browser:
        """A fresh one, at an address of its own: one address may not try many passwords."""
        number = next(self._addresses)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        return Browser(connection, self.provider.issuer, address, self.provider.headers)

    def next_person(self) -> Person:
        """All in turn, for ever."""
        return next(self._people)

    async def sign_in(self, browser: Browser, client: Client, person: Person) -> Code:
        """From the request to the code: password and consent where they are asked for."""
        path, verifier = self.authorization_request(client)
        until = self.provider.redirect_uri
        arrived = await browser.go(path, until)
        for _ in range(MOST_PAGES):
            if isinstance(arrived, str):
                break
            step = self.provider.step_on(arrived)
            form = arrived.form_with(step.marker)
            arrived = await browser.go(form.action, until, form.fields | step.fields(person))
        if isinstance(arrived, Page):
            raise Wrong("the sign-in does not end")
        return Code(code_in(arrived), verifier)


def code_in(url: str) -> str:
    """The code of an authorization response."""
    answer = parse_qs(urlsplit(url).query)
    if "code" not in answer:
        raise Wrong(f"no code: {answer.get('error', ['?'])[0]}")
    return answer["code"][0]


def issued(response: Response, *members: str) -> dict[str, Any]:
    """The answer of the token endpoint, which must have these members."""
    if response.status != 200:
        raise Wrong(f"{response.status}: {response.body[:60]!r}")
    document = response.json()
    if missing := [member for member in members if member not in document]:
        raise Wrong(f"answer without {', '.join(missing)}")
    return document
