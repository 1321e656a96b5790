"""A web app with Flask-OIDC. It posts its secret, and reads the session's own profile."""

import os

from flask import Flask, session
from flask_oidc import OpenIDConnect

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.urandom(16),
    SESSION_COOKIE_NAME="flask-oidc",
    OIDC_CLIENT_SECRETS={
        "web": {
            "client_id": os.environ["CLIENT_ID"],
            "client_secret": os.environ["CLIENT_SECRET"],
            "issuer": os.environ["ISSUER"],
        }
    },
    OIDC_SCOPES="openid profile email",
)
oidc = OpenIDConnect(app)


@app.get("/")
def home():
    return session.get("oidc_auth_profile", {})


@app.get("/api")
@oidc.accept_token()
def api():
    """A resource: the library asks the provider whether the token is good (RFC 7662)."""
    return {"good": True}


@app.get("/token")
def token():
    return {"access_token": oidc.get_access_token()}
