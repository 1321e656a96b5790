"""Signing out: by the user's own button, or at the request of an app (RP-Initiated Logout 1.0).

An app's hint ends the one session that it names; other accounts of the browser stay, and the
receipt says so. It also says what became of each app. Its address holds nothing: which sessions it
speaks of is in a short-lived cookie.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request, url_for

from idp.accounts import logout_notices
from idp.accounts.logout_notices import Told
from idp.authentication import browser_accounts
from idp.authentication.session import LiveSession
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
        return see_other(f"{url_for('sign_out.logout')}?{quote(_body(), safe=_AS_SENT)}")
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
    ending = browser.signed_in() if told == EVERYBODY else (_account(told),)
    leaving = tuple(one for one in ending if one is not None)
    return _ended(leaving, judged) if leaving else _away(judged)


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


def _body() -> bytes:
    return request.get_data(cache=True)


def _ended(leaving: tuple[LiveSession, ...], judged: LogoutRequest | None) -> Response:
    browser.leave(leaving)
    browser.rotate_binding()
    sids = [one.sid for one in leaving]
    frames = tuple(
        address
        for one in leaving
        for address in oidc_frontchannel_logout.frames(logout_notices.clients_of(one.id), one.sid)
    )
    response = _framed(judged, sids, frames) if frames else _away(judged)
    response.set_cookie(
        _receipt_cookie(),
        SEPARATOR.join(sids),
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


def _framed(judged: LogoutRequest | None, sids: list[str], frames: tuple[str, ...]) -> Response:
    """Front-Channel Logout §3: the receipt with a frame for each app, and then the way back."""
    response = page(
        "signed_out.html",
        client=client_card(judged.client) if judged else None,
        return_url=_way_back(judged),
        told=_told(sids),
        remaining=account_cards(browser.signed_in()),
        frames=frames,
    )
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
        client=client_card(judged.client),
        action=url_for("sign_out.confirm"),
        fields=judged.parameters(),
        is_sound=judged.is_sound,
    )


def _receipt_page(judged: LogoutRequest | None) -> Response:
    sids = request.cookies.get(_receipt_cookie(), "").split(SEPARATOR)
    return page(
        "signed_out.html",
        client=client_card(judged.client) if judged else None,
        return_url=judged.redirect_uri if judged else None,
        told=_told(sids[: browser_accounts.MOST]),
        remaining=account_cards(browser.signed_in()),
    )


def _told(sids: list[str]) -> list[Told]:
    """What became of each app; told of one account and not of another, it is named twice."""
    receipts = (one for sid in sids if sid for one in logout_notices.receipt(sid))
    return list({(one.client.client_id, one.telling): one for one in receipts}.values())


def _receipt_cookie() -> str:
    return "__Host-signed-out" if settings().is_https else "idp_signed_out"
