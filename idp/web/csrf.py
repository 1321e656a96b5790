"""Form tokens: an HMAC over something only this page's browser holds, and the origin of the post.

Nothing is stored for them. The subject is the interaction on its pages, the session's `sid` on
account pages, and the binding cookie elsewhere; the first two survive the rotation of both cookies,
so a form that is open in another tab stays good.
"""

from __future__ import annotations

import hmac

from flask import g, request

from idp import opaque
from idp.extensions import keyring
from idp.web import browser, current
from idp.web.access import Door

_PURPOSE = "csrf"


def token() -> str:
    """The token for forms of the page in hand."""
    return _token(_subject())


def browser_token() -> str:
    """The token for forms that stand on every page and post to a public route."""
    return _token(f"browser:{browser.ensure_binding()}")


def is_trusted_post() -> bool:
    """Whether this post comes from our own page in this browser (Origin, Sec-Fetch-Site, token)."""
    if browser.is_foreign_post():
        return False
    sent = request.form.get("csrf_token", "").encode("utf-8", "replace")
    accepted = keyring().keyed_digests(_PURPOSE, _subject().encode())
    return any(hmac.compare_digest(sent, opaque.base64url(one).encode()) for one in accepted)


def _subject() -> str:
    door = rule.door if (rule := current.access()) else Door.PUBLIC
    if door is Door.INTERACTION and "visit" in g:
        return f"interaction:{current.visit().interaction.id}"
    if door in {Door.SIGNED_IN, Door.ADMINISTRATION} and g.get("recognised_session"):
        return f"session:{current.session().sid}"
    return f"browser:{browser.ensure_binding()}"


def _token(subject: str) -> str:
    return opaque.base64url(keyring().keyed_digest(_PURPOSE, subject.encode()))
