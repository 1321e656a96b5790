"""A start for the app's code: files of `clients_example/snippets` with the app's own values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Response

from idp.accounts.permissions import Permission
from idp.clients import frameworks
from idp.clients.frameworks import FRAMEWORKS, Framework
from idp.clients.registered import RegisteredClient
from idp.clients.templates import Template
from idp.extensions import settings
from idp.web import access
from idp.web.admin.clients.found import card, existing, template_of
from idp.web.admin.routes import blueprint
from idp.web.pages import page

FOLDER = Path(__file__).parents[4] / "clients_example" / "snippets"

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


@blueprint.get("/clients/<path:client_id>/code")
@access.access(access.of_client(Permission.CLIENTS_READ))
def client_code(client_id: str) -> Response:
    """For every framework of this kind of app."""
    found = existing(client_id)
    return page(
        "admin/clients/code.html",
        client=card(found),
        snippets=of(template_of(found), found),
        tab="code",
    )


def of(template: Template, client: RegisteredClient) -> list[Snippet]:
    """The files for this kind of app, with its own values."""
    return [
        Snippet(one.value, FRAMEWORKS[one].title, filled(one.value, client))
        for one in frameworks.of(template)
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


def _fitting(framework: Framework, registered: tuple[str, ...]) -> str:
    """The address that looks like this framework's, else the first."""
    callback = FRAMEWORKS[framework].callback or ""
    fitting = [uri for uri in registered if callback and uri.endswith(callback)]
    return next(iter((*fitting, *registered)), REDIRECT_URI)


def _harmless(value: str) -> str:
    """Quotes, backslashes and dollars would end or change a string of some language."""
    return "".join(f"%{ord(sign):02X}" if sign in "\"'`\\$" else sign for sign in value)
