"""Sign in with OpenID Connect: FastAPI and Authlib, code flow with PKCE.

pip install fastapi uvicorn authlib httpx itsdangerous
CLIENT_SECRET=… SECRET_KEY=… uvicorn fastapi_authlib:app --port 5000
"""

import os
from urllib.parse import urlsplit

from authlib.integrations.starlette_client import OAuth
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.middleware.sessions import SessionMiddleware

ISSUER = "https://idp.example.com"
CLIENT_ID = "your-client-id"
REDIRECT_URI = "http://localhost:5000/callback"

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=os.environ["SECRET_KEY"])

oauth = OAuth()
oauth.register(
    "provider",
    client_id=CLIENT_ID,
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


@app.get("/")
async def home(request: Request) -> HTMLResponse:
    user = request.session.get("user")
    return HTMLResponse(f"Signed in as {user}" if user else '<a href="/login">Sign in</a>')


@app.get("/login")
async def login(request: Request) -> Response:
    to_provider: Response = await oauth.provider.authorize_redirect(request, REDIRECT_URI)
    return to_provider


@app.get(urlsplit(REDIRECT_URI).path or "/callback")
async def callback(request: Request) -> RedirectResponse:
    # Authlib has checked state, nonce, signature, issuer, audience and times of the ID token.
    token = await oauth.provider.authorize_access_token(request)
    request.session["user"] = token["userinfo"]["sub"]
    return RedirectResponse("/")
