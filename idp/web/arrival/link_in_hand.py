"""A mailed link, between the click in the mail and its form (R52).

`take` answers the click: it moves the token from the address into a cookie of its own purpose and
redirects to the form, so that it is in no history, log or referrer. `held` finds the link again.
The form names the link by its `mark`, so that a link opened meanwhile in another tab is not taken
for the one whose form is sent. A GET spends nothing.
"""

from __future__ import annotations

from flask import Response, request

from idp import opaque
from idp.accounts import mailed_link
from idp.accounts.mailed_link import Purpose
from idp.extensions import settings
from idp.models import MailedLink
from idp.web import current
from idp.web.pages import page, see_other

COOKIE_SECONDS = 30 * 60
FIELD = "link"
"""Where a form, or the address that it is sent to, says which link it is about: `link_field` in
macros/form.html."""


def take(purpose: Purpose, token: str, form_url: str) -> Response:
    """Answer `GET /…/<token>`."""
    if mailed_link.find(token, purpose) is None:
        return gone()
    current.cookies().changes[_cookie(purpose)] = (token, COOKIE_SECONDS)
    return see_other(form_url)


def held(purpose: Purpose) -> MailedLink | None:
    """The link of the form that is shown, or was sent, while it is good."""
    token = request.cookies.get(_cookie(purpose))
    link = mailed_link.find(token, purpose) if token else None
    if link is None or request.method != "POST":
        return link
    sent = request.values.get(FIELD, "").encode("utf-8", "replace")
    return link if opaque.same(sent, mark(link).encode("ascii")) else None


def mark(link: MailedLink) -> str:
    """Tells links apart and opens nothing."""
    return opaque.base64url(opaque.digest("mark:" + link.digest.hex()))[:16]


def release(purpose: Purpose) -> None:
    """It has done its work: the browser forgets it with this answer."""
    current.cookies().changes[_cookie(purpose)] = (None, None)


def gone() -> Response:
    """The one page for a link that is spent, replaced, too old or made up."""
    return page("arrival/link_invalid.html", 410)


def _cookie(purpose: Purpose) -> str:
    name = f"link-{purpose.replace('_', '-')}"
    return f"__Host-{name}" if settings().is_https else f"idp_{name}"
