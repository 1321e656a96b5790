"""Where a client lives: redirects, pages, and what we call or send its users to (RFC 8252 §7)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from idp.clients import redirect_uri
from idp.clients.metadata.proposed import MOST_VALUES, URI_MEMBERS, Problem, ProposedClient
from idp.clients.redirect_uri import Deployment


def redirects_lead_to_the_client(
    proposed: ProposedClient, deployment: Deployment
) -> Iterator[Problem]:
    for member, uris in (
        ("redirect_uris", proposed.redirect_uris),
        ("post_logout_redirect_uris", proposed.post_logout_redirect_uris),
    ):
        if len(uris) > MOST_VALUES or len(set(uris)) < len(uris):
            yield member, f"at most {MOST_VALUES}, each once"
        for uri in uris[:MOST_VALUES]:
            wrong = redirect_uri.problem(uri, proposed.application_type, deployment)
            if wrong:
                yield member, f"{_shown(uri)} {wrong}"


def other_uris_are_https(proposed: ProposedClient, deployment: Deployment) -> Iterator[Problem]:
    for member, uri in proposed.metadata.items():
        if member.partition("#")[0] in URI_MEMBERS:
            wrong = redirect_uri.web_problem(uri, deployment)
            if wrong:
                yield member, f"{_shown(uri)} {wrong}"


def calls_go_to_the_client(proposed: ProposedClient, deployment: Deployment) -> Iterator[Problem]:
    """Where we call the client, or send its users: https, without a fragment but for
    `request_uris`.
    """
    single = {
        "jwks_uri": proposed.jwks_uri,
        "sector_identifier_uri": proposed.sector_identifier_uri,
        "backchannel_logout_uri": proposed.backchannel_logout_uri,
        "frontchannel_logout_uri": proposed.frontchannel_logout_uri,
    }
    named = [(member, uri) for member, uri in single.items() if uri is not None]
    # The fragment of a request_uri is a hash of its content (OIDC Core §6.2).
    named += [
        ("request_uris", uri.partition("#")[0]) for uri in proposed.request_uris[:MOST_VALUES]
    ]
    for member, uri in named:
        if wrong := redirect_uri.web_problem(uri, deployment):
            yield member, f"{_shown(uri)} {wrong}"
    if len(proposed.request_uris) > MOST_VALUES:
        yield "request_uris", f"at most {MOST_VALUES}"


def frames_are_of_the_same_origin(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    """Front-Channel Logout §2: what our page shows in a frame is where users are sent anyway."""
    uri = proposed.frontchannel_logout_uri
    if uri is not None and _origin(uri) not in map(_origin, proposed.redirect_uris):
        yield "frontchannel_logout_uri", "must have scheme, host and port of a redirect URI"


def resources_are_absolute(proposed: ProposedClient, deployment: Deployment) -> Iterator[Problem]:
    """RFC 8707 §2: without a fragment. Never fetched, but compared byte for byte."""
    known = proposed.metadata.get("resources", ())
    if len(known) > MOST_VALUES:
        yield "resources", f"at most {MOST_VALUES}"
    own = proposed.metadata.get("resource")
    named = [("resources", uri) for uri in known[:MOST_VALUES]]
    for member, uri in named if own is None else [*named, ("resource", own)]:
        if wrong := redirect_uri.web_problem(uri, deployment):
            yield member, f"{_shown(uri)} {wrong}"
    if own is not None and proposed.is_public:
        yield "resource", "only a confidential client may introspect"


def pairwise_has_one_sector(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    """OIDC Core §8.1: with several hosts only a sector identifier says which clients belong
    together.
    """
    if proposed.subject_type != "pairwise" or proposed.sector_identifier_uri is not None:
        return
    if len({_parts(uri).hostname for uri in proposed.redirect_uris}) != 1:
        yield "sector_identifier_uri", "pairwise with several hosts, or none, needs one"


def _origin(uri: str) -> str:
    parts = _parts(uri)
    return f"{parts.scheme}://{parts.netloc}"


def _parts(uri: str) -> SplitResult:
    """None of what is no address, such as `https://[`: the rule of its own member says so."""
    try:
        return urlsplit(uri)
    except ValueError:
        return urlsplit("")


def _shown(uri: str) -> str:
    """Quoted and cut, for it may be anything."""
    return ascii(uri if len(uri) <= 80 else uri[:77] + "...")
