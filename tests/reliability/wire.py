"""How the clients speak: one keep-alive connection, to whichever node answers, and every 5xx told.

They play the proxy that ends TLS: the issuer's host in `Host`, the caller's address beside it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from benchmarks.browser import REDIRECTS, Page
from benchmarks.http import Connection, Response, message
from tests.reliability.ledger import Ledger
from tests.support.provider import ISSUER
from tests.support.relying_party import REDIRECT_URI, RelyingParty

HOST = urlsplit(ISSUER).netloc
MOST_STEPS = 16


class Lost(Exception):
    """No answer: the request may have been done or not."""


class NotSent(Lost):
    """Nobody was there to send it to."""


class Away(Exception):
    """503 with Retry-After: it was not done."""


class BrokenAnswer(Exception):
    """An answer that should never have been given; it is in the ledger."""


def address() -> str:
    """Where somebody comes from: the limits count by address."""
    drawn = secrets.token_bytes(3)
    return f"10.{drawn[0]}.{drawn[1]}.{drawn[2]}"


@dataclass(slots=True)
class Wire:
    """To any of these ports; after a lost answer, to the next one."""

    ports: Sequence[int]
    ledger: Ledger
    _turn: int = field(default_factory=lambda: secrets.randbelow(1000))
    _connection: Connection | None = None

    async def send(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Raises `Lost`, `NotSent`, `Away` or `BrokenAnswer`."""
        named = {"Host": HOST, "X-Forwarded-For": address(), **(headers or {})}
        name = path.partition("?")[0].rpartition("/")[2]
        kind = f"{method} {name if len(name) < 30 else 'interaction'}"
        if self._connection is None:
            self._connection = Connection(self.ports[self._turn % len(self.ports)])
        try:
            response = await self._connection.send(message(method, path, named, fields))
        except (OSError, TimeoutError) as error:
            raise self._lost(kind, error) from error
        if response.status >= 500:
            self._judge_failure(kind, response)
        self.ledger.done[kind] += 1
        return response

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _lost(self, kind: str, error: Exception) -> Lost:
        self.close()
        self._turn += 1
        if isinstance(error, ConnectionRefusedError):
            return NotSent(kind)
        self.ledger.lost[kind] += 1
        if isinstance(error, TimeoutError):
            self.ledger.broke(f"{kind}: no answer within 30 seconds")
        return Lost(kind)

    def _judge_failure(self, kind: str, response: Response) -> None:
        is_away = response.status == 503 and response.header("retry-after")
        # Whoever types a password waits for a slot to hash it in, and hears when there is none.
        may_be_busy = kind in {"POST sign-in", "POST second-factor"}
        if is_away and (self.ledger.outage or may_be_busy):
            self.ledger.away[kind] += 1
            raise Away(kind)
        self.ledger.broke(f"{kind}: {response.status} {response.body[:120]!r}")
        raise BrokenAnswer(kind)

    # --- as a relying party ----------------------------------------------------------------------

    async def post(self, path: str, client: RelyingParty, **fields: str) -> Response:
        """A form by an authenticated client."""
        return await self.send("POST", path, fields, client.basic())


@dataclass(frozen=True, slots=True)
class Landed:
    """Where a browser ended: on a page, or (`page` is None) back at the app."""

    status: int
    url: str
    page: Page | None


@dataclass(slots=True)
class Window:
    """A person's browser: cookies, redirects, forms."""

    wire: Wire
    cookies: dict[str, str] = field(default_factory=dict)
    comes_from: str = field(default_factory=address)
    url: str = ISSUER

    async def go(self, url: str, fields: Mapping[str, str] | None = None) -> Landed:
        """Open, or send a form, and follow redirects."""
        self.url = urljoin(self.url, url)
        for _ in range(MOST_STEPS):
            response = await self._request(fields)
            if response.status not in REDIRECTS:
                return Landed(response.status, self.url, Page(response.body.decode()))
            self.url, fields = urljoin(self.url, response.header("location")), None
            if self.url.startswith(REDIRECT_URI):
                return Landed(response.status, self.url, None)
        raise BrokenAnswer("redirected in circles")

    async def submit(self, landed: Landed, marked_by: str, **typed: str) -> Landed:
        """Send the page's form that has this field or button."""
        assert landed.page is not None
        form = landed.page.form_with(marked_by)
        return await self.go(form.action or landed.url, form.fields | typed)

    async def _request(self, fields: Mapping[str, str] | None) -> Response:
        parts = urlsplit(self.url)
        headers = {"X-Forwarded-For": self.comes_from}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if fields is not None:
            headers["Origin"] = ISSUER
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        method = "GET" if fields is None else "POST"
        response = await self.wire.send(method, path, fields, headers)
        for line in response.headers("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response
