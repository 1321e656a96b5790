"""What pages of other origins may call and read: apps in a browser, which have no secret (CORS)."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response

ENDPOINTS = frozenset(
    {"protocol.token", "protocol.userinfo", "protocol.revoke", "protocol.pushed_request"}
)
"""Beside the public documents."""
PREFLIGHT_SECONDS = 7200

# Without credentials: no cookie is ever looked at here, so any origin may ask (Core §5.3.1).
_EVERY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
_READABLE = {"Access-Control-Expose-Headers": "WWW-Authenticate, Retry-After, X-Request-Reference"}


def readable(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers of an answer that pages of every origin may read."""
    return {**headers, **_EVERY_ORIGIN, **_READABLE}


def preflight(methods: str) -> Response:
    """What such a page may send: any header. The asterisk means all but Authorization."""
    response = Response(status=204, headers=_EVERY_ORIGIN)
    response.headers["Access-Control-Allow-Methods"] = methods
    response.headers["Access-Control-Allow-Headers"] = "*, Authorization"
    response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response
