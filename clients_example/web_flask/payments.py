"""A click that an API may find too weakly proven: step up, and go on with the very same click.

The API decides (RFC 9470): this app learns what is missing from its answer and nowhere else.
"""

from __future__ import annotations

import secrets
import time
from typing import cast

import requests
from flask import Blueprint, Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from .provider import SCOPE, Demand, Provider, Refusal

API_SCOPE = "payments:read payments:write"
RENEW_EARLIER = 30  # seconds before the access token ends

blueprint = Blueprint("payments", __name__)


def wanted_of_the_provider(api_url: str | None) -> dict[str, str]:
    """With an API, access tokens are to be for it."""
    return {"scope": f"{SCOPE} {API_SCOPE}", "resource": api_url} if api_url else {}


def install(app: Flask, api_url: str) -> None:
    """Add the pages to the app."""
    app.config["API_URL"] = api_url
    app.register_blueprint(blueprint)


@blueprint.post("/pay")
def pay() -> ResponseReturnValue:
    """The click. What it wants is kept here, so that nothing of it travels with the browser."""
    if "user" not in session:
        return redirect(url_for("pages.home"), code=303)
    session["payment"] = {"id": secrets.token_urlsafe(12), "amount": request.form["amount"]}
    return _attempt()


@blueprint.get("/pay/<payment_id>")
def go_on(payment_id: str) -> ResponseReturnValue:
    """Back from the provider. The id is random: no link of somebody else carries out a click."""
    if session.get("payment", {}).get("id") != payment_id or "user" not in session:
        return redirect(url_for("pages.home"), code=303)
    session["payment"]["has_stepped_up"] = True
    return _attempt()


def _attempt() -> ResponseReturnValue:
    payment = session["payment"]
    answer = requests.post(
        f"{current_app.config['API_URL']}/payments",
        json={"amount": payment["amount"]},
        headers={"Authorization": f"Bearer {_access_token()}"},
        timeout=10,
    )
    next_path = url_for("payments.go_on", payment_id=payment["id"])
    demand = Demand.of_challenge(answer.headers.get("WWW-Authenticate"), next_path)
    if demand is not None and "has_stepped_up" not in payment:
        return _provider().begin(demand)
    del session["payment"]
    if not answer.ok:
        # Also when stepping up did not help: asking again would go in circles.
        raise Refusal("api_refused", f"The API answered {answer.status_code}.")
    session["notice"] = f"Paid {payment['amount']}."
    return redirect(url_for("pages.home"), code=303)


def _access_token() -> str:
    if session["user"]["expires_at"] - RENEW_EARLIER <= time.time():
        session["user"] = _provider().renew(session["user"])
    return cast(str, session["user"]["access_token"])


def _provider() -> Provider:
    return cast(Provider, current_app.extensions["provider"])
