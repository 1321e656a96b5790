"""Fetch the logos of new clients, once each, through the guarded door."""

from __future__ import annotations

from datetime import datetime

from idp import outbound
from idp.clients import logo
from idp.extensions import transaction
from idp.outbound import OutboundError

MOST_AT_ONCE = 5
"""In one run, each of which may take as long as the door allows."""


def run(_now: datetime) -> int:
    """Returns how many images were found."""
    with transaction():
        due = logo.missing(MOST_AT_ONCE)
    # Nothing is held open while other hosts think.
    return sum(_fetched(client_id, logo_uri) for client_id, logo_uri in due)


def _fetched(client_id: str, logo_uri: str) -> bool:
    try:
        content: bytes | None = outbound.fetch(logo_uri, accept="image/*")
    except OutboundError:
        content = None
    with transaction():
        return logo.keep(client_id, logo_uri, content)
