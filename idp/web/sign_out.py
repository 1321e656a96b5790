"""Signing out: by the user's own button, or at the request of an app (RP-Initiated Logout 1.0).

Every way ends on the same receipt, which says what became of each app. Its address holds nothing:
which session it speaks of is in a short-lived cookie.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request, url_for

from idp.accounts import logout_notices, sign_out
from idp.authentication.session import RecognisedSession
from idp.extensions import db, settings
from idp.models import User
from idp.oauth import oidc_frontchannel_logout, oidc_rp_initiated_logout, parameters
from idp.oauth.oidc_rp_initiated_logout import LogoutRequest
from idp.oauth.parameters import MalformedParameters
from idp.web import browser, current, headers
from idp.web.access import LEAVING, PROTOCOL, PUBLIC, SIGNED_IN, access
from idp.web.cards import client_card, person_card
from idp.web.pages import FAILED_FORM, page, see_other

blueprint = Blueprint("sign_out", __name__)

RECEIPT_SECONDS = 10 * 60
_AS_SENT = "%&=+;,/?:@!$'()*[]"
"""What a form's body and a query may both hold; a line break would begin another header."""


@blueprint.post("/account/sign-out")
@access(SIGNED_IN)
def leave() -> Response:
    """The button on the account page."""
    return _ended(current.session(), None)


@blueprint.route("/logout", methods=["GET", "POST"])
@access(PROTOCOL)
def logout() -> Response:
    """§2: at once with a hint of this very session, else after a question."""
    if request.method == "POST" and browser.recognised_session() is None:
        # A cross-site post brings no Lax cookie; the GET that follows does.
        return see_other(f"{url_for('sign_out.logout')}?{quote(_body(), safe=_AS_SENT)}")
    judged = _judged()
    session = browser.recognised_session()
    if session is None:
        # Nobody is here to be asked; only a hint proves that the app had a session of ours.
        return _away(judged) if judged.is_sound and judged.sid else _receipt_page(judged)
    if judged.is_sound and judged.sid == session.sid:
        return _ended(session, judged)
    return _ask(judged)


@blueprint.post("/logout/confirm")
@access(LEAVING)
def confirm() -> Response:
    """The answer to the question. What it leads to is judged again, from the form."""
    judged = oidc_rp_initiated_logout.judge(tuple(request.form.items()))
    session = browser.recognised_session()
    match request.form.get("decision"):
        case "sign-out":
            return _ended(session, judged) if session else _away(judged)
        case "stay":
            return see_other(url_for("account.overview"))
        case _unknown:
            return _ask(judged, FAILED_FORM)


@blueprint.get("/signed-out")
@access(PUBLIC)
def signed_out() -> Response:
    """The receipt."""
    return _receipt_page(None)


def _judged() -> LogoutRequest:
    try:
        raw = _body() if request.method == "POST" else request.query_string
        return oidc_rp_initiated_logout.judge(parameters.parse(raw))
    except MalformedParameters:
        return oidc_rp_initiated_logout.judge((("", ""), ("", "")))


def _body() -> bytes:
    return request.get_data(cache=True)


def _ended(session: RecognisedSession, judged: LogoutRequest | None) -> Response:
    sign_out.end_session(session)
    browser.forget_session()
    browser.rotate_binding()
    frames = oidc_frontchannel_logout.frames(logout_notices.clients_of(session.id), session.sid)
    response = _framed(judged, session.sid, frames) if frames else _away(judged)
    response.set_cookie(
        _receipt_cookie(),
        session.sid,
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


def _framed(judged: LogoutRequest | None, sid: str, frames: tuple[str, ...]) -> Response:
    """Front-Channel Logout §3: the receipt with a frame for each app, and then the way back."""
    response = page(
        "signed_out.html",
        client=client_card(judged.client) if judged else None,
        return_url=_way_back(judged),
        told=logout_notices.receipt(sid),
        frames=frames,
    )
    policy = headers.content_security_policy(response)
    sources = oidc_frontchannel_logout.frame_sources(frames)
    response.headers["Content-Security-Policy"] = f"{policy}; frame-src {sources}"
    return response


def _ask(judged: LogoutRequest, status: int = 200) -> Response:
    session = browser.recognised_session()
    user = db.session.get(User, session.user_id) if session else None
    return page(
        "sign_out.html",
        status,
        user=person_card(user) if user else None,
        client=client_card(judged.client),
        action=url_for("sign_out.confirm"),
        fields=judged.parameters(),
        is_sound=judged.is_sound,
    )


def _receipt_page(judged: LogoutRequest | None) -> Response:
    sid = request.cookies.get(_receipt_cookie())
    return page(
        "signed_out.html",
        client=client_card(judged.client) if judged else None,
        return_url=judged.redirect_uri if judged else None,
        told=logout_notices.receipt(sid) if sid else [],
    )


def _receipt_cookie() -> str:
    return "__Host-signed-out" if settings().is_https else "idp_signed_out"
