"""One application against one redirect URI: would a sign-in come back?"""

from __future__ import annotations

from collections.abc import Iterator

from config import Environment
from idp.clients import redirect_uri, redirect_uri_likeness, registry
from idp.clients.redirect_uri import Deployment
from idp.clients.registered import RegisteredClient
from idp.doctor.finding import Finding
from idp.extensions import settings


def look(client_id: str, uri: str | None) -> Iterator[Finding]:
    """The client itself, then the URI byte for byte, as a request is judged."""
    client = registry.find(client_id)
    if client is None:
        yield Finding.error(
            f"no client is called {client_id!r}", "see: flask --app wsgi idp client list"
        )
        return
    if not client.is_enabled:
        yield Finding.error(
            f"{client.client_name} is disabled",
            f"run: flask --app wsgi idp client enable {client_id}",
        )
    else:
        yield Finding.ok(f"{client.client_name} is registered and enabled")
    if uri is not None:
        yield _judged(client, uri)


def _judged(client: RegisteredClient, uri: str) -> Finding:
    if uri in client.redirect_uris:
        return Finding.ok("the redirect URI is registered, byte for byte")
    deployment = Deployment(is_local=settings().environment is not Environment.PRODUCTION)
    if wrong := redirect_uri.problem(uri, client.application_type, deployment):
        return Finding.error(f"the redirect URI {wrong}", "let the app use another one")
    nearest = redirect_uri_likeness.nearest(client.redirect_uris, uri)
    hint = nearest and (
        f"; the nearest registered one is {nearest},"
        f" it {redirect_uri_likeness.difference(nearest, uri)}"
    )
    return Finding.error(
        f"{uri} is not registered{hint or ''}",
        "register exactly this URI, or let the app send a registered one",
    )
