"""An API: it reads with a scope, and pays only for somebody who has just proven two factors.

`flask --app api_resource run --port 5004` starts it; `ISSUER` and `API` say who and where.
"""

from __future__ import annotations

import os

import requests
from flask import Flask, request
from flask.typing import ResponseReturnValue

from .access_token import Challenge, Needs, Tokens

READ = Needs("payments:read")
PAY = Needs("payments:write", acr="urn:idp:loa:2fa", max_age=300)


def create_app() -> Flask:
    """The app; `flask run` and every WSGI server find it by this name."""
    app = Flask(__name__)
    tokens = Tokens(os.environ["ISSUER"], os.environ.get("API", "http://localhost:5004"))
    # An example's memory: of this process, gone with it.
    payments: list[dict[str, str]] = []

    @app.get("/")
    def about() -> ResponseReturnValue:
        return {"resource": tokens.audience, "authorization_servers": [tokens.issuer]}

    @app.get("/payments")
    def read() -> ResponseReturnValue:
        tokens.claims(request.headers.get("Authorization"), READ)
        return {"payments": payments}

    @app.post("/payments")
    def pay() -> ResponseReturnValue:
        claims = tokens.claims(request.headers.get("Authorization"), PAY)
        payment = {"amount": str((request.get_json() or {})["amount"]), "by": claims["sub"]}
        payments.append(payment)
        return payment, 201

    @app.errorhandler(Challenge)
    def challenged(problem: Challenge) -> ResponseReturnValue:
        return {"error": str(problem)}, problem.status, {"WWW-Authenticate": problem.header}

    @app.errorhandler(requests.RequestException)
    def without_keys(_problem: requests.RequestException) -> ResponseReturnValue:
        return {"error": "provider_unreachable"}, 503

    return app
