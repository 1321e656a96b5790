"""Security headers: one policy per kind of page, decided by the route's access
marker (R85, R86).
"""

from __future__ import annotations

from flask import Response, request

from idp import origin
from idp.extensions import settings
from idp.web import current
from idp.web.access import Door

_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_DATA = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"

_LEADS_AWAY = frozenset({Door.INTERACTION, Door.PROTOCOL, Door.LEAVING})
"""Their posts end in a redirect to a client, which Chromium would hold against `form-action`."""


REFERENCE = "X-Request-Reference"
"""On every error: what its explanation is found by. Pages say it, too; programs log it."""
FIRST_ERROR = 400


def content_security_policy(response: Response) -> str:
    """The policy of this answer."""
    if response.mimetype != "text/html":
        return _DATA
    rule = current.access()
    if rule is not None and rule.door in _LEADS_AWAY:
        return _PAGE
    return f"{_PAGE}; form-action 'self'"


def set_headers(response: Response) -> None:
    """Complete the headers of an answer; what a view has set stays."""
    rule = current.access()
    headers = response.headers
    headers.setdefault("Content-Security-Policy", content_security_policy(response))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    # A form's Origin would become "null" under no-referrer; a redirect carries codes and must
    # leak nothing.
    is_redirect = 300 <= response.status_code < 400
    headers.setdefault("Referrer-Policy", "no-referrer" if is_redirect else "same-origin")
    headers.setdefault(
        "Permissions-Policy", "interest-cohort=(), camera=(), geolocation=(), microphone=()"
    )
    if "Access-Control-Allow-Origin" not in headers:
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if rule is None or rule.door not in _LEADS_AWAY:
        # Sign-in pages may run in a popup whose opener waits for them.
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if response.status_code >= FIRST_ERROR:
        headers.setdefault(REFERENCE, origin.current().reference)
    if settings().is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
        if response.mimetype == "text/html":
            headers.add("Vary", "Cookie, Accept-Language")
