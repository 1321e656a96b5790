"""Security headers: one policy per kind of page, decided by the route's access
marker (R85, R86).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

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


_VARY = ("Vary", "Cookie, Accept-Language")
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


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the headers of an answer depend on."""

    policy: str
    is_redirect: bool
    is_shared: bool
    """With pages of other origins."""
    leads_away: bool
    is_static: bool
    is_https: bool


@lru_cache(maxsize=256)
def _headers_of(kind: _Kind) -> tuple[tuple[str, str], ...]:
    headers = [
        ("Content-Security-Policy", kind.policy),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        # A form's Origin would become "null" under no-referrer; a redirect carries codes and must
        # leak nothing.
        ("Referrer-Policy", "no-referrer" if kind.is_redirect else "same-origin"),
        ("Permissions-Policy", "interest-cohort=(), camera=(), geolocation=(), microphone=()"),
    ]
    if not kind.is_shared:
        headers.append(("Cross-Origin-Resource-Policy", "same-origin"))
    if not kind.leads_away:
        # Sign-in pages may run in a popup whose opener waits for them.
        headers.append(("Cross-Origin-Opener-Policy", "same-origin"))
    if kind.is_https:
        headers.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
    if not kind.is_static:
        headers.append(("Cache-Control", "no-store"))
    return tuple(headers)


@lru_cache(maxsize=64)
def of_data(present: tuple[str, ...], *, is_https: bool) -> tuple[tuple[str, str], ...]:
    """What is missing where these headers are present, and no view of Flask's answers."""
    names = {name.lower() for name in present}
    kind = _Kind(
        policy=_DATA,
        is_redirect=False,
        is_shared="access-control-allow-origin" in names,
        leads_away=True,
        is_static=False,
        is_https=is_https,
    )
    return tuple(pair for pair in _headers_of(kind) if pair[0].lower() not in names)


@lru_cache(maxsize=2)
def of_redirect(*, is_https: bool) -> tuple[tuple[str, str], ...]:
    """The same for a redirect to an app that no view of Flask's answered."""
    kind = _Kind(
        policy=_PAGE,
        is_redirect=True,
        is_shared=False,
        leads_away=True,
        is_static=False,
        is_https=is_https,
    )
    return (*_headers_of(kind), _VARY)


def set_headers(response: Response) -> None:
    """Complete the headers of an answer; what a view has set stays."""
    rule = current.access()
    headers = response.headers
    present = {name.lower() for name in headers.keys()}  # noqa: SIM118  it yields pairs
    kind = _Kind(
        policy=content_security_policy(response),
        is_redirect="location" in present,
        is_shared="access-control-allow-origin" in present,
        leads_away=rule is not None and rule.door in _LEADS_AWAY,
        is_static=request.endpoint == "static",
        is_https=settings().is_https,
    )
    headers.extend(pair for pair in _headers_of(kind) if pair[0].lower() not in present)
    if response.status_code >= FIRST_ERROR:
        headers.setdefault(REFERENCE, origin.current().reference)
    if not kind.is_static and response.mimetype == "text/html":
        headers.add(*_VARY)
