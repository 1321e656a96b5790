"""Signing out: by the user's own button, or at the request of an app (RP-Initiated Logout 1.0).

An app's hint ends the one session that it names; other accounts of the browser stay, and the
receipt says so. It also says what became of each app. Its address holds nothing: which sessions it
speaks of is in a short-lived cookie. Whoever is asked may also leave that app alone, or every
browser at once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request, url_for

from idp.accounts import logout_notices
from idp.accounts import sign_out as ending
from idp.accounts.logout_notices import Told
from idp.authentication import browser_accounts
from idp.authentication.session import LiveSession
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.oauth import oidc_frontchannel_logout, oidc_rp_initiated_logout, parameters
from idp.oauth.oidc_rp_initiated_logout import LogoutRequest
from idp.oauth.parameters import MalformedParameters
from idp.web import browser, current, headers
from idp.web.access import LEAVING, PROTOCOL, PUBLIC, SIGNED_IN, access
from idp.web.cards import account_cards, client_card
from idp.web.pages import FAILED_FORM, page, see_other

blueprint = Blueprint("sign_out", __name__)

RECEIPT_SECONDS = 10 * 60
SEPARATOR = "."
"""Between the values in the receipt's cookie; no `sid` has one."""
EVERYBODY = "all"
"""What the question's form says for every account of this browser."""


class Where(StrEnum):
    """What the question's form says about how far it goes."""

    APP = "app"
    """Only the one that asks: the session goes on."""
    HERE = "here"
    EVERYWHERE = "everywhere"


_AS_SENT = "%&=+;,/?:@!$'()*[]"
"""What a form's body and a query may both hold; a line break would begin another header."""


@blueprint.post("/account/sign-out")
@access(SIGNED_IN)
def leave() -> Response:
    """The button on the account's pages: the account that they are about."""
    return _ended((current.session(),), None)


@blueprint.post("/account/sign-out/all")
@access(SIGNED_IN)
def leave_all() -> Response:
    """Every account that is signed in in this browser."""
    return _ended(browser.signed_in(), None)


@blueprint.route("/logout", methods=["GET", "POST"])
@access(PROTOCOL)
def logout() -> Response:
    """§2: at once with a hint of a session of this browser, else after a question."""
    accounts = browser.signed_in()
    if request.method == "POST" and not accounts:
        # A cross-site post brings no Lax cookie; the GET that follows does.
        return see_other(_posted_as_address())
    judged = _judged()
    if not accounts:
        # Nobody is here to be asked; only a hint proves that the app had a session of ours.
        return _away(judged) if judged.is_sound and judged.sid else _receipt_page(judged)
    hinted = _account(judged.sid) if judged.is_sound else None
    return _ended((hinted,), judged) if hinted else _ask(judged)


@blueprint.post("/logout/confirm")
@access(LEAVING)
def confirm() -> Response:
    """The answer to the question. What it leads to is judged again, from the form."""
    judged = oidc_rp_initiated_logout.judge(tuple(request.form.items()))
    match request.form.get("decision"):
        case "sign-out":
            return _leave_as_told(judged)
        case "stay":
            return see_other(url_for("account.overview"))
        case _unknown:
            return _ask(judged, FAILED_FORM)


def _leave_as_told(judged: LogoutRequest) -> Response:
    """One account or all of them; who does not say which leaves for good."""
    told = request.form.get("account", EVERYBODY)
    meant = browser.signed_in() if told == EVERYBODY else (_account(told),)
    leaving = tuple(one for one in meant if one is not None)
    if not leaving:
        return _away(judged)
    match request.form.get("where"):
        case Where.APP if judged.client is not None:
            for one in leaving:
                ending.leave_app(one, judged.client)
            return see_other(_way_back(judged) or url_for("account.apps", notice="app-signed-out"))
        case Where.EVERYWHERE:
            return _ended(leaving, judged, Where.EVERYWHERE)
    return _ended(leaving, judged)


def _account(sid: str | None) -> LiveSession | None:
    return next((one for one in browser.signed_in() if one.sid == sid), None)


@blueprint.get("/signed-out")
@access(PUBLIC)
def signed_out() -> Response:
    """The receipt."""
    return _receipt_page(None)


def _judged() -> LogoutRequest:
    try:
        raw = _body() if request.method == "POST" else request.query_string
        return oidc_rp_initiated_logout.accept(parameters.parse(raw))
    except MalformedParameters:
        return oidc_rp_initiated_logout.judge((("", ""), ("", "")))


def _posted_as_address() -> str:
    """What was posted; of more than an address may hold all but the hint, so that the user is
    asked.
    """
    path = url_for("sign_out.logout")
    whole = quote(_body(), safe=_AS_SENT)
    if len(path) + len(whole) <= settings().server.maximum_url_size:
        return f"{path}?{whole}"
    return f"{path}?{urlencode(_judged().parameters())}"


def _body() -> bytes:
    return request.get_data(cache=True)


def _ended(
    leaving: tuple[LiveSession, ...], judged: LogoutRequest | None, where: Where = Where.HERE
) -> Response:
    if where is Where.EVERYWHERE:
        browser.leave_everywhere(leaving)
    else:
        browser.leave(leaving)
    browser.rotate_binding()
    marks = [where, *(one.sid for one in leaving)]
    frames = tuple(
        address
        for one in leaving
        for address in oidc_frontchannel_logout.frames(logout_notices.clients_of(one.id), one.sid)
    )
    response = _framed(judged, marks, frames) if frames else _away(judged)
    response.set_cookie(
        _receipt_cookie(),
        SEPARATOR.join(marks),
        max_age=RECEIPT_SECONDS,
        secure=settings().is_https,
        httponly=True,
        samesite="Lax",
    )
    return response


def _away(judged: LogoutRequest | None) -> Response:
    """§3: to the registered address; else to the receipt."""
    return see_other(_way_back(judged) or url_for("sign_out.signed_out"))


def _way_back(judged: LogoutRequest | None) -> str | None:
    """§3: with exactly the state that came."""
    if judged is None or judged.redirect_uri is None or judged.state is None:
        return judged.redirect_uri if judged else None
    joint = "&" if "?" in judged.redirect_uri else "?"
    return f"{judged.redirect_uri}{joint}{urlencode({'state': judged.state})}"


def _framed(judged: LogoutRequest | None, marks: list[str], frames: tuple[str, ...]) -> Response:
    """Front-Channel Logout §3: the receipt with a frame for each app, and then the way back."""
    response = _receipt(judged, marks, return_url=_way_back(judged), frames=frames)
    policy = headers.content_security_policy(response)
    sources = oidc_frontchannel_logout.frame_sources(frames)
    response.headers["Content-Security-Policy"] = f"{policy}; frame-src {sources}"
    return response


def _ask(judged: LogoutRequest, status: int = 200) -> Response:
    return page(
        "sign_out.html",
        status,
        accounts=account_cards(browser.signed_in()),
        everybody=EVERYBODY,
        where=Where,
        client=client_card(judged.client),
        is_signed_in_there=_is_signed_in_at(judged.client),
        action=url_for("sign_out.confirm"),
        fields=judged.parameters(),
        is_sound=judged.is_sound,
    )


def _is_signed_in_at(client: RegisteredClient | None) -> bool:
    """Whether leaving that app alone would end anything."""
    if client is None:
        return False
    ids = {
        one.client_id for own in browser.signed_in() for one in logout_notices.clients_of(own.id)
    }
    return client.client_id in ids


def _receipt_page(judged: LogoutRequest | None) -> Response:
    marks = request.cookies.get(_receipt_cookie(), "").split(SEPARATOR)
    return _receipt(judged, marks, return_url=judged.redirect_uri if judged else None)


def _receipt(judged: LogoutRequest | None, marks: list[str], **ways: Any) -> Response:
    """`marks`: how far it went, and which sessions ended in this browser."""
    return page(
        "signed_out.html",
        client=client_card(judged.client) if judged else None,
        told=_told(marks[: 1 + browser_accounts.MOST]),
        is_everywhere=Where.EVERYWHERE in marks,
        remaining=account_cards(browser.signed_in()),
        sessions_url=url_for("account.sessions"),
        **ways,
    )


def _told(marks: list[str]) -> list[Told]:
    """What became of each app; told of one account and not of another, it is named twice."""
    sids = [mark for mark in marks if mark and mark not in set(Where)]
    receipts = (one for sid in sids for one in logout_notices.receipt(sid))
    return list({(one.client.client_id, one.telling): one for one in receipts}.values())


def _receipt_cookie() -> str:
    return "__Host-signed-out" if settings().is_https else "idp_signed_out"
