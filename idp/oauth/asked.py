"""An authorization request in judgement: client and redirect URI are trusted, nothing else is."""

from __future__ import annotations

from dataclasses import dataclass

from idp.clients.registered import RegisteredClient
from idp.oauth.errors import OAuth2Error
from idp.oauth.parameters import Received


@dataclass(frozen=True, slots=True)
class Asked:
    """What the rules read."""

    received: Received
    client: RegisteredClient
    redirect_uri: str
    state: str | None
    fault: OAuth2Error | None = None
    """What is wrong with the request object that the parameters came in."""
    is_signed: bool = False
    """They came in a request object (RFC 9101)."""
    is_pushed: bool = False
    """The client has brought it itself (RFC 9126)."""
    pushed_as: str | None = None
    """The `request_uri` under which it did."""

    def get(self, name: str) -> str | None:
        """A parameter, None when absent or empty."""
        return self.received.get(name)
