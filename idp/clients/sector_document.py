"""The document behind a `sector_identifier_uri` (OIDC Registration §5): fetched when a client is
registered, and never again.

Whoever hosts it says with it which redirect URIs share their pairwise subjects; a client that it
does not name could otherwise learn who the users of another sector are.
"""

from __future__ import annotations

from idp import outbound
from idp.clients.metadata import ProposedClient

MEMBER = "sector_identifier_uri"


def problems(proposed: ProposedClient) -> dict[str, str]:
    """What is wrong with it; empty also when there is none. Of a failed call only the log tells
    why: the caller must not learn what our network looks like from here.
    """
    uri = proposed.sector_identifier_uri
    if uri is None:
        return {}
    try:
        listed = outbound.fetch_json(uri)
    except outbound.OutboundError:
        return {MEMBER: "could not be fetched"}
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        return {MEMBER: "must be a JSON list of redirect URIs"}
    if not set(proposed.redirect_uris) <= set(listed):
        return {MEMBER: "does not list every redirect URI"}
    return {}
