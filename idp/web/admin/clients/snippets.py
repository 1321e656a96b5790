"""A start for the app's code: a file of `clients_example/snippets` with this app's values in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from idp.clients.registered import RegisteredClient
from idp.clients.templates import Template
from idp.extensions import settings

FOLDER = Path(__file__).parents[4] / "clients_example" / "snippets"
FILES = {
    Template.WEB: ("flask_authlib.py", "Flask, Authlib"),
    Template.SPA: ("oidc_client_ts.js", "oidc-client-ts"),
    Template.NATIVE: ("device_flow.sh", "curl"),
    Template.MACHINE: ("client_credentials.sh", "curl"),
}
"""For each kind of app a file, and what it is written for."""

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


def of(template: Template, client: RegisteredClient) -> Snippet:
    """The file for this kind of app, with its own values."""
    file, written_for = FILES[template]
    return Snippet(file, written_for, filled(file, client))


def filled(file: str, client: RegisteredClient) -> str:
    """Only what cannot leave a string is put in: registered addresses and names have no quotes."""
    values = {
        ISSUER: settings().issuer,
        CLIENT_ID: _harmless(client.client_id),
        REDIRECT_URI: _harmless(next(iter(client.redirect_uris), REDIRECT_URI)),
    }
    code = Path(FOLDER, file).read_text(encoding="utf-8")
    for placeholder, value in values.items():
        code = code.replace(placeholder, value)
    return code


def _harmless(value: str) -> str:
    """Quotes, backslashes and dollars would end or change a string of some language."""
    return "".join(f"%{ord(sign):02X}" if sign in "\"'`\\$" else sign for sign in value)
