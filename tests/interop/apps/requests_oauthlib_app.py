"""A web app with requests-oauthlib, which knows OAuth and nothing of OpenID Connect."""

import os

import requests
from flask import Flask, redirect, request, session
from requests_oauthlib import OAuth2Session

# Only because this provider is at http://localhost.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

ISSUER = os.environ["ISSUER"]
REDIRECT_URI = os.environ["BASE_URL"] + "/callback"
METADATA = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=10).json()

app = Flask(__name__)
app.config.update(SECRET_KEY=os.urandom(16), SESSION_COOKIE_NAME="requests-oauthlib")


def client(**kept):
    return OAuth2Session(
        os.environ["CLIENT_ID"],
        redirect_uri=REDIRECT_URI,
        scope=["openid", "profile", "email"],
        pkce="S256",
        **kept,
    )


@app.get("/")
def home():
    return session.get("user", {})


@app.get("/login")
def login():
    begun = client()
    url, session["state"] = begun.authorization_url(METADATA["authorization_endpoint"])
    session["verifier"] = begun._code_verifier  # the library shows it nowhere else
    return redirect(url)


@app.get("/callback")
def callback():
    finished = client(state=session["state"])
    finished._code_verifier = session["verifier"]
    finished.fetch_token(
        METADATA["token_endpoint"],
        authorization_response=request.url,
        client_secret=os.environ["CLIENT_SECRET"],
    )
    session["user"] = finished.get(METADATA["userinfo_endpoint"]).json()
    return redirect("/")
