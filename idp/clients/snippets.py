"""A start for an app's code: files of `clients_example/snippets` with the app's own values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from idp.clients import frameworks, templates
from idp.clients.frameworks import FRAMEWORKS, Framework
from idp.clients.registered import RegisteredClient
from idp.extensions import settings

FOLDER = Path(__file__).parents[2] / "clients_example" / "snippets"

ISSUER, CLIENT_ID, REDIRECT_URI = (
    "https://idp.example.com",
    "your-client-id",
    "http://localhost:5000/callback",
)
"""What stands in the files for the values of an app. Never a secret: that comes from the app's
environment.
"""


@dataclass(frozen=True, slots=True)
class Snippet:
    """`code`: complete, for a new file of this name."""

    file: str
    written_for: str
    code: str


def of(client: RegisteredClient) -> list[Snippet]:
    """The files for its kind of app, with its own values."""
    return [
        Snippet(one.value, FRAMEWORKS[one].title, filled(one.value, client))
        for one in frameworks.of(templates.closest(client))
    ]


def filled(file: str, client: RegisteredClient) -> str:
    """Only what cannot leave a string is put in: registered addresses and names have no quotes."""
    values = {
        ISSUER: settings().issuer,
        CLIENT_ID: _harmless(client.client_id),
        REDIRECT_URI: _harmless(_fitting(Framework(file), client.redirect_uris)),
    }
    code = Path(FOLDER, file).read_text(encoding="utf-8")
    for placeholder, value in values.items():
        code = code.replace(placeholder, value)
    return code


def environment(client: RegisteredClient, secret: str | None) -> str:
    """An `.env` file, which most frameworks read."""
    lines = {"ISSUER": settings().issuer, "CLIENT_ID": client.client_id}
    if secret:
        lines["CLIENT_SECRET"] = secret
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def _fitting(framework: Framework, registered: tuple[str, ...]) -> str:
    """The address that looks like this framework's, else the first."""
    callback = FRAMEWORKS[framework].callback or ""
    fitting = [uri for uri in registered if callback and uri.endswith(callback)]
    return next(iter((*fitting, *registered)), REDIRECT_URI)


def _harmless(value: str) -> str:
    """Quotes, backslashes and dollars would end or change a string of some language."""
    return "".join(f"%{ord(sign):02X}" if sign in "\"'`\\$" else sign for sign in value)
