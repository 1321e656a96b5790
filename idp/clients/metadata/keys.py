"""What a client signs with: public keys of its own, here or at an address (RFC 7591 §2)."""

from __future__ import annotations

from collections.abc import Iterator

from idp.clients.metadata.proposed import MOST_KEYS, Problem, ProposedClient
from idp.clients.redirect_uri import Deployment
from idp.signing import public_jwk


def keys_are_public(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    if proposed.jwks is None:
        if proposed.proves_by_key and proposed.jwks_uri is None:
            yield "jwks", "private_key_jwt needs jwks or jwks_uri"
        if proposed.require_signed_request_object and proposed.jwks_uri is None:
            yield "require_signed_request_object", "needs jwks or jwks_uri"
        return
    if proposed.jwks_uri is not None:
        yield "jwks", "either jwks or jwks_uri"
    keys = proposed.jwks.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_KEYS:
        yield "jwks", f"must be an object whose keys are a list of 1 to {MOST_KEYS}"
        return
    for wrong in filter(None, map(public_jwk.problem, keys)):
        yield "jwks", wrong
    kids = [str(key["kid"]) for key in keys if isinstance(key, dict) and "kid" in key]
    if len(set(kids)) < len(kids):
        yield "jwks", "two keys have the same kid"
