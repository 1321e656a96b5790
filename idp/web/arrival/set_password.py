"""Choosing a password by a one-time link. GET spends nothing (mail scanners open links); the token
leaves the
address by a redirect into a short-lived cookie, so that it is in no history, log or referrer."""

from __future__ import annotations

from flask import Response, request, url_for

from idp.accounts import password_link
from idp.authentication import password
from idp.authentication.verdict import Busy
from idp.extensions import settings
from idp.models import MailedLink, User
from idp.web import access, errors
from idp.web.arrival.routes import blueprint
from idp.web.pages import FAILED_FORM, page, see_other

COOKIE_SECONDS = 30 * 60


def cookie_name() -> str:
    """Not the session's, not the browser's: this one only carries a link from one
    GET to its form.
    """
    return "__Host-link" if settings().is_https else "idp_link"


@blueprint.get("/set-password/<token>")
@access.access(access.PUBLIC)
def open_link(token: str) -> Response:
    """Take the token out of the address."""
    response: Response = see_other(url_for("arrival.set_password"))
    response.set_cookie(
        cookie_name(),
        token,
        max_age=COOKIE_SECONDS,
        secure=settings().is_https,
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.get("/set-password")
@access.access(access.PUBLIC)
def set_password() -> Response:
    """The form, while the link is good."""
    link = _link()
    return _show(link) if link else page("arrival/link_invalid.html", 410)


@blueprint.post("/set-password")
@access.access(access.PUBLIC)
def submit_set_password() -> Response:
    """Spend the link and set the password, in one transaction; nobody is signed in by it."""
    link = _link()
    if link is None:
        return page("arrival/link_invalid.html", 410)
    user, chosen = _user(link), request.form.get("password", "")
    problems = password.problems(chosen, user)
    if problems:
        return _show(link, FAILED_FORM, errors={"password": " ".join(problems)})
    outcome = password_link.consume(link, chosen)
    if isinstance(outcome, Busy):
        return errors.busy(int(outcome.wait.total_seconds()))
    if not outcome:
        return page("arrival/link_invalid.html", 410)
    response = page("arrival/password_set.html")
    response.delete_cookie(
        cookie_name(), path="/", secure=settings().is_https, httponly=True, samesite="Lax"
    )
    return response


def _link() -> MailedLink | None:
    token = request.cookies.get(cookie_name())
    return password_link.find(token) if token else None


def _user(link: MailedLink) -> User:
    return password_link.user_of(link)


def _show(link: MailedLink, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    user = _user(link)
    return page(
        "arrival/set_password.html",
        status,
        email=user.email.address if user.email else "",
        errors=errors or {},
        minimum_length=password.minimum_length(user),
        action=url_for("arrival.submit_set_password"),
    )
