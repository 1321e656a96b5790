"""The pages: home with the claims, one that demands two factors, and what went wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import requests
from authlib.integrations.base_client.errors import OAuthError
from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError

from .provider import Demand, Provider, Refusal
from .server_session import ServerSession, ServerSessions

TWO_FACTORS = Demand(next_path="/sensitive", acr="urn:idp:loa:2fa", max_age=300)

EXPLANATIONS = {
    "access_denied": "You declined, or the provider did not let you in. Nothing was shared.",
    "acr_missing": "You signed in, but with one factor. This page needs a second one.",
    "unmet_authentication_requirements": "The provider could not prove what this page demands.",
    "unknown_state": "The sign-in took too long, or was begun in another browser or tab.",
    "invalid_grant": "What this app presented is used up or has expired. Sign in again.",
    "provider_unreachable": "The provider does not answer. Is it running, and is ISSUER right?",
}

blueprint = Blueprint("pages", __name__)


def install(app: Flask) -> None:
    """Add the pages to the app."""
    app.register_blueprint(blueprint)
    app.add_template_filter(_instant, "instant")
    app.after_request(_protect)


def provider() -> Provider:
    """Of the current app."""
    return cast(Provider, current_app.extensions["provider"])


@blueprint.get("/")
def home() -> str:
    """Who is signed in, how, and what the provider said about it."""
    if provider().came_back_from_sign_out():
        session["notice"] = "You are signed out of this app and at the provider."
    return render_template("home.html", user=session.get("user"), notice=session.pop("notice", ""))


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Also where a provider may send users who want to start here (OIDC Core §4)."""
    if request.values.get("iss", provider().issuer) != provider().issuer:
        raise Refusal("issuer_differs", "This app signs in with another provider.")
    hint = request.values.get("login_hint")
    return provider().begin(Demand(), **({"login_hint": hint} if hint else {}))


@blueprint.get("/callback")
def callback() -> ResponseReturnValue:
    """The registered redirect URI."""
    user, demand = provider().finish()
    cast(ServerSession, session).renew()
    session["user"] = user
    return redirect(demand.next_path, code=303)


@blueprint.get("/sensitive")
def sensitive() -> ResponseReturnValue:
    """Two factors, proven within the last five minutes, or off to the provider to prove them."""
    user: dict[str, Any] | None = session.get("user")
    if user is None or TWO_FACTORS.problem(user["claims"]):
        return provider().begin(TWO_FACTORS)
    return render_template("sensitive.html", user=user)


# The cookie is SameSite=Lax, so posts from other sites arrive without a session and do nothing.
@blueprint.post("/refresh")
def refresh() -> ResponseReturnValue:
    """New tokens without the user."""
    if "user" in session:
        session["user"] = provider().renew(session["user"])
        session["notice"] = "The tokens were renewed."
    return redirect(url_for("pages.home"), code=303)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Of this app only; the session at the provider goes on."""
    session.clear()
    session["notice"] = "You are signed out of this app, and still signed in at the provider."
    return redirect(url_for("pages.home"), code=303)


@blueprint.post("/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """Of this app first, then at the provider, which tells the other apps and sends back here."""
    user = session.pop("user", None)
    leaving = provider().sign_out(user) if user else None
    return leaving or redirect(url_for("pages.home"), code=303)


@blueprint.post("/backchannel-logout")
def backchannel_logout() -> ResponseReturnValue:
    """The provider says that a session has ended (Back-Channel Logout §2.5). No browser is here."""
    try:
        ended = provider().ended(request.form.get("logout_token", ""))
    except Refusal as problem:
        return {"error": "invalid_request", "error_description": problem.description}, 400
    cast(ServerSessions, current_app.session_interface).end(sub=ended.sub, sid=ended.sid)
    return "", 204


@blueprint.app_errorhandler(Refusal)
def refused(problem: Refusal) -> ResponseReturnValue:
    """Ours, or the provider's answer with `error` and `error_description`."""
    return _problem(problem.error, problem.description, 400)


@blueprint.app_errorhandler(OAuthError)
def answered_with_error(problem: OAuthError) -> ResponseReturnValue:
    """The token endpoint refused."""
    return _problem(problem.error, problem.description or "", 400)


@blueprint.app_errorhandler(JoseError)
def token_refused(problem: JoseError) -> ResponseReturnValue:
    """Signature, issuer, audience, nonce or times of the ID token are wrong."""
    return _problem(problem.error, problem.description or "The ID token was refused.", 400)


@blueprint.app_errorhandler(requests.RequestException)
def unreachable(_problem_met: requests.RequestException) -> ResponseReturnValue:
    """No answer, or one that is not an answer."""
    return _problem("provider_unreachable", provider().issuer, 502)


def _problem(error: str, description: str, status: int) -> tuple[str, int]:
    explanation = EXPLANATIONS.get(error, "The sign-in did not succeed.")
    page = render_template(
        "problem.html",
        error=error,
        description=description,
        explanation=explanation,
        user=session.get("user"),
    )
    return page, status


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %b, %H:%M:%S UTC")


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
