"""The two cookies: the session, and the value that binds interactions to one browser.

With an https issuer they are `__Host-` cookies. On http, which is only possible on localhost,
browsers and simple clients refuse that prefix, so the names differ and Secure is left out.
"""

from __future__ import annotations

from flask import Response, g, request

from idp import opaque
from idp.authentication import session as sessions
from idp.authentication.session import RecognisedSession
from idp.extensions import settings
from idp.interaction import lifecycle
from idp.web import current

BROWSER_LIFETIME_SECONDS = 24 * 3600


def session_cookie() -> str:
    return "__Host-session" if settings().is_https else "idp_session"


def browser_cookie() -> str:
    return "__Host-browser" if settings().is_https else "idp_browser"


def recognised_session() -> RecognisedSession | None:
    """The live session of this browser, looked up once per request."""
    if "recognised_session" not in g:
        token = request.cookies.get(session_cookie())
        g.recognised_session = sessions.recognise(token) if token else None
    found: RecognisedSession | None = g.recognised_session
    return found


def binding() -> str | None:
    """The browser's binding value: the one being set by this answer, else the cookie's."""
    pending = current.cookies().changes.get(browser_cookie())
    return pending[0] if pending else request.cookies.get(browser_cookie())


def ensure_binding() -> str:
    """The binding value; a new browser gets one with this answer."""
    value = binding()
    if value is None:
        value = opaque.make()
        current.cookies().changes[browser_cookie()] = (value, BROWSER_LIFETIME_SECONDS)
    return value


def rotate_binding() -> None:
    """After each proof: a value known before it opens nothing any more."""
    old, new = binding(), opaque.make()
    current.cookies().changes[browser_cookie()] = (new, BROWSER_LIFETIME_SECONDS)
    if old is not None:
        lifecycle.move_to_browser(opaque.digest(old), opaque.digest(new))


def begin_session(token: str) -> None:
    """Hand the session's new value to the browser."""
    current.cookies().changes[session_cookie()] = (token, None)


def forget_session() -> None:
    """Take the session's value from the browser."""
    current.cookies().changes[session_cookie()] = (None, None)


def is_foreign_post() -> bool:
    """Whether another origin's page made this browser post here (Origin, Sec-Fetch-Site)."""
    if request.method != "POST":
        return False
    if request.headers.get("Origin", settings().issuer) != settings().issuer:
        return True
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}


def set_cookies(response: Response) -> None:
    """Write what this request decided; called once, after the commit."""
    if is_foreign_post():
        # Lax cookies stay behind, so this browser looks new: a binding for it would take the place
        # of the one it has, and end every sign-in that is open there.
        return
    for name, (value, lifetime) in current.cookies().changes.items():
        if value is None:
            response.delete_cookie(
                name, path="/", secure=settings().is_https, httponly=True, samesite="Lax"
            )
            continue
        response.set_cookie(
            name,
            value,
            max_age=lifetime,
            path="/",
            secure=settings().is_https,
            httponly=True,
            samesite="Lax",
        )


def has_ambiguous_cookies() -> bool:
    """The same cookie twice: a sibling host may be tossing cookies, so neither is
    believed (A71).
    """
    header = request.headers.get("Cookie", "")
    names = [part.split("=", 1)[0].strip() for part in header.split(";")]
    return any(names.count(name) > 1 for name in (session_cookie(), browser_cookie()))
