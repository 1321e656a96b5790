"""The only HTTP client: https to public addresses, nothing followed, small and quick.

Exceptions come from `IDP_OUTBOUND_ALLOW`. It is built on sockets that we dial and judge ourselves,
with `http.client` only to read the answer: urllib3, requests and httpx resolve and connect out of
our sight, bound each read instead of the whole, follow redirects, unpack bodies, and heed proxies
and `.netrc` of the environment; all of it would have to be switched off, and stay so.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from idp.extensions import settings
from idp.outbound.door import Door
from idp.outbound.refusal import OutboundError, OutboundFailed, OutboundRefused, Reason

__all__ = [
    "OutboundError",
    "OutboundFailed",
    "OutboundRefused",
    "Reason",
    "fetch",
    "fetch_json",
    "post_form",
]


def fetch(url: str, *, accept: str = "*/*") -> bytes:
    """The body of a 200 answer. Raises `OutboundRefused`, `OutboundFailed`."""
    return _door().fetch(url, accept)


def fetch_json(url: str, *, accept: str = "application/json") -> Any:  # noqa: ANN401
    """The same, parsed, with unique member names. Raises `OutboundRefused`, `OutboundFailed`."""
    return _door().fetch_json(url, accept)


def post_form(url: str, fields: Mapping[str, str]) -> int:
    """The status of an answer that is no redirect. Raises `OutboundRefused`, `OutboundFailed`."""
    return _door().post_form(url, fields)


def _door() -> Door:
    chosen = settings()
    return _built(chosen.outbound_allow, chosen.outbound_ca_file)


@lru_cache(maxsize=8)
def _built(allowed: tuple[str, ...], extra_ca: Path | None) -> Door:
    return Door.built(allowed, extra_ca)
