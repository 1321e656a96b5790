"""The two cookies: the session, and the value that binds interactions to one browser.

With an https issuer they are `__Host-` cookies. On http, which is only possible on localhost,
browsers and simple clients refuse that prefix, so the names differ and Secure is left out.
"""

from __future__ import annotations

from flask import Response, g, request

from idp import opaque
from idp.accounts import sign_out
from idp.authentication import browser_accounts
from idp.authentication import session as sessions
from idp.authentication.session import LiveSession, RecognisedSession
from idp.extensions import settings
from idp.interaction import lifecycle
from idp.web import current

BROWSER_LIFETIME_SECONDS = 24 * 3600


def session_cookie() -> str:
    return "__Host-session" if settings().is_https else "idp_session"


def browser_cookie() -> str:
    return "__Host-browser" if settings().is_https else "idp_browser"


def signed_in() -> tuple[LiveSession, ...]:
    """The accounts that are signed in in this browser, the current one first; looked up once per
    request.
    """
    if "signed_in" not in g:
        token = request.cookies.get(session_cookie())
        g.signed_in = sessions.signed_in(token) if token else ()
    found: tuple[LiveSession, ...] = g.signed_in
    return found


def recognised_session() -> RecognisedSession | None:
    """The live session of the account that was chosen last in this browser."""
    if "recognised_session" not in g:
        accounts = signed_in()
        g.recognised_session = sessions.with_proofs(accounts[0], accounts) if accounts else None
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
        here = current.visit().interaction.id if "visit" in g else None
        lifecycle.move_to_browser(opaque.digest(old), opaque.digest(new), here)


def begin_session(token: str) -> None:
    """Hand the session's new value to the browser, which forgets it when it is closed, unless
    somebody is kept signed in.
    """
    lifetime = browser_accounts.cookie_lifetime(token)
    seconds = int(lifetime.total_seconds()) if lifetime else None
    current.cookies().changes[session_cookie()] = (token, seconds)


def leave(leaving: tuple[LiveSession, ...]) -> None:
    """End these accounts here. The others stay, with a new value."""
    _forget(leaving, sign_out.leave(signed_in(), leaving))


def leave_everywhere(leaving: tuple[LiveSession, ...]) -> None:
    """The same, and in every other browser."""
    _forget(leaving, sign_out.leave_everywhere(signed_in(), leaving))


def _forget(gone: tuple[LiveSession, ...], token: str | None) -> None:
    """`token`: the value of those that stay."""
    if token is None:
        current.cookies().changes[session_cookie()] = (None, None)
    else:
        begin_session(token)
    g.signed_in = tuple(one for one in signed_in() if one not in gone)
    g.pop("recognised_session", None)


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
    return ours_of(request.environ.get("HTTP_COOKIE", "")) is None


def ours_of(header: str) -> dict[str, str] | None:
    """Our cookies as they came, by name; None when one came twice."""
    prefix = "__Host-" if settings().is_https else "idp_"
    found: dict[str, str] = {}
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name.startswith(prefix):
            name = name.rstrip()
            if name in found:
                return None
            found[name] = value.lstrip()
    return found
