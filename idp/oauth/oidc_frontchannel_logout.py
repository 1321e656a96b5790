"""OpenID Connect Front-Channel Logout 1.0: frames on our page in which apps end their sessions.

For clients that cannot be called by us, behind a switch of the deployment. Nobody can tell whether
an app heard: most browsers keep its cookies from a frame on a page of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from idp.clients.registered import RegisteredClient
from idp.extensions import settings

METADATA = {
    "frontchannel_logout_supported": True,
    "frontchannel_logout_session_supported": True,
}
"""§3."""


def is_offered() -> bool:
    """The deployment's switch."""
    return settings().protocol.front_channel_logout


def frames(clients: Iterable[RegisteredClient], sid: str) -> tuple[str, ...]:
    """§2, §3: the registered address of each client, with its own query, and who ended what."""
    if not is_offered():
        return ()
    about = urlencode({"iss": settings().issuer, "sid": sid})
    uris = (client.frontchannel_logout_uri for client in clients if client.is_enabled)
    return tuple(f"{uri}{'&' if '?' in uri else '?'}{about}" for uri in uris if uri)


def frame_sources(addresses: Iterable[str]) -> str:
    """The `frame-src` of a page with these frames: exactly their origins."""
    parts = map(urlsplit, addresses)
    return " ".join(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))
