"""Sign in with OpenID Connect: Flask and Authlib, code flow with PKCE.

pip install flask authlib requests
CLIENT_SECRET=… SECRET_KEY=… flask --app flask_authlib run
"""

import os
from urllib.parse import urlsplit

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session
from flask.typing import ResponseReturnValue

ISSUER = "https://idp.example.com"
CLIENT_ID = "your-client-id"
REDIRECT_URI = "http://localhost:5000/callback"

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]

provider = OAuth(app).register(
    "provider",
    client_id=CLIENT_ID,
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


@app.get("/")
def home() -> ResponseReturnValue:
    user = session.get("user")
    return f"Signed in as {user}" if user else '<a href="/login">Sign in</a>'


@app.get("/login")
def login() -> ResponseReturnValue:
    to_provider: ResponseReturnValue = provider.authorize_redirect(REDIRECT_URI)
    return to_provider


@app.get(urlsplit(REDIRECT_URI).path or "/callback")
def callback() -> ResponseReturnValue:
    # Authlib has checked state, nonce, signature, issuer, audience and times of the ID token.
    token = provider.authorize_access_token()
    session["user"] = token["userinfo"]["sub"]
    return redirect("/")
