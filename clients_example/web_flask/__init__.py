"""A relying party in Flask and Authlib: sign in, read the claims, refresh, demand two factors.

Copy this folder, set `ISSUER`, `CLIENT_ID` and `CLIENT_SECRET`, and replace the pages by your own:
`provider.py` is all the OpenID Connect there is. `flask --app web_flask run --port 5001` starts it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from . import pages, payments
from .provider import Provider
from .server_session import ServerSessions


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the app is told by its environment."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    base_url: str
    name: str
    session_file: Path
    api_url: str | None = None

    @classmethod
    def from_environment(cls) -> Configuration:
        """Raises `KeyError` with the name of what is missing."""
        return cls(
            issuer=os.environ["ISSUER"],
            client_id=os.environ["CLIENT_ID"],
            client_secret=os.environ["CLIENT_SECRET"],
            base_url=os.environ.get("BASE_URL", "http://localhost:5001"),
            name=os.environ.get("APP_NAME", "Example web app"),
            session_file=Path(os.environ.get("SESSION_FILE", "var/example-web.sqlite3")),
            api_url=os.environ.get("API_URL"),
        )


def create_app(configuration: Configuration | None = None) -> Flask:
    """The app; `flask run` and every WSGI server find it by this name."""
    chosen = configuration or Configuration.from_environment()
    app = Flask(__name__)
    # The claims are shown as they came.
    app.json.sort_keys = app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.session_interface = ServerSessions(
        chosen.session_file,
        # Cookies ignore ports: on localhost each app needs a name that no other one uses.
        cookie_name=f"{chosen.client_id}-session",
        secure=chosen.base_url.startswith("https://"),
    )
    app.extensions["provider"] = Provider(
        app,
        chosen.issuer,
        chosen.client_id,
        chosen.client_secret,
        chosen.base_url,
        **payments.wanted_of_the_provider(chosen.api_url),
    )
    app.context_processor(
        lambda: {"app_name": chosen.name, "issuer": chosen.issuer, "has_api": bool(chosen.api_url)}
    )
    pages.install(app)
    if chosen.api_url:
        payments.install(app, chosen.api_url)
    return app
