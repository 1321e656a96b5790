"""What every lane of the traffic uses: an authorization request, and doubt while one is asked."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from tests.reliability.ledger import Fate, Promise
from tests.reliability.people import Cast
from tests.reliability.wire import NotSent
from tests.support.relying_party import REDIRECT_URI, challenge

SCOPE = "openid offline_access"


def authorization(cast: Cast, **more: str) -> tuple[str, str]:
    """Path with query, and the verifier."""
    verifier = secrets.token_urlsafe(32)
    query = {
        "response_type": "code",
        "client_id": cast.rotating.client_id,
        "redirect_uri": REDIRECT_URI,
        "scope": SCOPE,
        "state": secrets.token_urlsafe(6),
        "nonce": secrets.token_urlsafe(6),
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    } | more
    return "/authorize?" + urlencode(query), verifier


@contextmanager
def unknown_until_told(promise: Promise) -> Iterator[None]:
    """While something is asked that changes it; what never left has changed nothing."""
    promise.fate = Fate.UNKNOWN
    try:
        yield
    except NotSent:
        promise.fate = Fate.LIVE
        raise
