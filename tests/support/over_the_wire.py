"""The windowless browser's transport to a server in another process: real sockets, real threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.browser import Browser


@dataclass(frozen=True, slots=True)
class WireResponse:
    """As much of a test response as a browser reads."""

    response: httpx.Response

    @property
    def status_code(self) -> int:
        return self.response.status_code

    @property
    def headers(self) -> httpx.Headers:
        return self.response.headers

    def get_data(self, *, as_text: bool = False) -> str | bytes:
        """The body."""
        return self.response.text if as_text else self.response.content


@dataclass(slots=True)
class WireClient:
    """One cookie jar. A connection per request, so that none is left open when a test ends."""

    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    def open(
        self,
        path: str,
        *,
        method: str = "GET",
        data: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        base_url: str = "",
    ) -> WireResponse:
        """One request; redirects are the browser's business."""
        sent: Any = data
        with httpx.Client(timeout=60, cookies=self.cookies) as http:
            response = http.request(method, base_url + path, data=sent, headers=headers)
            self.cookies = http.cookies
        return WireResponse(response)


def browser_at(issuer: str) -> Browser:
    """A fresh browser at a running server."""
    transport: Any = WireClient()
    return Browser(transport, issuer)
